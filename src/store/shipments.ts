import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { Forsendelse } from '../domain/forsendelse.js';
import type { Beslutning } from '../domain/routing/decision.js';
import type { Hendelse, Pakke, Shipment } from '../domain/shipment.js';
import type { QueueRow, ShipmentReads, ShipmentTx } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import type { Backend, Db, Flavour } from './backend.js';
import { change, insertRow } from './insert.js';
import { laneOf, NOTICES, type Whose } from './lanes.js';
import { notePayloads, replacePackage } from './payloadRows.js';
import type { EventRow, JobRow, ShipmentRow } from './schema.js';
import type { Seal } from './sealed.js';

/** Where a sealed column stands. */
const place = (id: string, column: 'forsendelse' | 'beslutning'): string => `shipment ${id} ${column}`;
/** Where the order of a letter is sealed. */
export const forsendelsePlace = (id: string): string => place(id, 'forsendelse');

/** Whose turn a letter's is in the queue, as `koeAv` of the decision names them. */
const leverandoerOf = (beslutning: Beslutning): string =>
  beslutning.utfall === 'SEND' ? (beslutning.leverandoer ?? (beslutning.kanal === 'ALTINN' ? 'ALTINN' : '')) : '';

const shipmentRow = (shipment: Shipment, seal: Seal): ShipmentRow => ({
  id: shipment.id,
  avsender: shipment.forsendelse.avsender,
  ekstern_ref: shipment.forsendelse.eksternRef,
  digest: shipment.digest,
  tilstand: shipment.tilstand,
  konversasjons_id: shipment.konversasjonsId,
  meldings_id: shipment.meldingsId,
  prioritet: shipment.forsendelse.prioritet,
  leverandoer: leverandoerOf(shipment.beslutning),
  mottatt: shipment.mottatt.getTime(),
  forsendelse: seal.seal(shipment.forsendelse, place(shipment.id, 'forsendelse')),
  beslutning: seal.seal(shipment.beslutning, place(shipment.id, 'beslutning')),
  pakke: shipment.pakke === undefined ? null : JSON.stringify(shipment.pakke),
});

const shipmentOf = (row: ShipmentRow, seal: Seal): Shipment => ({
  id: row.id,
  mottatt: new Date(row.mottatt),
  forsendelse: seal.open(row.forsendelse, place(row.id, 'forsendelse')) as Forsendelse,
  digest: Buffer.from(row.digest),
  tilstand: row.tilstand,
  beslutning: seal.open(row.beslutning, place(row.id, 'beslutning')) as Beslutning,
  konversasjonsId: row.konversasjons_id,
  meldingsId: row.meldings_id,
  ...(row.pakke !== null && { pakke: JSON.parse(row.pakke) as Pakke }),
});

/** Characters kept of an event's code and text. */
const KODE = 128;
const TEKST = 2000;

const cut = (text: string, size: number): string => {
  const storable = text.slice(0, 2 * size).replaceAll('\0', '\ufffd');
  return storable.length <= size ? storable : [...storable].slice(0, size).join('');
};

/** The texts may be a provider's: they are cut, so that a long one never keeps the event from being recorded. */
export const eventRow = ({ type, tid, kode, tekst }: Hendelse): EventRow => ({
  type,
  tid: tid.getTime(),
  kode: kode === null ? null : cut(kode, KODE),
  tekst: cut(tekst.nb, TEKST),
  tekst_en: tekst.en === tekst.nb ? null : cut(tekst.en, TEKST),
});

export const eventOf = ({
  type,
  tid,
  kode,
  tekst,
  tekst_en: en,
  skjedd = null,
}: EventRow & { readonly skjedd?: number | null }): Hendelse => ({
  type,
  tid: new Date(tid),
  ...(skjedd !== null && { skjedd: new Date(skjedd) }),
  kode,
  tekst: { nb: tekst, en: en ?? tekst },
});

/** A job that nobody has begun, due at `at`. */
export const newJob = (shipmentId: string, { leverandoer, prioritet, eier }: Whose, at: Date): Omit<JobRow, 'nr'> => ({
  shipment_id: shipmentId,
  leverandoer,
  prioritet,
  eier,
  koe: laneOf({ leverandoer, prioritet, eier }),
  neste: at.getTime(),
  klar: at.getTime(),
  leased_until: 0,
  forsoek: 0,
  foerste_forsoek: null,
  tapte: 0,
  fence: 0,
});

