import { sql } from 'kysely';
import type { Formidling, Koe, Koekvittering, Utlevering } from '../domain/formidling.js';
import type { FormidlingReads, FormidlingTx, Formidlingsrute } from '../domain/formidlingPorts.js';
import { Failure } from '../errors.js';
import type { Backend, Db, Flavour } from './backend.js';
import { kvitteringsmerke, utleveringsId } from './deliveries.js';
import { insertRow } from './insert.js';
import { skippingLocked } from './queue.js';
import type { FormidlingRow, MpcReceiptRow } from './schema.js';
import type { Seal } from './sealed.js';
import { newJob } from './shipments.js';

const ruteOf = (row: Omit<FormidlingRow, 'innhold'>): Formidlingsrute => ({
  id: row.id,
  eier: row.eier,
  mpc: { prioritet: row.prioritet, id: row.mpc_id ?? undefined },
  leverandoer: row.leverandoer,
  dokumentavsender: row.dokumentavsender,
  tilstand: row.tilstand,
  art: row.art,
});

/** What is sealed of a message. */
type Kept = Pick<Formidling, 'konversasjonsId' | 'innhold'> & Partial<Pick<Formidling, 'regning'>>;

/** Messages of one conversation that a receipt is held against. */
const CONVERSATION = 100;

const rute = [
  'id',
  'eier',
  'prioritet',
  'mpc_id',
  'meldings_id',
  'videre_id',
  'art',
  'leverandoer',
  'konversasjons_id',
  'dokumentavsender',
  'tilstand',
  'mottatt',
] as const satisfies readonly (keyof FormidlingRow)[];

/** As `FormidlingReads`. */
export const formidlingReads = ({ read }: Backend, seal: Seal): FormidlingReads => ({
  byId: (id) =>
    read(async (db) => {
      const row = await db.selectFrom('formidling').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) return undefined;
      const { regning, ...kept } = seal.open(row.innhold, `formidling ${id}`) as Kept;
      return {
        ...ruteOf(row),
        mottatt: new Date(row.mottatt),
        meldingsId: row.meldings_id,
        videreId: row.videre_id,
        ...kept,
        // What was taken over before bills were kept is charged to whoever signed it.
        regning: regning === undefined ? { avsender: row.dokumentavsender, kostnadskode: null } : regning,
      };
    }),
  utlevert: (eier, meldingsId) =>
    read(async (db) => {
      const row = await db
        .selectFrom('mpc_receipt')
        .select(['nr', 'merke', 'utleveringer', 'innhold'])
        .where('merke', '=', kvitteringsmerke(meldingsId))
        .where('eier', '=', eier)
        .where('utleveringer', '>', 0)
        .executeTakeFirst();
      return row && { ...deliveryOf(row, seal), meldingsId };
    }),
  byConversation: (konversasjonsId) =>
    read(async (db) => {
      const rows = await db
        .selectFrom('formidling')
        .select(rute)
        .where('konversasjons_id', '=', konversasjonsId.toLowerCase())
        .orderBy('mottatt', 'desc')
        .limit(CONVERSATION)
        .execute();
      return rows.map(ruteOf);
    }),
});

const koeOf = ({ eier, mpc }: Koe): string => `${eier} ${mpc.prioritet} ${mpc.id ?? ''}`;

async function insertFormidling(db: Db, flavour: Flavour, seal: Seal, f: Formidling): Promise<void> {
  const { konversasjonsId, innhold, regning } = f;
  const row: FormidlingRow = {
    id: f.id,
    eier: f.eier,
    prioritet: f.mpc.prioritet,
    mpc_id: f.mpc.id ?? null,
    meldings_id: f.meldingsId,
    videre_id: f.videreId,
    art: f.art,
    leverandoer: f.leverandoer,
    konversasjons_id: konversasjonsId.toLowerCase(),
    dokumentavsender: f.dokumentavsender,
    tilstand: f.tilstand,
    mottatt: f.mottatt.getTime(),
    innhold: seal.seal({ konversasjonsId, innhold, regning }, `formidling ${f.id}`),
  };
  await insertRow(db, 'formidling', row);
  await insertRow(
    db,
    'payload',
    { ref: innhold.cms.ref, shipment_id: f.id, ledig: null },
    flavour.onDuplicate(['ref'], []),
  );
  await insertRow(db, 'job', newJob(f.id, row, f.mottatt));
}

type Locked = Pick<MpcReceiptRow, 'merke' | 'utleveringer' | 'innhold'> & { readonly nr: number };

/** Receipts that are looked at together, and how often more of them when other processes were faster. */
const BATCH = 32;
const ROUNDS = 8;

/**
 * The oldest receipt that may be handed out, locked. Candidates are read without locks, since those would keep new receipts out of the
 * queue; those that others hold are passed over.
 */
