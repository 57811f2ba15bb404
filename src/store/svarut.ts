import { sql } from 'kysely';
import type { SvarUtReads, SvarUtTx } from '../domain/svarut/ports.js';
import type { Backend, Db, Flavour } from './backend.js';
import type { SvarUtRow } from './schema.js';
import type { Seal } from './sealed.js';
import { brevOf, brevRow, kontoOf, kontoRow, proevdText, reservasjonOf, sealedReader, systemOf } from './svarutRows.js';

/** Letters whose time is up; the index answers. */
const fristUte = (db: Db, now: Date, etter: { shipmentId: string; frist: Date } | undefined, antall: number) =>
  db
    .selectFrom('svarut')
    .select(['shipment_id', 'frist'])
    .where('frist', '<=', now.getTime())
    .$if(etter !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb('frist', '>', etter?.frist.getTime() ?? 0),
          eb.and([eb('frist', '=', etter?.frist.getTime() ?? 0), eb('shipment_id', '>', etter?.shipmentId ?? '')]),
        ]),
      ),
    )
    .orderBy('frist')
    .orderBy('shipment_id')
    .limit(antall);

type PartyReads = Pick<SvarUtReads, 'mottakersystemer' | 'kontoer' | 'konto' | 'forsendelseTyper'>;

/** Reads about who sends and who receives. */
const partyReads = (read: Backend['read']): PartyReads => ({
  mottakersystemer: (orgnr) =>
    read(async (db) => {
      const rows = db.selectFrom('mottakersystem').selectAll().orderBy('mottakerid');
      return (await (orgnr === undefined ? rows : rows.where('orgnr', '=', orgnr)).execute()).map(systemOf);
    }),
  kontoer: () =>
    read(async (db) => (await db.selectFrom('svarut_konto').selectAll().orderBy('brukernavn').execute()).map(kontoOf)),
  konto: (brukernavn) =>
    read(async (db) => {
      const rows = db.selectFrom('svarut_konto').selectAll().where('brukernavn', '=', brukernavn);
      const row = await rows.executeTakeFirst();
      return row === undefined ? undefined : kontoOf(row);
    }),
  forsendelseTyper: () =>
    read(async (db) =>
      (await db.selectFrom('svarut_type').select('navn').orderBy('navn').execute()).map((r) => r.navn),
    ),
});

type OperatorReads = Pick<SvarUtReads, 'soek' | 'statistikk' | 'liggende'>;

/** Reads of those who run the house. */
const operatorReads = (read: Backend['read'], seal: Seal): OperatorReads => ({
  soek: (etter, antall) =>
    read(async (db) => {
      const given = Object.entries(etter) as [keyof typeof etter, string | Buffer][];
      const all = db.selectFrom('svarut').selectAll();
      const found = given.reduce((query, [column, value]) => query.where(column, '=', value as never), all);
      const newest = found.orderBy('mottatt', 'desc').orderBy('shipment_id', 'desc').limit(antall);
      return (await newest.execute()).map((row) => brevOf(row, seal));
    }),
  statistikk: (fra, til) =>
    read(async (db) => {
      const columns = ['konto', 'konteringskode', 'status'] as const;
      const rows = db
        .selectFrom('svarut')
        .select(columns)
        .select(({ fn }) => fn.countAll().as('antall'));
      const within = rows.where('mottatt', '>=', fra.getTime()).where('mottatt', '<', til.getTime());
      const counted = within.groupBy(columns).orderBy('konto').orderBy('konteringskode').orderBy('status');
      return (await counted.execute()).map((row) => ({ ...row, antall: Number(row.antall) }));
    }),
  liggende: (foer) =>
    read(async (db) => {
      const rows = db
        .selectFrom('svarut')
        .where('mottakersystem', 'is not', null)
        .where('mottatt', '<', foer.getTime());
      const counted = rows
        .select('mottakersystem')
        .select(({ fn }) => [fn.countAll().as('antall'), fn.min('mottatt').as('eldste')])
        .groupBy('mottakersystem')
        .orderBy('mottakersystem');
      return (await counted.execute()).map(({ mottakersystem, antall, eldste }) => ({
        mottakersystem: mottakersystem ?? '',
        antall: Number(antall),
        eldste: new Date(Number(eldste)),
      }));
    }),
});

