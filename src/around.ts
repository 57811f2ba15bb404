import type { Channel } from './domain/channel.js';
import type { Kanal } from './domain/routing/decision.js';
import type { Payloads } from './domain/shipmentPorts.js';
import type { Store } from './store/index.js';

/** What a composition root puts around the ports of a gateway before its use cases get them. */
export interface Around {
  readonly store: (store: Store) => Store;
  readonly payloads: (payloads: Payloads) => Payloads;
  readonly channel: (channel: Channel) => Channel;
  /** Channels that an installation does not have of itself. */
  readonly besides?: ReadonlyMap<Kanal, Channel>;
  /** Milliseconds that a worker holds a job; what a dead one held is taken up again after that. */
  readonly leaseMs: number;
  /** Milliseconds that a worker rests when it has found nothing and nobody wakes it. */
  readonly pollMs: number;
}

const same = <T>(port: T): T => port;

/** The ports as they are. */
export const plain: Around = { store: same, payloads: same, channel: same, leaseMs: 60_000, pollMs: 500 };
