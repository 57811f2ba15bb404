import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve as absolute } from 'node:path';
import ts from 'typescript';
import type { Mutation } from './mutations.js';

/*
 * Runs the tests against sources with one change. The sources and the tests that need no gateway are compiled once for each worker; a
 * mutant is one file written over, one mocha process, and the file put back.
 */

const root = absolute(import.meta.dirname, '../../..');

const compile = (text: string): string =>
  ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  }).outputText;

const compiledName = (file: string): string => file.replace(/\.ts$/, '.js');

/** What a worker needs: everything in src, and the tests that are run with what they lean on. */
async function sources(): Promise<string[]> {
  const below = async (folder: string): Promise<string[]> =>
    (await readdir(join(root, folder), { recursive: true }))
      .filter((f) => f.endsWith('.ts'))
      .map((f) => join(folder, f));
  return (await Promise.all(['src', 'test/support', 'test/security/attacks'].map(below))).flat();
}

/** Keys that every run takes, since making them would be most of its time; by size and exponent. */
function madeKeys(): string {
  const make = (count: number, modulusLength: number, publicExponent: number) =>
    Array.from({ length: count }, () => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent });
      return {
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
      };
    });
  return JSON.stringify({
    '2048 65537': make(6, 2048, 65537),
    '1024 65537': make(1, 1024, 65537),
    '2048 3': make(1, 2048, 3),
  });
}

/** Put before a run: RSA keys come from `keys.json` until there are none left. */
const keysFirst = `
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const keys = JSON.parse(readFileSync('keys.json', 'utf8'));
const make = crypto.generateKeyPairSync;
crypto.generateKeyPairSync = (type, options) => {
  const made = keys[options.modulusLength + ' ' + options.publicExponent]?.shift();
  if (made === undefined) return make(type, options);
  return { privateKey: crypto.createPrivateKey(made.privateKey), publicKey: crypto.createPublicKey(made.publicKey) };
};
syncBuiltinESMExports();
const { main } = await import(process.env.MOCHA);
main();
`;

async function workplace(files: ReadonlyMap<string, string>, keys: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'posthorn-mutants-'));
  for (const folder of new Set([...files.keys()].map(dirname)))
    await mkdir(join(directory, folder), { recursive: true });
  await Promise.all([...files].map(([file, text]) => writeFile(join(directory, compiledName(file)), text)));
  await writeFile(join(directory, 'keys.json'), keys);
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }\n');
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

/** How a run of the tests ended. `failed` is the first test that failed, with how it failed. */
export type Outcome =
  | { readonly passed: number; readonly failed?: { readonly title: string; readonly stack: string } }
  | { readonly broken: string };

interface Report {
  readonly stats: { readonly passes: number };
  readonly failures: readonly {
    readonly fullTitle: string;
    readonly err: { readonly stack?: string; readonly message?: string };
  }[];
}

function run(directory: string, tests: readonly string[]): Promise<Outcome> {
  const options = ['--no-config', '--no-package', '--reporter', 'json', '--bail', '--exit', '--timeout', '60000'];
  // eslint and coverage of the outer run have no business in here.
  const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '-e', keysFirst, '--', ...options, ...tests], {
    cwd: directory,
    env: { PATH, HOME, TMPDIR, MOCHA: join(root, 'node_modules/mocha/lib/cli/cli.js') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (texts[name] += chunk.toString()));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ broken: error.message }));
    child.on('close', () => {
      const begin = texts.stdout.indexOf('{\n  "stats"');
      if (begin < 0) return resolve({ broken: (texts.stderr || texts.stdout).slice(0, 1000) });
      const { stats, failures } = JSON.parse(texts.stdout.slice(begin)) as Report;
      const [first] = failures;
      const failed = first && { title: first.fullTitle, stack: first.err.stack ?? first.err.message ?? '' };
      resolve({ passed: stats.passes, ...(failed ? { failed } : {}) });
    });
  });
}

/** Tests that need no gateway. */
const all = ['verifier', 'policy', 'answer', 'door', 'rights'];

/** Where a change of a file shows first. */
const nearest = (file: string): readonly string[] => {
  if (/\/(answer|xmlenc)\.ts$/.test(file)) return ['answer'];
  if (file === 'security/trust.ts') return ['policy'];
  if (/^(application|domain)\//.test(file)) return ['rights', 'door'];
  if (/^(http|contract)\//.test(file)) return ['door'];
  return all;
};

const paths = (tests: readonly string[]): string[] => tests.map((name) => `test/security/attacks/${name}.test.js`);

export interface Laboratory {
  /** All tests against the sources as they are. */
  readonly unchanged: Promise<Outcome>;
  /** The tests nearest to the change against the changed sources, in the order of the mutations. */
  readonly changed: readonly Promise<Outcome>[];
  close(): Promise<void>;
}

/** Starts a run for every mutation, as many at once as there are processors. */
export async function startLaboratory(mutations: readonly Mutation[]): Promise<Laboratory> {
  const texts = new Map<string, string>();
  for (const file of await sources()) texts.set(file, await readFile(join(root, file), 'utf8'));
  const compiled = new Map([...texts].map(([file, text]) => [file, compile(text)]));
  const keys = madeKeys();
  const places = await Promise.all(
    Array.from({ length: Math.min(4, availableParallelism()) }, () => workplace(compiled, keys)),
  );

  const mutate = async (place: string, { file, from, to }: Mutation): Promise<Outcome> => {
    const path = join('src', file);
    const pieces = (texts.get(path) ?? '').split(from);
    if (pieces.length !== 2)
      return { broken: `the mutation table is stale: found ${pieces.length - 1} times in ${path}: ${from}` };
    const target = join(place, compiledName(path));
    await writeFile(target, compile(pieces.join(to)));
    try {
      return await run(place, paths(nearest(file)));
    } finally {
      await writeFile(target, compiled.get(path)!);
    }
  };
  let closing = false;
  const queue = lender(places);
  const queued = (job: (place: string) => Promise<Outcome>): Promise<Outcome> =>
    queue(async (place) => (closing ? { broken: 'not run' } : job(place)));
  const unchanged = queued((place) => run(place, paths(all)));
  const changed = mutations.map((mutation) => queued((place) => mutate(place, mutation)));
  return {
    unchanged,
    changed,
    close: async () => {
      closing = true;
      await Promise.all([unchanged, ...changed]);
      await Promise.all(places.map((place) => rm(place, { recursive: true, force: true })));
    },
  };
}

/** Lends each of `things` to one borrower at a time, in the order that they ask. */
function lender<T>(things: readonly T[]): <R>(borrow: (thing: T) => Promise<R>) => Promise<R> {
  const free = [...things];
  const waiting: ((thing: T) => void)[] = [];
  const take = (): Promise<T> =>
    new Promise((resolve) => {
      const thing = free.pop();
      if (thing === undefined) waiting.push(resolve);
      else resolve(thing);
    });
  const give = (thing: T): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(thing);
    else next(thing);
  };
  return async (borrow) => {
    const thing = await take();
    try {
      return await borrow(thing);
    } finally {
      give(thing);
    }
  };
}
