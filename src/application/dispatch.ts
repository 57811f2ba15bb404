import type { Channel } from '../domain/channel.js';
import { ordrett, tekst } from '../domain/hendelsestekst.js';
import type { Calendar, Clock, Tx, UnitOfWork } from '../domain/ports.js';
import { erGift, etter, gift, type Utfall } from '../domain/retry.js';
import { koeAv, type Beslutning, type Kanal } from '../domain/routing/decision.js';
import type { Hendelse, Job, Shipment } from '../domain/shipment.js';
import type { ShipmentReads } from '../domain/shipmentPorts.js';
import { errorText, type ErrorCode } from '../errors.js';
import type { Circuits } from './circuits.js';
import { happen, hendelse } from './hendelser.js';
import { overlat, overlatt } from './overlat.js';
import { reason } from './reason.js';
import { finnOmvei, harOmvei, omdiriger, type AvgjoerPaaNytt } from './svarut/omdiriger.js';

export interface DispatchDeps {
  readonly shipments: ShipmentReads;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly random: () => number;
  /** By what was decided. A letter for a channel that is not here any more waits for it. */
  readonly channels: ReadonlyMap<Kanal, Channel>;
  readonly decideAgain: AvgjoerPaaNytt;
  readonly circuits: Circuits;
  /** Told what our own side failed at: the history of a letter, which its sender reads, has none of it. */
  readonly failed?: (error: unknown, shipmentId: string) => void;
  /** Told what the network said of a provider, address and all. */
  readonly unreached?: (detail: string, shipmentId: string) => void;
}

/** An error of our own: the letter waits. The detail is for the log, for the sender reads the history. */
function deferred({ failed }: DispatchDeps, error: unknown, { id }: Shipment): Utfall {
  failed?.(error, id);
  return reason(error);
}

/** Decided not to be sent: the rule that said so is the reason. */
const refusal = ({ kode, spor }: Extract<Beslutning, { utfall: 'AVVIS' }>): Utfall => ({
  type: 'rejected',
  kode,
  grunn: spor.at(-1)?.tekst ?? ordrett(kode),
});

/**
 * Writes what this turn has found out, unless another has been faster: a turn whose lease ran out may still be at it, the sender may have
 * withdrawn the letter, and a provider may have answered.
 * @returns the letter as it is now; undefined when it is not to be sent any more, or as another message
 */
const agree = (
  deps: DispatchDeps,
  shipment: Shipment,
  isDone: (current: Shipment) => boolean,
  found: Pick<Shipment, 'beslutning'> | Pick<Shipment, 'pakke'>,
  event?: Hendelse,
): Promise<Shipment | undefined> =>
  deps.unitOfWork(async (tx) => {
    const current = await tx.lockShipment(shipment.id);
    if (current?.tilstand !== 'MOTTATT' || current.meldingsId !== shipment.meldingsId) return undefined;
    if (isDone(current)) return current;
    await tx.updateShipment(shipment.id, found);
    if (event !== undefined) await tx.appendShipmentEvent(shipment.id, event);
    return { ...current, ...found };
  });

/** A letter that waited is decided by the register as it is when it goes. */
const waited = ({ beslutning: b }: Shipment, now: Date): boolean =>
  b.utfall === 'SEND' && b.tidligst !== null && b.fattet < b.tidligst && b.tidligst <= now;

/** The letter with the decision in force: the one made at acceptance, or a new one where it waited. Undefined as `agree`. */
async function decided(deps: DispatchDeps, shipment: Shipment): Promise<Shipment | undefined> {
  const now = deps.calendar.now();
  if (!waited(shipment, now)) return shipment;
  const beslutning = await deps.decideAgain(shipment);
  const event = hendelse('NYTT_OPPSLAG', deps.clock.now(), null, tekst('SPURT_PAA_NYTT'));
  return agree(deps, shipment, (current) => !waited(current, now), { beslutning }, event);
}

const isPacked = ({ pakke, meldingsId }: Shipment): boolean => pakke?.meldingsId === meldingsId;

/** Makes what is handed on, and keeps it before it leaves the house: every attempt sends the same. Undefined as `agree`. */
async function prepared(deps: DispatchDeps, channel: Channel, shipment: Shipment): Promise<Shipment | undefined> {
  if (isPacked(shipment)) return shipment;
  const pakke = await channel.prepare(shipment);
  return agree(
    deps,
    shipment,
    (current) => pakke === undefined || isPacked(current),
    pakke === undefined ? {} : { pakke },
  );
}

/** Whether a provider answered as itself: an ebMS error is an answer, and a letter that nobody wants says nothing about its provider. */
export const reached = (outcome: Utfall): boolean => outcome.type !== 'deferred' || outcome.kode.startsWith('EBMS:');

