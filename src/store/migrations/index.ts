import { CompiledQuery, sql } from 'kysely';
import type { Backend, Db, Flavour, Step } from '../backend.js';
import { register } from './0001-register.js';
import { senders } from './0002-senders.js';
import { shipments } from './0003-shipments.js';
import { letterPolicy } from './0004-letter-policy.js';
import { CALENDAR_AND_PAYLOADS, calendarAndPayloads } from './0005-calendar-and-payloads.js';
import { formidling } from './0006-formidling.js';
import { turn } from './0007-turn.js';
import { mailboxAnswer } from './0009-mailbox-answer.js';
import { priorityAndAges } from './0010-priority-and-ages.js';
import { svarut } from './0011-svarut.js';
import { svarutUpstream } from './0012-svarut-upstream.js';
import { ledger } from './0013-ledger.js';
import { altinn } from './0014-altinn.js';
import { lanes } from './0015-lanes.js';
import { senderRegister } from './0016-sender-register.js';
import { svarutAccounts } from './0018-svarut-accounts.js';
import { eventLanguage } from './0019-event-language.js';
import { notices } from './0020-notices.js';
import { units } from './0021-units.js';
import { documentTypes } from './0022-document-types.js';
import { lostTurns } from './0024-lost-turns.js';
import { payloadChunks } from './0025-payload-chunks.js';
import { dataKey } from './0026-data-key.js';
import { calendarMoves } from './0027-calendar-moves.js';
import { noticeHandover } from './0028-notice-handover.js';

/**
 * Every change of the tables, in order. What has been released is never edited: a database out there has run it.
 * A statement must do no harm when it is run again, because MySQL commits after each.
 */
export const migrations: Readonly<Record<string, (flavour: Flavour) => Step[]>> = {
  '0001-register': register,
  '0002-senders': senders,
  '0003-shipments': shipments,
  '0004-letter-policy': letterPolicy,
  [CALENDAR_AND_PAYLOADS]: calendarAndPayloads,
  '0006-formidling': formidling,
  '0007-turn': turn,
  '0009-mailbox-answer': mailboxAnswer,
  '0010-priority-and-ages': priorityAndAges,
  '0011-svarut': svarut,
  '0012-svarut-upstream': svarutUpstream,
  '0013-ledger': ledger,
  '0014-altinn': altinn,
  '0015-lanes': lanes,
  '0016-sender-register': senderRegister,
  '0018-svarut-accounts': svarutAccounts,
  '0019-event-language': eventLanguage,
  '0020-notices': notices,
  '0021-units': units,
  '0022-document-types': documentTypes,
  '0024-lost-turns': lostTurns,
  '0025-payload-chunks': payloadChunks,
  '0026-data-key': dataKey,
  '0027-calendar-moves': calendarMoves,
  '0028-notice-handover': noticeHandover,
};

const CREATION = /^create table if not exists (\w+)/;

/** What remembers which migrations have been run. */
export const memory = ({ ddl }: Flavour): string =>
  `create table if not exists migration (
  ${ddl.text('name', 64)} not null,
  ${ddl.integer('at')} not null,
  primary key (name)) ${ddl.keyed}`;

/** Every table that the migrations make. */
export const tablesOf = (flavour: Flavour): readonly string[] =>
  [memory(flavour), ...Object.values(migrations).flatMap((steps) => steps(flavour))].flatMap((step) => {
    const [, table] = CREATION.exec(typeof step === 'string' ? step : step.run) ?? [];
    return table === undefined ? [] : [table];
  });

const done = async (db: Db): Promise<ReadonlySet<string>> =>
  new Set((await db.selectFrom('migration').select('name').execute()).map((row) => row.name));

/** A process that comes to tables which are up to date waits for nobody, and on a cluster lets nobody wait. */
async function upToDate(backend: Backend): Promise<boolean> {
  // An empty database has no such table, and another reason is met again.
  const names = await backend.read(done).catch(() => new Set<string>());
  return Object.keys(migrations).every((name) => names.has(name));
}

/** Brings the tables up to date. Processes that start at the same time wait for each other. */
export async function migrate(backend: Backend): Promise<void> {
  if (!(await upToDate(backend))) await backend.exclusively((db) => runAll(backend, db));
}

async function runAll(backend: Backend, db: Db): Promise<void> {
  const { flavour } = backend;
  const run = (statement: string) => db.executeQuery(CompiledQuery.raw(statement));
  const take = async (step: Step): Promise<void> => {
    if (typeof step === 'string') return void (await run(step));
    const found = (await run('when' in step ? step.when : step.unless)).rows.length > 0;
    if (found === 'when' in step) await run(step.run);
  };
  await run(memory(flavour));
  const names = await done(db);
  for (const [name, statements] of Object.entries(migrations)) {
    if (names.has(name)) continue;
    for (const step of statements(flavour)) await take(step);
    const unlessThere = sql.raw(flavour.onDuplicate(['name'], []));
    await db.insertInto('migration').values({ name, at: Date.now() }).modifyEnd(unlessThere).execute();
  }
}
