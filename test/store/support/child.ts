// One more process on a database: `child.ts open URL` opens it; `child.ts stage URL` stages two persons and is killed.
import { openStore } from '../../../src/store/index.js';
import { epost, person } from './rows.js';

const [command, url = ''] = process.argv.slice(2);
const store = await openStore({ url });
if (command === 'stage') {
  await store.registerImport.begin('killed');
  await store.registerImport.stage('killed', 2, [person('01', epost('new@example.com')), person('99')]);
  process.kill(process.pid, 'SIGKILL');
}
await store.close();
