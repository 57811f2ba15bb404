import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve as absolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { Mutation } from './mutation.js';
import type { Order, Outcome } from './mutantWorker.js';

/* Runs the tests that need no gateway against sources with one change. Sources and tests are compiled once; a mutant is one more file. */

const root = absolute(import.meta.dirname, '../../..');

const compile = (text: string): string =>
  ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  }).outputText;

const compiledName = (file: string): string => file.replace(/\.ts$/, '.js');

/** What a module imports, types too where the code is TypeScript; by path, ending in .js. */
const importsOf = (path: string, code: string): string[] =>
  [...code.matchAll(/\bfrom '(\.[^']*)'/g)].map(([, specifier]) => join(dirname(path), specifier!));

/** The worker, the tests that are run, and what they lean on, by path. */
async function readSources(named: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const read = async (path: string): Promise<void> => {
    if (texts.has(path)) return;
    texts.set(path, '');
    const text = await readFile(join(root, path), 'utf8');
    texts.set(path, text);
    await Promise.all(importsOf(path, text).map((target) => read(target.replace(/\.js$/, '.ts'))));
  };
  const worker = ['mutantWorker', 'mutantHooks'].map((name) => `test/security/attacks/${name}.ts`);
  await Promise.all([...worker, ...[...all, ...named].map((name) => `test/${name}.test.ts`)].map(read));
  return texts;
}

/** By path: the modules that import it at run time, however far away, and itself. */
function leaningOn(file: string, compiled: ReadonlyMap<string, string>): string[] {
  const imports = new Map([...compiled].map(([path, code]) => [path, importsOf(path, code)]));
  const found = new Set([file]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const [path, targets] of imports) if (targets.some((target) => found.has(target))) found.add(path);
  }
  return [...found];
}

async function makeWorkplace(compiled: ReadonlyMap<string, string>): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'posthorn-mutants-'));
  for (const folder of new Set([...compiled.keys()].map(dirname)))
    await mkdir(join(place, folder), { recursive: true });
  await Promise.all([...compiled].map(([path, code]) => writeFile(join(place, path), code)));
  await writeFile(join(place, 'package.json'), '{ "type": "module" }\n');
  for (const name of ['node_modules', 'xsd', 'wsdl']) await symlink(join(root, name), join(place, name));
  return place;
}

interface Worker {
  run(order: Order): Promise<Outcome>;
  end(): void;
}

/** A process that runs one order after the other. What the outer run is watched by (coverage, lint) has no business in it. */
function startWorker(place: string): Worker {
  const { PATH, HOME } = process.env;
  const child = fork(join(place, 'test/security/attacks/mutantWorker.js'), {
    cwd: place,
    execArgv: [],
    env: { PATH, HOME },
  });
  const ended = once(child, 'exit').then((): Outcome => ({ broken: 'the worker ended' }));
  return {
    run: (order) => {
      child.send(order);
      return Promise.race([once(child, 'message').then(([outcome]) => outcome as Outcome), ended]);
    },
    end: () => void child.kill(),
  };
}

/** Tests that need no gateway, below test/. */
const attacks = ['verifier', 'policy', 'answer', 'door', 'rights', 'parts'].map((name) => `security/attacks/${name}`);
const letters = ['security/enveloped', 'client/ebms'];
const all = [...attacks, ...letters];

/** Where a change of a file shows first. */
const nearest = (file: string): readonly string[] => {
  if (file.startsWith('client/ebms')) return ['client/ebms'];
  if (/\/(dsig|enveloped)\.ts$/.test(file)) return ['security/enveloped'];
  if (/\/(answer|xmlenc)\.ts$/.test(file)) return ['security/attacks/answer'];
  if (file === 'security/trust.ts') return ['security/attacks/policy'];
  if (/^(application|domain)\//.test(file)) return ['security/attacks/rights', 'security/attacks/door'];
  if (/\/(bodyDigest|attachments|message|contents\/\w+)\.ts$/.test(file)) return ['security/attacks/parts'];
  if (/^(http|contract)\//.test(file)) return ['security/attacks/door'];
  return attacks;
};

export interface Laboratory {
  /** All tests against the sources as they are, by each worker: before anything else, and when everything else is done. */
  readonly unchanged: Promise<readonly Outcome[]>;
  readonly unchangedAfterwards: Promise<readonly Outcome[]>;
  /** The tests that mutations name against the sources as they are. */
  readonly named: Promise<Outcome>;
  /** The tests nearest to the change against the changed sources, in the order of the mutations. */
  readonly changed: readonly Promise<Outcome>[];
  close(): Promise<void>;
}

/** Starts a run for every mutation, as many at once as there are processors. */
export async function startLaboratory(mutations: readonly Mutation[]): Promise<Laboratory> {
  const texts = await readSources(mutations.flatMap(({ by }) => (by === undefined ? [] : [by[0]])));
  const compiled = new Map([...texts].map(([file, text]) => [compiledName(file), compile(text)]));
  const place = await makeWorkplace(compiled);
  const workers = Array.from({ length: Math.min(4, availableParallelism()) }, () => startWorker(place));
  const lend = lender(workers);
  const testsOf = (names: readonly string[]): string[] =>
    names.map((name) => pathToFileURL(join(place, `test/${name}.test.js`)).href);

  /** What a run has of its own, for the hooks of the workers. */
  const prepare = (run: number, own: readonly string[]): Promise<void> =>
    writeFile(join(place, `${run}.json`), JSON.stringify(own.map((path) => join(place, path))));

  const mutate = async ({ file, from, to, by }: Mutation, run: number): Promise<Outcome> => {
    const path = join('src', file);
    const pieces = (texts.get(path) ?? '').split(from);
    if (pieces.length !== 2)
      return { broken: `the mutation table is stale: ${pieces.length - 1} times in ${path}: ${from}` };
    const target = compiledName(path);
    await writeFile(join(place, `${target}.${run}`), compile(pieces.join(to)));
    await prepare(run, leaningOn(target, compiled));
    const [tests, title] = by === undefined ? [nearest(file)] : [[by[0]], by[1]];
    return lend((worker) => worker.run({ run, tests: testsOf(tests), ...(title !== undefined && { title }) }));
  };
  // Workers are asked for before anything is waited for, so that each of them is lent once: a module that was run is not run again.
  const unchangedBy = (run: number, borrowers: number, names: readonly string[]): Promise<readonly Outcome[]> => {
    const ready = prepare(
      run,
      [...compiled.keys()].filter((path) => path.startsWith('test/')),
    );
    const order = { run, tests: testsOf(names) };
    const borrow = () =>
      lend(async (worker) => {
        await ready;
        return worker.run(order);
      });
    return Promise.all(Array.from({ length: borrowers }, borrow));
  };
  const unchangedAs = (run: number): Promise<readonly Outcome[]> => unchangedBy(run, workers.length, all);
  const unchanged = unchangedAs(0);
  const specs = new Set(mutations.flatMap(({ by = [] }) => by.slice(0, 1)));
  const named = unchangedBy(mutations.length + 2, 1, [...specs]).then(([outcome]) => outcome as Outcome);
  const changed = mutations.map((mutation, i) => mutate(mutation, i + 1));
  const unchangedAfterwards = Promise.all(changed).then(() => unchangedAs(mutations.length + 1));
  return {
    unchanged,
    unchangedAfterwards,
    named,
    changed,
    close: async () => {
      for (const worker of workers) worker.end();
      await Promise.all([unchanged, named, ...changed, unchangedAfterwards]);
      await rm(place, { recursive: true, force: true });
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