/** What names one letter: its id, its sender's reference, or its conversation. */
type Key = Partial<Pick<ShipmentRow, 'id' | 'avsender' | 'ekstern_ref' | 'konversasjons_id'>>;

/** Spelt out, for it is asked several times for each letter. @param end what follows the condition, such as `Flavour.lock` */
async function rowWith(db: Db, flavour: Flavour, by: Key, end = ''): Promise<ShipmentRow | undefined> {
  const condition = Object.keys(by).map((column) => `${column} = ?`);
  const query = flavour.one(`select * from shipment where ${condition.join(' and ')} ${end}`, Object.values(by));
  return (await db.executeQuery<ShipmentRow>(query)).rows[0];
}

/** As `ShipmentReads`. */
export function shipmentReads({ read, flavour }: Backend, seal: Seal): ShipmentReads {
  const one = (by: Key) =>
    read(async (db) => {
      const row = await rowWith(db, flavour, by);
      return row === undefined ? undefined : shipmentOf(row, seal);
    });
  return {
    byId: (id) => one({ id }),
    byRef: (avsender, eksternRef) => one({ avsender, ekstern_ref: eksternRef }),
    byConversation: (konversasjonsId) => one({ konversasjons_id: konversasjonsId }),
    events: (shipmentId) =>
      read(async (db) => {
        const rows = db.selectFrom('shipment_event').selectAll().where('shipment_id', '=', shipmentId).orderBy('nr');
        return (await rows.execute()).map(eventOf);
      }),
    queue: (limit) => read((db) => queueRows(db, limit)),
  };
}

/** As `ShipmentReads.queue`; jobs that somebody is at are among them, but not notices whose day has not come. The last event is its type and its English text. */
async function queueRows(db: Db, limit: number): Promise<QueueRow[]> {
  const rows = await db
    .selectFrom('job as j')
    .leftJoin('shipment as s', 's.id', 'j.shipment_id')
    .leftJoin('formidling as f', 'f.id', 'j.shipment_id')
    .leftJoin('varsel as v', 'v.id', 'j.shipment_id')
    .select(['j.shipment_id', 'j.leverandoer', 'j.forsoek', 'j.neste', 'j.klar'])
    .select((eb) => [
      eb.fn.coalesce('s.avsender', 'f.eier', 'j.eier').as('avsender'),
      eb
        .selectFrom('shipment_event as e')
        .select(sql<string>`concat(e.type, ': ', coalesce(e.tekst_en, e.tekst))`.as('siste'))
        .where((e) => e('e.shipment_id', '=', e.fn.coalesce('v.shipment_id', 'j.shipment_id')))
        .orderBy('e.nr', 'desc')
        .limit(1)
        .as('siste'),
    ])
    .where((eb) => eb.or([eb('j.leverandoer', '!=', NOTICES), eb('j.forsoek', '>', 0)]))
    .orderBy('j.nr')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    shipmentId: row.shipment_id,
    avsender: row.avsender ?? '',
    leverandoer: row.leverandoer === '' ? null : row.leverandoer,
    forsoek: row.forsoek,
    neste: new Date(row.neste),
    givenUp: row.klar === null,
    sisteHendelse: row.siste ?? '',
  }));
}

type Writes = Pick<
  ShipmentTx,
  'insertShipment' | 'lockShipment' | 'updateShipment' | 'appendShipmentEvent' | 'retryJob'
>;

