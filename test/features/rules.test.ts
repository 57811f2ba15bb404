import { expect } from 'chai';
import { expectShown, onEachStore, type Shown } from './shown.js';

/*
 * The business and legal rules by their number, in our own short words, and the tests that hold them. What comes with another rule stands there
 * too; a rule of which there is nothing to build says why.
 */

const look = 'scenarios/oppslagstjenesten';
const rules = 'scenarios/forsendelseRules';
const table = 'scenarios/forsendelseTable';
const contents = 'scenarios/forsendelseContents';
const letter = 'scenarios/forsendelse';
const altinn = 'scenarios/altinn';
const bill = 'scenarios/bill';
const broker = 'scenarios/broker';
const decide = 'domain/routing/decide';
const notices = 'domain/routing/notices';
/** Notices of Posthorn's own. */
const own = 'application/varsle';

const held: readonly (readonly [rule: number, what: string, ...shown: readonly Shown[]])[] = [
  [
    1,
    'the register must be used',
    ['scenarios/forsendelseRegister', 'R-44: is not accepted while'],
    [decide, 'table K'],
  ],
  [2, 'no contact is as reserved', [table, '${what}, when a letter is sent'], ['domain/varsling', 'R-02']],
  [3, '18 months', [look, 'R-03, R-04'], ['domain/varsling', 'R-03: 18 calendar months']],
  [4, 'filtered by status', [look, 'R-04: filters nothing'], [look, 'R-04: always has']],
  [5, 'status codes', [look, 'R-05']],
  [6, 'up to 1000 persons', [look, 'R-06: takes 1000']],
  [7, 'changes', [look, 'R-07: is followed'], ['store/changes', 'R-07: 200 units that bring']],
  [8, 'print certificate', [look, 'R-08']],
  [9, 'look-ups are free and written down', [look, 'R-09: given a look-up'], ['application/svarut/send', 'R-09']],
  [10, 'secure look-ups', [table, 'by R-10, R-54'], [look, 'SECURITY 74']],
  [11, 'language', [notices, 'R-11']],
  [12, 'what a reservation covers', [rules, 'R-12'], ['domain/routing/decide', 'R-12: given reservation and digital']],
  [13, 'what it does not', [rules, 'R-13'], ['client/altinn/altinn', 'R-12, R-13']],
  [14, 'no mailbox is no reservation', [rules, 'R-14'], [table, '${what}, when a letter is sent']],
  [15, 'taken back at once', [rules, 'R-15'], ['scenarios/forsendelseOnce', 'R-15']],
  [
    16,
    'duty to notify',
    [own, 'R-16, R-24'],
    ['channels/varsel/epost', 'R-16, R-24'],
    ['channels/varsel/sms', 'R-16, R-24'],
  ],
  [
    17,
    'told once more',
    [own, 'R-17: the repeat'],
    [own, 'R-17: two workers'],
    ['histories/notices', 'R-12, R-17, R-57'],
    ['sandbox/providers/inbox', 'R-17, R-21'],
    ['demo/law', 'unread in the mailbox'],
  ],
  [18, 'access is written down', [own, 'R-18'], ['client/altinn/altinn', 'R-18'], [letter, 'R-27, R-36']],
  [19, 'addresses that readers gave', [own, 'R-19'], ['contract/forsendelse/decode', 'R-19, R-20']],
  [20, 'advance notices', [own, 'R-20'], ['contract/forsendelse/decode', 'R-19, R-20']],
  [
    21,
    'daytime, unread only',
    [own, 'R-21: daytime'],
    ['sandbox/notices', 'R-21'],
    ['sandbox/providers/inbox', 'R-21: given the notice'],
  ],
  [
    22,
    'notice failed',
    [own, 'R-22: failed notices'],
    ['scenarios/notices', 'R-16, R-17, R-22'],
    [letter, 'R-22'],
    ['scenarios/upstream', 'R-22, R-36, R-46'],
  ],
  [23, 'sender notifies', [own, 'R-23'], [notices, 'R-23'], ['channels/altinn/channel', 'R-23']],
  [
    24,
    'citizens are always told',
    [own, 'R-16, R-24'],
    ['sending/varsel', 'R-24'],
    [rules, 'R-13'],
    ['demo/law', 'unread in the mailbox'],
  ],
  [25, 'who gets it digitally', [rules, 'R-25']],
  [26, 'who may have a mailbox', ['domain/postkasse', 'R-26'], ['scenarios/postkasse', 'R-26, R-28']],
  [27, 'level of a letter', [letter, 'R-27, R-36'], [rules, 'R-27']],
  [28, 'switched mailboxes', ['scenarios/forsendelseOnce', 'R-28'], ['scenarios/movedMail', 'R-28']],
  [29, 'mailboxes are equal', [rules, 'R-29: given 1,000 recipients']],
  [32, 'verifies years later', ['package/asice', 'R-32']],
  [33, 'what a package holds', [contents, 'R-33: given ${what}'], ['package/limits', 'R-33: packageBytes']],
  [34, 'title without secrets', [contents, 'R-34']],
  [35, 'seen from virkningstidspunkt', [rules, 'R-35: given a virkningstidspunkt, when']],
  [36, 'opening receipt', [letter, 'R-36: reports no opening'], [contents, 'R-36: given no reason']],
  [37, 'priorities', [broker, 'R-37: a priority letter'], ['domain/retry', 'R-37: lifetime']],
  [38, 'duplicates', [broker, 'R-38'], ['store/formidling', 'R-38: the same message many times']],
  [39, 'sent is not delivered', [letter, 'R-39: SENDT is not LEVERT'], ['domain/transitions', 'R-39: taken over']],
  [40, 'errors', ['application/takeUpAgain', 'R-40'], ['domain/retry', 'R-40']],
  [41, 'fails fast', [rules, 'R-41: given a letter that can go nowhere']],
  [42, 'on behalf of', [rules, 'R-42: given a delegation'], [broker, 'R-42']],
  [43, 'who gets paper', [contents, 'R-43'], [letter, 'R-43']],
  [44, 'print is part of it', [letter, 'R-44: prints for an address alone']],
  [45, 'options of print', [contents, 'R-45']],
  [46, 'paper that comes back', [contents, 'R-46'], [letter, 'R-46']],
  [
    47,
    'unread SvarUt letters',
    ['scenarios/svarutClock', 'R-47: VARSLET'],
    [altinn, 'R-47'],
    ['domain/svarut/lesefrist', 'R-47: 40 hours'],
  ],
  [48, 'businesses', [altinn, 'R-48, R-51'], [decide, 'R-48']],
  [
    49,
    'no address for notices',
    ['domain/routing/units', 'R-49'],
    [altinn, 'R-49'],
    ['demo/law', 'Business without an address for notices'],
  ],
  [50, 'confidential letters', [altinn, 'R-50'], ['client/altinn/altinn', 'R-50']],
  [
    51,
    'unread at a business',
    ['store/unread', 'R-49, R-51'],
    [altinn, 'R-51: what is for'],
    ['sandbox/altinn/altinn', 'R-51: given a decision'],
  ],
  [52, 'municipalities', [altinn, 'R-52'], ['cli/senders', 'R-52, R-63']],
  [53, 'citizens in Altinn', [altinn, 'R-53'], ['domain/receipts', 'R-53']],
  [54, 'national ids', [table, 'by R-10, R-54'], ['domain/identifier', 'R-54: fødselsnummer']],
  [55, 'organisation numbers', [table, 'by R-10, R-54'], ['domain/identifier', 'R-55']],
  [
    56,
    '11 or 9 digits',
    [table, 'by R-10, R-54'],
    ['domain/identifier', 'R-56'],
    ['contract/forsendelse/decode', 'R-56'],
  ],
  [
    57,
    'price of a letter',
    [bill, 'R-57, R-60'],
    ['domain/tariff', 'R-57: a mailbox letter grows'],
    ['domain/ledger', 'R-57'],
  ],
  [58, 'price of SMS', [bill, 'R-57, R-58'], ['domain/overslag', 'R-58']],
  [59, 'price of an opening', [bill, 'R-57, R-58, R-59'], ['application/bokfoer', 'R-59']],
  [60, 'price of the broker', [bill, 'R-57, R-60'], ['store/ledger', 'R-60']],
  [61, 'senders are invoiced', [bill, 'R-61: given'], ['application/bokfoer', 'R-61'], ['http/broker/letters', 'R-61']],
  [
    62,
    'the month’s bill',
    [bill, 'R-62: given'],
    ['application/bokfoer', 'R-62: what the dry run'],
    ['cli/prices', 'R-61, R-62'],
  ],
  [63, 'mandatory for state bodies', ['cli/onboarding', 'R-63'], ['cli/senders', 'R-52, R-63']],
  [64, 'the list of agencies', ['cli/senderRegister', 'R-64: imports'], ['domain/agencies', 'R-64: finds']],
  [
    65,
    'those that began',
    ['sandbox/developmentData', 'R-65: given a sandbox'],
    ['sandbox/developmentData', 'R-65: has'],
  ],
];

