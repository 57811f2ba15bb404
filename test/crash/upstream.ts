import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../src/config.js';
import { PATH } from '../../src/contract/forsendelse/names.js';
import { prepareDevelopment } from '../../src/development.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { belowEnvironment } from '../support/below.js';
import { sendBrev } from '../support/forsendelser.js';
import { testCertsDir } from '../support/gateway.js';
import { startProviders } from '../support/sending.js';
import { startTap } from '../support/tap.js';
import { chanceOf } from './chance.js';
import { standOf, undelivered } from './clients.js';
import { forsendelseLetter, persons } from './entrances/forsendelse.js';
import { arrivalsOf, references, tilPerson, type Til } from './entrances/letters.js';
import { clearUp, startMortal } from './processes.js';

/*
 * Sends letters by a gateway whose broker upstream is another gateway, which is killed meanwhile, and counts:
 * `npm run test:crash:upstream -- --letters 1000 --kills 3`. Exit code 0: every receipt came home, nothing lost, nothing doubled.
 */

const { values } = parseArgs({
  options: { letters: { type: 'string', default: '1000' }, kills: { type: 'string', default: '3' } },
});
const whole = (name: 'letters' | 'kills'): number => {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} is a number from 0 on`);
  return number;
};
const [letters, kills] = [whole('letters'), whole('kills')];

const CLIENTS = 4;
/** Milliseconds for the last receipts: one that was lent to an answer which got lost comes again after five minutes. */
const DRAIN_MS = 900_000;

const started = Date.now();
const say = (line: string): void =>
  void process.stdout.write(`${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${line}\n`);

const dir = await mkdtemp(join(tmpdir(), 'posthorn-upstream-'));
const quiet = { POSTHORN_LOG_LEVEL: 'error' };
const environment = {
  ...quiet,
  POSTHORN_PORT: '0',
  POSTHORN_DATA_DIR: join(dir, 'above'),
  POSTHORN_CERTS_DIR: testCertsDir,
};
const pki = await prepareDevelopment(loadConfig(environment));
let base = async (): Promise<string> => '';
const providers = await startProviders(pki, join(dir, 'tray'), async () => (await base()) + BROKER_PATH);
const above = await startMortal({ ...environment, POSTHORN_SDP_PROVIDERS: providers.addresses });
base = () => above.url();
// Each life has another port; who is below knows one address.
let address = await above.url();
const tap = await startTap(() => address);
const below = { ...quiet, ...belowEnvironment(tap.url + BROKER_PATH, join(dir, 'below')) };
await prepareDevelopment(loadConfig(below));
const gateway = await startMortal(below);
const door = (await gateway.url()) + PATH;

const acknowledged = new Set<string>();
const til = new Map<string, Til>();
const chance = chanceOf(String(started));
const newRef = references('forsendelse', chance);
let next = 0;
async function client(): Promise<void> {
  while (next < letters) {
    const person = chance.pick(persons);
    const letter = forsendelseLetter(newRef(), next++, person);
    til.set(letter.eksternRef, tilPerson(person));
    while ((await sendBrev(door, letter).catch(() => undefined))?.status !== 200) await sleep(50);
    acknowledged.add(letter.eksternRef);
  }
}
const clients = Promise.all(Array.from({ length: CLIENTS }, client));

for (let kill = 1; kill <= kills; kill++) {
  while (acknowledged.size < (letters * kill) / (kills + 1)) await sleep(20);
  // Not at the same place in a letter's life each time.
  await sleep(chance.next() * 2_000);
  await above.kill();
  address = await above.url();
  say(`kill ${kill} of ${kills}, ${acknowledged.size} letters acknowledged`);
}
await clients;

const refs = [...acknowledged];
const end = Date.now() + DRAIN_MS;
let left = await undelivered(door, refs);
while (left.length > 0 && Date.now() < end) {
  say(`${left.length} of ${refs.length} receipts are still on their way`);
  await sleep(5_000);
  left = await undelivered(door, left);
}
const there = arrivalsOf('forsendelse', providers, (ref) => til.get(ref)).committed();
const lost = refs.filter((ref) => !there.includes(ref));
const doubled = there.filter((ref, i) => there.indexOf(ref) !== i);
const stands = await Promise.all([...lost, ...doubled, ...left].slice(0, 20).map((ref) => standOf(door, ref)));
for (const what of [...stands, ...providers.lost]) say(`look at: ${what}`);
say(
  `${refs.length} letters, ${kills} kills: ${refs.length - left.length} receipts home, ${lost.length} lost, ${doubled.length} doubled`,
);
await Promise.all([gateway.stop(), above.stop()]);
await tap.stop();
await providers.stopProviders();
await rm(dir, { recursive: true, force: true });
await clearUp();
process.exit(lost.length + doubled.length + left.length === 0 ? 0 : 1);
