import { randomBytes, type KeyObject } from 'node:crypto';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import type { Backend } from './backend.js';
import { insertRow } from './insert.js';
import {
  clearRecord,
  fileKey,
  HEADER_SIZE,
  missing,
  named,
  sealAll,
  SEALED_RECORD_SIZE,
  type NamedKey,
} from './payloadFile.js';

/*
 * Payloads as rows: what would be one file (payloadFile.ts) in pieces, each a transaction of its own, so that no connection waits for a
 * sender. A payload has no reader before the commit that names it, and one that was broken off is one that no row names, as with files.
 */

/**
 * Records of one row. The driver writes octets as hexadecimal digits, and the statement with them has to fit a `max_allowed_packet` of 1 MiB:
 * 7 × 65,552 × 2 is 130 kB below it.
 */
const TOGETHER = 7;
/** Rows that one transaction removes: a cluster sends what they held to each of its nodes. */
const REMOVED = 16;
/** Payloads that are listed at once. */
const LISTED = 500;

/** Payloads in the database. @param dataKey 32 octets; @param now the clock, for `list` */
export function payloadChunks(backend: Backend, dataKey: KeyObject, now = () => Date.now()): Payloads {
  const { read, write } = backend;
  const key = named(dataKey);
  const remove = async (ref: string): Promise<void> => {
    const last = await read((db) =>
      db
        .selectFrom('payload_chunk')
        .select((eb) => eb.fn.max('nr').as('nr'))
        .where('ref', '=', ref)
        .executeTakeFirst(),
    );
    if (last === undefined || last.nr === null) return;
    // From the end on: the first piece is what `list` finds, should this be broken off.
    for (let from = last.nr - (last.nr % REMOVED); from >= 0; from -= REMOVED)
      await write((db) => db.deleteFrom('payload_chunk').where('ref', '=', ref).where('nr', '>=', from).execute());
  };
  return {
    async put(octets, sha256) {
      const ref = randomBytes(16).toString('hex');
      const skrevet = now();
      let nr = 0;
      const keep = async (pieces: readonly Buffer[], last: boolean): Promise<void> => {
        const row = { ref, nr: nr++, skrevet, siste: last ? 1 : 0, octets: Buffer.concat(pieces) };
        await write((db) => insertRow(db, 'payload_chunk', row));
      };
      try {
        return await sealAll(octets, { ref, key, together: TOGETHER, keep, sha256 });
      } catch (error) {
        if (nr > 0) await remove(ref).catch(() => undefined);
        throw error;
      }
    },
    get: (ref) => clearOctets(backend, ref, key),
    remove,
    tidy: () => Promise.resolve(),
    list: () => firstPieces(backend),
  };
}

/** The first piece of each payload. */
async function* firstPieces({ read }: Backend): AsyncGenerator<{ readonly ref: string; readonly written: Date }> {
  for (let after = '', found = LISTED; found === LISTED;) {
    const rows = await read((db) =>
      db
        .selectFrom('payload_chunk')
        .select(['ref', 'skrevet'])
        .where('nr', '=', 0)
        .where('ref', '>', after)
        .orderBy('ref')
        .limit(LISTED)
        .execute(),
    );
    found = rows.length;
    for (const { ref, skrevet } of rows) yield { ref: (after = ref), written: new Date(skrevet) };
  }
}

/** One row in memory at a time; none of a record is given out before its tag has been checked. */
async function* clearOctets({ read }: Backend, ref: string, dataKey: NamedKey): AsyncGenerator<Uint8Array> {
  let header: Buffer = Buffer.of();
  let key: Buffer = header;
  let number = 0;
  for (let nr = 0, last = false; !last; nr++) {
    const row = await read((db) =>
      db
        .selectFrom('payload_chunk')
        .select(['octets', 'siste'])
        .where('ref', '=', ref)
        .where('nr', '=', nr)
        .executeTakeFirst(),
    );
    if (row === undefined) return nr === 0 ? missing(ref) : cut(ref, nr);
    last = row.siste === 1;
    let left = row.octets;
    if (nr === 0) {
      header = left.subarray(0, HEADER_SIZE);
      key = fileKey(dataKey, header, ref);
      left = left.subarray(HEADER_SIZE);
    }
    do {
      const sealed = left.subarray(0, SEALED_RECORD_SIZE);
      left = left.subarray(SEALED_RECORD_SIZE);
      const position = { number: number++, last: last && left.length === 0 };
      const clear = clearRecord(key, header, position, sealed, ref);
      if (clear.length > 0) yield clear;
    } while (left.length > 0);
  }
}

function cut(ref: string, nr: number): never {
  throw new Failure('INTERNAL', `payload ${ref} ends before its piece ${nr}`);
}
