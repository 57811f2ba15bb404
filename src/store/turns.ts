import { sql } from 'kysely';
import type { Turer } from '../domain/kvitteringskilde.js';
import type { Backend, Db } from './backend.js';

const find = (db: Db, navn: string) => db.selectFrom('turn').selectAll().where('navn', '=', navn).executeTakeFirst();

/** The schedule of what is fetched. As with jobs, the update by the fence decides, also between the nodes of a cluster. */
export const turns = ({ flavour, read, write }: Backend): Turer => ({
  async ta(navn, now, leaseMs) {
    const seen = await read((db) => find(db, navn));
    if (seen !== undefined && seen.klar > now.getTime()) return undefined;
    return write(async (db) => {
      const fresh = { navn, klar: 0, feil: 0, fence: 0 };
      const unlessThere = sql.raw(flavour.onDuplicate(['navn'], []));
      if (seen === undefined) await db.insertInto('turn').values(fresh).modifyEnd(unlessThere).execute();
      const { fence, feil } = (await find(db, navn)) ?? fresh;
      const { numUpdatedRows } = await db
        .updateTable('turn')
        .set({ fence: fence + 1, klar: now.getTime() + leaseMs })
        .where('navn', '=', navn)
        .where('fence', '=', fence)
        .where('klar', '<=', now.getTime())
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n ? { navn, feil, fence: fence + 1 } : undefined;
    });
  },
  async avslutt({ navn, fence }, neste, feil) {
    await write(async (db) => {
      const ours = db.updateTable('turn').where('navn', '=', navn).where('fence', '=', fence);
      await ours.set({ klar: neste.getTime(), feil, fence: fence + 1 }).execute();
    });
  },
});
