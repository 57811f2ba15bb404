import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readmeTable } from './shown.js';

/*
 * What the published SvarUt and SvarInn can do, by the 53 numbers of FEATURES.md, in our own short words: the tests that show it here, each by
 * the beginning of its title; and what is not offered, or not wholly, by the first cell of its line in README.
 */

interface Feature {
  readonly what: string;
  readonly tests: readonly string[];
  readonly notOffered?: string;
}

const feature = (what: string, tests: readonly string[], notOffered?: string): Feature => ({
  what,
  tests,
  ...(notOffered !== undefined && { notOffered }),
});

const rest = 'REST for senders';
const pages = 'pages for readers';
const printed = 'giro paper, duplex, front page';

const features: readonly Feature[] = [
  feature('sending by V9', ['takes a letter of version ', 'SENDT_SDP, LEVERT_SDP: a mailbox takes the letter']),
  feature('ids of the caller, and reserved ones', [
    'F15: the same id and the same letter are answered again',
    'MOTTATT, AVVIST: an id is given out',
  ]),
  feature('older versions', ['reads a letter of ', 'has the operations of each version']),
  feature('status, one and many', ['reaches every status but', 'writes the status of letters with Norwegian time']),
  feature('history', ['writes history for people: one line']),
  feature('ids by reference', ['finds letters by the reference of their account']),
  feature('read elsewhere', ['LEST by another system, from any state']),
  feature('types of letters', ['lists types, and takes no empty one', 'an unknown type', 'has the five types']),
  feature('receiving systems of an organisation', ['writes receiving systems; one of both levels']),
  feature('signing orders', ['keeps a signing order and reports it'], pages),
  feature('history of signing', ['writes what was signed']),
  feature('digital only', [
    'R-12: IKKE_LEVERT for who is reserved when only digital will do',
    'SENDT_DIGITALT when only digital will do',
  ]),
  feature('ways of delivery', [], rest),
  // The star of one client stands for what that client writes out, document by document.
  feature('documents that stay off paper', ['R-45: what is kept off paper is left out of a printed letter']),
  feature(
    'several documents',
    [
      'CONTRACT 13: the package holds the documents in their order',
      'KLAR_FOR_MOTTAK, LEST: the receiving system fetches',
    ],
    pages,
  ),
  feature(
    'how it is printed',
    ['R-27, R-45: takes level, class and colour over', 'CONTRACT 2, 5: says everything'],
    printed,
  ),
  feature('hand-over to print and its receipts', ['R-12: SENDT_PRINT for who is reserved'], printed),
  feature('print by hand', [], 'print by hand'),
  feature('unread in Altinn: on paper', [
    'R-47: VARSLET until 40 hours of working days are up',
    'R-47: SvarUt: read in Altinn is LEST and never printed',
  ]),
  feature('unread by an organisation: left digital', ['a letter to a business is not printed when its sender']),
  feature(
    'mailboxes',
    ['SENDT_SDP, LEVERT_SDP:', 'says why a letter does not lie in a mailbox', 'cuts a title at 100 characters'],
    'letters with a link in mailboxes',
  ),
  feature('the register is asked', ['AKSEPTERT before it is handed on, and KRR:', 'a register that does not answer']),
  feature('confidential letters to organisations', ['R-50: a confidential letter goes by a resource of its own']),
  feature('levels', ['level 4 in clear', 'FEATURES 24: level 4 is said as a text']),
  feature('encrypted by the sender, and at rest', ['SECURITY 99: reads what was encrypted to this installation']),
  feature('the same letter again', ['takes the same letter ', 'what counts as the same letter']),
  feature('archive metadata', ['FEATURES 27: metadata go through']),
  feature('answers to letters', ['FEATURES 28, 44: an answer goes to whom the order names'], pages),
  feature('where paper comes back to', ['returns paper to svarSendesTil']),
  feature('letters shown to others', [], rest),
  feature('addresses of documents', [], pages),
  feature('konteringskode', [
    'counts the letters of a time by account, cost code and status',
    'CONTRACT 9, R-45: a letter to print has addresses',
  ]),
  feature('words of the sender in notices', ['A-post has reading hours of its own where the account says so']),
  feature('accounts', ['adds an account whose password is shown once', 'rotates a password: the new one opens']),
  feature('operators find and end letters', [
    'finds letters by all that is asked for',
    'a letter that was given up is handled by hand',
    'an operator says that a letter was received',
  ]),
  feature('stopping', ['MANUELT_HANDTERT: an operator stops', 'what is with the printer, or was opened']),
  feature('documents removed early, and in time', [
    'documents are removed early once a letter is through',
    'removes after so many days by the calendar',
  ]),
  feature('faults for people', ['that no repetition will mend has words that clients know']),
  feature('large letters', ['passes through, ', 'two calls with one id at once are one letter']),
  feature('SvarInn', ['CONTRACT 8: lists what waits for this receiver', 'goes on where a download broke off']),
  feature('routes to receiving systems', ['the exact level beats all', 'a system that takes this type']),
  feature('letters that lie', [
    'are told of after two hours, and three times a day',
    'an operator says that a letter was',
  ]),
  feature('order of files', ['FEATURES 43: files stand in the order']),
  feature('no null where clients need a value', ['CONTRACT 8: an entry has every field', 'FEATURES 28, 44:']),
  feature('failures of receivers', ['a temporary failure of the receiving system is noted']),
  feature('certificates of receivers', ['adds receivers with what they fetch']),
  feature('counters and networks', ['FEATURES 47: counts how often', '--from binds an account to networks']),
  feature('correlation id of the sender', [], rest),
  feature('on to another SvarUt', ['hands a letter over under its MessageId', 'paper: the statuses converge']),
  feature('Altinn 3', ['409: an answer that was lost is found', '${status}: nothing more is asked']),
  feature('Altinn, many at once', ['one letter that cannot be told of, and a status that no contract has']),
  feature('recipients in health, variants of sending', [], rest),
  feature('sending without a system', [], pages),
];

const here = join(import.meta.dirname, '..');

/** Every test source but this one. */
const sources = (): readonly string[] =>
  readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules') && !file.startsWith('features/'))
    .map((file) => readFileSync(join(here, file), 'utf8'));

describe('what SvarUt can do', () => {
  const numbered = features.map((f, n) => ({ ...f, nr: n + 1 }));
  const offeredNot = readmeTable('not offered');

  it('is 53 things, each shown by a test or told of in README', () => {
    expect(features).to.have.length(53);
    expect(numbered.filter((f) => f.tests.length === 0 && f.notOffered === undefined)).to.deep.equal([]);
  });

  it('is shown by tests that are there', () => {
    const texts = sources();
    const isThere = (title: string): boolean =>
      texts.some((text) => ["'", '`', '"'].some((quote) => text.includes(quote + title)));
    expect(isThere('no test has such a title')).to.equal(false);
    const missing = numbered.flatMap(({ nr, tests }) =>
      tests.filter((title) => !isThere(title)).map((t) => `${nr}: ${t}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('has a line in README, with a reason, for all that is not offered, and for nothing else', () => {
    const told = offeredNot.map(([what]) => what);
    const known = numbered.flatMap(({ notOffered }) => notOffered ?? []);
    expect(new Set(told)).to.deep.equal(new Set(known));
    expect(told).to.have.length(new Set(told).size);
    for (const [, why] of offeredNot) expect(why).to.match(/\w{3}/);
  });
});
