import type { Calendar, Tx } from '../../domain/ports.js';
import type { Kanal } from '../../domain/routing/decision.js';
import type { Hendelse, Shipment } from '../../domain/shipment.js';
import { linje } from '../../domain/svarut/historikk.js';
import { lesefrist } from '../../domain/svarut/lesefrist.js';
import type { SvarUtBrev } from '../../domain/svarut/ports.js';
import { svarutStatus } from '../../domain/svarut/status.js';

export const kanalAv = ({ beslutning }: Pick<Shipment, 'beslutning'>): Kanal | null =>
  beslutning.utfall === 'SEND' ? beslutning.kanal : null;

/** What a letter's state says of it: its status, until when it may be unread, and which system it waits for. */
function foelger(brev: SvarUtBrev, { tilstand, beslutning }: Shipment, calendar: Calendar) {
  const kanal = kanalAv({ beslutning });
  const venter = tilstand === 'SENDT' && kanal === 'SVARINN' && beslutning.utfall === 'SEND';
  // A letter that goes another way keeps its status until it has gone there, so that a status never goes back.
  const paaNytt = tilstand === 'MOTTATT' && brev.proevd.length > 0;
  return {
    status: paaNytt ? brev.status : svarutStatus(tilstand, kanal),
    frist: tilstand === 'VARSLET' ? (brev.frist ?? lesefrist(calendar.now(), brev.lesetimer)) : null,
    mottakersystem: venter ? beslutning.leverandoer : null,
  };
}

/** Writes an event of a SvarUt letter as its sender reads it, and what follows from the state that it led to: `shipment` is in it. */
export async function noter(tx: Tx, calendar: Calendar, shipment: Shipment, event: Hendelse): Promise<void> {
  const brev = await tx.lockSvarUt(shipment.id);
  if (brev === undefined) return tx.appendShipmentEvent(shipment.id, event);
  await tx.appendShipmentEvent(shipment.id, linje(event, kanalAv(shipment), brev));
  const ny = foelger(brev, shipment, calendar);
  const statusEndret = ny.status === brev.status ? brev.statusEndret : event.tid;
  await tx.updateSvarUt(shipment.id, { ...ny, statusEndret });
}
