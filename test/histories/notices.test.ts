import { expect } from 'chai';
import { memoryStore } from '../support/memoryStore.js';
import { eachStore } from '../support/stores.js';
import { withStores } from '../store/support/shipments.js';
import { played, putOwnPrice, type Played, type Stores } from './play.js';
import { reckoned } from './reckoning.js';

/*
 * Random histories of one letter each: opened, crashed, switched, reserved, refused, not reached, told twice, at any time. What the gateway makes of them is held
 * against a reckoning that shares no code with it. HISTORY=1234 plays that one alone, and tells it.
 */

const one = process.env['HISTORY'];
const seeds = (count: number): readonly number[] =>
  one === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(one)];

/** A history as somebody reads it who wants to know what went wrong with it. */
const told = ({ history, moments, story, breaches }: Played): string =>
  JSON.stringify({ ...history, moments, story, breaches }, null, 1);

function check(played: Played): void {
  const { history, moments, outcome, breaches } = played;
  const which = `HISTORY=${history.seed}`;
  if (one !== undefined) console.log(told(played));
  expect(outcome, which).to.deep.equal(reckoned(history, moments));
  expect(outcome.rounds.length, which).to.be.at.most(2);
  expect(breaches, which).to.deep.equal([]);
}

async function onMemory(seed: number): Promise<Played> {
  const store = memoryStore();
  await putOwnPrice(store);
  return played(store, seed);
}

/** What must not be rare among the histories, or they would show little. */
const rarities: Readonly<Record<string, (h: Played) => boolean>> = {
  'a repeat': ({ outcome }) => outcome.rounds.length === 2,
  'a notice twice after a crash': ({ moments }) => moments.some(({ fates }) => Object.values(fates).includes('crash')),
  'opened in the portal': ({ outcome }) => outcome.opened,
  'a mailbox': ({ outcome }) => outcome.messages.some((message) => message.startsWith('POSTKASSE')),
  'sent again, to another mailbox or on paper': ({ outcome }) => outcome.messages.length > 1,
  'decided again at its date': ({ story }) => story.includes('NYTT_OPPSLAG'),
  'on paper because nobody was reached': ({ story }) => story.includes('NYTT_OPPSLAG NOT_NOTIFIED'),
  'a way that failed': ({ outcome }) => outcome.told.some((what) => /FEILET (EPOST|SMS)/.test(what)),
  'a letter that crashed': ({ moments }) => moments.some(({ letterCrash }) => letterCrash),
  'a register that was down': ({ story }) => story.some((event) => event === 'FORSOEK_UTSATT UNAVAILABLE'),
};

describe('10,000 random histories of a letter', () => {
  it('R-12, R-17, R-57: repeat, paper and bill are what the rules say, and nothing digital reaches who is reserved', async function () {
    this.timeout(180_000);
    const seen = new Map(Object.keys(rarities).map((what) => [what, 0]));
    const all = seeds(10_000);
    for (const seed of all) {
      const history = await onMemory(seed);
      check(history);
      for (const [what, is] of Object.entries(rarities)) seen.set(what, (seen.get(what) ?? 0) + Number(is(history)));
    }
    if (one === undefined) for (const [what, count] of seen) expect(count, what).to.be.above(all.length / 100);
  });

  eachStore((database) => {
    const stores = withStores(database, 1);
    const count = database.kind === 'sqlite' ? 500 : 100;

    it(`R-12, R-17, R-57: ${count} of them are the same on a database, event by event`, async function () {
      this.timeout(180_000);
      const store: Stores = stores()[0]!;
      await putOwnPrice(store);
      let sum = 0;
      for (const seed of seeds(count)) {
        const history = await played(store, seed);
        check(history);
        expect(history.story, `HISTORY=${seed}`).to.deep.equal((await onMemory(seed)).story);
        sum += history.outcome.sum;
      }
      const months = Array.from({ length: 20 }, (_, i) => new Date(Date.UTC(2026, i, 1)).toISOString().slice(0, 7));
      const sums = await Promise.all(months.map((maaned) => store.ledger.sums({ maaned })));
      expect(sums.flat().reduce((total, line) => total + line.sum, 0)).to.equal(sum);
    });
  });
});
