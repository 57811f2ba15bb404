import crypto from 'node:crypto';
import { register, syncBuiltinESMExports } from 'node:module';
import Mocha from 'mocha';

/* Runs tests, many times, each time over fresh modules. Told by the process that started it what to run; tells how it ended. */

/** One run: its number, URLs of the test files, and what the titles of the tests hold; all of them when that is left out. */
export interface Order {
  readonly run: number;
  readonly tests: readonly string[];
  readonly title?: string;
}

/** How a run ended. `failed` is the first test that failed, and how. */
export type Outcome =
  | { readonly passed: number; readonly failed?: { readonly title: string; readonly stack: string } }
  | { readonly broken: string };

/** Keys are made once for all runs, since making them would be most of the time: the n-th of a kind is the same in every run. */
const made = new Map<string, crypto.KeyPairKeyObjectResult>();
let asked = new Map<string, number>();
const makeKeyPair = crypto.generateKeyPairSync as (type: string, options: object) => crypto.KeyPairKeyObjectResult;
const sameKeyPair = (type: string, options: object): crypto.KeyPairKeyObjectResult => {
  const kind = `${type} ${JSON.stringify(options)}`;
  const n = asked.get(kind) ?? 0;
  asked.set(kind, n + 1);
  const pair = made.get(`${n} ${kind}`) ?? makeKeyPair(type, options);
  made.set(`${n} ${kind}`, pair);
  return pair;
};
Object.assign(crypto, { generateKeyPairSync: sameKeyPair });
syncBuiltinESMExports();

class Silent {}

async function obey({ run, tests, title }: Order): Promise<Outcome> {
  asked = new Map();
  const mocha = new Mocha({ bail: true, timeout: 60_000, reporter: Silent as never });
  if (title !== undefined) mocha.fgrep(title);
  for (const test of tests) {
    mocha.suite.emit('pre-require', globalThis, test, mocha);
    await import(`${test}?run=${run}`);
  }
  return new Promise((resolve) => {
    let passed = 0;
    let failed: { title: string; stack: string } | undefined;
    mocha
      .run(() => resolve({ passed, ...(failed ? { failed } : {}) }))
      .on('pass', () => passed++)
      .on(
        'fail',
        (test, error: Error) => (failed ??= { title: test.fullTitle(), stack: error.stack ?? error.message }),
      );
  });
}

register('./mutantHooks.js', import.meta.url);
process.on('message', (order: Order) => {
  obey(order)
    .catch((error: unknown): Outcome => ({ broken: String(error) }))
    .then((outcome) => process.send?.(outcome))
    .catch(() => process.exit(1));
});
