import type { Kvittering } from '../domain/shipment.js';
import type { Queue, ShipmentTx } from '../domain/shipmentPorts.js';
import type { Backend, Db, Flavour } from './backend.js';
import { lockFree, takeBatch } from './queue.js';
import { eventOf, eventRow } from './shipments.js';

/** As `Queue.leaseReceipts`. */
export const leaseReceipts =
  ({ flavour, read, write }: Backend): Queue['leaseReceipts'] =>
  (avsender, prioritet, now, leaseMs, limit) =>
    takeBatch(
      (beaten: readonly number[]) =>
        read(async (db) => {
          const rows = await db
            .selectFrom('receipt')
            .select('nr')
            .where('avsender', '=', avsender)
            .where('prioritet', '=', prioritet)
            .where('leased_until', '<=', now.getTime())
            .$if(beaten.length > 0, (query) => query.where('nr', 'not in', beaten))
            .orderBy('nr')
            .limit(limit)
            .execute();
          return rows.map(({ nr }) => nr);
        }),
      (candidates) => write((db) => lease(db, flavour, candidates, now, leaseMs)),
    );

/** Leases those of the candidates that are still free; the update decides. */
async function lease(
  db: Db,
  flavour: Flavour,
  candidates: readonly number[],
  now: Date,
  leaseMs: number,
): Promise<Kvittering[]> {
  const rows = await lockFree(db, flavour, 'receipt', candidates);
  const won: Kvittering[] = [];
  for (const row of rows) {
    const { numUpdatedRows } = await db
      .updateTable('receipt')
      .set({ leased_until: now.getTime() + leaseMs })
      .where('nr', '=', row.nr)
      .where('leased_until', '<=', now.getTime())
      .executeTakeFirstOrThrow();
    const { id, shipment_id: shipmentId, avsender, prioritet } = row;
    if (numUpdatedRows === 1n) won.push({ id, shipmentId, avsender, prioritet, hendelse: eventOf(row) });
  }
  return won;
}

/** The writes of `ShipmentTx` about receipts. */
export const receiptWrites = (db: Db): Pick<ShipmentTx, 'putReceipt' | 'confirmReceipt'> => ({
  async putReceipt({ id, shipmentId, avsender, prioritet, hendelse }) {
    const row = { id, shipment_id: shipmentId, avsender, prioritet, leased_until: 0, ...eventRow(hendelse) };
    await db.insertInto('receipt').values(row).execute();
  },
  async confirmReceipt(avsender, id) {
    const receipt = db.deleteFrom('receipt').where('id', '=', id).where('avsender', '=', avsender);
    return (await receipt.executeTakeFirstOrThrow()).numDeletedRows === 1n;
  },
});
