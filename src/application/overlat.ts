import { randomUUID } from 'node:crypto';
import { tekst } from '../domain/hendelsestekst.js';
import type { Calendar, Tx } from '../domain/ports.js';
import type { Tospraaklig } from '../domain/routing/words.js';
import type { Shipment } from '../domain/shipment.js';
import { rundeklar, varselId } from '../domain/varselrunde.js';

const herfra = ({ beslutning }: Pick<Shipment, 'beslutning'>): boolean =>
  beslutning.utfall === 'SEND' && beslutning.varslesHerfra === true;

/** What the history says of a letter that is handed back. */
export const overlatt = (shipment: Pick<Shipment, 'beslutning'>): Tospraaklig =>
  tekst(herfra(shipment) ? 'GITT_TILBAKE_VARSLES' : 'GITT_TILBAKE');

/** The later of now and the time from which a letter is seen. */
export const tilgjengelig = (calendar: Calendar, { forsendelse }: Pick<Shipment, 'forsendelse'>): Date => {
  const [naa, virkning] = [calendar.now(), forsendelse.virkningstidspunkt];
  return virkning !== null && virkning > naa ? virkning : naa;
};

/**
 * What follows from handing a letter back, in the transaction that does it: the first round of notices, where they are sent from here. A
 * decision's contents are kept until then, for it may have to go on paper; of all others nobody needs them any more.
 */
export async function overlat(
  tx: Pick<Tx, 'insertVarsel' | 'freePayloads'>,
  calendar: Calendar,
  shipment: Pick<Shipment, 'id' | 'forsendelse' | 'beslutning'>,
): Promise<void> {
  const { id: shipmentId, forsendelse } = shipment;
  const runde = { id: varselId(randomUUID()), shipmentId, nummer: 0 } as const;
  if (herfra(shipment)) await tx.insertVarsel(runde, rundeklar(0, tilgjengelig(calendar, shipment)), forsendelse);
  if (!herfra(shipment) || forsendelse.klasse !== 'VEDTAK') await tx.freePayloads(shipmentId, calendar.now());
}
