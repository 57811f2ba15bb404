import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { identities } from '../../src/sandbox/pki/identities.js';
import { cacheDir, compile } from './support/compile.js';
import { printTable, ratios, startContender, summary, type Contender } from './support/contenders.js';
import { prepareData } from './support/data.js';
import { plain, post } from './support/load.js';
import { pin } from './support/pin.js';
import { startProvider, type Provider } from './support/provider.js';
import { median, round, spread } from './support/stats.js';
import { putWaiting } from './support/waiting.js';

export interface DispatchOptions {
  readonly rounds: number;
  /** Letters of a round. */
  readonly letters: number;
  /** Octets of the one document of a letter. */
  readonly octets: number;
  /** Directory for processor profiles of the servers. */
  readonly profile?: string | undefined;
}

const digipost = identities.digipost.organisasjonsnummer;
const SENDERS = ['310000019', '310000027', '310000035'];
/** Milliseconds that putting a letter into the queue may take, and in which all letters of a round must be with the provider. */
const PUT_MS = 12;
const PATIENCE = 120_000;
/** Rounds that make the gateway warm: in the first thousand letters a tenth of its time is the compiler's. */
const WARM = 2;
/** Milliseconds until what is begun is written down. */
const REST = 400;

type Env = Readonly<Record<string, string>>;

/** Puts the letters of a round into the queue, all due at one moment. @returns that moment */
async function filled(env: Env, count: number, document: Buffer): Promise<number> {
  const due = Date.now() + 2 * REST + count * PUT_MS;
  await putWaiting(env, { count, senders: SENDERS, providers: [digipost], document, due: new Date(due) });
  if (Date.now() > due - REST) throw new Error('the letters are due before all of them wait: the machine is too slow');
  return due;
}

/** Letters that wait, until the provider has them. */
async function handedOn(contender: Contender, env: Env, provider: Provider, document: Buffer): Promise<void> {
  const count = contender.requests;
  const due = await filled(env, count, document);
  await wait(due - REST - Date.now());
  const [before, first] = [await contender.server.usage(), provider.taken.letters];
  await wait(due - Date.now());
  const until = Date.now() + PATIENCE;
  while (provider.taken.letters < first + count) {
    if (Date.now() > until) throw new Error(`${provider.taken.letters - first} of ${count} letters came`);
    await wait(20);
  }
  const seconds = (Date.now() - due) / 1000;
  await wait(REST);
  const after = await contender.server.usage();
  const cpu = (after.cpu - before.cpu) / count;
  contender.rounds.push({ cpu, perSecond: count / seconds, latency: NaN, latency99: NaN, rss: after.rss });
}

/** The cryptography of as many letters. */
async function computed(contender: Contender): Promise<void> {
  const count = contender.requests;
  const [before, began] = [await contender.server.usage(), performance.now()];
  const { status, octets } = await post(new Agent(), contender.server.url, plain(Buffer.from(String(count))));
  if (status !== 200) throw new Error(octets.toString());
  const [after, seconds] = [await contender.server.usage(), (performance.now() - began) / 1000];
  const cpu = (after.cpu - before.cpu) / count;
  contender.rounds.push({ cpu, perSecond: count / seconds, latency: NaN, latency99: NaN, rss: after.rss });
}

async function measure(
  dir: string,
  contenders: Contender[],
  options: DispatchOptions,
  certsDir: string,
  provider: Provider,
): Promise<void> {
  const { env: given } = await prepareData(dir, 1);
  const env = { ...given, POSTHORN_ROLE: 'worker', POSTHORN_SDP_PROVIDERS: `${digipost}=${provider.url}` };
  const document = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(options.octets)]).subarray(0, options.octets);
  const { profile, letters: requests } = options;
  const about = { warmUp: requests, path: '', profile };
  const b = await startContender(
    { name: 'service', title: '(b) Posthorn', ...about },
    { ...about, module: 'src/main', env },
  );
  contenders.push(b);
  b.requests = requests;
  for (let i = 0; i < WARM; i++) await handedOn(b, env, provider, document);
  const a = await startContender(
    { name: 'crypto', title: '(a) bare crypto', ...about },
    {
      ...about,
      module: 'test/bench/bound/dispatch',
      env: {
        BENCH_CERTS: certsDir,
        BENCH_DOCUMENT_OCTETS: String(options.octets),
        BENCH_ENVELOPE_OCTETS: String(provider.taken.envelope),
      },
    },
  );
  contenders.unshift(a);
  a.requests = requests;
  await computed(a);
  // What made both warm does not count.
  for (const contender of contenders) contender.rounds.length = 0;
  for (let i = 1; i <= options.rounds; i++) {
    await computed(a);
    await handedOn(b, env, provider, document);
    console.log(
      `round ${i} of ${options.rounds}: ${contenders.map((c) => `${c.title} ${c.rounds.at(-1)?.cpu.toFixed(0)} µs`).join(', ')}`,
    );
  }
  const pace = { rounds: options.rounds, seconds: NaN, connections: 16 };
  printTable(
    contenders,
    pace,
    `letters of ${options.octets} octets, ${requests} a round; the provider's time is not counted`,
  );
  const toBound = ratios(b, a);
  console.log(`(b) / (a): ${spread(toBound, 3)}   goal >= 0.50\n`);
  const ratioToBound = round(median(toBound), 3);
  console.log(
    JSON.stringify({ bench: 'dispatch', octets: options.octets, ratioToBound, ...summary(contenders, pace) }),
  );
}

/** `npm run bench -- dispatch`: letters packed, encrypted, signed and handed to a provider that signs for them, beside the cryptography of the same steps. */
export async function dispatch(options: DispatchOptions): Promise<void> {
  console.log('Compiling ...');
  await compile();
  await mkdir(cacheDir, { recursive: true });
  const dir = await mkdtemp(join(cacheDir, 'run-'));
  const contenders: Contender[] = [];
  const { certsDir } = await prepareData(join(dir, 'certs'), 0);
  const provider = await startProvider(certsDir, 'digipost');
  try {
    const pinned = await pin(process.pid, 'load');
    console.log(
      pinned ? 'Each server has one core to itself, provider and bench the others.' : 'Servers may use every core.',
    );
    await measure(join(dir, 'data'), contenders, options, certsDir, provider);
  } finally {
    await Promise.all(contenders.map(({ server }) => server.stop()));
    await provider.close();
    await rm(dir, { recursive: true, force: true });
  }
}
