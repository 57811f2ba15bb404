import { tekst, type Ord } from '../domain/hendelsestekst.js';
import type { Calendar, Clock, UnitOfWork } from '../domain/ports.js';
import { erGift, gjengitt, next, type Utfall } from '../domain/retry.js';
import type { Varselbestilling } from '../domain/routing/decision.js';
import type { Fakta } from '../domain/routing/facts.js';
import type { Tospraaklig } from '../domain/routing/words.js';
import type { Job, Shipment } from '../domain/shipment.js';
import type { ShipmentReads } from '../domain/shipmentPorts.js';
import type { Varselsender } from '../domain/varselPorts.js';
import { Failure } from '../errors.js';
import {
  dagtid,
  iTvil,
  taalerGjentakelse,
  taushetsfrist,
  varselAv,
  varselfrist,
  varselplan,
  type Varselplan,
  type VarselReads,
  type Varselrunde,
} from '../domain/varselrunde.js';
import { limits } from '../limits.js';
import type { Circuits } from './circuits.js';
import { isElsewhere, reason } from './reason.js';
import { happen, hendelse } from './hendelser.js';
import { audit, type PersonRegister, type Rutegrunnlag } from './shipmentDeps.js';
import { avsluttRunde, type Handling, type Videre } from './varselrunde.js';

export interface VarsleDeps {
  readonly varsler: VarselReads;
  readonly shipments: Pick<ShipmentReads, 'byId'>;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly random: () => number;
  /** As in `ShipmentDeps`. */
  readonly hashId: (personidentifikator: string) => Buffer;
  readonly register: PersonRegister;
  readonly routing: (avsender: string) => Rutegrunnlag;
  /** Null: no way is configured any more. */
  readonly sender: Varselsender | null;
  readonly circuits: Pick<Circuits, 'report'>;
  /** Told what could not be handed over, or failed here. */
  readonly failed?: (error: unknown, shipmentId: string) => void;
}

/** Whose turn a notice's is in the queue. */
const KOE = 'VARSEL';

/** Words of a gateway without what could be an address: the sender, who reads them, need not know where its recipients are notified. */
const utenAdresser = (ord: string): string => ord.replace(/\S+@\S+/g, '…').replace(/\+?\d[\d ]{5,}/g, '…');
const grunnUtenAdresser = (ord: Ord): Tospraaklig =>
  gjengitt(typeof ord === 'string' ? utenAdresser(ord) : { nb: utenAdresser(ord.nb), en: utenAdresser(ord.en) });

/** Whether another has not answered, which is no error of ours. */
const tier = (error: unknown): boolean => error instanceof Failure && isElsewhere(error.code);

/** What the rules look at while the register does not answer. */
const utenRegister = ({ routing, calendar }: VarsleDeps, { forsendelse }: Shipment): Fakta => ({
  ...routing(forsendelse.avsender),
  forsendelse,
  register: null,
  now: calendar.now(),
});

/** Who is looked up for the notices of a letter. */
const spurtOm = ({ forsendelse: { mottaker } }: Shipment): string[] => (mottaker.id === null ? [] : [mottaker.id]);

/** What the rules look at, by the register as it is now. @throws Failure UNAVAILABLE */
async function faktaOm(deps: VarsleDeps, shipment: Shipment): Promise<Fakta> {
  const ids = spurtOm(shipment);
  const { spurt, persons } = await deps.register.ask(ids, shipment.forsendelse.avsender);
  const person = persons.get(ids[0] ?? '');
  return { ...utenRegister(deps, shipment), register: { spurt, person } };
}

/** Hands one notice over. What the other side does is an outcome; an error is one that may pass. */
async function send(
  { sender, failed }: VarsleDeps,
  job: Job,
  { id: shipmentId, forsendelse }: Shipment,
  bestilling: Varselbestilling,
  igjen: boolean,
): Promise<Handling> {
  const { varslingskanal: kanal } = bestilling;
  try {
    if (erGift(job)) return { kanal, type: 'FEILET', grunn: tekst('EGEN_FEIL') };
    if (sender === null) return { kanal, type: 'FEILET', grunn: tekst('INGEN_VARSLINGSKANAL') };
    const varsel = varselAv(job.shipmentId, forsendelse.klasse, bestilling);
    const utfall = await sender.send(varsel, AbortSignal.timeout(limits.noticeHandover));
    if (utfall.type === 'sendt') return { kanal, type: 'SENDT' };
    return { kanal, type: 'FEILET', grunn: grunnUtenAdresser(utfall.grunn) };
  } catch (error) {
    failed?.(error, shipmentId);
    const values = error instanceof Failure ? error.values : {};
    if (values['uvisst'] !== undefined && !igjen) return { kanal, type: 'SENDT', tvil: 'VARSLET_UTEN_SVAR' };
    const utfall = reason(error);
    const vent = Number(values['vent'] ?? 0);
    return { kanal, type: 'UTSATT', grunn: utfall.type === 'sent' ? tekst('EGEN_FEIL') : utfall.grunn, vent };
  }
}

