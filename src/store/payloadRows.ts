import type { Pakke } from '../domain/shipment.js';
import type { Retention, ShipmentTx } from '../domain/shipmentPorts.js';
import type { Backend, Db, Flavour } from './backend.js';
import { change } from './insert.js';
import { CALENDAR_AND_PAYLOADS } from './migrations/0005-calendar-and-payloads.js';

/*
 * A payload has a row from the commit on that gives it a reason to be there: a letter, or a receipt that somebody must look at. `ledig`
 * is null while it is needed, and then the moment of the calendar since when it is not.
 */

/** Of what belongs to no letter. */
const NO_SHIPMENT = '';

/** Notes what belongs to a letter. */
export async function notePayloads(
  db: Db,
  flavour: Flavour,
  shipmentId: string,
  refs: readonly string[],
): Promise<void> {
  const rows = refs.map(() => '(?, ?, null)').join(', ');
  const insert = `insert into payload (ref, shipment_id, ledig) values ${rows} ${flavour.onDuplicate(['ref'], [])}`;
  await change(
    db,
    insert,
    refs.flatMap((ref) => [ref, shipmentId]),
  );
}

const refsOf = ({ sbd, cms }: Pakke): string[] => (sbd === null ? [cms.ref] : [sbd.ref, cms.ref]);

/** Notes a package; the one that it replaces is no more use to anybody. */
export async function replacePackage(
  db: Db,
  flavour: Flavour,
  shipmentId: string,
  pakke: Pakke,
  old: string | null,
): Promise<void> {
  const replaced = old === null ? undefined : (JSON.parse(old) as Pakke);
  if (replaced !== undefined) {
    await db.updateTable('payload').set({ ledig: 0 }).where('ref', 'in', refsOf(replaced)).execute();
  }
  await notePayloads(db, flavour, shipmentId, refsOf(pakke));
}

/** The writes of `ShipmentTx` about payloads. */
export const payloadWrites = (
  db: Db,
  flavour: Flavour,
): Pick<ShipmentTx, 'freePayloads' | 'dropPayloads' | 'keepPayload'> => ({
  async freePayloads(shipmentId, since) {
    const rows = db.updateTable('payload').set({ ledig: since.getTime() }).where('shipment_id', '=', shipmentId);
    await rows.where('ledig', 'is', null).execute();
  },
  async dropPayloads(shipmentId) {
    await db.updateTable('payload').set({ ledig: 0 }).where('shipment_id', '=', shipmentId).execute();
  },
  keepPayload: (ref) => notePayloads(db, flavour, NO_SHIPMENT, [ref]),
});

/** What has been free for longest. */
export const freeSince = (db: Db, until: Date, limit: number) =>
  db
    .selectFrom('payload')
    .select('ref')
    .where('ledig', '<=', until.getTime())
    .orderBy('ledig')
    .orderBy('ref')
    .limit(limit);

/** As `Retention`. */
export const retention = ({ read, write }: Backend): Retention => ({
  async forget(until, limit) {
    // Read without locks: they would stand between the free and the needed, where every letter that is accepted adds its rows.
    const free = await read((db) => freeSince(db, until, limit).execute());
    if (free.length === 0) return [];
    return write(async (db) => {
      const forgotten: string[] = [];
      for (const { ref } of free) {
        const row = db.deleteFrom('payload').where('ref', '=', ref).where('ledig', '<=', until.getTime());
        if ((await row.executeTakeFirstOrThrow()).numDeletedRows === 1n) forgotten.push(ref);
      }
      return forgotten;
    });
  },
  unknown: (refs) =>
    read(async (db) => {
      if (refs.length === 0) return [];
      const rows = await db.selectFrom('payload').select('ref').where('ref', 'in', refs).execute();
      const known = new Set(rows.map(({ ref }) => ref));
      return refs.filter((ref) => !known.has(ref));
    }),
  since: () =>
    read(async (db) => {
      const row = db.selectFrom('migration').select('at').where('name', '=', CALENDAR_AND_PAYLOADS);
      return new Date((await row.executeTakeFirstOrThrow()).at);
    }),
});