/** The writes of `ShipmentTx` about shipments, and the jobs that they make. */
export function shipmentWrites(db: Db, flavour: Flavour, seal: Seal): Writes {
  const append = async (id: string, event: Hendelse) => {
    const skjedd = event.skjedd && { skjedd: event.skjedd.getTime() };
    await insertRow(db, 'shipment_event', { shipment_id: id, ...eventRow(event), ...skjedd });
  };
  return {
    async insertShipment(shipment, event, tidligst, konto) {
      const row = shipmentRow(shipment, seal);
      const there = await insertOrFind(db, flavour, row);
      if (there !== undefined) return shipmentOf(there, seal);
      const { hoveddokument, vedlegg } = shipment.forsendelse;
      const refs = [hoveddokument, ...vedlegg].map(({ innhold }) => innhold.ref);
      await notePayloads(db, flavour, row.id, refs);
      await append(row.id, event);
      const job = newJob(row.id, { ...row, eier: konto ?? row.avsender }, tidligst ?? shipment.mottatt);
      await insertRow(db, 'job', job);
      return undefined;
    },
    async lockShipment(id) {
      const row = await rowWith(db, flavour, { id }, flavour.lock);
      return row === undefined ? undefined : shipmentOf(row, seal);
    },
    async updateShipment(id, { tilstand, beslutning, meldingsId, pakke }) {
      if (pakke !== undefined) {
        const old = flavour.one('select pakke from shipment where id = ?', [id]);
        const { rows } = await db.executeQuery<Pick<ShipmentRow, 'pakke'>>(old);
        await replacePackage(db, flavour, id, pakke, rows[0]?.pakke ?? null);
      }
      const decided = beslutning && {
        beslutning: seal.seal(beslutning, place(id, 'beslutning')),
        leverandoer: leverandoerOf(beslutning),
      };
      const changes = {
        ...(tilstand && { tilstand }),
        ...(meldingsId !== undefined && { meldings_id: meldingsId }),
        ...(pakke !== undefined && { pakke: JSON.stringify(pakke) }),
        ...decided,
      };
      if (Object.keys(changes).length > 0) await db.updateTable('shipment').set(changes).where('id', '=', id).execute();
      if (decided === undefined) return;
      const { leverandoer } = decided;
      const koe = sql<string>`concat(prioritet, ':', ${leverandoer}, ':', eier)`;
      await db.updateTable('job').set({ leverandoer, koe }).where('shipment_id', '=', id).execute();
    },
    appendShipmentEvent: append,
    retryJob: (shipmentId, at) => retryJob(db, flavour, shipmentId, at),
  };
}

/**
 * Inserts a row, or returns the one that has its reference. The unique key decides: a loser waits here for the winner's commit, and
 * the locking read sees what is committed, where a plain one would see the transaction's snapshot.
 */
async function insertOrFind(db: Db, flavour: Flavour, row: ShipmentRow): Promise<ShipmentRow | undefined> {
  const columns = Object.keys(row);
  const insert = `insert into shipment (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`;
  const unlessThere = flavour.onDuplicate(['avsender', 'ekstern_ref'], []);
  const rows = await change(db, `${insert} ${unlessThere}`, Object.values(row));
  if (rows === 1n) return undefined;
  const there = await rowWith(db, flavour, { avsender: row.avsender, ekstern_ref: row.ekstern_ref }, flavour.lock);
  // MySQL says 2 when the row it found was another sender's or reference's: one with the same id.
  if (there === undefined || rows !== 0n) throw new Failure('INTERNAL', `the shipment id ${row.id} is in use`);
  return there;
}

/** Fences of a job that is made anew begin anywhere, so that whoever held a turn of the one that was ended holds none of this. */
const FENCES = 2 ** 47;

/** As `ShipmentTx.retryJob`; a job whose lease still runs at `at` is left to whoever is at it. */
async function retryJob(db: Db, flavour: Flavour, shipmentId: string, at: Date): Promise<void> {
  const shipment = await db
    .selectFrom('shipment')
    .select(['leverandoer', 'prioritet', 'avsender'])
    .where('id', '=', shipmentId)
    .modifyEnd(sql.raw(flavour.lock))
    .executeTakeFirst();
  if (shipment === undefined) throw new Failure('INTERNAL', `there is no shipment ${shipmentId}`);
  const letter = db.selectFrom('svarut').select('konto').where('shipment_id', '=', shipmentId);
  const eier = (await letter.executeTakeFirst())?.konto ?? shipment.avsender;
  const fresh = newJob(shipmentId, { ...shipment, eier }, at);
  await db
    .insertInto('job')
    .values({ ...fresh, fence: randomInt(FENCES) })
    .modifyEnd(sql.raw(flavour.onDuplicate(['shipment_id'], [])))
    .execute();
  await db
    .updateTable('job')
    .set((eb) => ({ ...fresh, fence: eb('fence', '+', 1) }))
    .where('shipment_id', '=', shipmentId)
    .where('leased_until', '<=', at.getTime())
    .execute();
}
