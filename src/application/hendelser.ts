import { randomUUID } from 'node:crypto';
import type { Calendar, Tx } from '../domain/ports.js';
import type { Tospraaklig } from '../domain/routing/words.js';
import type { Hendelse, Hendelsestype, Shipment } from '../domain/shipment.js';
import { frigir, transition } from '../domain/transitions.js';
import { bokfoer } from './bokfoer.js';
import { noter } from './svarut/noter.js';

export const hendelse = (type: Hendelsestype, tid: Date, kode: string | null, tekst: Tospraaklig): Hendelse => ({
  type,
  tid,
  kode,
  tekst,
});

/** Writes an event, what it leads to and costs, and a receipt for the sender, unless it asks for its letters by SvarUt. */
export async function happen(
  tx: Tx,
  calendar: Calendar,
  shipment: Shipment,
  event: Hendelse,
  told: boolean,
): Promise<void> {
  const { id, tilstand, forsendelse } = shipment;
  const { avsender, prioritet, svarut } = forsendelse;
  const to = transition(tilstand, event.type);
  if (svarut === undefined) await tx.appendShipmentEvent(id, event);
  else await noter(tx, calendar, { ...shipment, tilstand: to ?? tilstand }, event);
  await bokfoer(tx, calendar, shipment, event.type);
  if (to !== undefined && to !== tilstand) await tx.updateShipment(id, { tilstand: to });
  if (to !== undefined && frigir(to, event.type)) await tx.freePayloads(id, calendar.now());
  if (told && svarut === undefined)
    await tx.putReceipt({ id: randomUUID(), shipmentId: id, avsender, prioritet, hendelse: event });
}
