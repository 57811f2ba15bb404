import { plain } from '../around.js';
import { createCircuits, type Circuits } from '../application/circuits.js';
import { createShares } from '../application/shares.js';
import { dispatch } from '../application/dispatch.js';
import { givingUpPoison } from '../application/poison.js';
import type { ShipmentDeps } from '../application/shipmentDeps.js';
import { varsle } from '../application/varsle.js';
import { videresending, type ChannelDeps } from '../channels/registry.js';
import type { Channel } from '../domain/channel.js';
import type { Kanal } from '../domain/routing/decision.js';
import type { Job } from '../domain/shipment.js';
import { holding } from '../held.js';
import { startWorker, type Worker } from '../worker.js';
import { turns } from './broker.js';
import { decideAgain } from './shipments.js';
import { leaseFor } from './lease.js';
import type { SendingDeps } from './types.js';

/** Letters that a process hands on at once, and so the most by half of them to one provider. */
const CONCURRENCY = 32;

/** Sends the notices that the gateway sends itself. */
const noticesOf = (
  { store, log, random = Math.random, varselsender = null }: SendingDeps,
  shipments: ShipmentDeps,
  circuits: Circuits,
): ((job: Job) => Promise<void>) =>
  varsle({
    ...shipments,
    varsler: store.varsler,
    unitOfWork: store.unitOfWork,
    random,
    sender: varselsender,
    circuits,
    failed: (error, shipmentId) => log.error('a notice waits, for something here failed', { error, shipmentId }),
  });

/** Hands on letters by the channels that there are. */
const lettersOf = (
  { store, clock, calendar, log, random = Math.random }: SendingDeps,
  shipments: ShipmentDeps,
  channels: ReadonlyMap<Kanal, Channel>,
  circuits: Circuits,
): ((job: Job) => Promise<void>) =>
  dispatch({
    shipments: store.shipments,
    unitOfWork: store.unitOfWork,
    clock,
    calendar,
    random,
    channels,
    decideAgain: decideAgain(shipments, store.svarut),
    circuits,
    failed: (error, shipmentId) => log.error('a letter waits, for something here failed', { error, shipmentId }),
    unreached: (detail, shipmentId) =>
      log.warn('a letter waits, for its provider cannot be reached', { detail, shipmentId }),
  });

/** Hands on the letters whose time has come. */
export function workerOf(
  deps: SendingDeps,
  shipments: ShipmentDeps,
  all: ReadonlyMap<Kanal, Channel>,
  channelDeps: ChannelDeps,
): Worker {
  const { config, store, clock, calendar, log, timeIsRight, random = Math.random, around = plain } = deps;
  const leaseMs = leaseFor(config, around.leaseMs);
  const circuits = createCircuits();
  const shares = createShares(() => worker.wake());
  const held = {
    leaseMs,
    // By a clock that has jumped the lease would end at once, or hours later.
    renew: async (job: Job) => !timeIsRight() || store.queue.hold(job, new Date(clock.now().getTime() + leaseMs)),
    failed: (error: unknown) => log.warn('a letter that takes long may be begun by another process too', { error }),
  };
  const worker = startWorker<Job>({
    claim: async (limit) => {
      // By a clock that has jumped lifetimes would be over, and leases of those who are at work.
      if (!timeIsRight()) return [];
      const now = clock.now();
      const most = (leverandoer: string | null) => (leverandoer === null ? Infinity : circuits.most(leverandoer, now));
      return store.queue.claim(now, leaseMs, limit, shares.room(limit, most), calendar.ahead());
    },
    run: shares.counting(
      holding(
        held,
        givingUpPoison(
          {
            unitOfWork: store.unitOfWork,
            gaveUp: (error, id) => log.error('a letter is given up, for it cannot be read', { error, id }),
          },
          turns(
            { store, clock, calendar, log, random, circuits, videresender: videresending(channelDeps) },
            lettersOf(deps, shipments, all, circuits),
            noticesOf(deps, shipments, circuits),
          ),
        ),
      ),
    ),
    failed: (error) => log.error('a letter could not be handled; it is tried again when its lease ends', { error }),
    concurrency: CONCURRENCY,
    pollMs: around.pollMs,
  });
  return worker;
}
