import { sql, type Selectable } from 'kysely';
import type { Ledgerlinje, Teller } from '../domain/ledger.js';
import type { LedgerReads, LedgerTx } from '../domain/ledgerPorts.js';
import type { Prisrad } from '../domain/tariff.js';
import { Failure } from '../errors.js';
import type { Backend, Db, Flavour } from './backend.js';
import { insertRow } from './insert.js';
import type { LedgerRow, Tables } from './schema.js';

const orNone = (text: string): string | null => (text === '' ? null : text);

const priceOf = ({ plan, vare, leverandoer, fra, fra_nummer: fraNummer, oere }: Tables['price']): Prisrad => ({
  plan,
  vare,
  leverandoer: orNone(leverandoer),
  fra: new Date(fra),
  fraNummer,
  oere,
});

const lineOf = (row: Selectable<LedgerRow>): Ledgerlinje => ({
  shipmentId: row.shipment_id,
  avsender: row.avsender,
  post: row.post,
  leverandoer: orNone(row.leverandoer),
  kostnadskode: orNone(row.kostnadskode),
  bokfoert: new Date(row.bokfoert),
  maaned: row.maaned,
  prisdato: new Date(row.prisdato),
  nummer: row.nummer,
  oere: row.oere,
});

/** As `LedgerTx.priceList`. */
async function priceList(db: Db, avsender: string): Promise<Prisrad[]> {
  const plan = db.selectFrom('price_plan').select('plan').where('organisasjonsnummer', '=', avsender);
  const rows = await db
    .selectFrom('price')
    .selectAll()
    .where((eb) => eb.or([eb('plan', '=', ''), eb('plan', '=', plan)]))
    .execute();
  return rows.map(priceOf);
}

const NATION = 'formidlet';

/** The counter's name. */
const counted = (teller: Teller, avsender: string, maaned: string): string =>
  teller === 'NASJONAL' ? NATION : `${avsender} ${maaned}`;

const count = async (db: Db, name: string): Promise<number> =>
  (await db.selectFrom('counter').select('value').where('name', '=', name).executeTakeFirst())?.value ?? 0;

/** Moves a counter that is there. Locked until the transaction ends. */
const move = async (db: Db, name: string, by: 1 | -1): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('counter')
    .set((eb) => ({ value: eb('value', '+', by) }))
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
};

/** The next number of a counter, which begins with 1. */
async function next(db: Db, flavour: Flavour, name: string): Promise<number> {
  if (!(await move(db, name, 1))) {
    await insertRow(db, 'counter', { name, value: 0 }, flavour.onDuplicate(['name'], []));
    await move(db, name, 1);
  }
  return count(db, name);
}

/** As `LedgerReads`. */
export function ledgerReads({ read, snapshot }: Backend): LedgerReads {
  return {
    prisbilde: (avsender, maaned) =>
      snapshot(async (db) => ({
        liste: await priceList(db, avsender),
        sendt: await count(db, counted('AVSENDER', avsender, maaned)),
        formidlet: await count(db, NATION),
      })),
    prices: () =>
      read(async (db) => {
        const rows = db.selectFrom('price').selectAll();
        const keys = ['plan', 'vare', 'leverandoer', 'fra', 'fra_nummer'] as const;
        return (await keys.reduce((query, key) => query.orderBy(key), rows).execute()).map(priceOf);
      }),
    sums: ({ maaned, avsender }) =>
      read(async (db) => {
        const alike = ['avsender', 'post', 'leverandoer', 'kostnadskode', 'oere'] as const;
        const rows = await db
          .selectFrom('ledger')
          .select(alike)
          .select((eb) => [eb.fn.countAll().as('antall'), eb.fn.sum<number | null>('oere').as('sum')])
          .where('maaned', '=', maaned)
          .$if(avsender !== undefined, (query) => query.where('avsender', '=', avsender ?? ''))
          .groupBy(alike)
          .orderBy('avsender')
          .orderBy('post')
          .orderBy('leverandoer')
          .orderBy('kostnadskode')
          .orderBy('oere', 'desc')
          .execute();
        return rows.map(({ oere, antall, sum, leverandoer, kostnadskode, ...row }) => ({
          ...row,
          leverandoer: orNone(leverandoer),
          kostnadskode: orNone(kostnadskode),
          stykkpris: oere,
          antall: Number(antall),
          sum: Number(sum ?? 0),
        }));
      }),
    lines: (shipmentId) =>
      read(async (db) => {
        const rows = db.selectFrom('ledger').selectAll().where('shipment_id', '=', shipmentId).orderBy('nr');
        return (await rows.execute()).map(lineOf);
      }),
  };
}

const ledgerKey = ['shipment_id', 'post'] as const;
const priceKey = ['plan', 'vare', 'leverandoer', 'fra', 'fra_nummer'] as const;

/** As `LedgerTx`. Rows of `ledger` are added here, and nowhere changed or removed. */
export const ledgerWrites = (db: Db, flavour: Flavour): LedgerTx => ({
  priceList: (avsender) => priceList(db, avsender),
  async charged(shipmentId) {
    const rows = await db.selectFrom('ledger').select(['post', 'oere']).where('shipment_id', '=', shipmentId).execute();
    return new Map(rows.map(({ post, oere }) => [post, oere]));
  },
  async charge(linje, teller, oere) {
    const { shipmentId, avsender, post, leverandoer, kostnadskode, bokfoert, maaned, prisdato } = linje;
    const name = teller === null ? null : counted(teller, avsender, maaned);
    const nummer = name === null ? null : await next(db, flavour, name);
    const row = {
      shipment_id: shipmentId,
      post,
      avsender,
      leverandoer: leverandoer ?? '',
      kostnadskode: kostnadskode ?? '',
      bokfoert: bokfoert.getTime(),
      maaned,
      prisdato: prisdato.getTime(),
      nummer,
      oere: oere(nummer ?? 1),
    };
    const isNew = await insertRow(db, 'ledger', row, flavour.onDuplicate(ledgerKey, []));
    if (!isNew && name !== null) await move(db, name, -1);
    return isNew;
  },
  async putPrice({ plan, vare, leverandoer, fra, fraNummer, oere }) {
    const row = { plan, vare, leverandoer: leverandoer ?? '', fra: fra.getTime(), fra_nummer: fraNummer };
    if (await insertRow(db, 'price', { ...row, oere }, flavour.onDuplicate(priceKey, []))) return 'new';
    const there = await db
      .selectFrom('price')
      .select('oere')
      .where((eb) => eb.and(row))
      .modifyEnd(sql.raw(flavour.lock))
      .executeTakeFirst();
    if (there === undefined) throw new Failure('INTERNAL', 'a price that is there and is not');
    return there.oere === oere ? 'same' : 'other';
  },
  async putPricePlan(organisasjonsnummer, plan) {
    const row = { organisasjonsnummer, plan };
    await insertRow(db, 'price_plan', row, flavour.onDuplicate(['organisasjonsnummer'], ['plan']));
  },
});
