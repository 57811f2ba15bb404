import { expect } from 'chai';
import { wrongIn, type Rows } from './books.js';

const events = (letter: string, ...types: string[]) => types.map((type) => ({ letter, type }));
const line = (letter: string, post: string, number: number | null, series = 'sender 2026-11') => ({
  ...{ letter, post, number, series },
});

/** Two letters to mailboxes, and one message that the broker has passed on. */
const good: Rows = {
  letters: [
    { id: 'a', tilstand: 'LEVERT' },
    { id: 'b', tilstand: 'AAPNET' },
  ],
  messages: [{ id: 'm' }],
  events: [...events('a', 'MOTTATT', 'SENDT', 'LEVERING'), ...events('b', 'MOTTATT', 'SENDT', 'LEVERING', 'AAPNING')],
  lines: [
    ...[line('a', 'POSTKASSE', 1), line('b', 'POSTKASSE', 2)],
    ...[
      line('a', 'MELDINGSFORMIDLER', 2),
      line('b', 'MELDINGSFORMIDLER', 3),
      line('m', 'MELDINGSFORMIDLER', 1, 'other'),
    ],
  ],
  jobs: [],
  documents: ['a', 'b', 'm'],
};

const rows: readonly (readonly [title: string, change: Partial<Rows>, wrong: string])[] = [
  [
    'a letter that nobody has an answer for',
    { messages: [...good.messages, { id: 'n' }], lines: [...good.lines, line('n', 'MELDINGSFORMIDLER', 4)] },
    '4 letters and messages, 3 acknowledged',
  ],
  [
    'a letter that is under way',
    {
      letters: [
        { id: 'a', tilstand: 'SENDT' },
        { id: 'b', tilstand: 'LEVERT' },
      ],
    },
    'a is still SENDT',
  ],
  [
    'an event that came twice',
    { events: [...good.events, ...events('a', 'LEVERING')] },
    'a has LEVERING more than once',
  ],
  ['a letter whose beginning is missing', { events: good.events.slice(1) }, 'a begins with SENDT'],
  ['a turn that is left over', { jobs: ['a'] }, 'a still has its turn'],
  ['a message that is not charged', { lines: good.lines.slice(0, -1) }, 'm is passed on and not charged'],
  [
    'a charge that came twice',
    { lines: [...good.lines, line('a', 'SMS', null), line('a', 'SMS', null)] },
    'a SMS is charged more than once',
  ],
  ['a charge for no letter', { lines: [...good.lines, line('x', 'SMS', null)] }, 'a charge of x, which is no letter'],
  ['a document of no letter', { documents: ['x'] }, 'a document of x, which is no letter'],
  [
    'a number that was left out',
    { lines: good.lines.map((one) => (one.letter === 'b' && one.post === 'POSTKASSE' ? { ...one, number: 3 } : one)) },
    'POSTKASSE, sender 2026-11: number 2 is 3',
  ],
];

describe('books of the crash test', () => {
  it('add up when every letter has come to its end once', () => {
    expect(wrongIn(good, 3)).to.deep.equal([]);
  });

  for (const [title, change, wrong] of rows)
    it(`tell of ${title}`, () => {
      expect(wrongIn({ ...good, ...change }, 3)).to.include(wrong);
    });
});
