import { realpathSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureDataKey, loadConfig, type Config } from './config.js';
import { lockDataDir, reasonOf, removeRun, writeRun, type ReadyMessage, type Role, type Run } from './run.js';
import { startChild, type Child } from './run/children.js';

/** One line of the table of test persons; `beskrivelse` says which rule case it is. */
export interface TestPerson {
  readonly navn: string;
  readonly personidentifikator: string;
  readonly beskrivelse: string;
}

export interface DevelopmentOptions {
  readonly config: Pick<Config, 'dataDir' | 'certsDir'>;
  /** Of the children. */
  readonly env: NodeJS.ProcessEnv;
  readonly scripts: Readonly<Record<Role, URL>>;
  /** Makes certificates and the content of the database, where they are not there yet. */
  readonly prepare: () => Promise<unknown>;
  readonly testPersons: readonly TestPerson[];
  /** For HTTP Basic: service, user name and password. */
  readonly accounts?: readonly { readonly tjeneste: string; readonly brukernavn: string; readonly passord: string }[];
  readonly print: (text: string) => void;
  /** Aborted when somebody asks to stop. */
  readonly stop: AbortSignal;
  readonly readyTimeoutMs?: number;
  /** Time that a child gets to drain before it is killed. */
  readonly graceMs?: number;
}

/** Ctrl-C reaches the children too; one that ends this soon before we hear of it did not end by itself. */
const signalSkewMs = 200;

function summaryOf(
  ready: readonly ReadyMessage[],
  { config: { certsDir }, testPersons, accounts = [] }: DevelopmentOptions,
): string {
  const width = Math.max(0, ...testPersons.map(({ navn }) => navn.length));
  const line = ({ personidentifikator, navn, beskrivelse }: TestPerson): string =>
    `${personidentifikator}  ${navn.padEnd(width)}  ${beskrivelse}`;
  const example = testPersons[0]?.personidentifikator ?? 'ID';
  const recipient = testPersons.find(({ navn }) => navn === 'digipost')?.personidentifikator ?? example;
  const block = (title: string, lines: readonly string[]): string[] => ['', title, ...lines.map((line) => `  ${line}`)];
  return [
    '',
    'Posthorn is ready, for development and tests only.',
    ...ready.flatMap(({ role, url, summary }) =>
      block(`${role === 'gateway' ? 'Gateway' : 'Sandbox'} ${url}`, summary),
    ),
    ...block('Development keys', [`${join(certsDir, 'NAME.p12')} (alias NAME, password changeit), such as sender.p12`]),
    ...block(
      'Accounts in the database, for services with HTTP Basic',
      accounts.map(({ tjeneste, brukernavn, passord }) => `${tjeneste.padEnd(11)}  ${brukernavn} / ${passord}`),
    ),
    ...block('Test persons', testPersons.map(line)),
    ...block('Next', [
      `npx posthorn lookup ${example}`,
      `echo Hei > letter.txt && npx posthorn send letter.txt --to ${recipient} --wait`,
      'npm run demo',
    ]),
    '',
    'Ctrl-C stops both.',
    '',
  ].join('\n');
}

/** Resolves when somebody asks to stop. */
const asked = (stop: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (stop.aborted) resolve(undefined);
    stop.addEventListener('abort', () => resolve(undefined), { once: true });
  });

/** Resolves with a sentence when a child ends by itself. */
const lost = (children: readonly Child[]): Promise<string> =>
  Promise.race(
    children.map(async ({ role, ended }) => {
      const how = await ended;
      await sleep(signalSkewMs);
      return `The ${role} ended by itself (${how}); the lines above may say why. Posthorn stops. Start it again with: npm start`;
    }),
  );

/**
 * Makes what development needs, starts first the sandbox and then the gateway that uses it, pushes them to `children`, and waits until they
 * are ready or we are to stop. Gives the gateway's message first.
 */
async function startBoth(options: DevelopmentOptions, children: Child[]): Promise<readonly ReadyMessage[] | undefined> {
  const { config, env, scripts, prepare, readyTimeoutMs = 60_000, stop } = options;
  await removeRun(config.dataDir);
  await Promise.all([ensureDataKey(config.dataDir), prepare()]);
  if (stop.aborted) return undefined;
  const begin = (role: Role, more: NodeJS.ProcessEnv): Promise<ReadyMessage | undefined> => {
    const child = startChild(role, scripts[role], { ...more, ...env }, readyTimeoutMs);
    children.push(child);
    return Promise.race([child.ready, asked(stop)]);
  };
  const sandbox = await begin('sandbox', {});
  const gateway = sandbox && (await begin('gateway', sandbox.offers ?? {}));
  return gateway && [gateway, sandbox];
}

const runOf = ([sandbox, gateway]: readonly Child[], ready: readonly ReadyMessage[]): Run => ({
  gateway: { url: ready[0]?.url ?? '', pid: gateway?.pid ?? 0 },
  sandbox: { url: ready[1]?.url ?? '', pid: sandbox?.pid ?? 0 },
  startedAt: new Date().toISOString(),
});

/**
 * Makes what development needs (data directory, data key, certificates), runs gateway and sandbox as two processes, writes run.json
 * when both are ready and prints where everything is; returns when all has ended.
 * @returns the exit code: 0 when asked to stop, 1 when a child ended by itself
 * @throws Error with a sentence when the data directory is taken or a child cannot start; nothing is left running then
 */
export async function runDevelopment(options: DevelopmentOptions): Promise<number> {
  const { config, print, stop, graceMs = 30_000 } = options;
  const release = await lockDataDir(config.dataDir);
  const children: Child[] = [];
  try {
    const ready = await startBoth(options, children);
    if (ready === undefined) return 0;
    await writeRun(config.dataDir, runOf(children, ready));
    print(summaryOf(ready, options));
    const why = await Promise.race([asked(stop), lost(children)]);
    if (why !== undefined) print(why);
    return why === undefined ? 0 : 1;
  } finally {
    await Promise.all(children.map((child) => child.stop(graceMs)));
    await removeRun(config.dataDir);
    await release();
  }
}

const beside = (name: string): URL => new URL(`${name}${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  if (config.mode === 'production') {
    await import(beside('./main').href);
    return;
  }
  const { prepareDevelopment } = await import('./development.js');
  const { testpersons } = await import('./sandbox/testpersons.js');
  const { developmentAccounts } = await import('./sandbox/developmentData.js');
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  process.exitCode = await runDevelopment({
    config,
    env: process.env,
    scripts: { gateway: beside('./main'), sandbox: beside('./sandbox/main') },
    prepare: () => prepareDevelopment(config),
    testPersons: testpersons(new Date()),
    accounts: developmentAccounts,
    print: (text) => process.stdout.write(`${text}\n`),
    stop: controller.signal,
  });
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
  });
}
