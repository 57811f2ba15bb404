import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { PATH } from '../../src/contract/forsendelse/names.js';
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
import { copyOf, prepareData } from './support/data.js';
import { post } from './support/load.js';
import { senderKey } from './support/requests.js';
import { signedShipments } from './support/signedShipments.js';
import { median, round, spread } from './support/stats.js';

export interface ShipmentOptions extends Pace {
  /** Octets of the one document of a letter. */
  readonly octets: number;
  /** Directory for processor profiles of the servers. */
  readonly profile?: string | undefined;
}

/** What a service must keep of a letter besides its document: recipient, title and what was decided, in octets. */
const LETTER_OCTETS = 1000;

const service = { name: 'service', title: '(b) Posthorn', warmUp: 1000 };
const bound = { name: 'bound', title: '(a) bare bound', warmUp: 1000 };

async function measure(dir: string, contenders: Contender[], options: ShipmentOptions): Promise<void> {
  const data = await prepareData(join(dir, 'data'), 1);
  const sign = signedShipments(await senderKey(data.certsDir), options.octets);
  const about = { path: PATH, profile: options.profile };
  const own = await copyOf(data, dir, 'own');
  const b = await startContender(service, {
    ...about,
    module: 'src/main',
    env: { ...own.env, POSTHORN_ROLE: 'web' },
  });
  contenders.push(b);
  const [letter = { contentType: '', body: Buffer.of() }] = await sign(1);
  const answer = await post(new Agent(), b.server.url, letter);
  if (answer.status !== 200) throw new Error(`the letter was answered ${answer.status}: ${answer.octets.toString()}`);
  const forBound = (await copyOf(data, dir, 'bound')).env['POSTHORN_DATA_DIR'] ?? '';
  const a = await startContender(bound, {
    ...about,
    module: 'test/bench/bound/shipment',
    env: {
      BENCH_CERTS: data.certsDir,
      BENCH_FOLDER: forBound,
      BENCH_DATABASE: join(forBound, 'posthorn.db'),
      BENCH_DOCUMENT_OCTETS: String(options.octets),
      BENCH_LETTER_OCTETS: String(LETTER_OCTETS),
      BENCH_ANSWER_OCTETS: String(answer.octets.length),
    },
  });
  contenders.unshift(a);
  await alternate(contenders, sign, options);
  printTable(contenders, options, `signed letters by MTOM, each with a document of ${options.octets} octets`);
  const toBound = ratios(b, a);
  console.log(`(b) / (a): ${spread(toBound, 3)}   goal >= 0.60, aim 0.75\n`);
  const ratioToBound = round(median(toBound), 3);
  console.log(
    JSON.stringify({ bench: 'shipment', octets: options.octets, ratioToBound, ...summary(contenders, options) }),
  );
}

/** `npm run bench -- shipment`: letters to Forsendelse, signed by WS-Security and accepted durably, beside the least work that this takes. */
export async function shipment(options: ShipmentOptions): Promise<void> {
  console.log('Compiling ...');
  await compile();
  await mkdir(cacheDir, { recursive: true });
  const dir = await mkdtemp(join(cacheDir, 'run-'));
  const contenders: Contender[] = [];
  try {
    await measure(dir, contenders, options);
  } finally {
    await Promise.all(contenders.map(({ server }) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  }
}
