import { sql } from 'kysely';
import type { AuditEvent, ReplayKey } from '../domain/ports.js';
import type { Db, Flavour } from './backend.js';
import { change } from './insert.js';

// Every accepted request writes these two rows, so their statements are spelt out instead of built each time.
const REMEMBER = 'insert into replay (digest, expires) values (?, ?) ';
const APPEND =
  'insert into audit (at, correlation_id, organisasjon, paa_vegne_av, operasjon, personer) values (?, ?, ?, ?, ?, ?)';

/** As `Tx.remember`. */
export async function remember(db: Db, flavour: Flavour, { key, expires }: ReplayKey): Promise<boolean> {
  const text = REMEMBER + flavour.onDuplicate(['digest'], []);
  return (await change(db, text, [key, expires.getTime()])) === 1n;
}

/** As `Tx.keepAnswer`. */
export async function keepAnswer(
  db: Db,
  flavour: Flavour,
  { key, expires }: ReplayKey,
  svar: string,
): Promise<string | undefined> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('mailbox_answer')
    .values({ noekkel: key, svar, expires: expires.getTime() })
    .modifyEnd(sql.raw(flavour.onDuplicate(['noekkel'], [])))
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 1n) return undefined;
  const kept = db.selectFrom('mailbox_answer').select('svar').where('noekkel', '=', key);
  return (await kept.executeTakeFirstOrThrow()).svar;
}

/** As `Tx.appendEvent`. */
export async function appendEvent(db: Db, event: AuditEvent): Promise<void> {
  const { at, correlationId, organisasjon, paaVegneAv, operasjon, personer } = event;
  const values = [at.getTime(), correlationId, organisasjon, paaVegneAv, operasjon, personer];
  await change(db, APPEND, values);
}

/** As `Reads.events`. */
export async function events(db: Db, limit: number, person?: Buffer): Promise<AuditEvent[]> {
  const all = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit);
  const found = person === undefined ? all : all.where(sql<boolean>`instr(personer, ${person}) > 0`);
  const rows = await found.execute();
  return rows.map((row) => ({
    at: new Date(row.at),
    correlationId: row.correlation_id,
    organisasjon: row.organisasjon,
    paaVegneAv: row.paa_vegne_av,
    operasjon: row.operasjon,
    personer: Buffer.from(row.personer),
  }));
}

/** Reaches the database and reads a row that is always there. */
export const ping = async (db: Db): Promise<void> => {
  await sql`select value from counter`.execute(db);
};