/** FailedAuthentication is what a message is answered with that was damaged on its way, by an error that nobody signs: the next may arrive whole. */
export const unlessDamaged = (outcome: Utfall): Utfall =>
  outcome.type === 'rejected' && outcome.kode === 'EBMS:0101' ? { ...outcome, type: 'deferred' } : outcome;

/** Hands a letter on; undefined as `agree`. */
async function attempt(deps: DispatchDeps, shipment: Shipment): Promise<Utfall | undefined> {
  const { beslutning } = shipment;
  if (beslutning.utfall !== 'SEND') return refusal(beslutning);
  const { kanal } = beslutning;
  const channel = deps.channels.get(kanal);
  if (channel === undefined) {
    return { type: 'deferred', kode: 'CHANNEL_NOT_AVAILABLE', grunn: tekst('INGEN_KANAL', { kanal }) };
  }
  const ready = await prepared(deps, channel, shipment);
  if (ready === undefined) return undefined;
  const outcome = unlessDamaged(await channel.deliver(ready));
  if (outcome.type === 'deferred' && outcome.detalj !== undefined) deps.unreached?.(outcome.detalj, shipment.id);
  const koe = koeAv(beslutning);
  const vent = outcome.type === 'deferred' ? outcome.vent : undefined;
  if (koe !== '') deps.circuits.report(koe, reached(outcome), deps.clock.now(), vent);
  return outcome;
}

type Refusal = Extract<Utfall, { type: 'rejected' }>;
type Deferral = Extract<Utfall, { type: 'deferred' }>;

/** How a turn ends: what is done to the job, the event that tells of it, and whether the sender gets a receipt. */
interface Ending {
  readonly job: (tx: Tx) => Promise<boolean>;
  readonly event: Hendelse;
  readonly told: boolean;
  /** What its sender must know besides. */
  readonly merknad?: Hendelse;
}

/** A SvarUt letter in Altinn lies there until it is read or its time is up. */
const isNotified = ({ forsendelse, beslutning }: Shipment): boolean =>
  forsendelse.svarut !== undefined && beslutning.utfall === 'SEND' && beslutning.kanal === 'ALTINN';

/** An attempt that is made again. */
export const utsatt = ({ forsoek }: Job, { kode, grunn }: Deferral, neste: Date, now: Date): Hendelse =>
  hendelse('FORSOEK_UTSATT', now, kode, tekst('UTSATT', { forsoek, grunn, neste: neste.toISOString() }));

/** Who has taken a letter over. */
const tattOver = {
  leverandoer: tekst('TATT_OVER_AV_LEVERANDOER'),
  meldingsformidler: tekst('TATT_OVER_AV_MELDINGSFORMIDLER'),
  svarut: tekst('TATT_OVER_AV_SVARUT'),
  altinn: tekst('TATT_OVER_AV_ALTINN'),
} as const;

/** What its sender must know of a letter that was taken over all the same. */
const merknadAv = (kode: ErrorCode, now: Date): Hendelse =>
  hendelse('VARSLINGFEILET', now, kode, { nb: `${errorText(kode, 'nb')}.`, en: `${errorText(kode, 'en')}.` });

function endingOf({ clock, random }: DispatchDeps, shipment: Shipment, job: Job, outcome: Utfall): Ending {
  const now = clock.now();
  const { forsendelse } = shipment;
  if (outcome.type === 'sent') {
    const type = isNotified(shipment) ? 'VARSLET' : 'SENDT';
    const merknad = outcome.merknad && merknadAv(outcome.merknad, now);
    return {
      job: (tx) => tx.endJob(job),
      event: hendelse(type, now, null, tattOver[outcome.til ?? 'leverandoer']),
      told: false,
      ...(merknad && { merknad }),
    };
  }
  const { kode, grunn } = outcome;
  if (outcome.type === 'rejected') {
    return { job: (tx) => tx.endJob(job), event: hendelse('FEIL', now, kode, grunn), told: true };
  }
  const after = etter(outcome, job, job.foersteForsoek, forsendelse.prioritet, now, random());
  if ('oppgitt' in after) {
    return { job: (tx) => tx.giveUpJob(job), event: hendelse('OPPGITT', now, kode, after.oppgitt), told: true };
  }
  return { job: (tx) => tx.deferJob(job, after.neste), event: utsatt(job, outcome, after.neste, now), told: false };
}

/** Ends a turn in which the letter moved on; where it is to go out as another message, its job waits for that. */
const endOrWait = (tx: Tx, { tilstand, beslutning }: Shipment, job: Job, now: Date): Promise<boolean> =>
  tilstand === 'MOTTATT'
    ? tx.waitJob(job, (beslutning.utfall === 'SEND' ? beslutning.tidligst : null) ?? now)
    : tx.endJob(job);

/** Ends a turn in which nothing was sent. */
const release = (deps: DispatchDeps, job: Job): Promise<boolean> =>
  deps.unitOfWork(async (tx) => {
    const current = await tx.lockShipment(job.shipmentId);
    return current === undefined ? tx.endJob(job) : endOrWait(tx, current, job, deps.clock.now());
  });

