import type { Formidling } from '../domain/formidling.js';
import { formidlet, grunnlagAv, kanKoste, maanedAv, posteringer, varslet, type Ledgerlinje } from '../domain/ledger.js';
import type { Calendar, Tx } from '../domain/ports.js';
import type { Hendelsestype, Shipment } from '../domain/shipment.js';

type Hvem = Pick<Ledgerlinje, 'shipmentId' | 'avsender' | 'kostnadskode' | 'prisdato'>;

/** What a line says of whom it is about and when it is written. */
const linje = (calendar: Calendar, hvem: Hvem) => {
  const bokfoert = calendar.now();
  return { ...hvem, bokfoert, maaned: maanedAv(bokfoert) };
};

/** Writes what an event of a letter costs, in the event's own transaction; the letter is locked. What it has been charged for stays as it is. */
export async function bokfoer(tx: Tx, calendar: Calendar, shipment: Shipment, type: Hendelsestype): Promise<void> {
  const { id, forsendelse, beslutning, pakke } = shipment;
  if (!kanKoste(type)) return;
  const liste = await tx.priceList(forsendelse.avsender);
  const grunnlag = grunnlagAv(forsendelse, pakke);
  const koster = posteringer(type, beslutning, grunnlag, liste);
  if (koster.length === 0) return;
  const { avsender, kostnadskode } = forsendelse;
  const felles = linje(calendar, { shipmentId: id, avsender, kostnadskode, prisdato: beslutning.fattet });
  const charged = await tx.charged(id);
  for (const { post, leverandoer, teller, oere } of koster)
    if (!charged.has(post)) await tx.charge({ ...felles, post, leverandoer }, teller, oere);
}

/** Writes what a notice by SMS costs that was sent from here, in the event's own transaction; the letter is locked. */
export async function bokfoerSms(tx: Tx, calendar: Calendar, shipment: Shipment, gjentatt: boolean): Promise<void> {
  const { id: shipmentId, forsendelse, beslutning } = shipment;
  const { avsender, kostnadskode } = forsendelse;
  if (beslutning.utfall !== 'SEND') return;
  const { post, leverandoer, teller, oere } = varslet(beslutning, gjentatt, await tx.priceList(avsender));
  const hvem = { shipmentId, avsender, kostnadskode, prisdato: beslutning.fattet };
  await tx.charge({ ...linje(calendar, hvem), post, leverandoer }, teller, oere);
}

/** Writes what a message of another costs that a provider has taken over from the broker: the body whose letter it is is charged. */
export async function bokfoerFormidling(
  tx: Tx,
  calendar: Calendar,
  { id, regning }: Pick<Formidling, 'id' | 'regning'>,
): Promise<void> {
  if (regning === null) return;
  const at = calendar.now();
  const { post, leverandoer, teller, oere } = formidlet(at, await tx.priceList(regning.avsender));
  const hvem = { shipmentId: id, ...regning, prisdato: at };
  await tx.charge({ ...linje(calendar, hvem), post, leverandoer }, teller, oere);
}
