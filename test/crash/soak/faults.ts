import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATH } from '../../../src/contract/forsendelse/names.js';
import { providerNames } from '../../../src/sandbox/providers/types.js';
import { authorization } from '../../support/forsendelser.js';
import type { Tap } from '../../support/tap.js';
import type { Chance } from '../chance.js';
import type { Mortal } from '../processes.js';
import type { CrashWorld } from '../world.js';

/* What goes wrong in a soak, each for a while and then no more. The first processes are left alone: they are the ones that are measured. */

export interface SoakWorld extends Pick<CrashWorld, 'servers' | 'providers' | 'base'> {
  /** May be killed. */
  readonly mortals: readonly Mortal[];
  /** Receipts come by this way. */
  readonly home: Tap;
}

type Fault = (world: SoakWorld, chance: Chance) => Promise<void>;

/** Milliseconds that a fault lasts at the most. */
const LASTS_MS = 4_000;
const HANGING_UP = 20;

const forAWhile = (chance: Chance): Promise<void> => sleep(chance.below(LASTS_MS));
const someProvider = ({ providers }: SoakWorld, chance: Chance): Tap => providers.taps[chance.pick(providerNames)];

async function hangUp(base: string): Promise<void> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname).on('error', () => socket.destroy());
  const head = [
    `POST ${PATH} HTTP/1.1`,
    `Host: ${hostname}`,
    'Content-Type: text/xml',
    `Authorization: ${authorization}`,
    'Content-Length: 100000',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">`);
  await sleep(50);
  socket.destroy();
  if (!socket.closed) await once(socket, 'close');
}

const always: Readonly<Record<string, Fault>> = {
  'a worker is killed': (world, chance) => chance.pick(world.mortals).kill(),
  'a provider refuses connections': async (world, chance) => {
    const tap = someProvider(world, chance);
    tap.dead = true;
    await forAWhile(chance);
    tap.dead = false;
  },
  'a provider hangs': async (world, chance) => {
    const tap = someProvider(world, chance);
    tap.hanging = true;
    await forAWhile(chance);
    tap.hanging = false;
  },
  'answers of a provider are damaged': async (world, chance) => {
    const tap = someProvider(world, chance);
    tap.change = (octets, direction) => (direction === 'answer' ? octets.subarray(0, octets.length / 2) : octets);
    await forAWhile(chance);
    tap.change = undefined;
  },
  'receipts come twice': async ({ home }, chance) => {
    home.twice = true;
    await forAWhile(chance);
    home.twice = false;
  },
  'receipts do not come through': async ({ home }, chance) => {
    home.dead = true;
    await forAWhile(chance);
    home.dead = false;
  },
  'clients hang up': async ({ base }) => {
    const at = await base();
    await Promise.all(Array.from({ length: HANGING_UP }, () => hangUp(at)));
  },
};

const ofTheDatabase: Readonly<Record<string, Fault>> = {
  'the database is killed': async ({ servers: [server] }, chance) => {
    await server?.kill();
    await forAWhile(chance);
    await server?.start();
  },
};

/** By what is said of them. */
export const faultsOf = ({ servers }: Pick<SoakWorld, 'servers'>): Readonly<Record<string, Fault>> =>
  servers.length === 0 ? always : { ...always, ...ofTheDatabase };
