import type { BrokerRetention } from '../domain/formidlingPorts.js';
import type { Backend } from './backend.js';

/*
 * What the broker has done with goes in small batches: found by an index without locks, then deleted by key, so that no transaction is
 * long. That a message is known when it comes again hangs on none of it: `ebms_message` and `replay` hold that, each row for longer than
 * anybody repeats (35 days for a message, since a broker keeps normal post for 30; 31 for a receipt), and only their own time ends it.
 */

/** As `BrokerRetention`. */
export const brokerRetention = ({ read, write }: Backend): BrokerRetention => ({
  async forgetMessages(until, limit) {
    const found = await read((db) =>
      db
        .selectFrom('formidling')
        .select('id')
        .where('mottatt', '<=', until.getTime())
        .where('tilstand', '<>', 'MOTTATT')
        .orderBy('mottatt')
        .orderBy('id')
        .limit(limit)
        .execute(),
    );
    const ids = found.map(({ id }) => id);
    if (ids.length === 0) return 0;
    return write(async (db) => {
      await db.deleteFrom('shipment_event').where('shipment_id', 'in', ids).execute();
      const { numDeletedRows } = await db.deleteFrom('formidling').where('id', 'in', ids).executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    });
  },
  async forgetReceipts(until, limit) {
    const found = await read((db) =>
      db
        .selectFrom('mpc_receipt')
        .select('nr')
        .where('mottatt', '<=', until.getTime())
        .orderBy('mottatt')
        .orderBy('nr')
        .limit(limit)
        .execute(),
    );
    const numbers = found.map(({ nr }) => nr);
    if (numbers.length === 0) return 0;
    const { numDeletedRows } = await write((db) =>
      db.deleteFrom('mpc_receipt').where('nr', 'in', numbers).executeTakeFirstOrThrow(),
    );
    return Number(numDeletedRows);
  },
});

/** Rows of one transaction of `prune`. */
const BATCH = 500;

/** Forgets the requests whose timestamp alone refuses them at `now`, with their answers, and the messages that nobody repeats. Returns how many. */
export async function prune({ read, write }: Backend, now: Date): Promise<number> {
  let forgotten = 0;
  for (const [table, key] of [
    ['replay', 'digest'],
    ['ebms_message', 'noekkel'],
    ['mailbox_answer', 'noekkel'],
  ] as const)
    for (let found = BATCH; found === BATCH;) {
      const old = await read((db) =>
        db.selectFrom(table).select(`${key} as key`).where('expires', '<=', now.getTime()).limit(BATCH).execute(),
      );
      found = old.length;
      if (found === 0) break;
      const keys = old.map((row) => row.key);
      const { numDeletedRows } = await write((db) =>
        db.deleteFrom(table).where(key, 'in', keys).executeTakeFirstOrThrow(),
      );
      forgotten += Number(numDeletedRows);
    }
  return forgotten;
}
