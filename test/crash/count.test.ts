import { expect } from 'chai';
import { checks, count, type Kill, type Known } from './count.js';

const told = (ref: string, ...types: string[]) => types.map((type) => ({ ref, type }));

/** One letter to a mailbox and one on paper, both as they should be. */
const good: Known = {
  acknowledged: ['mail', 'paper'],
  committed: ['mail', 'paper'],
  told: [...told('mail', 'LEVERING'), ...told('paper', 'MOTTAK', 'LEVERING')],
  repeated: 1,
  changed: [],
};
const none = { lost: [], doubled: [], misreported: [], unexpected: [], changed: [], recovered: 1 };

const rows: readonly (readonly [title: string, seen: Partial<Known>, expected: object])[] = [
  ['every letter once', {}, { ...none, acknowledged: 2, delivered: 2 }],
  ['a letter that no provider has', { committed: ['paper'] }, { ...none, lost: ['mail'], delivered: 1 }],
  ['a letter that a provider has twice', { committed: [...good.committed, 'mail'] }, { ...none, doubled: ['mail'] }],
  [
    'a letter that nobody ordered, twice',
    { committed: [...good.committed, 'x', 'x'] },
    { ...none, doubled: ['x'], unexpected: ['x'] },
  ],
  [
    'a copy that is damaged',
    { committed: [...good.committed, 'damaged mail'] },
    { ...none, unexpected: ['damaged mail'] },
  ],
  ["a receipt of nobody's letter", { told: [...good.told, ...told('x', 'LEVERING')] }, { ...none, unexpected: ['x'] }],
  ['a letter that is answered otherwise in the end', { changed: ['mail'] }, { ...none, changed: ['mail'] }],
  ['a receipt that came twice', { told: [...good.told, ...told('paper', 'MOTTAK')] }, { ...none, doubled: ['paper'] }],
  ['a delivery that its sender is not told of', { told: good.told.slice(1) }, { ...none, misreported: ['mail'] }],
  [
    'a delivery that is called a failure',
    { told: [...good.told, ...told('mail', 'OPPGITT')] },
    { ...none, misreported: ['mail'], delivered: 1 },
  ],
];

describe('counts of the crash test', () => {
  for (const [title, seen, expected] of rows) {
    it(`tell of ${title}`, () => {
      expect(count({ ...good, ...seen })).to.deep.include(expected);
    });
  }

  const recovery = 2_000;
  const kills: readonly Kill[] = [
    { aim: 'random', reached: true, recovery },
    { aim: 'accept.stored', reached: true, recovery },
  ];
  const failures = (seen: Partial<Known>, done: readonly Kill[] = kills, wrong: readonly string[] = []): string[] =>
    checks({ svarut: count({ ...good, ...seen }) }, done, wrong)
      .filter(({ holds }) => !holds)
      .map(({ text }) => text);

  it('pass when everything is as it should be', () => {
    expect(failures({})).to.deep.equal([]);
  });

  it('fail when nobody could send anything', () => {
    expect(failures({ acknowledged: [], committed: [], told: [], repeated: 0 })).to.deep.equal([
      'svarut: 0 acknowledged (0 of them when sent again), 0 delivered',
    ]);
  });

  it('fail for each letter that is not as it should be', () => {
    expect(failures({ committed: ['paper', 'paper'], told: told('paper', 'LEVERING', 'OPPGITT') })).to.deep.equal([
      'svarut: 2 acknowledged (1 of them when sent again), 0 delivered',
      'svarut: 1 lost',
      'svarut: 1 doubled',
      'svarut: 1 whose sender was not told the truth',
    ]);
    expect(failures({ committed: [...good.committed, 'x'], changed: ['mail'] })).to.deep.equal([
      'svarut: 1 that nobody has sent like that, or to there',
      'svarut: 1 answered otherwise than at first',
    ]);
  });

  it('fail for each line of the books that does not add up', () => {
    expect(failures({}, kills, ['x is still SENDT'])).to.deep.equal(['books: 1 that do not add up']);
  });

  it('fail when a point that was asked for was not reached each time', () => {
    const [text] = failures({}, [...kills, { aim: 'accept.stored', reached: false, recovery }]);
    expect(text).to.match(/^1 of 2 kills at accept\.stored: /);
  });

  it('SECURITY I8: fail when it takes half a minute until all runs again', () => {
    const [slow] = failures({}, [...kills, { aim: 'database', reached: true, recovery: 30_000 }]);
    expect(slow).to.equal('all ran again after 2.0 s (median), 30.0 s (most)');
    expect(failures({}, [...kills, { aim: 'database', reached: true, recovery: 29_999 }])).to.deep.equal([]);
  });
});
