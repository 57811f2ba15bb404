import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pricesCommands } from '../../src/cli/prices.js';
import { statementCommands } from '../../src/cli/statement.js';
import type { Ledgerlinje, Post } from '../../src/domain/ledger.js';
import { memoryStore, type MemoryStore } from '../support/memoryStore.js';
import { runCommand } from '../support/runCommand.js';
import { organisasjon } from '../store/support/rows.js';

const now = new Date('2026-12-02T12:00:00Z');
const [sender, other] = ['310000019', '310000027'];
const id = (n: number) => `0000000${n}-0000-4000-8000-000000000000`;

describe('cli/statement and cli/prices', () => {
  let directory: string;
  let store: MemoryStore;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'posthorn-prices-'));
  });
  after(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    store = memoryStore();
    await store.unitOfWork((tx) => tx.putOrganisation(organisasjon(sender)));
  });

  const run = (...args: readonly string[]) =>
    runCommand(
      (program) => {
        statementCommands(program, async () => store);
        pricesCommands(program, async () => store, { now: () => now });
      },
      ...args,
    );
  const file = async (text: string): Promise<string> => {
    const path = join(directory, 'rows.csv');
    await writeFile(path, text);
    return path;
  };
  const charge = (n: number, post: Post, oere: number | null, changes: Partial<Ledgerlinje> = {}) => {
    const bokfoert = new Date('2026-11-10T12:00:00Z');
    const line = { shipmentId: id(n), avsender: sender, post, leverandoer: null, kostnadskode: null };
    const dated = { bokfoert, maaned: '2026-11', prisdato: bokfoert };
    const teller = post === 'POSTKASSE' ? 'AVSENDER' : post === 'MELDINGSFORMIDLER' ? 'NASJONAL' : null;
    return store.unitOfWork((tx) => tx.charge({ ...line, ...dated, ...changes }, teller, () => oere));
  };
  /** The lines of R-62's example. */
  async function example(): Promise<void> {
    const [eboks, digipost] = [{ leverandoer: '996460320' }, { leverandoer: '984661185' }];
    await charge(1, 'POSTKASSE', 69, { ...eboks, kostnadskode: '=K;1' });
    await charge(1, 'SMS', 44, eboks);
    await charge(2, 'POSTKASSE', 69, digipost);
    await charge(2, 'SMS', 50, digipost);
    await charge(2, 'AAPNINGSKVITTERING', 186, digipost);
    await charge(3, 'UTSKRIFT', 510);
    for (const n of [1, 2, 3]) await charge(n, 'MELDINGSFORMIDLER', 0);
  }

  it('R-61, R-62: the statement of the month is 9.28 kr, as a table, as CSV and as JSON', async () => {
    await example();
    await charge(4, 'POSTKASSE', 69, { avsender: other });
    const asked = ['statement', '--sender', sender, '--month', '2026-11'];
    const { out, err, code } = await run(...asked);
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.match(/^Total of 2026-11: 9\.28 kr, without VAT\.$/m);
    expect(out).to.match(/^310000019 +MELDINGSFORMIDLER +- +- +3 +0\.00 kr +0\.00 kr$/m);
    const csv = (await run(...asked, '--csv')).out.trimEnd().split('\n');
    expect(csv[0]).to.equal('month,sender,what,supplier,cost code,count,"each, øre","sum, øre"');
    expect(csv).to.include(`2026-11,310000019,POSTKASSE,996460320,"'=K;1",1,69,69`);
    expect(csv.slice(1).reduce((sum, line) => sum + Number(line.split(',').at(-1)), 0)).to.equal(928);
    const json = JSON.parse((await run(...asked, '--json')).out) as Record<string, unknown>;
    expect(json).to.include({ maaned: '2026-11', avsender: sender, sum: 928, utenPris: 0, formidlet: 3 });
    expect((await run('statement', '--sender', sender, '--month', '2026-10')).out).to.equal(
      'Nothing was charged in 2026-10.\n',
    );
  });

  it('R-61: the statement is as it was agreed, octet by octet, as CSV and as JSON', async () => {
    await example();
    await charge(1, 'UTSKRIFT_RETTELSE', -60);
    await charge(5, 'SMS', null);
    for (const format of ['csv', 'json']) {
      const golden = await readFile(new URL(`../fixtures/statement.${format}`, import.meta.url), 'utf8');
      const { out } = await run('statement', '--sender', sender, '--month', '2026-11', `--${format}`);
      expect(out).to.equal(golden);
    }
  });

  it('R-60, R-61: without a sender all of them, and what the broker has passed on; what has no price is told', async () => {
    await example();
    await charge(5, 'SMS', null, { avsender: other });
    const { out, err } = await run('statement', '--month', '2026-11');
    expect(out).to.match(/^310000027 +SMS +- +- +1 +no price +0\.00 kr$/m);
    expect(out).to.contain('The broker has passed on 3 messages since it began.');
    expect(err).to.equal('For 1 of these there was no price. See posthorn prices list.\n');
  });

  it('savings: paper avoided × postage, less what the letters cost', async () => {
    await example();
    const { out } = await run('savings', '--month', '2026-11', '--sender', sender);
    expect(out.split('\n').slice(0, 3)).to.deep.equal([
      '2 letters to mailboxes in 2026-11: 4.18 kr.',
      'On paper, at 5.10 kr a letter of one page: 10.20 kr.',
      'Saved: 6.02 kr.',
    ]);
    const json = JSON.parse((await run('savings', '--month', '2026-11', '--json')).out) as Record<string, unknown>;
    expect(json).to.deep.equal({ maaned: '2026-11', brev: 2, porto: 510, papir: 1020, digitalt: 418, spart: 602 });
  });

  it('asks for a month, and for one format', async () => {
    const codes = await Promise.all([
      run('statement', '--month', '2026-13'),
      run('statement', '--sender', sender),
      run('statement', '--month', '2026-11', '--csv', '--json'),
    ]);
    expect(codes.map(({ code }) => code)).to.deep.equal([2, 2, 2]);
  });

  it('R-57: prices are added from a file, all or none, and never changed', async () => {
    const head = 'vare;leverandoer;fra;fra_nummer;plan;oere\n';
    const rows = 'SMS;996460320;2027-01-01;;;46\n\nPOSTKASSE_LITEN;;2027-01-01;5001;stor;60\n';
    expect((await run('prices', 'import', await file(head + rows))).out).to.equal('2 prices are new, 0 were there.\n');
    expect((await run('prices', 'import', await file(head + rows))).out).to.equal('0 prices are new, 2 were there.\n');
    const { out } = await run('prices', 'list');
    expect(out).to.match(/^SMS +996460320 +- +2026-12-31T23:00:00Z +1 +0\.46 kr$/m);
    expect(out).to.match(/^POSTKASSE_LITEN +- +stor +2026-12-31T23:00:00Z +5001 +0\.60 kr$/m);
    expect(out).to.match(/^INNLOGGING +- +- +2012-09-30T22:00:00Z +1 +0\.20 kr$/m);
    const changed = `${head}SMS;984661185;2027-01-01;;;51\nSMS;996460320;2027-01-01;;;47\n`;
    const refused = await run('prices', 'import', await file(changed));
    expect([refused.code, refused.err.split('\n')[0]]).to.deep.equal([
      1,
      'line 3: there is another price of SMS from 2026-12-31T23:00:00.000Z; give the new one a later fra',
    ]);
    expect((await store.ledger.prices()).filter(({ oere }) => oere === 51)).to.deep.equal([]);
  });

  const good = { vare: 'SMS', leverandoer: '996460320', fra: '2027-01-01', fra_nummer: '1', plan: '', oere: '1' };
  const bad: readonly (readonly [keyof typeof good, string, string])[] = [
    ['vare', 'FAKS', 'vare is one of'],
    ['leverandoer', '996460321', 'leverandoer is no organisation number'],
    ['fra', '2027-02-30', 'fra is a date'],
    ['fra_nummer', '0', 'fra_nummer is a whole number'],
    ['oere', '0.5', 'oere is a whole number'],
    ['oere', '-1', 'oere is a whole number'],
    ['plan', 'a b', 'plan is a word'],
  ];
  for (const [column, value, reason] of bad)
    it(`R-57: refuses a price whose ${column} is ${value}`, async () => {
      const row = { ...good, [column]: value };
      const text = `${Object.keys(row).join(',')}\n${Object.values(row).join(',')}\n`;
      const { code, err } = await run('prices', 'import', await file(text));
      expect(code).to.equal(1);
      expect(err).to.contain(`line 2: ${reason}`);
    });
  it('R-57: refuses a file that is none', async () => {
    for (const [text, reason] of [
      ['', 'the file has no rows'],
      ['vare,fra\nSMS,2027-01-01\n', 'line 1: lacks the column oere'],
      ['vare,fra,oere\nSMS,"2027\n', 'the file is no CSV'],
    ] as const)
      expect((await run('prices', 'import', await file(text))).err).to.contain(reason);
    expect((await run('prices', 'import', join(directory, 'none'))).err).to.contain('could not be read');
  });

  it("R-45: print is corrected once by the printer's own account, up or down, in the month in which it comes", async () => {
    for (const n of [1, 2, 3]) await charge(n, 'UTSKRIFT', 510);
    const account = `forsendelsesId,oere\n${id(1)},630\n${id(2)},450\n${id(3)},510\n${id(4)},510\n`;
    const { out, err } = await run('prices', 'returned', await file(account));
    expect(out).to.equal('2 letters are corrected, 1 were right.\n');
    expect(err).to.equal(`${id(4)} has not been charged for print.\n`);
    expect((await run('prices', 'returned', await file(account))).out).to.contain('0 letters are corrected, 3');
    const sums = await store.ledger.sums({ maaned: '2026-12' });
    expect(sums.map(({ post, sum }) => [post, sum])).to.have.deep.members([
      ['UTSKRIFT_RETTELSE', 120],
      ['UTSKRIFT_RETTELSE', -60],
    ]);
    expect((await run('prices', 'returned', await file('forsendelsesId,oere\nx,1\n'))).code).to.equal(1);
  });

  it('a sender that is known gets a price plan', async () => {
    expect((await run('prices', 'plan', sender, 'stor')).out).to.equal(`${sender} has the prices of stor.\n`);
    expect((await run('prices', 'plan', sender)).out).to.equal(`${sender} has everybody's prices.\n`);
    expect((await run('prices', 'plan', other, 'stor')).code).to.equal(1);
  });
});
