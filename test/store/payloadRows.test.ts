import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { CompiledQuery } from 'kysely';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import type { Pakke, Shipment } from '../../src/domain/shipment.js';
import type { ShipmentTx } from '../../src/domain/shipmentPorts.js';
import type { Store } from '../../src/store/index.js';
import { freeSince } from '../../src/store/payloadRows.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { accept, at, forsendelse, shipment, withStores } from './support/shipments.js';

const newRef = (): string => randomBytes(16).toString('hex');
const blob = () => ({ ref: newRef(), size: 1, sha256: 'ab'.repeat(32) });
const pakke = (meldingsId: string): Pakke => ({ meldingsId, sbd: blob(), cms: blob() });
const refsOf = ({ sbd, cms }: Pakke): string[] => [...(sbd === null ? [] : [sbd.ref]), cms.ref];

/** A shipment whose documents are its own, and their references. */
function withOwn(vedlegg = 1): { one: Shipment; refs: string[] } {
  const { hoveddokument } = forsendelse();
  const documents = Array.from({ length: vedlegg + 1 }, () => ({ ...hoveddokument, innhold: blob() }));
  const [main = hoveddokument, ...more] = documents;
  return {
    one: shipment({ hoveddokument: main, vedlegg: more }),
    refs: documents.map(({ innhold }) => innhold.ref),
  };
}

describe('payloads that there is a reason for', () => {
  eachStore((database) => {
    const stores = withStores(database, 2);
    let store: Store;
    let other: Store;
    beforeEach(() => {
      [store, other] = stores() as [Store, Store];
    });
    afterEach(async () => {
      const backend = await openBackend(database.url());
      await backend.write((db) => db.deleteFrom('payload').execute());
      await backend.close();
    });

    const tx = <T>(work: (tx: ShipmentTx) => Promise<T>) => store.unitOfWork(work);
    /** A shipment that was accepted, with a package. */
    async function accepted(vedlegg?: number) {
      const { one, refs } = withOwn(vedlegg);
      await accept(store, one);
      const packed = pakke(one.meldingsId);
      await tx((t) => t.updateShipment(one.id, { pakke: packed }));
      return { id: one.id, refs, packed };
    }

    it('knows what letters hold, their packages, and what is kept beside them; nothing else', async () => {
      const { refs, packed } = await accepted(200);
      const [kept, stranger] = [newRef(), newRef()];
      await tx((t) => t.keepPayload(kept));
      const asked = [...refs, stranger, ...refsOf(packed), kept];
      expect(await other.retention.unknown(asked)).to.deep.equal([stranger]);
      expect(await other.retention.unknown([])).to.deep.equal([]);
    });

    it('knows nothing of a letter whose transaction was taken back', async () => {
      const { one, refs } = withOwn();
      const undone = tx(async (t) => {
        await t.insertShipment(one, { type: 'MOTTATT', tid: at(0), kode: null, tekst: ordrett('') }, null);
        throw new Error('no');
      });
      await undone.catch(() => undefined);
      expect(await store.retention.unknown(refs)).to.deep.equal(refs);
    });

    it('forgets what has been free for long enough, not a millisecond before, and nothing that is needed', async () => {
      const [gone, needed] = [await accepted(), await accepted()];
      const kept = newRef();
      await tx(async (t) => {
        await t.keepPayload(kept);
        await t.freePayloads(gone.id, at(10));
      });
      const before = new Date(at(10).getTime() - 1);
      expect(await store.retention.forget(before, 100)).to.deep.equal([]);
      const forgotten = await store.retention.forget(at(10), 100);
      expect(forgotten).to.have.members([...gone.refs, ...refsOf(gone.packed)]);
      expect(await store.retention.forget(at(9_999), 100)).to.deep.equal([]);
      const left = [...needed.refs, ...refsOf(needed.packed), kept];
      expect(await store.retention.unknown([...left, ...forgotten])).to.deep.equal(forgotten);
    });

    it('counts from the first time that a letter became free', async () => {
      const { id } = await accepted();
      await tx((t) => t.freePayloads(id, at(10)));
      await tx((t) => t.freePayloads(id, at(500)));
      expect(await store.retention.forget(at(10), 100)).to.have.length(4);
    });

    it('R-28: a package that was replaced is free at once, and what the letter still needs is not', async () => {
      const { id, refs, packed } = await accepted();
      const fresh = pakke('another message');
      await tx((t) => t.updateShipment(id, { pakke: fresh }));
      expect(await store.retention.forget(new Date(0), 100)).to.have.members(refsOf(packed));
      expect(await store.retention.unknown([...refs, ...refsOf(fresh)])).to.deep.equal([]);
    });

    it('F36: forgets no more than it is asked for, the oldest first, and each payload for one of two processes', async () => {
      const letters = await Promise.all(Array.from({ length: 5 }, () => accepted(8)));
      await tx(async (t) => {
        for (const [n, { id }] of letters.entries()) await t.freePayloads(id, at(n));
      });
      const [oldest] = letters;
      expect(await store.retention.forget(at(100), 5)).to.have.length(5);
      const rest = await store.retention.forget(at(0), 100);
      expect(rest).to.have.length(6);
      expect(oldest?.refs).to.include.members(rest.filter((ref) => oldest?.refs.includes(ref)));
      const shares = await Promise.all([store, other, store, other].map((by) => by.retention.forget(at(100), 30)));
      const all = [...shares.flat(), ...(await store.retention.forget(at(100), 100))];
      const expected = letters.slice(1).flatMap(({ refs, packed }) => [...refs, ...refsOf(packed)]);
      expect(all).to.have.members(expected).and.to.have.length(expected.length);
    });

    it('finds what is free by its index, without sorting and without reading what is needed', async () => {
      const backend = await openBackend(database.url());
      await backend.write(async (db) => {
        for (let n = 0; n < 3; n++) {
          const rows = Array.from({ length: 1000 }, (_, i) => ({
            ref: newRef(),
            shipment_id: newRef(),
            ledig: i < 10 ? i : null,
          }));
          await db.insertInto('payload').values(rows).execute();
        }
        const analyze = database.kind === 'sqlite' ? 'analyze' : 'analyze table payload';
        await db.executeQuery(CompiledQuery.raw(analyze));
      });
      const plan = await backend.read(async (db) => {
        const { sql, parameters } = freeSince(db, new Date(5), 100).compile();
        const explain = database.kind === 'sqlite' ? 'explain query plan' : 'explain';
        const query = CompiledQuery.raw(`${explain} ${sql}`, [...parameters]);
        return (await db.executeQuery<Record<string, string>>(query)).rows;
      });
      await backend.close();
      const said = plan.map((row) => row['detail'] ?? `${row['type']} ${row['key']} ${row['Extra']}`).join();
      expect(said).to.match(/SEARCH payload USING COVERING INDEX .*ledig<\?|^range ledig .*Using index/);
      expect(said).not.to.match(/filesort|TEMP B-TREE/);
    });

    it('says since when there have been rows', async () => {
      const since = await store.retention.since();
      expect(since.getTime()).to.be.within(Date.now() - 600_000, Date.now());
    });
  });
});
