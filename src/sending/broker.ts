import type { Circuits } from '../application/circuits.js';
import { formidle } from '../application/formidle.js';
import { hentFraKoe } from '../application/hentFraKoe.js';
import { kvitteringTilAvsender } from '../application/kvitteringTilAvsender.js';
import { mottaKvittering, type KvitteringDeps } from '../application/mottaKvittering.js';
import { createPullPace } from '../application/pullPace.js';
import { kanFormidle, kanHente, taImotMelding } from '../application/taImotMelding.js';
import type { Config } from '../config.js';
import { documentText } from '../contract/sdp/stored.js';
import { erFormidling } from '../domain/formidling.js';
import { erVarsel } from '../domain/varselrunde.js';
import type { Videresender } from '../domain/formidlingChannel.js';
import type { Calendar, Clock } from '../domain/ports.js';
import type { BraktKvittering } from '../domain/receipts.js';
import type { Leverandoer, SenderData } from '../domain/sender.js';
import type { Job } from '../domain/shipment.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { meldingsformidler } from '../http/meldingsformidler.js';
import type { Metrics } from '../http/metrics.js';
import type { SoapHandler } from '../http/server.js';
import type { Log } from '../log.js';
import type { SigningKey } from '../security/sign.js';
import type { Trust } from '../security/trust.js';
import type { Store } from '../store/index.js';

/* The broker put together: its door, and its turns in the one queue. */

export interface BrokerWiring {
  readonly config: Pick<Config, 'maxPackage' | 'throttlePulls'>;
  readonly store: Store;
  readonly trust: Trust;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly senders: () => SenderData;
  readonly timeIsRight: () => boolean;
}

export interface BrokerParts {
  readonly payloads: Payloads;
  readonly suppliers: readonly Leverandoer[];
  readonly databehandler: { readonly organisasjonsnummer: string };
  readonly broker: { readonly organisasjonsnummer: string; readonly key: SigningKey };
  readonly decideAgain: KvitteringDeps['decideAgain'];
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

/** Receipts of letters of our own come home to the letter; all others wait for whoever sent what they are about. */
function receiptsOf({ store, clock, calendar, senders }: BrokerWiring, { databehandler, decideAgain }: BrokerParts) {
  const { shipments, formidlinger, unitOfWork } = store;
  const ours = mottaKvittering({ shipments, unitOfWork, clock, calendar, decideAgain });
  const theirs = kvitteringTilAvsender({ formidlinger, unitOfWork, clock, calendar, senders });
  return async (kvittering: BraktKvittering): Promise<boolean> =>
    (kvittering.mottaker === databehandler.organisasjonsnummer && (await ours(kvittering))) || theirs(kvittering);
}

/** The door of the broker. */
export function brokerDoor(deps: BrokerWiring, parts: BrokerParts): SoapHandler {
  const { config, store, trust, clock, metrics, timeIsRight, senders } = deps;
  const { payloads, suppliers, databehandler, broker } = parts;
  const { unitOfWork } = store;
  return meldingsformidler({
    verifyDeps: { trust, clock },
    metrics,
    timeIsRight,
    broker,
    databehandler: databehandler.organisasjonsnummer,
    leverandoerer: suppliers,
    payloads,
    maxPackage: config.maxPackage,
    kanFormidle: kanFormidle({ senders, clock }),
    kanHente: kanHente({ senders, clock }),
    taImot: taImotMelding({ unitOfWork, clock, payloads }),
    motta: receiptsOf(deps, parts),
    keep: async (document) => {
      const { ref } = await payloads.put(once(documentText(document)));
      await unitOfWork((tx) => tx.keepPayload(ref));
      return ref;
    },
    hent: hentFraKoe({ formidlinger: store.formidlinger, unitOfWork, clock }),
    pace: createPullPace(),
    throttle: config.throttlePulls,
  });
}

export interface TurnDeps extends Pick<BrokerWiring, 'store' | 'clock' | 'calendar'> {
  readonly log: Log;
  readonly random: () => number;
  readonly circuits: Circuits;
  readonly videresender: Videresender;
}

/** What a worker does with a job: messages that are passed on are told apart from letters, which `letters` does, and from notices, which `notices` does. */
export function turns(
  deps: TurnDeps,
  letters: (job: Job) => Promise<void>,
  notices: (job: Job) => Promise<void>,
): (job: Job) => Promise<void> {
  const { store, log, ...rest } = deps;
  const passOn = formidle({
    ...rest,
    formidlinger: store.formidlinger,
    unitOfWork: store.unitOfWork,
    failed: (error, id) => log.error('a message waits, for something here failed', { error, id }),
  });
  return (job) => {
    if (erVarsel(job.shipmentId)) return notices(job);
    return erFormidling(job.shipmentId) ? passOn(job) : letters(job);
  };
}