const nothingToBuild: Readonly<Record<number, string>> = {
  30: 'Nobody bills a reader: the ledger knows senders only.',
  31: 'Who else reads a mailbox is between its owner and its provider; no receipt names a reader.',
};

/** Rules of notices, Altinn, bills and senders, which are held on each database by a test that has their number. */
const onEveryDatabase = [
  ...Array.from({ length: 9 }, (_, i) => 16 + i),
  ...Array.from({ length: 19 }, (_, i) => 47 + i),
];

/** Those of them that nothing is stored for. */
const withoutStore: Readonly<Record<number, string>> = {
  55: 'Whether a number is one is told by its digits alone.',
  56: 'Whether a number is of a person or of a business is told by its digits alone.',
};

describe('the rules', () => {
  it('are all in the table, once and in their order, or have nothing to build and say why', () => {
    const numbers = held.map(([rule]) => rule);
    expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
    const all = [...numbers, ...Object.keys(nothingToBuild).map(Number)].sort((a, b) => a - b);
    expect(all).to.deep.equal(Array.from({ length: 65 }, (_, i) => i + 1));
    for (const why of [...Object.values(nothingToBuild), ...Object.values(withoutStore)])
      expect(why).to.match(/^[A-Z].{20,}\.$/);
  });

  for (const [rule, what, ...shown] of held)
    it(`R-${String(rule).padStart(2, '0')}: ${what}`, () => {
      expectShown(shown);
      if (!onEveryDatabase.includes(rule)) return;
      const stored = shown.some((one) => onEachStore(one, `R-${rule}`));
      expect(stored, 'on SQLite and MariaDB').to.equal(withoutStore[rule] === undefined);
    });
});
