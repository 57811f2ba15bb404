import { sql } from 'kysely';
import type { Overleveringer } from '../domain/svarut/oppstroem.js';
import type { Backend } from './backend.js';

/** The letters that a SvarUt upstream has, until nothing more can be heard of them. */
export const overleveringer = ({ flavour, read, write }: Backend): Overleveringer => ({
  async begynn({ meldingsId, konversasjonsId, oppstroemsId, status, endret }, klar) {
    const row = {
      meldings_id: meldingsId,
      konversasjons_id: konversasjonsId,
      oppstroems_id: oppstroemsId,
      status,
      endret: endret.getTime(),
      klar: klar.getTime(),
    };
    const unlessThere = sql.raw(flavour.onDuplicate(['meldings_id'], []));
    await write((db) => db.insertInto('svarut_upstream').values(row).modifyEnd(unlessThere).execute());
  },
  async forfalte(now, antall) {
    const rows = await read((db) =>
      db
        .selectFrom('svarut_upstream')
        .selectAll()
        .where('klar', '<=', now.getTime())
        .orderBy('klar')
        .orderBy('meldings_id')
        .limit(antall)
        .execute(),
    );
    return rows.map((row) => ({
      meldingsId: row.meldings_id,
      konversasjonsId: row.konversasjons_id,
      oppstroemsId: row.oppstroems_id,
      status: row.status,
      endret: new Date(row.endret),
    }));
  },
  async sett(meldingsId, { status, endret }, klar) {
    await write(async (db) => {
      if (klar === null) {
        await db.deleteFrom('svarut_upstream').where('meldings_id', '=', meldingsId).execute();
        return;
      }
      const letter = db.updateTable('svarut_upstream').where('meldings_id', '=', meldingsId);
      await letter.set({ status, endret: endret.getTime(), klar: klar.getTime() }).execute();
    });
  },
});
