import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Libsql from 'libsql';
import { PATH } from '../../src/contract/oppslagstjenesten/names.js';
import { checkAnswers } from './support/check.js';
import { cacheDir, compile } from './support/compile.js';
import {
  alternate,
  printTable,
  ratios,
  startContender,
  summary,
  type Contender,
  type Pace,
  type Signer,
} from './support/contenders.js';
import { prepareData, residentIds, type Data } from './support/data.js';
import { senderKey, signPool } from './support/requests.js';
import { median, round, spread } from './support/stats.js';

export interface LookupOptions extends Pace {
  readonly persons: number;
  /** Directory for processor profiles of the servers. */
  readonly profile?: string | undefined;
}

/** Persons in one request. */
const PER_REQUEST = 10;

const bound = { name: 'bound', title: '(a) bare bound', warmUp: 3000 };
const service = { name: 'service', title: '(b) Posthorn', warmUp: 3000 };
const peer = { name: 'peer', title: '(c) plain way', warmUp: 150 };

/** A copy of the register for one contender, so that each has a database to itself. */
async function copyOf(dir: string, name: string): Promise<string> {
  const file = join(dir, `${name}.db`);
  const db = new Libsql(join(dir, 'posthorn.db'));
  db.pragma('wal_checkpoint(truncate)');
  db.close();
  await copyFile(join(dir, 'posthorn.db'), file);
  return file;
}

/** Starts the three servers and pushes them to `contenders`, after the check that (b) and (c) answer the same. */
async function startAll(contenders: Contender[], dir: string, data: Data, options: LookupOptions): Promise<void> {
  const { profile, persons } = options;
  const start = async (about: typeof bound, module: string, env: Readonly<Record<string, string>>) => {
    const contender = await startContender(about, { module, path: PATH, env, profile });
    contenders.push(contender);
    return contender.server;
  };
  const envOf = async (name: string): Promise<Record<string, string>> => ({
    BENCH_CERTS: data.certsDir,
    BENCH_DATABASE: await copyOf(dir, name),
  });
  const [forBound, forPeer] = [await envOf('bound'), await envOf('peer')];
  const servers = [await start(service, 'src/main', data.env), await start(peer, 'test/bench/peer/server', forPeer)];
  const nextId = residentIds(persons);
  const sizes = await checkAnswers(servers, data.certsDir, () => Array.from({ length: PER_REQUEST }, nextId));
  await start(bound, 'test/bench/bound/server', {
    ...forBound,
    BENCH_CONTENT_OCTETS: String(sizes.content),
    BENCH_ANSWER_OCTETS: String(sizes.answer),
  });
  contenders.sort((x, y) => x.title.localeCompare(y.title));
  console.log(
    `Checked: (b) and (c) answer the same. Octets: request ${sizes.request}, answer ${sizes.answer}, content ${sizes.content}.`,
  );
}

function report(contenders: readonly Contender[], options: LookupOptions): void {
  const [a, b, c] = contenders as [Contender, Contender, Contender];
  const { persons } = options;
  printTable(contenders, options, `${PER_REQUEST} of ${persons} persons a request`);
  const [toBound, toPeer] = [ratios(b, a), ratios(b, c)];
  console.log(`(b) / (a): ${spread(toBound, 3)}   goal >= 0.60, aim 0.80`);
  console.log(`(b) / (c): ${spread(toPeer, 1)}   goal >= 10, aim 15\n`);
  const ratio = { ratioToBound: round(median(toBound), 3), ratioToPeer: round(median(toPeer), 2) };
  console.log(JSON.stringify({ bench: 'lookup', ...ratio, ...summary(contenders, options), persons }));
}

/** `npm run bench -- lookup`: the service between the bare bound and the plain way, in one run. */
export async function lookup(options: LookupOptions): Promise<void> {
  console.log('Compiling, and seeding the register ...');
  await compile();
  await mkdir(cacheDir, { recursive: true });
  const dir = await mkdtemp(join(cacheDir, 'run-'));
  const contenders: Contender[] = [];
  try {
    const data = await prepareData(dir, options.persons);
    await startAll(contenders, dir, data, options);
    const key = await senderKey(data.certsDir);
    const nextId = residentIds(options.persons);
    const sign: Signer = (count) => signPool(key, count, () => Array.from({ length: PER_REQUEST }, nextId));
    await alternate(contenders, sign, options);
    report(contenders, options);
  } finally {
    await Promise.all(contenders.map(({ server }) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  }
}
