import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/* Imported before a gateway: each SIGUSR2 lets one fsync of a document fail as a disk does that cannot write. */

let failures = 0;
process.on('SIGUSR2', () => void failures++);

for (const syscall of ['fsync', 'fdatasync'] as const) {
  const real = fs[syscall];
  fs[syscall] = ((file: number, done: fs.NoParamCallback) => {
    if (failures === 0) return real(file, done);
    failures--;
    const error = Object.assign(new Error(`EIO: i/o error, ${syscall}`), { code: 'EIO', errno: -5, syscall });
    setImmediate(done, error);
  }) as typeof fs.fsync;
}
syncBuiltinESMExports();
