import { scryptSync } from 'node:crypto';
import { expect } from 'chai';
import type { Legitimasjon } from '../../src/domain/sender.js';
import { Failure } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { passwordDoor, readBasic } from '../../src/security/password.js';
import { failureOf, testTime } from '../support/pki.js';

const salt = Buffer.alloc(16, 7);
const hashed = (password: string): string =>
  [
    'scrypt',
    16,
    1,
    1,
    salt.toString('base64'),
    scryptSync(password, salt, 32, { N: 16, r: 1, p: 1 }).toString('base64'),
  ].join('$');

const row = (changes: Partial<Legitimasjon> = {}): Legitimasjon => ({
  brukernavn: 'arkiv',
  tjeneste: 'FORSENDELSE',
  organisasjonsnummer: '310000019',
  passordhash: hashed('hemmelig:ø'),
  ...changes,
});

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const good = basic('arkiv', 'hemmelig:ø');

/** A door whose slow hashes are counted. */
function door(rows: Legitimasjon[] = [row()]) {
  const work: string[] = [];
  let now = testTime.getTime();
  const open = passwordDoor({
    clock: { now: () => new Date(now) },
    credentials: () => rows,
    tjeneste: 'FORSENDELSE',
    slowHash: async (password, used, octets, options) => {
      work.push(`${options.N} ${options.r} ${options.p}`);
      return scryptSync(password, used, octets, { N: 16, r: 1, p: 1 });
    },
  });
  const code = (header: string | undefined, remote = '192.0.2.1'): Promise<string> =>
    open(header, remote).then(
      ({ organisasjonsnummer }) => organisasjonsnummer,
      (error: unknown) => (error instanceof Failure ? error.code : String(error)),
    );
  return { open, code, work, rows, pass: (ms: number) => (now += ms) };
}

