import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/* Imported before a gateway: told so, it lets each fsync of a document fail as a disk does that cannot write, until it is told otherwise. */

export interface FsyncMessage {
  readonly fsyncFails: boolean;
}

let fails = false;
process.on('message', (message: FsyncMessage) => {
  fails = message.fsyncFails;
  process.send?.(message);
});

for (const syscall of ['fsync', 'fdatasync'] as const) {
  const real = fs[syscall];
  fs[syscall] = ((file: number, done: fs.NoParamCallback) => {
    if (!fails) return real(file, done);
    const error = Object.assign(new Error(`EIO: i/o error, ${syscall}`), { code: 'EIO', errno: -5, syscall });
    setImmediate(done, error);
  }) as typeof fs.fsync;
}
syncBuiltinESMExports();