/** A notice of a turn: whether it may go once more when nobody knows if it has gone out, and whether that is so already. */
interface Post {
  readonly bestilling: Varselbestilling;
  readonly igjen: boolean;
  readonly tvil: boolean;
}

/**
 * The last look before a notice leaves the house, which is written down then: who finds that after a crash knows that it may have gone out. So is the look-up
 * that was made, as its sender's. Undefined: the letter is not to be notified of any more, or by another turn.
 */
const begynn = (
  deps: VarsleDeps,
  job: Job,
  shipment: Shipment,
  bestillinger: readonly Varselbestilling[],
): Promise<readonly Post[] | undefined> =>
  deps.unitOfWork(async (tx) => {
    const { sender } = deps;
    const { avsender } = shipment.forsendelse;
    const tilstand = (await tx.lockShipment(shipment.id))?.tilstand;
    const runde = await tx.lockVarsel(job);
    const spurt = { organisasjon: avsender, correlationId: job.shipmentId };
    await audit(tx, deps, spurt, avsender, 'Varsling', spurtOm(shipment));
    if (tilstand !== 'OVERLATT' || runde === undefined) return undefined;
    const poster = bestillinger.map((bestilling) => {
      const { varslingskanal: kanal } = bestilling;
      const igjen = taalerGjentakelse(runde.nummer, kanal, sender?.kjennerIgjen.has(kanal) === true);
      return { bestilling, igjen, tvil: !igjen && iTvil(runde, kanal, job) };
    });
    const naa = poster.filter(({ tvil }) => !tvil).map(({ bestilling: b }) => [b.varslingskanal, job.fence] as const);
    const overleveres: Varselrunde['overleveres'] = { ...runde.overleveres, ...Object.fromEntries(naa) };
    if (naa.length > 0) await tx.updateVarsel(runde.id, { ...runde, overleveres, utenSvar: null });
    return poster;
  });

/** Hands over what may be, and takes as sent what may have been. */
async function overlever(deps: VarsleDeps, job: Job, shipment: Shipment, poster: readonly Post[]): Promise<Handling[]> {
  const ut = poster.filter(({ tvil }) => !tvil);
  const sendt = await Promise.all(ut.map(({ bestilling, igjen }) => send(deps, job, shipment, bestilling, igjen)));
  if (sendt.length > 0)
    deps.circuits.report(
      KOE,
      sendt.some((h) => h.type === 'FEILET' || (h.type === 'SENDT' && h.tvil === undefined)),
      deps.clock.now(),
      Math.max(...sendt.map((h) => (h.type === 'UTSATT' ? (h.vent ?? 0) : 0))),
    );
  const antatt = poster.filter(({ tvil }) => tvil).map(({ bestilling: { varslingskanal: kanal } }) => kanal);
  return [...sendt, ...antatt.map((kanal) => ({ kanal, type: 'SENDT', tvil: 'VARSLET_FOER_STANS' }) as const)];
}

/** When what could not be handed over is tried again, in the daytime; undefined: there is no time left before its sender must know. */
function nesteForsoek(deps: VarsleDeps, job: Job, begynt: Date): Videre | undefined {
  const [clock, naa] = [deps.clock.now(), deps.calendar.now()];
  const utfall: Utfall = { type: 'deferred', kode: 'UNAVAILABLE', grunn: tekst('EGEN_FEIL') };
  const etter = next(utfall, job.forsoek, job.foersteForsoek, 'VARSEL', clock, deps.random());
  if ('oppgitt' in etter) return undefined;
  const tenkt = new Date(naa.getTime() + etter.neste.getTime() - clock.getTime());
  const neste = dagtid(tenkt, false);
  if (neste >= varselfrist(begynt)) return undefined;
  return neste > tenkt ? { tid: neste, etter: 'CALENDAR' } : { tid: etter.neste, etter: 'CLOCK' };
}

/** Notices that failed for the last time. */
const forgjeves = (handling: Handling): Handling =>
  handling.type === 'UTSATT' ? { ...handling, type: 'FEILET' } : handling;