async function oldestFree(db: Db, flavour: Flavour, koe: string, now: Date): Promise<Locked | undefined> {
  for (let round = 0; round < ROUNDS; round++) {
    const candidates = await db
      .selectFrom('mpc_receipt')
      .select('nr')
      .where('koe', '=', koe)
      .where('klar', '<=', now.getTime())
      .orderBy('klar')
      .orderBy('nr')
      .limit(BATCH)
      .offset(round * BATCH)
      .execute();
    for (const { nr } of candidates) {
      const found = await db
        .selectFrom('mpc_receipt')
        .select(['nr', 'merke', 'utleveringer', 'innhold'])
        .where('nr', '=', nr)
        .where('klar', '<=', now.getTime())
        .modifyEnd(skippingLocked(flavour))
        .executeTakeFirst();
      if (found !== undefined) return found;
    }
    if (candidates.length < BATCH) return undefined;
  }
  throw new Failure('UNAVAILABLE', 'others fetch from the same queue all the time');
}

const deliveryOf = ({ merke, utleveringer, innhold }: Locked, seal: Seal): Utlevering => ({
  meldingsId: utleveringsId(merke, utleveringer),
  ...(seal.open(innhold, `receipt ${merke}`) as Pick<Utlevering, 'instansId' | 'sbd'>),
});

/** The writes of `FormidlingTx` about receipts that wait. */
function receiptWrites(
  db: Db,
  flavour: Flavour,
  seal: Seal,
): Pick<FormidlingTx, 'putKoekvittering' | 'leaseKoekvittering' | 'leasedBy' | 'confirmKoekvittering'> {
  return {
    async putKoekvittering({ id, mottatt, instansId, sbd, ...koe }: Koekvittering) {
      const merke = kvitteringsmerke(id);
      const [at, hentet_av] = [mottatt.getTime(), null];
      const row = { merke, eier: koe.eier, koe: koeOf(koe), mottatt: at, klar: at, utleveringer: 0, hentet_av };
      await insertRow(db, 'mpc_receipt', { ...row, innhold: seal.seal({ instansId, sbd }, `receipt ${merke}`) });
    },
    async leaseKoekvittering(koe, now, until, hentetAv) {
      const row = await oldestFree(db, flavour, koeOf(koe), now);
      if (row === undefined) return undefined;
      const utleveringer = row.utleveringer + 1;
      const { numUpdatedRows } = await db
        .updateTable('mpc_receipt')
        .set({ klar: until.getTime(), utleveringer, hentet_av: hentetAv })
        .where('nr', '=', row.nr)
        .where('utleveringer', '=', row.utleveringer)
        .executeTakeFirstOrThrow();
      // Between the nodes of a cluster locks are local: whoever commits later is run again, and sees that it is taken.
      return numUpdatedRows === 1n ? deliveryOf({ ...row, utleveringer }, seal) : undefined;
    },
    async leasedBy(hentetAv, now) {
      const row = await db
        .selectFrom('mpc_receipt')
        .select(['nr', 'merke', 'utleveringer', 'innhold'])
        .where('hentet_av', '=', hentetAv)
        .where('klar', '>', now.getTime())
        .executeTakeFirst();
      return row === undefined ? undefined : deliveryOf(row, seal);
    },
    async confirmKoekvittering(eier, meldingsId) {
      const merke = kvitteringsmerke(meldingsId);
      const receipt = db.deleteFrom('mpc_receipt').where('merke', '=', merke).where('eier', '=', eier);
      return (await receipt.where('utleveringer', '>', 0).executeTakeFirstOrThrow()).numDeletedRows === 1n;
    },
  };
}

/** The writes of `FormidlingTx`. */
export const formidlingWrites = (db: Db, flavour: Flavour, seal: Seal): FormidlingTx => ({
  ...receiptWrites(db, flavour, seal),
  async rememberMessage({ key, digest, expires }) {
    const row = { noekkel: key, digest, expires: expires.getTime() };
    if (await insertRow(db, 'ebms_message', row, flavour.onDuplicate(['noekkel'], []))) return 'new';
    const there = await db
      .selectFrom('ebms_message')
      .select('digest')
      .where('noekkel', '=', key)
      .modifyEnd(sql.raw(flavour.lock))
      .executeTakeFirstOrThrow();
    return Buffer.from(there.digest).equals(digest) ? 'same' : 'other';
  },
  insertFormidling: (formidling) => insertFormidling(db, flavour, seal, formidling),
  async lockFormidling(id) {
    const query = db.selectFrom('formidling').select('tilstand').where('id', '=', id);
    return (await query.modifyEnd(sql.raw(flavour.lock)).executeTakeFirst())?.tilstand;
  },
  async settleFormidling(id, tilstand) {
    await db.updateTable('formidling').set({ tilstand }).where('id', '=', id).execute();
  },
});
