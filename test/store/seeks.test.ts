import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { CompiledQuery } from 'kysely';
import type { Job } from '../../src/domain/shipment.js';
import type { Backend } from '../../src/store/backend.js';
import { lanesOf, oldestOf } from '../../src/store/lanes.js';
import { claimJobs, holdJob, jobWrites } from '../../src/store/queue.js';
import { seeded } from '../support/generator.js';
import { eachStore, onMysql } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { LEASE, putMany } from './support/queue.js';
import { at, t0 } from './support/shipments.js';

describe('lanes', () => {
  eachStore((database) =>
    it('are found in the order of their names, each with its oldest job, as they come and go', async () => {
      await database.open();
      const backend = await openBackend(database.url());
      const { leastOfEach } = lanesOf(backend.flavour);
      const random = seeded(7);
      const jobs: { koe: string; klar: number | null }[] = [];
      for (let round = 0; round < 40; round++) {
        const koe = `NORMAL:A:${random.int(12)}`;
        const klar = random.int(4) === 0 ? null : random.int(100);
        if (random.int(3) === 0) {
          await backend.write((db) => db.deleteFrom('job').where('koe', '=', koe).execute());
          jobs.splice(0, jobs.length, ...jobs.filter((job) => job.koe !== koe));
        } else {
          const times = { neste: 0, klar, leased_until: 0, forsoek: 0, fence: 0, tapte: 0 };
          const job = { ...times, koe, leverandoer: 'A', prioritet: 'NORMAL' as const, eier: '1' };
          await backend.write((db) =>
            db
              .insertInto('job')
              .values({ ...job, shipment_id: randomUUID() })
              .execute(),
          );
          jobs.push({ koe, klar });
        }
        const [after, upTo] = round % 2 === 0 ? ['NORMAL:', 'NORMAL;'] : [koe, 'NORMAL:A:7'];
        const limit = round % 3 === 0 ? 3 : 64;
        const names = [...new Set(jobs.map((job) => job.koe))].filter((name) => name > after && name <= upTo);
        const expected = names.sort().map((name) => {
          const due = jobs.flatMap((job) => (job.koe === name && job.klar !== null ? [job.klar] : []));
          return { group: name, least: due.length === 0 ? null : Math.min(...due) };
        });
        const found = await backend.read((db) => leastOfEach(db, after, upTo, limit));
        expect(found, `round ${round}`).to.deep.equal(expected.slice(0, limit));
      }
      await backend.close();
    }),
  );

  onMysql((database) => {
    const due = () => Infinity;
    let backend: Backend;
    const run = (statement: string | CompiledQuery) =>
      backend.read(async (db) => {
        const query = typeof statement === 'string' ? CompiledQuery.raw(statement) : statement;
        return (await db.executeQuery<{ Value: string }>(query)).rows;
      });
    /** Rows and entries of indexes that the one connection has read. */
    const read = async (): Promise<number> =>
      (await run("show session status like 'Handler_read%'")).reduce((sum, { Value }) => sum + Number(Value), 0);

    before(async function () {
      this.timeout(60_000);
      await database.open();
      backend = await openBackend(`${database.url()}?connectionLimit=1`);
      await run('alter table job stats_persistent = 1, stats_auto_recalc = 0');
      await run('analyze table job');
    });
    after(() => backend.close());

    it('F40: a turn reads no more rows where the server takes the table for empty, from the first job to the last', async function () {
      this.timeout(60_000);
      const now = { clock: t0.getTime(), calendar: t0.getTime() };
      // What has the table open from now on keeps the numbers of an empty one.
      await run(oldestOf(backend.flavour, Array<string>(40).fill('NORMAL:A:1'), 1, { now, beaten: [] }));
      await putMany(backend, 10_000);
      const claim = claimJobs(backend);
      const turn = async (): Promise<void> => {
        const [slow, late, ...rest] = await claim(t0, LEASE, 16, due);
        if (slow === undefined || late === undefined) throw new Error('nothing was claimed');
        expect(await holdJob(backend)(slow, at(999))).to.equal(true);
        await backend.write(async (db) => {
          const { deferJob, endJob } = jobWrites(db);
          expect(await deferJob(late, at(999))).to.equal(true);
          for (const job of rest) expect(await endJob(job)).to.equal(true);
        });
      };
      const rowsRead: number[] = [];
      for (const gone of [0, 5_000, 9_700]) {
        await backend.write((db) => db.deleteFrom('job').where('neste', '<', gone).execute());
        for (let turns = 0; turns < 2; turns++) {
          const before = await read();
          await turn();
          rowsRead.push((await read()) - before);
        }
      }
      expect(Math.max(...rowsRead), rowsRead.join()).to.be.below(400);
    });

    it('a claim locks no job but its own, also where few are left', async () => {
      await backend.write((db) => db.deleteFrom('job').execute());
      await putMany(backend, 40);
      const other = await openBackend(database.url());
      let others: readonly Job[] = [];
      const write: Backend['write'] = (work) =>
        backend.write(async (db) => {
          const result = await work(db);
          others = await claimJobs(other)(t0, LEASE, 16, due);
          return result;
        });
      const own = await claimJobs({ ...backend, write })(t0, LEASE, 16, due);
      await other.close();
      expect([own.length, others.length]).to.deep.equal([16, 16]);
    });
  });
});
