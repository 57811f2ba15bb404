import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { sql } from 'kysely';
import type { AuditEvent } from '../../src/domain/ports.js';
import type { Store } from '../../src/store/index.js';
import { openBackend } from './support/backend.js';
import { eachStore } from '../support/stores.js';
import { event, replayKey } from './support/rows.js';

describe('replay keys and the audit trail', () => {
  eachStore((database) => {
    let store: Store;
    before(async () => {
      store = await database.open();
    });
    const remember = (key: Buffer, in_: Store = store) => in_.unitOfWork((tx) => tx.remember(replayKey(key)));

    it('SECURITY 74: a key is new once, and never again', async () => {
      const key = randomBytes(32);
      expect(await remember(key)).to.equal(true);
      expect(await remember(key)).to.equal(false);
      expect(await remember(randomBytes(32))).to.equal(true);
    });

    it('SECURITY 74: of 50 units at once, in two processes, one is the first', async () => {
      const other = await database.open();
      const key = randomBytes(32);
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => remember(key, i % 2 ? store : other)));
      expect(answers.filter((first) => first)).to.have.length(1);
    });

    it('SECURITY 74: a key is seen again inside the unit that brought it', async () => {
      const key = replayKey();
      const twice = await store.unitOfWork(async (tx) => [await tx.remember(key), await tx.remember(key)]);
      expect(twice).to.deep.equal([true, false]);
    });

    it('SECURITY 75: a key is still known when the database is opened anew', async () => {
      const key = randomBytes(32);
      await remember(key);
      expect(await remember(key, await database.open())).to.equal(false);
    });

    it('a key whose unit failed is new', async () => {
      const key = replayKey();
      const failing = store.unitOfWork(async (tx) => {
        await tx.remember(key);
        throw new RangeError('on purpose');
      });
      expect(await failing.catch((error: unknown) => error)).to.be.instanceOf(RangeError);
      expect(await remember(key.key)).to.equal(true);
    });

    it('keys differ in their last bit only', async () => {
      const key = randomBytes(32);
      const next = Buffer.from(key);
      next.writeUInt8(next.readUInt8(31) ^ 1, 31);
      expect([await remember(key), await remember(next)]).to.deep.equal([true, true]);
    });

    it('forgets a key from its time on, and not a millisecond earlier', async () => {
      const expires = new Date('2030-01-01T00:00:00.000Z');
      const [early, late] = [replayKey(randomBytes(32), expires), replayKey(randomBytes(32), new Date(+expires + 1))];
      await store.pruneReplay(new Date('2029-01-01'));
      await store.unitOfWork(async (tx) => [await tx.remember(early), await tx.remember(late)]);
      expect(await store.pruneReplay(new Date(+expires - 1))).to.equal(0);
      expect(await store.pruneReplay(expires)).to.equal(1);
      expect([await remember(early.key), await remember(late.key)]).to.deep.equal([true, false]);
    });

    it('keeps every event as it was appended, in order', async () => {
      const personer = Buffer.concat(Array.from({ length: 1000 }, (_, i) => Buffer.alloc(16, i % 256)));
      const events: AuditEvent[] = [
        event(),
        event({ at: new Date('2026-03-01T12:00:00.999Z'), paaVegneAv: '310000035', personer }),
        event({ operasjon: 'HentPrintSertifikat', correlationId: 'c-3', personer: Buffer.alloc(0) }),
      ];
      for (const e of events) await store.unitOfWork((tx) => tx.appendEvent(e));
      const backend = await openBackend(database.url());
      const rows = await backend.read((db) => db.selectFrom('audit').selectAll().orderBy('id').execute());
      expect(
        rows.map(({ at, correlation_id, organisasjon, paa_vegne_av, operasjon, personer }) => {
          return {
            at: new Date(at),
            correlationId: correlation_id,
            organisasjon,
            paaVegneAv: paa_vegne_av,
            operasjon,
            personer,
          };
        }),
      ).to.deep.equal(events);
      await backend.close();
    });

    it('an event that does not fit is refused, not cut', async () => {
      const count = async () => {
        const backend = await openBackend(database.url());
        const { rows } = await backend.read((db) => sql<{ n: number }>`select count(*) as n from audit`.execute(db));
        await backend.close();
        return rows[0]?.n;
      };
      const before = await count();
      const long = event({ correlationId: 'x'.repeat(65) });
      const error: unknown = await store.unitOfWork((tx) => tx.appendEvent(long)).catch((e: unknown) => e);
      expect(error).to.have.property('code', 'INTERNAL');
      expect(await count()).to.equal(before);
    });

    it('answers a ping', async () => {
      expect(await store.ping()).to.equal(undefined);
    });
  });
});
