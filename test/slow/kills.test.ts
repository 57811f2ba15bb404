import { expect } from 'chai';
import { checks } from '../crash/count.js';
import { pointNames, points, type EntranceName, type Point } from '../crash/points.js';
import { clearUp } from '../crash/processes.js';
import { run } from '../crash/run.js';
import { chooseServer } from '../support/mariadb.js';

/* Each row kills a gateway at its points while clients send, and counts as `npm run test:crash` does. */

interface Row {
  readonly fault: string;
  readonly at: readonly Point[];
}

const rows: readonly Row[] = [
  { fault: 'F1: half of a request has come in', at: ['request.halfway'] },
  { fault: 'F2: all of a request has come in, and it is not verified', at: ['request.whole'] },
  { fault: 'F3: a document is durable, and its letter is not committed', at: ['accept.stored'] },
  { fault: 'F4: the letter is written, not committed', at: ['accept.written'] },
  { fault: 'F5: the letter is committed, and its sender has no answer', at: ['accept.committed'] },
  { fault: 'F6: half of the answer is written', at: ['answer.halfway'] },
  {
    fault: 'F7: jobs are leased, and nothing has been sent',
    at: ['dispatch.claimed', 'dispatch.packed', 'dispatch.kept'],
  },
  { fault: 'F8: half of a letter is written to its provider', at: ['push.halfway'] },
  { fault: 'F9: the provider has the letter, and nothing says so here', at: ['dispatch.pushed'] },
  { fault: 'F10: a receipt is being stored', at: ['receipt.written', 'receipt.committed'] },
];

const entrances: readonly EntranceName[] = ['forsendelse', 'svarut', 'broker'];
/** Kills at each point; as many are at random. */
const TIMES = 2;
const server = chooseServer();
const databases = ['sqlite', ...('missing' in server ? [] : (['mariadb'] as const))] as const;

describe('kill -9: I1 nothing lost, I2 nothing doubled, I3 octets as sent, I8 all runs again within 30 s', function () {
  this.timeout(600_000);
  after(clearUp);

  for (const database of databases)
    for (const { fault, at } of rows)
      it(`${fault} (${database})`, async () => {
        const kills = 2 * TIMES * at.length;
        const options = {
          ...{ database, kills, at, entrances, seed: fault, say: () => undefined },
          ...{
            power: 0,
            killEvery: undefined,
            shipments: undefined,
            time: undefined,
            webs: 1,
            workers: 1,
            accounts: 2,
            withoutFsync: false,
          },
        };
        const result = await run(options);
        const wrong = checks(result.counts, result.kills, result.wrong).filter(({ holds }) => !holds);
        expect(wrong.map(({ text }) => text)).to.deep.equal([]);
        expect(result.kills.filter(({ aim }) => at.some((point) => point === aim))).to.have.length(kills / 2);
      });

  it('F1-F10: every point of the crash test is one of theirs, or one of what comes after', () => {
    const told = rows.flatMap(({ at }) => at);
    const later = pointNames.filter((point) => !told.includes(point));
    expect(later.filter((point) => /^(request|accept|answer|push)/.test(point))).to.deep.equal([]);
    expect(later.map((point) => points[point].stands)).to.not.include('');
  });
});
