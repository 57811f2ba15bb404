import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { loadConfig, ensureDataKey } from '../../src/config.js';
import type { Mpc } from '../../src/contract/ebms/names.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { openStore } from '../../src/store/index.js';
import { sbd } from '../support/ebms.js';
import type { Holder } from '../support/sdpSender.js';
import { cacheDir, compile } from './support/compile.js';
import {
  alternate,
  printTable,
  ratios,
  startContender,
  summary,
  type Contender,
  type Pace,
} from './support/contenders.js';
import { copyOf, prepareData, type Data } from './support/data.js';
import { letters, pulls, senderHolder } from './support/letters.js';
import { post } from './support/load.js';
import { median, round, spread } from './support/stats.js';

export interface EbmsOptions extends Pace {
  /** Octets of a document package. */
  readonly octets: number;
  /** Receipts that wait in the longer queue. */
  readonly waiting: number;
  /** One half of it only. */
  readonly only?: string | undefined;
  /** Directory for processor profiles of the servers. */
  readonly profile?: string | undefined;
}

const mpc: Mpc = { prioritet: 'NORMAL', id: 'bench' };
/** Receipts in the shorter queue: what one round fetches. */
const FEW = 100;

const silent = { POSTHORN_ROLE: 'web' };

/** Receipts of one transaction, and those after which the filling says how far it is. */
const BATCH = 1000;
const TOLD = 20_000;

/** Puts so many receipts into the sender's queue. */
async function putReceipts(
  env: Readonly<Record<string, string>>,
  eier: string,
  count: number,
  onProgress?: (written: number) => void,
): Promise<void> {
  const config = loadConfig(env);
  const dataKey = await ensureDataKey(config.dataDir);
  const store = await openStore({ url: config.databaseUrl.reveal(), dataKey });
  const receipt = () => ({ id: randomUUID(), mottatt: new Date(), eier, mpc, instansId: randomUUID(), sbd });
  for (let left = count; left > 0; left -= BATCH) {
    const some = Array.from({ length: Math.min(left, BATCH) }, receipt);
    await store.unitOfWork(async (tx) => {
      for (const one of some) await tx.putKoekvittering(one);
    });
    onProgress?.(count - left + some.length);
  }
  await store.close();
}

/** Octets of the business document in a letter. */
const documentOctets = (letter: Buffer): number =>
  /<(?:\w+:)?StandardBusinessDocument[ >].*<\/(?:\w+:)?StandardBusinessDocument>/s.exec(letter.toString('latin1'))?.[0]
    .length ?? 0;

const service = { name: 'service', title: '(b) Posthorn', warmUp: 1500 };
const bound = { name: 'bound', title: '(a) bare bound', warmUp: 1500 };

/** Letters handed to the broker, beside the least work that a broker can do. */
async function pushes(dir: string, data: Data, by: Holder, options: EbmsOptions): Promise<void> {
  const sign = letters(by, options.octets);
  const contenders: Contender[] = [];
  try {
    const own = await copyOf(data, dir, 'pushes');
    const env = { ...own.env, ...silent };
    const about = { path: BROKER_PATH, profile: options.profile };
    const b = await startContender(service, { ...about, module: 'src/main', env });
    contenders.push(b);
    const [letter = { contentType: '', body: Buffer.of() }] = await sign(1);
    const answer = await post(new Agent(), b.server.url, letter);
    if (answer.status !== 200) throw new Error(`the broker answered ${answer.status}: ${answer.octets.toString()}`);
    const forBound = await copyOf(data, dir, 'bound');
    const a = await startContender(bound, {
      ...about,
      module: 'test/bench/bound/broker',
      env: {
        BENCH_CERTS: data.certsDir,
        BENCH_FOLDER: forBound.env['POSTHORN_DATA_DIR'] ?? '',
        BENCH_DATABASE: join(forBound.env['POSTHORN_DATA_DIR'] ?? '', 'posthorn.db'),
        BENCH_PACKAGE_OCTETS: String(options.octets),
        BENCH_DOCUMENT_OCTETS: String(documentOctets(letter.body)),
        BENCH_ANSWER_OCTETS: String(Math.round((answer.octets.length * 3) / 4)),
      },
    });
    contenders.unshift(a);
    await alternate(contenders, sign, options);
    printTable(contenders, options, `a package of ${options.octets} octets a letter`);
    const toBound = ratios(b, a);
    console.log(`(b) / (a): ${spread(toBound, 3)}   goal >= 0.60\n`);
    const ratioToBound = round(median(toBound), 3);
    console.log(JSON.stringify({ bench: 'ebms push', ratioToBound, ...summary(contenders, options) }));
  } finally {
    await Promise.all(contenders.map(({ server }) => server.stop()));
  }
}

/** Receipts fetched from a short queue and from a long one. */
async function fetches(dir: string, data: Data, by: Holder, options: EbmsOptions): Promise<void> {
  const contenders: Contender[] = [];
  const filled = async (name: string, waiting: number, onProgress?: (written: number) => void) => {
    const { env } = await copyOf(data, dir, name);
    await putReceipts(env, by.organisasjonsnummer, waiting, onProgress);
    return env;
  };
  try {
    const few = await filled('few', 0);
    console.log(`Putting ${options.waiting} receipts into the longer queue ...`);
    const many = await filled('many', options.waiting, (written) => {
      if (written % TOLD === 0) console.log(`  ${written} receipts`);
    });
    const start = async (name: string, env: Readonly<Record<string, string>>, title: string): Promise<Contender> => {
      const about = { name, title, warmUp: FEW };
      const contender = await startContender(about, {
        module: 'src/main',
        path: BROKER_PATH,
        env: { ...env, ...silent },
        profile: options.profile,
      });
      contenders.push(contender);
      return contender;
    };
    const short = await start('few', few, `${FEW} waiting`);
    const long = await start('many', many, `${options.waiting} waiting`);
    const sign = pulls(by, mpc);
    // What a round fetches is put back before the next one, so that the queues stay as long as they are called.
    const ready = async (count: number) => {
      for (const env of [few, many]) await putReceipts(env, by.organisasjonsnummer, count);
      return sign(count);
    };
    await alternate(contenders, ready, { ...options, requests: FEW });
    printTable(contenders, options, 'one receipt a request');
    const toShort = ratios(long, short);
    console.log(`rate with ${options.waiting} waiting / with ${FEW}: ${spread(toShort, 3)}   goal >= 0.50\n`);
    const ratioToShort = round(median(toShort), 3);
    console.log(JSON.stringify({ bench: 'ebms pull', ratioToShort, ...summary(contenders, options) }));
  } finally {
    await Promise.all(contenders.map(({ server }) => server.stop()));
  }
}

/** `npm run bench -- ebms`: letters handed to the broker, and receipts fetched from it. */
export async function ebms(options: EbmsOptions): Promise<void> {
  console.log('Compiling ...');
  await compile();
  await mkdir(cacheDir, { recursive: true });
  const dir = await mkdtemp(join(cacheDir, 'run-'));
  try {
    const data = await prepareData(join(dir, 'data'), 1);
    const by = await senderHolder(data.certsDir);
    if (options.only !== 'pull') await pushes(dir, data, by, options);
    if (options.only !== 'push') await fetches(dir, data, by, options);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
