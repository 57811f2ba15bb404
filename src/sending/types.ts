import type { KeyObject } from 'node:crypto';
import type { Around } from '../around.js';
import type { SharedCalendar } from '../application/calendar.js';
import type { ShipmentDeps } from '../application/shipmentDeps.js';
import type { Config } from '../config.js';
import type { Clock } from '../domain/ports.js';
import type { Leverandoer, SenderData } from '../domain/sender.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import type { Varselsender } from '../domain/varselPorts.js';
import type { Metrics } from '../http/metrics.js';
import type { Log } from '../log.js';
import type { Trust } from '../security/trust.js';
import type { Store } from '../store/index.js';
import type { Holder } from './holder.js';

export interface SendingDeps {
  readonly config: Config;
  readonly log: Log;
  readonly store: Store;
  readonly trust: Trust;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly calendar: SharedCalendar;
  readonly dataKey: KeyObject;
  readonly senders: () => SenderData;
  readonly timeIsRight: () => boolean;
  /** In [0, 1): spreads the pauses between attempts. */
  readonly random?: () => number;
  readonly around?: Around;
  /** The way out for notices; null: none, and whoever shows a letter notifies of it; absent: as it is configured. */
  readonly varselsender?: Varselsender | null;
}

/** What the parts of sending share. */
export interface Parts {
  readonly payloads: Payloads;
  readonly shipments: ShipmentDeps;
  readonly suppliers: readonly Leverandoer[];
  readonly databehandler: Holder;
}