/** As `SvarUtReads`. */
export function svarutReads({ read }: Backend, seal: Seal): SvarUtReads {
  return {
    brev: (id) =>
      read(async (db) => {
        const row = await db.selectFrom('svarut').selectAll().where('shipment_id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : brevOf(row, seal);
      }),
    reservasjon: (id) =>
      read(async (db) => {
        const row = await db.selectFrom('svarut_reservert').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : reservasjonOf(row);
      }),
    iderForEksternref: (konto, eksternref) =>
      read(async (db) => {
        const rows = db.selectFrom('svarut').select('shipment_id').where('konto', '=', konto);
        const newest = rows
          .where('eksternref', '=', eksternref)
          .orderBy('mottatt', 'desc')
          .orderBy('shipment_id', 'desc');
        return (await newest.execute()).map((row) => row.shipment_id);
      }),
    ventende: (mottakersystem, antall) =>
      read(async (db) => {
        const rows = db.selectFrom('svarut').select('shipment_id').where('mottakersystem', '=', mottakersystem);
        const oldest = rows.orderBy('mottatt').orderBy('shipment_id').limit(antall);
        return (await oldest.execute()).map((row) => row.shipment_id);
      }),
    fristUte: (now, etter, antall) =>
      read(async (db) => {
        const rows = await fristUte(db, now, etter, antall).execute();
        return rows.map((row) => ({ shipmentId: row.shipment_id, frist: new Date(row.frist ?? 0) }));
      }),
    ...operatorReads(read, seal),
    ...partyReads(read),
  };
}

/** As `SvarUtTx.countAttempt`. The row is locked by its first write, so that two attempts at once are two. */
async function countAttempt(db: Db, flavour: Flavour, likhet: Buffer, now: Date, siden: Date): Promise<number> {
  await db
    .insertInto('svarut_forsoek')
    .values({ likhet, antall: 0, siste: now.getTime() })
    .modifyEnd(sql.raw(flavour.onDuplicate(['likhet'], [])))
    .execute();
  const rows = db.selectFrom('svarut_forsoek').selectAll().where('likhet', '=', likhet);
  const { antall, siste } = await rows.modifyEnd(sql.raw(flavour.lock)).executeTakeFirstOrThrow();
  const counted = siste < siden.getTime() ? 1 : antall + 1;
  await db
    .updateTable('svarut_forsoek')
    .set({ antall: counted, siste: now.getTime() })
    .where('likhet', '=', likhet)
    .execute();
  return counted;
}

/** As `SvarUtTx.forgetSvarUt`. */
async function forget(db: Db, reservert: Date, forsoekt: Date, antall: number): Promise<void> {
  const ids = db.selectFrom('svarut_reservert').select('id').where('reservert', '<', reservert.getTime());
  for (const { id } of await ids.orderBy('reservert').limit(antall).execute())
    await db.deleteFrom('svarut_reservert').where('id', '=', id).execute();
  const old = db.selectFrom('svarut_forsoek').select('likhet').where('siste', '<', forsoekt.getTime());
  for (const { likhet } of await old.orderBy('siste').limit(antall).execute())
    await db
      .deleteFrom('svarut_forsoek')
      .where('likhet', '=', likhet)
      .where('siste', '<', forsoekt.getTime())
      .execute();
}

type Letters = Pick<SvarUtTx, 'insertSvarUt' | 'updateSvarUt' | 'lockSvarUt'>;

const letterWrites = (db: Db, flavour: Flavour, seal: Seal): Letters => ({
  insertSvarUt: async (brev) => void (await db.insertInto('svarut').values(brevRow(brev, seal)).execute()),
  async updateSvarUt(id, { status, statusEndret, proevd, frist, mottakersystem, lestAv }) {
    const changes: Partial<SvarUtRow> = {
      ...(status !== undefined && { status }),
      ...(statusEndret !== undefined && { status_endret: statusEndret.getTime() }),
      ...(proevd !== undefined && { proevd: proevdText(proevd) }),
      ...(frist !== undefined && { frist: frist?.getTime() ?? null }),
      ...(mottakersystem !== undefined && { mottakersystem }),
      ...(lestAv !== undefined && { lest_av: sealedReader(id, lestAv, seal) }),
    };
    if (Object.keys(changes).length > 0)
      await db.updateTable('svarut').set(changes).where('shipment_id', '=', id).execute();
  },
  async lockSvarUt(id) {
    const rows = db.selectFrom('svarut').selectAll().where('shipment_id', '=', id);
    const row = await rows.modifyEnd(sql.raw(flavour.lock)).executeTakeFirst();
    return row === undefined ? undefined : brevOf(row, seal);
  },
});

/** As `SvarUtTx`. */
export function svarutWrites(db: Db, flavour: Flavour, seal: Seal): SvarUtTx {
  const replacing = (key: string, columns: readonly string[]) => sql.raw<unknown>(flavour.onDuplicate([key], columns));
  return {
    ...letterWrites(db, flavour, seal),
    countAttempt: (likhet, now, siden) => countAttempt(db, flavour, likhet, now, siden),
    async reserve({ id, konto, reservert, avvist }) {
      const refused = { avvist: avvist?.tid.getTime() ?? null, avvist_tekst: avvist?.tekst ?? '' };
      const row = { id, konto, reservert: reservert.getTime(), ...refused };
      await db
        .insertInto('svarut_reservert')
        .values(row)
        .modifyEnd(replacing('id', Object.keys(refused)))
        .execute();
    },
    releaseReservation: async (id) => void (await db.deleteFrom('svarut_reservert').where('id', '=', id).execute()),
    forgetSvarUt: (reservert, forsoekt, antall) => forget(db, reservert, forsoekt, antall),
    async putSvarUtKonto({ brukernavn, ...konto }) {
      const policy = kontoRow(konto);
      const row = db.insertInto('svarut_konto').values({ brukernavn, ...policy });
      await row.modifyEnd(replacing('brukernavn', Object.keys(policy))).execute();
    },
    async putForsendelseType(navn) {
      await db.insertInto('svarut_type').values({ navn }).modifyEnd(replacing('navn', [])).execute();
    },
    async putMottakersystem({ brukernavn, navn, orgnr, forsendelseType, nivaa, sertifikat }) {
      const changes = { navn, orgnr, forsendelse_type: forsendelseType, nivaa, sertifikat };
      const row = db.insertInto('mottakersystem').values({ brukernavn, ...changes });
      await row.modifyEnd(replacing('brukernavn', Object.keys(changes))).execute();
    },
  };
}
