import { sql } from 'kysely';
import type { Overleveringer, Overlevert } from '../domain/overlevering.js';
import type { Backend } from './backend.js';
import type { OverleveringRow } from './schema.js';

const rowOf = <S extends string>(letter: Overlevert<S>, klar: Date): OverleveringRow => ({
  meldings_id: letter.meldingsId,
  konversasjons_id: letter.konversasjonsId,
  oppstroems_id: letter.oppstroemsId,
  status: letter.status,
  endret: letter.endret.getTime(),
  klar: klar.getTime(),
  spurt: letter.endret.getTime(),
});

/** `S`: what the service says is all that is written there. */
const letterOf = <S extends string>(row: OverleveringRow): Overlevert<S> => ({
  meldingsId: row.meldings_id,
  konversasjonsId: row.konversasjons_id,
  oppstroemsId: row.oppstroems_id,
  status: row.status as S | null,
  endret: new Date(row.endret),
});

/** The letters that a service has which is asked about them, until nothing more can be heard of them. */
export const overleveringer = <S extends string>(
  { flavour, read, write }: Backend,
  tabell: 'svarut_upstream' | 'altinn',
): Overleveringer<S> => ({
  async begynn(letter, klar) {
    const unlessThere = sql.raw(flavour.onDuplicate(['meldings_id'], []));
    await write((db) => db.insertInto(tabell).values(rowOf(letter, klar)).modifyEnd(unlessThere).execute());
  },
  async forfalte(now, antall) {
    const rows = await read((db) =>
      db
        .selectFrom(tabell)
        .selectAll()
        .where('klar', '<=', now.getTime())
        .orderBy('klar')
        .orderBy('meldings_id')
        .limit(antall)
        .execute(),
    );
    return rows.map(letterOf<S>);
  },
  async sett(meldingsId, { status, endret }, klar, spurt) {
    await write(async (db) => {
      if (klar === null) {
        await db.deleteFrom(tabell).where('meldings_id', '=', meldingsId).execute();
        return;
      }
      const asked = spurt === null ? {} : { spurt: spurt.getTime() };
      const change = { status, endret: endret.getTime(), klar: klar.getTime(), ...asked };
      await db.updateTable(tabell).set(change).where('meldings_id', '=', meldingsId).execute();
    });
  },
  async sistSpurt(meldingsId) {
    const row = await read((db) =>
      db.selectFrom(tabell).select('spurt').where('meldings_id', '=', meldingsId).executeTakeFirst(),
    );
    return row && new Date(row.spurt);
  },
  async haster(meldingsId, now) {
    const klar = now.getTime();
    await write((db) =>
      db.updateTable(tabell).set({ klar }).where('meldings_id', '=', meldingsId).where('klar', '>', klar).execute(),
    );
  },
});
