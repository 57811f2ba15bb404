import type { Formidling, Formidlingstilstand, Koekvittering } from '../domain/formidling.js';
import type { Videresender } from '../domain/formidlingChannel.js';
import type { FormidlingReads } from '../domain/formidlingPorts.js';
import { tekst } from '../domain/hendelsestekst.js';
import type { Calendar, Clock, Tx, UnitOfWork } from '../domain/ports.js';
import type { Feiltype } from '../domain/receipts.js';
import { erGift, etter, gift, medKode, type Utfall } from '../domain/retry.js';
import type { Hendelse, Job } from '../domain/shipment.js';
import { bokfoerFormidling } from './bokfoer.js';
import type { Circuits } from './circuits.js';
import { reached, unlessDamaged, utsatt } from './dispatch.js';
import { reason } from './reason.js';
import { hendelse } from './hendelser.js';

export interface FormidleDeps {
  readonly formidlinger: FormidlingReads;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly random: () => number;
  readonly videresender: Videresender;
  readonly circuits: Circuits;
  /** Told what our own side failed at. */
  readonly failed?: (error: unknown, id: string) => void;
}

/** How a turn ends. `tilstand` undefined: it is tried again at `neste`. */
type Ending =
  | { readonly tilstand: undefined; readonly neste: Date; readonly event: Hendelse }
  | {
      readonly tilstand: Exclude<Formidlingstilstand, 'MOTTATT'>;
      readonly event: Hendelse;
      /** What the sender is told by us. */
      readonly feil: Koekvittering | undefined;
    };

/** Errors of ebMS that are between us and the provider; all others are about what the sender has sent. */
const oursToMend: ReadonlySet<string> = new Set(['EBMS:0101', 'EBMS:0102', 'EBMS:0103']);
const feiltypeOf = (kode: string): Feiltype => (oursToMend.has(kode) ? 'SERVER' : 'KLIENT');

/** What came of a turn: a day for priority and 25 + 5 days for normal post, from when the message was taken over. */
async function endingOf(deps: FormidleDeps, formidling: Formidling, job: Job, outcome: Utfall): Promise<Ending> {
  const { clock, random, videresender } = deps;
  const now = clock.now();
  if (outcome.type === 'sent') {
    const event = hendelse('SENDT', now, null, tekst('MELDING_TATT_OVER'));
    return { tilstand: 'SENDT', event, feil: undefined };
  }
  const { kode, grunn } = outcome;
  if (outcome.type === 'rejected') {
    const feil = await videresender.feil(formidling, feiltypeOf(kode), medKode(outcome));
    return { tilstand: 'FEILET', event: hendelse('FEIL', now, kode, grunn), feil };
  }
  const after = etter(outcome, job, formidling.mottatt, formidling.mpc.prioritet, now, random());
  if ('oppgitt' in after) {
    const feil = await videresender.feil(formidling, 'SERVER', after.oppgitt);
    return { tilstand: 'FEILET', event: hendelse('OPPGITT', now, kode, after.oppgitt), feil };
  }
  return { tilstand: undefined, neste: after.neste, event: utsatt(job, outcome, after.neste, now) };
}

/** Writes an ending. @returns whether the message has come to its end */
async function write(tx: Tx, calendar: Calendar, formidling: Formidling, job: Job, ending: Ending): Promise<boolean> {
  const { id } = formidling;
  // A receipt may have been faster than the answer to the push: what the provider has said stands.
  if ((await tx.lockFormidling(id)) !== 'MOTTATT') return tx.endJob(job);
  if (ending.tilstand === undefined) {
    if (await tx.deferJob(job, ending.neste)) await tx.appendShipmentEvent(id, ending.event);
    return false;
  }
  if (!(await tx.endJob(job))) return false;
  await tx.settleFormidling(id, ending.tilstand);
  await tx.appendShipmentEvent(id, ending.event);
  if (ending.feil !== undefined) await tx.putKoekvittering(ending.feil);
  if (ending.tilstand === 'SENDT') await bokfoerFormidling(tx, calendar, formidling);
  return true;
}

async function attempt(deps: FormidleDeps, formidling: Formidling): Promise<Utfall> {
  try {
    const outcome = unlessDamaged(await deps.videresender.deliver(formidling));
    deps.circuits.report(formidling.leverandoer, reached(outcome), deps.clock.now());
    return outcome;
  } catch (error) {
    deps.failed?.(error, formidling.id);
    return reason(error);
  }
}

/**
 * One turn of one message: passes it on, and writes what came of it. The push has the same MessageId at each attempt, so a crash between
 * the provider's answer and our commit doubles nothing. The sender is told by a receipt when nobody takes it over.
 */
export const formidle =
  (deps: FormidleDeps) =>
  async (job: Job): Promise<void> => {
    const { unitOfWork } = deps;
    const formidling = await deps.formidlinger.byId(job.shipmentId);
    if (formidling === undefined) return void (await unitOfWork((tx) => tx.endJob(job)));
    const ending =
      formidling.tilstand === 'MOTTATT'
        ? await endingOf(deps, formidling, job, erGift(job) ? gift : await attempt(deps, formidling))
        : undefined;
    await unitOfWork(async (tx) => {
      const done = await (ending === undefined ? tx.endJob(job) : write(tx, deps.calendar, formidling, job, ending));
      // Nobody asks for its package any more, on any day.
      if (done) await tx.freePayloads(formidling.id, new Date(0));
    });
  };
