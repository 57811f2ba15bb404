import { appendFileSync, readFileSync } from 'node:fs';
import { Failure } from '../../../src/errors.js';
import { runProcess, type Role } from '../../../src/run.js';

/** How a stand-in for one of Posthorn's processes behaves; from the environment variable STANDIN_GATEWAY or STANDIN_SANDBOX. */
export type Behaviour =
  | 'good'
  | 'cannot start'
  | 'has no database the second time'
  | 'is refused the second time'
  | 'dies at start'
  | 'never ready'
  | 'never stops'
  | 'cannot stop'
  | 'cannot begin';

const forever = (): Promise<never> => new Promise(() => setInterval(() => {}, 1000));

/** Runs a stand-in; it notes what it does in the file STANDIN_DIARY. */
export async function standIn(role: Role): Promise<void> {
  const behaviour = (process.env[`STANDIN_${role.toUpperCase()}`] ?? 'good') as Behaviour;
  const diary = process.env['STANDIN_DIARY'] ?? '';
  const note = (what: string): void => appendFileSync(diary, `${role} ${what}\n`);
  await runProcess(role, async () => {
    note('starts');
    const again = readFileSync(diary, 'utf8').split(`${role} starts`).length === 3;
    if (behaviour === 'cannot start' || (again && behaviour === 'is refused the second time'))
      throw new Error(`The ${role} has a reason. Do something.`);
    if (again && behaviour === 'has no database the second time') throw new Failure('UNAVAILABLE', 'no database');
    if (behaviour === 'dies at start') process.exit(3);
    if (behaviour === 'never ready') await forever();
    const alive = setInterval(() => {}, 1000);
    return {
      url: `http://${role}.test`,
      summary: [`a line of the ${role}`],
      ...(behaviour === 'cannot begin' && { ended: Promise.reject(new Error(`The ${role} can never begin.`)) }),
      stop: async () => {
        note('stops');
        clearInterval(alive);
        if (behaviour === 'never stops') await forever();
        if (behaviour === 'cannot stop') throw new Error('It does not let go.');
      },
    };
  });
}
