// One more process on a database: `child.ts open URL` opens it; `child.ts stage URL` stages two persons and is killed; `child.ts flood URL`
// writes as much as it can beside work that keeps it busy, says when it is at it, and does so until it is killed.
import { createSecretKey } from 'node:crypto';
import { openStore } from '../../../src/store/index.js';
import { epost, person, replayKey } from './rows.js';

const [command, url = ''] = process.argv.slice(2);
const store = await openStore({ url, dataKey: createSecretKey(Buffer.alloc(32)) });
if (command === 'stage') {
  await store.registerImport.begin('killed');
  await store.registerImport.stage('killed', 2, [person('01', epost('new@example.com')), person('99')]);
  process.kill(process.pid, 'SIGKILL');
}
if (command === 'flood') {
  const busy = (): void => {
    for (const end = performance.now() + 40; performance.now() < end;);
    setImmediate(busy);
  };
  const write = () =>
    store.unitOfWork(async (tx) => {
      for (let n = 0; n < 5; n++) await tx.lockShipment('none');
      await tx.remember(replayKey());
    });
  const writing = async (): Promise<void> => {
    for (;;) await write();
  };
  await write();
  busy();
  const all = Array.from({ length: 600 }, writing);
  process.stdout.write('at it\n');
  await Promise.all(all);
}
await store.close();
