import { randomUUID } from 'node:crypto';
import { tekst } from '../../domain/hendelsestekst.js';
import type { Calendar, Tx } from '../../domain/ports.js';
import type { Beslutning, Kanal } from '../../domain/routing/decision.js';
import type { Hendelse, Shipment } from '../../domain/shipment.js';
import { veivalg } from '../../domain/svarut/historikk.js';
import { Failure } from '../../errors.js';
import { happen, hendelse } from '../hendelser.js';
import { kanalAv } from './noter.js';

/** Looks up and decides anew; a SvarUt letter not by way of `uten`. @throws Failure UNAVAILABLE */
export type AvgjoerPaaNytt = (shipment: Shipment, uten?: Kanal) => Promise<Beslutning>;

/** A way that failed, and what was decided instead. */
export interface Omvei {
  readonly fra: Kanal;
  readonly beslutning: Beslutning;
}

/** Whether a SvarUt letter goes another way when the one that it is on fails: from paper there is none, so that nothing is printed twice. */
export const harOmvei = (shipment: Shipment): boolean => {
  const kanal = kanalAv(shipment);
  return shipment.forsendelse.svarut !== undefined && kanal !== null && kanal !== 'UTSKRIFT';
};

/**
 * Decides where a letter goes whose way has failed.
 * @throws Failure UNAVAILABLE while the register does not answer or a channel is not set up: the letter waits for it
 */
export async function finnOmvei(avgjoer: AvgjoerPaaNytt, shipment: Shipment): Promise<Omvei> {
  const fra = kanalAv(shipment);
  if (fra === null) throw new Failure('INTERNAL', 'a letter that is on no way');
  const beslutning = await avgjoer(shipment, fra);
  if (beslutning.utfall === 'AVVIS' && beslutning.kode === 'CHANNEL_NOT_AVAILABLE')
    throw new Failure('UNAVAILABLE', 'the channel that remains is not set up');
  return { fra, beslutning };
}

/**
 * Writes that a letter goes another way, or that there is none. Its job is the caller's: where the letter is `MOTTATT` afterwards it is due.
 * @param shipment as it is under lock
 * @param grunn what happened
 * @returns whether it goes another way
 */
export async function omdiriger(
  tx: Tx,
  calendar: Calendar,
  shipment: Shipment,
  { fra, beslutning }: Omvei,
  grunn: Pick<Hendelse, 'tid' | 'kode' | 'tekst'>,
): Promise<boolean> {
  const brev = await tx.lockSvarUt(shipment.id);
  const proevd = [...new Set([...(brev?.proevd ?? []), fra])];
  await tx.updateSvarUt(shipment.id, { proevd });
  if (beslutning.utfall === 'AVVIS') {
    await tx.updateShipment(shipment.id, { beslutning });
    await tx.appendShipmentEvent(shipment.id, { ...grunn, type: 'NYTT_OPPSLAG' });
    await happen(tx, calendar, { ...shipment, beslutning }, ikkeLevert(beslutning, grunn.tid), false);
    return false;
  }
  const ny = { ...shipment, beslutning, meldingsId: randomUUID() };
  await tx.updateShipment(shipment.id, { beslutning, meldingsId: ny.meldingsId });
  await happen(tx, calendar, ny, { ...grunn, type: 'NYTT_OPPSLAG' }, false);
  await tx.appendShipmentEvent(shipment.id, { ...grunn, kode: null, type: 'NYTT_OPPSLAG', tekst: veivalg(beslutning) });
  return true;
}

const ingenDigitalVei = { nb: 'ingen digital vei', en: 'no digital way' };

/** No way is left, and the letter may not go on paper. */
export const ikkeLevert = ({ spor }: Beslutning, tid: Date): Hendelse =>
  hendelse('FEIL', tid, 'ONLY_DIGITAL', tekst('IKKE_LEVERT', { grunn: spor.at(-1)?.tekst ?? ingenDigitalVei }));
