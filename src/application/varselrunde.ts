import { randomUUID } from 'node:crypto';
import { tekst, type Tekstkode } from '../domain/hendelsestekst.js';
import type { Calendar, Clock, Tx, UnitOfWork } from '../domain/ports.js';
import { decide } from '../domain/routing/decide.js';
import type { Fakta } from '../domain/routing/facts.js';
import { gjentas, type Varslingskanal } from '../domain/routing/notices.js';
import type { Tospraaklig } from '../domain/routing/words.js';
import type { Job, Shipment } from '../domain/shipment.js';
import { rundeklar, varselId, type Hindring, type Varselrunde } from '../domain/varselrunde.js';
import { bokfoerSms } from './bokfoer.js';
import { limits } from '../limits.js';
import { happen, hendelse } from './hendelser.js';
import { tilgjengelig } from './overlat.js';

/** What came of handing one notice over. */
export type Handling = { readonly kanal: Varslingskanal } &
  /** `tvil`: why nobody knows whether it was, though it is taken as sent. */
  (
    | { readonly type: 'SENDT'; readonly tvil?: 'VARSLET_UTEN_SVAR' | 'VARSLET_FOER_STANS' }
    | { readonly type: 'FEILET'; readonly grunn: Tospraaklig }
    /** `vent`: milliseconds for which the other side asks to be left alone. */
    | { readonly type: 'UTSATT'; readonly grunn: Tospraaklig; readonly vent?: number }
  );

/** When the round goes on, by which of the two times. */
export interface Videre {
  readonly tid: Date;
  readonly etter: 'CLOCK' | 'CALENDAR';
}

/** How a turn of a round has gone. */
export interface Forloep {
  readonly handlinger: readonly Handling[];
  readonly begynt: Date;
  /** Undefined: the round has ended. */
  readonly videre: Videre | undefined;
  readonly fakta: Fakta;
  /** Why nobody has been notified, where nobody has; 'TIER': the register has not answered. */
  readonly aarsak: Aarsak;
}

export type Aarsak = Hindring | 'TIER';

interface Deps {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly calendar: Calendar;
}

const navn: Readonly<Record<Varslingskanal, Tospraaklig>> = {
  EPOST: { nb: 'e-post', en: 'e-mail' },
  SMS: { nb: 'SMS', en: 'SMS' },
};

const grunner: Readonly<Record<Aarsak, Tekstkode>> = {
  'R-02': 'UVARSLET_INGEN_ADRESSE',
  'R-03': 'UVARSLET_FORELDET',
  'R-05': 'UVARSLET_UKJENT',
  'R-12': 'UVARSLET_RESERVERT',
  'R-20': 'UVARSLET_IKKE_BEDT_OM',
  'R-22': 'UVARSLET_NAADDE_IKKE',
  TIER: 'UVARSLET_REGISTERET_TIER',
};

const grunnTil = (aarsak: Aarsak): Tospraaklig => tekst(grunner[aarsak], { dager: limits.noticeSilence });

/** Writes what came of one notice: the event, what it costs, and of a failure the one receipt. */
async function skriv(tx: Tx, deps: Deps, shipment: Shipment, runde: Varselrunde, h: Handling, videre?: Videre) {
  const [now, kanal] = [deps.clock.now(), navn[h.kanal]];
  const gjentatt = runde.nummer === 1;
  if (h.type === 'SENDT') {
    if (h.kanal === 'SMS') await bokfoerSms(tx, deps.calendar, shipment, gjentatt);
    const sagt = tekst(h.tvil ?? (gjentatt ? 'VARSLET_IGJEN' : 'VARSLET'), { kanal });
    return happen(tx, deps.calendar, shipment, hendelse('VARSLET', now, h.kanal, sagt), false);
  }
  const { grunn } = h;
  if (h.type === 'FEILET') {
    const feilet = hendelse('VARSLINGFEILET', now, h.kanal, tekst('VARSEL_FEILET', { kanal, grunn }));
    return happen(tx, deps.calendar, shipment, feilet, true);
  }
  const utsatt = tekst('VARSEL_UTSATT', { kanal, grunn, neste: videre?.tid.toISOString() ?? '' });
  return tx.appendShipmentEvent(shipment.id, hendelse('FORSOEK_UTSATT', now, h.kanal, utsatt));
}