/**
 * An error of our own, or a register that does not answer: the round waits, and nobody is said to be unreachable, until `taushetsfrist` has passed. Then
 * notices that the register has not answered about have failed, and an error of ours is for the operator.
 */
async function utsett(deps: VarsleDeps, job: Job, shipment: Shipment, runde: Varselrunde, error: unknown) {
  deps.failed?.(error, shipment.id);
  const [now, naa] = [deps.clock.now(), deps.calendar.now()];
  const utfall = reason(error);
  const grunn: Tospraaklig = utfall.type === 'sent' ? tekst('EGEN_FEIL') : utfall.grunn;
  const etter = next({ type: 'deferred', kode: 'UNAVAILABLE', grunn }, job.forsoek, now, 'NORMAL', now, deps.random());
  const utenSvar = runde.utenSvar ?? naa;
  const gitt = 'oppgitt' in etter || taushetsfrist(utenSvar) <= naa;
  if (gitt && tier(error)) {
    const fakta = utenRegister(deps, shipment);
    const ute = { handlinger: [], begynt: runde.begynt ?? utenSvar, videre: undefined, fakta, aarsak: 'TIER' } as const;
    return avsluttRunde(deps, job, shipment, ute);
  }
  await deps.unitOfWork(async (tx) => {
    const current = await tx.lockShipment(shipment.id);
    const locked = await tx.lockVarsel(job);
    if (current === undefined || locked === undefined) return;
    if (gitt) {
      await tx.giveUpJob(job);
      const event = hendelse('VARSLINGFEILET', now, 'NOT_NOTIFIED', tekst('VARSLING_OPPGITT', { grunn }));
      return happen(tx, deps.calendar, current, event, true);
    }
    await tx.deferJob(job, etter.neste);
    await tx.updateVarsel(runde.id, { ...locked, utenSvar });
    const event = tekst('VARSLING_UTSATT', { grunn, neste: etter.neste.toISOString() });
    await tx.appendShipmentEvent(shipment.id, hendelse('FORSOEK_UTSATT', now, 'UNAVAILABLE', event));
  });
}

/** Notifies of a letter that lies where its sender shows it. */
async function runde(
  deps: VarsleDeps,
  job: Job,
  shipment: Shipment,
  fakta: Fakta,
  begyntFoer: Date | null,
  gjort: ReadonlySet<string>,
) {
  const plan: Varselplan = varselplan(fakta);
  const igjen = plan.type === 'VARSLES' ? plan.varsler.filter((v) => !gjort.has(v.varslingskanal)) : [];
  const poster = await begynn(deps, job, shipment, igjen);
  if (poster === undefined) return void (await deps.unitOfWork((tx) => tx.endJob(job)));
  const begynt = begyntFoer ?? deps.calendar.now();
  const handlinger = await overlever(deps, job, shipment, poster);
  const venter = handlinger.some(({ type }) => type === 'UTSATT');
  const videre = venter ? nesteForsoek(deps, job, begynt) : undefined;
  await avsluttRunde(deps, job, shipment, {
    handlinger: videre === undefined ? handlinger.map(forgjeves) : handlinger,
    begynt,
    videre,
    fakta,
    aarsak: plan.type === 'VARSLES' ? 'R-22' : plan.regel,
  });
}

/**
 * One turn of one round of notices: asks the register, hands over by each way that may be used, and writes what came of it. A letter that
 * was opened meanwhile ends its rounds. What was being handed over when a turn was lost goes again with the same id where it may, and is else taken as sent.
 */
export const varsle =
  (deps: VarsleDeps) =>
  async (job: Job): Promise<void> => {
    const found = await deps.varsler.byId(job.shipmentId);
    const shipment = found && (await deps.shipments.byId(found.shipmentId));
    if (found === undefined || shipment?.tilstand !== 'OVERLATT')
      return void (await deps.unitOfWork((tx) => tx.endJob(job)));
    const naa = deps.calendar.now();
    const tidligst = dagtid(naa, found.begynt === null);
    if (tidligst > naa) return void (await deps.unitOfWork((tx) => tx.waitJob(job, tidligst)));
    const gjort = new Set(Object.keys(found.stand));
    // What fails after a notice has gone out is no reason to send it again soon: that turn is lost, and such turns are counted.
    const fakta = await faktaOm(deps, shipment).catch((error: unknown) => utsett(deps, job, shipment, found, error));
    if (fakta) await runde(deps, job, shipment, fakta, found.begynt, gjort);
  };
