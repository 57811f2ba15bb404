import { sql } from 'kysely';
import type { VarselReads, Varselrunde, VarselTx } from '../domain/varselrunde.js';
import type { Backend, Db, Flavour } from './backend.js';
import { insertRow } from './insert.js';
import { NOTICES } from './lanes.js';
import type { VarselRow } from './schema.js';
import { newJob } from './shipments.js';

/** By way, without those that have nothing. */
const veier = <T>(epost: T | null, sms: T | null) => ({
  ...(epost !== null && { EPOST: epost }),
  ...(sms !== null && { SMS: sms }),
});

const dato = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

const rundeOf = (row: VarselRow): Varselrunde => ({
  id: row.id,
  shipmentId: row.shipment_id,
  nummer: row.nummer,
  begynt: dato(row.begynt),
  stand: veier(row.epost, row.sms),
  overleveres: veier(row.epost_overleveres, row.sms_overleveres),
  utenSvar: dato(row.uten_svar),
});

/** As `VarselReads`. */
export const varselReads = ({ read }: Backend): VarselReads => ({
  byId: (id) =>
    read(async (db) => {
      const row = await db.selectFrom('varsel').selectAll().where('id', '=', id).executeTakeFirst();
      return row && rundeOf(row);
    }),
});

/** As `VarselTx`. A round that has ended keeps its row, so that its letter never has another of the same number. */
export const varselWrites = (db: Db, flavour: Flavour): VarselTx => ({
  async insertVarsel({ id, shipmentId, nummer }, klar, { avsender: eier, prioritet }) {
    const open = {
      begynt: null,
      epost: null,
      sms: null,
      epost_overleveres: null,
      sms_overleveres: null,
      uten_svar: null,
    };
    const row = { id, shipment_id: shipmentId, nummer, ...open };
    if (!(await insertRow(db, 'varsel', row, flavour.onDuplicate(['shipment_id', 'nummer'], [])))) return;
    await insertRow(db, 'job', newJob(id, { leverandoer: NOTICES, prioritet, eier }, klar));
  },
  async lockVarsel({ shipmentId: id, fence }) {
    const ours = db.selectFrom('job').select('fence').where('shipment_id', '=', id).where('fence', '=', fence);
    if ((await ours.modifyEnd(sql.raw(flavour.lock)).executeTakeFirst()) === undefined) return undefined;
    const row = await db.selectFrom('varsel').selectAll().where('id', '=', id).executeTakeFirst();
    return row && rundeOf(row);
  },
  async updateVarsel(id, { begynt, stand, overleveres, utenSvar }) {
    const change = {
      begynt: begynt?.getTime() ?? null,
      epost: stand.EPOST ?? null,
      sms: stand.SMS ?? null,
      epost_overleveres: overleveres.EPOST ?? null,
      sms_overleveres: overleveres.SMS ?? null,
      uten_svar: utenSvar?.getTime() ?? null,
    };
    await db.updateTable('varsel').set(change).where('id', '=', id).execute();
  },
});
