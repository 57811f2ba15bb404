import { expect } from 'chai';
import { checks, count, type Kill, type Seen } from './count.js';

const told = (ref: string, ...types: string[]) => types.map((type) => ({ ref, type }));

/** One letter to a mailbox and one on paper, both as they should be. */
const good: Seen = {
  acknowledged: ['mail', 'paper'],
  committed: ['mail', 'paper'],
  told: [...told('mail', 'LEVERING'), ...told('paper', 'MOTTAK', 'LEVERING')],
};
const none = { lost: [], doubled: [], misreported: [] };

const rows: readonly (readonly [title: string, seen: Partial<Seen>, expected: object])[] = [
  ['every letter once', {}, { ...none, acknowledged: 2, delivered: 2 }],
  ['a letter that no provider has', { committed: ['paper'] }, { ...none, lost: ['mail'], delivered: 1 }],
  ['a letter that a provider has twice', { committed: [...good.committed, 'mail'] }, { ...none, doubled: ['mail'] }],
  ['a letter that nobody ordered, twice', { committed: [...good.committed, 'x', 'x'] }, { ...none, doubled: ['x'] }],
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

  const kills: readonly Kill[] = ['random', { point: 'accept.stored', reached: true }];
  const failures = (seen: Partial<Seen>, done: readonly Kill[] = kills): string[] =>
    checks(count({ ...good, ...seen }), done)
      .filter(({ holds }) => !holds)
      .map(({ text }) => text);

  it('pass when everything is as it should be', () => {
    expect(failures({})).to.deep.equal([]);
  });

  it('fail when nobody could send anything', () => {
    expect(failures({ acknowledged: [], committed: [], told: [] })).to.deep.equal(['0 acknowledged, 0 delivered']);
  });

  it('fail for each letter that is not as it should be', () => {
    expect(failures({ committed: ['paper', 'paper'], told: told('paper', 'LEVERING', 'OPPGITT') })).to.deep.equal([
      '2 acknowledged, 0 delivered',
      '1 lost',
      '1 doubled',
      '1 without the receipts that they should have',
    ]);
  });

  it('fail when a point that was asked for was not reached each time', () => {
    const [text] = failures({}, [...kills, { point: 'accept.stored', reached: false }]);
    expect(text).to.match(/^1 of 2 kills at accept\.stored: /);
  });
});