/** A letter whose recipient nobody has reached: its sender is told, and it goes on paper where the sender wants that. */
async function uvarslet(tx: Tx, { clock, calendar }: Deps, shipment: Shipment, { fakta, aarsak }: Forloep) {
  const { id, forsendelse } = shipment;
  const vedtak = forsendelse.klasse === 'VEDTAK';
  const now = clock.now();
  const papir = vedtak && fakta.policy.papirUtenVarsel === true ? decide({ ...fakta, uvarslet: true }) : undefined;
  const sagt = tekst('IKKE_VARSLET', { regel: aarsak === 'TIER' ? 'R-22' : aarsak, grunn: grunnTil(aarsak) });
  await happen(tx, calendar, shipment, hendelse('VARSLINGFEILET', now, 'NOT_NOTIFIED', sagt), vedtak);
  if (papir?.utfall !== 'SEND') {
    const hvorfor = papir?.spor.at(-1)?.tekst;
    if (hvorfor !== undefined)
      await tx.appendShipmentEvent(id, hendelse('VARSLINGFEILET', now, 'NOT_NOTIFIED', hvorfor));
    return tx.freePayloads(id, calendar.now());
  }
  await tx.updateShipment(id, { beslutning: papir, meldingsId: randomUUID() });
  const event = hendelse('NYTT_OPPSLAG', now, 'NOT_NOTIFIED', tekst('PAPIR_UTEN_VARSEL'));
  await happen(tx, calendar, { ...shipment, beslutning: papir }, event, false);
  await tx.retryJob(id, now);
}

/** Orders the repeat, a week after the letter could be read and its recipient was told of it. */
const bestillNytt = (tx: Tx, calendar: Calendar, { id: shipmentId, ...shipment }: Shipment): Promise<void> => {
  const klar = rundeklar(1, tilgjengelig(calendar, shipment));
  return tx.insertVarsel({ id: varselId(randomUUID()), shipmentId, nummer: 1 }, klar, shipment.forsendelse);
};

/** Writes how a turn has ended, with everything that follows from it; nothing when the turn is no longer ours. */
export const avsluttRunde = (deps: Deps, job: Job, judged: Shipment, forloep: Forloep): Promise<void> =>
  deps.unitOfWork(async (tx) => {
    const shipment = await tx.lockShipment(judged.id);
    const runde = await tx.lockVarsel(job);
    if (shipment === undefined || runde === undefined) return;
    const { handlinger, begynt, videre } = forloep;
    for (const handling of handlinger) await skriv(tx, deps, shipment, runde, handling, videre);
    const avgjort = handlinger.flatMap((h) => (h.type === 'UTSATT' ? [] : [[h.kanal, h.type] as const]));
    const stand: Varselrunde['stand'] = { ...runde.stand, ...Object.fromEntries(avgjort) };
    const overleveres = Object.fromEntries(
      Object.entries(runde.overleveres).filter(([kanal]) => !handlinger.some((h) => h.kanal === kanal)),
    );
    await tx.updateVarsel(runde.id, { begynt, stand, overleveres, utenSvar: null });
    const sendt = Object.values(stand).includes('SENDT');
    const liggerDer = shipment.tilstand === 'OVERLATT';
    const flere = liggerDer && runde.nummer === 0 && gjentas(shipment.forsendelse);
    if (sendt && flere && !Object.values(runde.stand).includes('SENDT')) await bestillNytt(tx, deps.calendar, shipment);
    if (videre?.etter === 'CLOCK') return void (await tx.deferJob(job, videre.tid));
    if (videre !== undefined) return void (await tx.waitJob(job, videre.tid));
    await tx.endJob(job);
    if (!sendt && liggerDer) return uvarslet(tx, deps, shipment, forloep);
    if (forloep.aarsak === 'TIER') {
      const endt = tekst('VARSLING_ENDT', { grunn: grunnTil('TIER') });
      await tx.appendShipmentEvent(shipment.id, hendelse('VARSLINGFEILET', deps.clock.now(), null, endt));
    }
    if (!flere) await tx.freePayloads(shipment.id, deps.calendar.now());
  });
