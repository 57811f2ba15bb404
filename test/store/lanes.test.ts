import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { CompiledQuery } from 'kysely';
import type { Prioritet } from '../../src/domain/forsendelse.js';
import type { Shipment } from '../../src/domain/shipment.js';
import type { Db } from '../../src/store/backend.js';
import type { Store } from '../../src/store/index.js';
import { dueWith, lanesOf, oldestOf } from '../../src/store/lanes.js';
import { inTurn, within } from '../../src/store/priority.js';
import { eachStore } from '../support/stores.js';
import { seeded } from '../support/generator.js';
import { openBackend } from './support/backend.js';
import { eachQueue, idsOf, LEASE, only, putMany, sentences, without, type QueueStore } from './support/queue.js';
import { accept, at, beslutning, hendelse, shipment, svarutLetter, t0, withStores } from './support/shipments.js';

const letter = (avsender: string, leverandoer: string | null = 'A', seconds = 0, prioritet: Prioritet = 'NORMAL') =>
  shipment({ avsender, prioritet }, { mottatt: at(seconds), beslutning: beslutning(leverandoer) });
const letters = (count: number, ...of: Parameters<typeof letter>) => Array.from({ length: count }, () => letter(...of));

describe('the turns of senders', () => {
  eachQueue((subject) => {
    const { claim, tx, queued, ...two } = sentences(subject);

    it('F41: a hundred letters of one do not keep one letter of another waiting, in a batch or one by one', async () => {
      const flood = await queued(...letters(100, '1'));
      const [late = ''] = await queued(letter('2', 'A', 50));
      expect(idsOf(await claim(50, 2))).to.have.members([flood[0], late]);
      const [second = ''] = await queued(letter('2', 'A', 60));
      const ones = [...(await claim(60, 1)), ...(await claim(60, 1))];
      expect(idsOf(ones)).to.have.members([flood[1], second]);
    });

    it('goes round all lanes before one has a second turn, whatever the batches, and by age in each', async function () {
      this.timeout(60_000);
      const random = seeded(41);
      const senders = ['1', '2', '3', '4', '5', '6', '7'];
      const all: Shipment[] = senders.flatMap((sender) =>
        letters(1 + random.int(30), sender).map((one, n) => ({ ...one, mottatt: at(n) })),
      );
      const whose = new Map(all.map((one) => [one.id, one.forsendelse.avsender]));
      await queued(...all);
      const given: string[] = [];
      while (given.length < all.length) given.push(...idsOf(await claim(100, 1 + random.int(9))));
      for (const sender of senders) {
        const own = all.filter((one) => one.forsendelse.avsender === sender).map(({ id }) => id);
        const turns = given.flatMap((id, n) => (whose.get(id) === sender ? [n] : []));
        expect(turns.map((n) => given[n])).to.deep.equal(own);
        for (const [n, turn] of turns.entries()) {
          const between = given.slice((turns[n - 1] ?? -1) + 1, turn).map((id) => whose.get(id));
          expect(new Set(between).size, `turn ${n} of ${sender}`).to.equal(between.length);
        }
      }
    });

    it('an account is a sender, also where it is not the only one of its organisation', async () => {
      const ofAccount = async (account: string, count: number): Promise<string[]> => {
        const all = letters(count, '1', null);
        for (const one of all) await tx((t) => t.insertShipment(one, hendelse(), null, account));
        return all.map(({ id }) => id);
      };
      const archive = await ofAccount('arkiv', 20);
      const [tax = ''] = await ofAccount('skatt', 1);
      expect(idsOf(await claim(0, 2))).to.have.members([archive[0], tax]);
    });

    it('gives a provider no more than there is room for, and its turns to others', async () => {
      const [a1] = await queued(...letters(9, '1', 'A'));
      const [c1] = await queued(...letters(9, '2', 'A', 1, 'PRIORITERT'));
      const b = await queued(...letters(5, '1', 'B', 2));
      const room = (leverandoer: string | null) => (leverandoer === 'A' ? 1 : Infinity);
      const claimed = idsOf(await two.store().queue.claim(at(9), LEASE, 9, room));
      expect(claimed.filter((id) => !b.includes(id))).to.have.length(1);
      expect([a1, c1]).to.include(claimed.find((id) => !b.includes(id)));
      expect(claimed.filter((id) => b.includes(id))).to.deep.equal(b);
    });

    it('lanes whose jobs all wait or were given up keep no other from its turn', async () => {
      const [gone = ''] = await queued(letter('1'));
      const job = only(await claim(0, 1));
      await tx((t) => t.giveUpJob(job));
      await queued(letter('2', 'A', 999));
      const [due] = await queued(letter('3'));
      expect(idsOf(await claim(0, 1))).to.deep.equal([due]);
      await tx((t) => t.retryJob(gone, at(1)));
      expect(idsOf(await claim(1, 1))).to.deep.equal([gone]);
    });

    it('two processes at once give each sender its turns, and each letter once', async () => {
      const flood = await queued(...letters(80, '1'));
      const few = await queued(...letters(5, '2'), ...letters(5, '3'));
      const stores: QueueStore[] = [two.store(), two.other()];
      const claimed: string[] = [];
      for (let n = 0; claimed.length < 40; n++) claimed.push(...idsOf(await claim(1, 4, [], stores[n % 2])));
      expect(claimed).to.include.members(few);
      expect(new Set(claimed).size).to.equal(claimed.length);
      expect(flood).to.include.members(claimed.filter((id) => !few.includes(id)));
    });
  });

  eachStore((database) => {
    const stores = withStores(database, 1);

    it('are known for jobs from before they were, and for those of a process that does not know of them', async () => {
      const [store] = stores() as [Store];
      await accept(store, letter('1', 'A', 0, 'PRIORITERT'), letter('2', 'B'));
      const ofAccount = letter('2', null);
      await store.unitOfWork(async (tx) => {
        await tx.insertShipment(ofAccount, hendelse(), null, 'arkiv');
        await tx.insertSvarUt(svarutLetter({ shipmentId: ofAccount.id }));
      });
      const backend = await openBackend(database.url());
      const rows = () =>
        backend.read((db) => db.selectFrom('job').select(['shipment_id', 'eier', 'koe']).orderBy('nr').execute());
      const before = await rows();
      expect(before.map(({ koe }) => koe)).to.deep.equal(['PRIORITERT:A:1', 'NORMAL:B:2', 'NORMAL:ALTINN:arkiv']);
      await backend.write(async (db) => {
        await db.updateTable('job').set({ eier: '', koe: 'NORMAL::' }).execute();
        await db.deleteFrom('migration').where('name', '=', '0015-lanes').execute();
      });
      await database.open();
      expect(await rows()).to.deep.equal(before);
      await store.unitOfWork(async (tx) => {
        expect(await tx.withdrawJob(ofAccount.id, at(0))).to.equal(true);
        await tx.retryJob(ofAccount.id, at(0));
      });
      expect(await rows()).to.deep.equal(before);
      await backend.write((db) =>
        db.executeQuery(
          CompiledQuery.raw(
            `insert into job (shipment_id, leverandoer, neste, klar, leased_until, forsoek, fence) values ('${randomUUID()}', 'A', 0, 0, 0, 0, 0)`,
          ),
        ),
      );
      await backend.close();
      expect(await store.queue.claim(at(1), LEASE, 9, without())).to.have.length(4);
    });

    it('F40: are found by seeks of the index among many jobs, without sorting and without reading those that wait', async function () {
      this.timeout(60_000);
      const backend = await openBackend(database.url());
      await putMany(backend, 9000);
      await backend.write((db) =>
        db.executeQuery(CompiledQuery.raw(database.kind === 'sqlite' ? 'analyze' : 'analyze table job')),
      );
      const now = { clock: t0.getTime(), calendar: t0.getTime() };
      const plans = await backend.read(async (db) => {
        const said: string[] = [];
        const sent: CompiledQuery[] = [
          oldestOf(backend.flavour, ['NORMAL:B:7', 'NORMAL:C:8'], 50, { now, beaten: [7, 8] }),
        ];
        const heard = {
          executeQuery: (query: CompiledQuery) => {
            sent.push(query);
            return db.executeQuery(query);
          },
        } as unknown as Db;
        await lanesOf(backend.flavour).leastOfEach(heard, 'NORMAL:', 'NORMAL;', 64);
        for (const query of sent) {
          const explain = database.kind === 'sqlite' ? 'explain query plan' : 'explain';
          const asked = CompiledQuery.raw(`${explain} ${query.sql}`, [...query.parameters]);
          const { rows: plan } = await db.executeQuery<Record<string, string>>(asked);
          said.push(...plan.map((row) => row['detail'] ?? `${row['type']} ${row['key']} ${row['Extra']}`));
        }
        return said.filter((step) => /\bjob|optimized away/.test(step));
      });
      const search = { now, limit: 16, room: () => Infinity, beaten: [] };
      const due = await backend.read((db) => dueWith(db, lanesOf(backend.flavour), 'NORMAL', 'NORMAL:B:98', search));
      await backend.close();
      expect(plans).to.have.length.above(2);
      for (const step of plans) {
        expect(step).to.match(
          /SEARCH (job|j\d) USING COVERING INDEX job_lane|^(range|ref) job_lane .*Using index|Select tables optimized away/,
        );
        expect(step).not.to.match(/filesort|TEMP B-TREE|SCAN/);
      }
      expect(due.map(({ koe }) => koe).slice(0, 3)).to.deep.equal(['NORMAL:B:99', 'NORMAL:C:0', 'NORMAL:C:1']);
    });
  });

  it('take one of each, then the next of each', () => {
    expect(inTurn([['a1', 'a2', 'a3'], [], ['b1'], ['c1', 'c2']])).to.deep.equal(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    expect(inTurn([])).to.deep.equal([]);
  });

  it('leave out what there is no room for, in the order in which they come', () => {
    const of = (...providers: (string | null)[]) => providers.map((leverandoer, n) => ({ leverandoer, n }));
    const room = (leverandoer: string | null) => (leverandoer === 'A' ? 1 : leverandoer === null ? 0 : Infinity);
    expect(within(room, of('A', 'B', 'A', null, 'B')).map(({ n }) => n)).to.deep.equal([0, 1, 4]);
  });
});