describe('security/password', () => {
  it('gives the organisation of the credential', async () => {
    const { open } = door();
    expect(await open(good, '192.0.2.1')).to.include({ brukernavn: 'arkiv', organisasjonsnummer: '310000019' });
  });

  it('works with the hash of the platform', async () => {
    const open = passwordDoor({ clock: { now: () => testTime }, credentials: () => [row()], tjeneste: 'FORSENDELSE' });
    expect((await open(good, '192.0.2.1')).organisasjonsnummer).to.equal('310000019');
    expect(await open(basic('arkiv', 'x'), '192.0.2.1').catch((e: Failure) => e.code)).to.equal('UNAUTHORIZED');
  });

  for (const [what, header] of Object.entries({
    'no header': undefined,
    'another scheme': good.replace('Basic', 'Bearer'),
    'no base64': 'Basic ***',
    'no colon': `Basic ${Buffer.from('arkiv').toString('base64')}`,
    'a wrong password': basic('arkiv', 'hemmelig'),
    'no password': basic('arkiv', ''),
    'an unknown user': basic('constructor', 'hemmelig:ø'),
    'no user': basic('', 'hemmelig:ø'),
    'another case': basic('Arkiv', 'hemmelig:ø'),
  })) {
    it(`refuses ${what}`, async () => {
      expect(await door().code(header)).to.equal('UNAUTHORIZED');
    });
  }

  it('takes a password for its own service only', async () => {
    expect(await door([row({ tjeneste: 'SVARUT' })]).code(good)).to.equal('UNAUTHORIZED');
  });

  it('takes names and passwords up to their limits', () => {
    const [users, octets] = [limits.basicUserCharacters, limits.basicPasswordBytes];
    for (const n of [users - 1, users]) expect(readBasic(basic('u'.repeat(n), 'p')).brukernavn).to.have.length(n);
    for (const n of [octets - 1, octets]) expect(readBasic(basic('u', 'p'.repeat(n))).password).to.have.length(n);
    for (const header of [basic('u'.repeat(users + 1), 'p'), basic('u', 'p'.repeat(octets + 1))]) {
      expect(failureOf(() => readBasic(header)).code).to.equal('UNAUTHORIZED');
    }
  });

  it('SECURITY 114: does the same work for an unknown user as for a wrong password', async () => {
    const { code, work } = door([row({ passordhash: hashed('x').replace('$16$1$1$', '$16384$8$1$') })]);
    await code(basic('arkiv', 'wrong'));
    await code(basic('ukjent', 'wrong'));
    expect(work).to.deep.equal(['16384 8 1', '16384 8 1']);
  });

  it('hashes once in five minutes', async () => {
    const { code, work, pass } = door();
    for (const ms of [0, 0, limits.passwordCache - 1]) {
      pass(ms);
      expect(await code(good)).to.equal('310000019');
    }
    expect(work).to.have.length(1);
    pass(1);
    expect(await code(good)).to.equal('310000019');
    expect(work).to.have.length(2);
  });

  it('a wrong password is hashed although the right one is remembered', async () => {
    const { code, work } = door();
    await code(good);
    expect(await code(basic('arkiv', 'hemmelig'))).to.equal('UNAUTHORIZED');
    expect(work).to.have.length(2);
  });

  it('forgets at once what was remembered of a password that is rotated or withdrawn', async () => {
    const { code, rows, work } = door();
    await code(good);
    rows[0] = row({ passordhash: hashed('ny') });
    expect(await code(good)).to.equal('UNAUTHORIZED');
    expect(await code(basic('arkiv', 'ny'))).to.equal('310000019');
    rows.length = 0;
    expect(await code(basic('arkiv', 'ny'))).to.equal('UNAUTHORIZED');
    expect(work).to.have.length(4);
  });

  it('SECURITY 114: an account that is bound to networks is not there from elsewhere, known password or not', async () => {
    const d = door([row({ nett: ['10.1.0.0/16'] })]);
    expect(await d.code(good, '10.1.2.3')).to.equal('310000019');
    expect(await d.code(good, '10.2.0.1')).to.equal('UNAUTHORIZED');
    expect(d.work, 'the work of an unknown user').to.deep.equal(['16 1 1', '16384 8 1']);
    expect(await d.code(good, '::ffff:10.1.2.3')).to.equal('310000019');
  });

  it('SECURITY 114: refuses guesses unseen when an account has had its number, from wherever they come', async () => {
    const { code, work, pass } = door();
    const guess = (n: number) => code(basic('arkiv', `guess ${n}`), `192.0.2.${n}`);
    for (let n = 1; n <= limits.passwordGuesses; n++) expect(await guess(n)).to.equal('UNAUTHORIZED');
    expect(await guess(99)).to.equal('TOO_MANY_REQUESTS');
    expect(work).to.have.length(limits.passwordGuesses);
    pass(limits.passwordGuessWindow - 1);
    expect(await guess(99)).to.equal('TOO_MANY_REQUESTS');
    pass(1);
    expect(await code(good)).to.equal('310000019');
  });

  it('SECURITY 114: refuses guesses unseen when an address has had its number, whatever the account', async () => {
    const { code, work } = door();
    const guess = (n: number) => code(basic(`konto-${n}`, 'Sommer2026'));
    for (let n = 1; n <= limits.passwordGuesses; n++) expect(await guess(n)).to.equal('UNAUTHORIZED');
    expect(await guess(99)).to.equal('TOO_MANY_REQUESTS');
    expect(work).to.have.length(limits.passwordGuesses);
    expect(await code(good, '192.0.2.77')).to.equal('310000019');
  });

  it('SECURITY 114: counts guesses that are made at once', async () => {
    const { code, work } = door();
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => code(basic('arkiv', `guess ${n}`))));
    expect(all.filter((c) => c === 'TOO_MANY_REQUESTS')).to.have.length(50 - limits.passwordGuesses);
    expect(work).to.have.length(limits.passwordGuesses);
  });

  it('SECURITY 114: one password that comes with many requests at once is one guess', async () => {
    const { code, work } = door();
    const many = (header: string) => Promise.all(Array.from({ length: 50 }, () => code(header)));
    expect(new Set(await many(good))).to.deep.equal(new Set(['310000019']));
    expect(work).to.have.length(1);
    expect(new Set(await many(basic('arkiv', 'guess')))).to.deep.equal(new Set(['UNAUTHORIZED']));
    expect(work).to.have.length(2);
  });

  it('does not hold accounts of one address to be guessing that are forgotten at the same moment', async () => {
    const users = Array.from({ length: limits.passwordGuesses + 1 }, (_, n) => `arkiv-${n}`);
    const { code, pass, work } = door(users.map((brukernavn) => row({ brukernavn })));
    const headers = users.map((user) => basic(user, 'hemmelig:ø'));
    for (const header of headers) expect(await code(header)).to.equal('310000019');
    pass(limits.passwordCache);
    const again = await Promise.all(headers.map((header) => code(header)));
    expect(new Set(again)).to.deep.equal(new Set(['310000019']));
    expect(work).to.have.length(2 * users.length);
  });

  it('does not lock out a caller whose password is remembered, nor count right passwords', async () => {
    const { code } = door();
    await code(good);
    for (let n = 0; n <= limits.passwordGuesses; n++) await code(basic('arkiv', `guess ${n}`), '198.51.100.1');
    for (let n = 0; n <= limits.passwordGuesses; n++) expect(await code(good)).to.equal('310000019');
  });

  it('says INTERNAL of a row that holds no hash', async () => {
    expect(await door([row({ passordhash: 'plain' })]).code(good)).to.equal('INTERNAL');
  });
});