/** How a turn ends whose letter has moved on without it: what a receipt has said stands, and a new message waits for its own turn. */
function overtaken({ clock }: DispatchDeps, current: Shipment, job: Job, outcome: Utfall): Ending {
  const type = outcome.type === 'sent' ? 'SENDT' : 'FORSOEK_UTSATT';
  const kode = outcome.type === 'sent' ? null : outcome.kode;
  return {
    job: (tx) => endOrWait(tx, current, job, clock.now()),
    event: hendelse(type, clock.now(), kode, tekst('SVARTE_FOER', { forsoek: job.forsoek })),
    told: false,
  };
}

/**
 * Writes how a turn ended. Nothing is written when the turn is no longer ours. The state is read again under lock, since a receipt may
 * have been faster than the answer that it is about.
 */
async function settle(deps: DispatchDeps, shipment: Shipment, job: Job, outcome: Utfall): Promise<void> {
  const ending = endingOf(deps, shipment, job, outcome);
  await deps.unitOfWork(async (tx) => {
    const current = await tx.lockShipment(shipment.id);
    if (current === undefined) return;
    if (current.tilstand === 'MOTTATT' && current.meldingsId === shipment.meldingsId) {
      if (!(await ending.job(tx))) return;
      await happen(tx, deps.calendar, current, ending.event, ending.told);
      const after = ending.merknad && (await tx.lockShipment(shipment.id));
      if (after && ending.merknad) await happen(tx, deps.calendar, after, ending.merknad, true);
      return;
    }
    const late = overtaken(deps, current, job, outcome);
    if (await late.job(tx)) await tx.appendShipmentEvent(current.id, late.event);
  });
}

/** The letter is its sender's to show after all. */
const handBack = (deps: DispatchDeps, shipment: Shipment, job: Job): Promise<void> =>
  deps.unitOfWork(async (tx) => {
    const current = await tx.lockShipment(shipment.id);
    if (current === undefined || !(await tx.endJob(job))) return;
    const event = hendelse('OVERLATT', deps.clock.now(), null, overlatt(current));
    await happen(tx, deps.calendar, current, event, true);
    await overlat(tx, deps.calendar, current);
  });

/** Sends a SvarUt letter another way that nobody would take this way, unless the letter has moved on meanwhile. */
async function detour(deps: DispatchDeps, shipment: Shipment, { kode, grunn }: Refusal): Promise<void> {
  const omvei = await finnOmvei(deps.decideAgain, shipment);
  await deps.unitOfWork(async (tx) => {
    const current = await tx.lockShipment(shipment.id);
    if (current?.tilstand !== 'MOTTATT' || current.meldingsId !== shipment.meldingsId) return;
    const hvorfor = { tid: deps.clock.now(), kode, tekst: tekst('AVVIST', { grunn }) };
    await omdiriger(tx, deps.calendar, current, omvei, hvorfor);
  });
}

/** What came of a turn; undefined when there was nothing left to do. */
async function turn(deps: DispatchDeps, shipment: Shipment, job: Job): Promise<Utfall | undefined> {
  const current = await decided(deps, shipment);
  if (current === undefined) return undefined;
  const { beslutning } = current;
  if (beslutning.utfall === 'SEND' && beslutning.kanal === 'PORTAL') {
    await handBack(deps, current, job);
    return undefined;
  }
  const outcome = await attempt(deps, current);
  if (outcome?.type !== 'rejected' || !harOmvei(current)) return outcome;
  await detour(deps, current, outcome);
  return undefined;
}

/** The date that the letter waits for, by the calendar that decided about it; undefined when it may go. */
function waitsFor({ calendar }: DispatchDeps, { beslutning }: Shipment): Date | undefined {
  const tidligst = beslutning.utfall === 'SEND' ? beslutning.tidligst : null;
  return tidligst !== null && tidligst > calendar.now() ? tidligst : undefined;
}

/**
 * One turn of one job: decides again where the letter has waited, hands it on, and writes what came of it. The push has the same
 * MessageId at each attempt, so a crash between the provider's answer and our commit doubles nothing.
 */
export const dispatch =
  (deps: DispatchDeps) =>
  async (job: Job): Promise<void> => {
    const shipment = await deps.shipments.byId(job.shipmentId);
    if (shipment === undefined || shipment.tilstand !== 'MOTTATT') return void (await release(deps, job));
    const date = waitsFor(deps, shipment);
    if (date !== undefined) return void (await deps.unitOfWork((tx) => tx.waitJob(job, date)));
    const outcome = erGift(job)
      ? gift
      : await turn(deps, shipment, job).catch((error: unknown) => deferred(deps, error, shipment));
    await (outcome === undefined ? release(deps, job) : settle(deps, shipment, job, outcome));
  };
