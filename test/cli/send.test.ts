import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { explainCommand } from '../../src/cli/explain.js';
import { receiptsCommand } from '../../src/cli/receipts.js';
import { sendCommand } from '../../src/cli/send.js';
import { statusCommand } from '../../src/cli/status.js';
import type { Account, WireDeps } from '../../src/cli/wire.js';
import { limits } from '../../src/limits.js';
import { png } from '../contract/forsendelse/letters.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { pdf, sender, testperson } from '../support/forsendelser.js';
import type { CommandRun } from '../support/runCommand.js';
import { runCommand } from '../support/runCommand.js';
import { startSending } from '../support/sending.js';
import type { SendingWorld } from '../support/sending.js';

const id = (navn: string): string => testperson(navn).personidentifikator;
const paper = ['--address', 'Rolf Reservert; Storgata 1; 0155 OSLO', '--return-address', 'Kommunen; 0150 OSLO'];

describe('posthorn send, status, explain and receipts', function () {
  this.timeout(60_000);
  let world: SendingWorld;
  let folder: string;
  let letter: string;
  before(async () => {
    world = await startSending();
    folder = await mkdtemp(join(tmpdir(), 'posthorn-send-'));
    letter = join(folder, 'vedtak.pdf');
    await writeFile(letter, await pdf('Vedtak'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await world.stop();
  });

  const [development] = developmentAccounts;
  const account: Account = { user: development.brukernavn, password: development.passord };
  const runWith = (deps: Partial<WireDeps>, ...args: readonly string[]): Promise<CommandRun> =>
    runCommand(
      (program) => {
        const wire = { runningUrl: async () => world.url, account: () => account, password: undefined, ...deps };
        for (const add of [sendCommand, statusCommand, explainCommand, receiptsCommand]) add(program, wire);
      },
      ...args,
    );
  const run = (...args: readonly string[]): Promise<CommandRun> => runWith({}, ...args);
  const idIn = ({ out, err }: CommandRun): string => /^forsendelsesId +(\S+)$/m.exec(out)?.[1] ?? `no id: ${out}${err}`;

  it('R-39: sends a letter with what is enclosed, tells why it goes where it goes, and waits until it has arrived', async () => {
    const map = join(folder, 'kart.png');
    await writeFile(map, png);
    const sent = await run('send', letter, map, '--to', id('digipost'), '--ref', 'whole', '--class', 'info', '--wait');
    expect([sent.code, sent.err]).to.deep.equal([0, '']);
    expect(sent.out)
      .to.contain('The letter is sent to a digital mailbox.')
      .and.match(/SENDT .*\n.*LEVERING/);
    expect(sent.out.trimEnd().split('\n').at(-1)).to.equal('The letter is LEVERT.');
    const { forsendelse } = await world.stored('whole');
    expect(forsendelse).to.deep.include({ tittel: 'vedtak', klasse: 'INFO', sikkerhetsnivaa: 4, prioritet: 'NORMAL' });
    expect(forsendelse.vedlegg.map((d) => [d.filnavn, d.mimetype])).to.deep.equal([['kart.png', 'image/png']]);
  });

  it('sends every option as it was given', async () => {
    const options = ['--title', 'Brev', '--level', '3', '--priority', 'priority', '--opening-receipt', 'frist'];
    const sent = await run(
      'send',
      letter,
      '--to',
      id('e-boks'),
      '--ref',
      'options',
      '--only-digital',
      ...options,
      ...paper,
    );
    expect(sent.code, sent.err).to.equal(0);
    const { forsendelse } = await world.stored('options');
    expect(forsendelse).to.deep.include({
      tittel: 'Brev',
      sikkerhetsnivaa: 3,
      prioritet: 'PRIORITERT',
      kunDigitalt: true,
      aapningskvittering: { begrunnelse: 'frist' },
    });
    expect(forsendelse.mottaker.postadresse).to.include({ navn: 'Rolf Reservert', poststed: 'OSLO' });
    expect(forsendelse.utskrift.returadresse).to.include({ navn: 'Kommunen' });
  });

  it('the same reference with the same content is the same letter; with other content it is refused', async () => {
    const send = (title: string) => run('send', letter, '--to', id('digipost'), '--ref', 'again', '--title', title);
    const [first, second, third] = [await send('one'), await send('one'), await send('two')];
    expect(idIn(second))
      .to.equal(idIn(first))
      .and.to.match(/^[0-9a-f-]{36}$/);
    expect(third.code).to.equal(1);
    expect(third.err).to.contain('[P-2004]').and.to.contain('give another --ref');
  });

  it('R-44: says in options what a refused letter lacks', async () => {
    const bare = await run('send', letter, '--to', id('reserved'));
    expect([bare.code, bare.out]).to.deep.equal([1, '']);
    expect(bare.err).to.contain('[P-2000]').and.to.contain('give --address and --return-address');
    const digital = await run('send', letter, '--to', id('reserved'), '--only-digital', ...paper);
    expect(digital.err).to.contain('[P-2003]').and.to.contain('leave --only-digital out');
  });

  it('stops waiting when it was told to, and says how to ask', async () => {
    world.broker.dead = true;
    const { code, err } = await run('send', letter, '--to', id('digipost'), '--wait', '1');
    world.broker.dead = false;
    expect(code).to.equal(1);
    expect(err).to.match(/still SENDT after 1 seconds; .* Ask: posthorn status [0-9a-f-]{36}/);
  });

  it('says where a letter is by id and by reference, with the time and reason of every event', async () => {
    const forsendelsesId = idIn(await run('send', letter, '--to', id('e-boks'), '--ref', 'where', '--wait'));
    const byRef = await run('status', '--ref', 'where');
    expect(byRef.out)
      .to.match(/^tilstand +LEVERT$/m)
      .and.to.contain('POSTKASSE 996460320');
    expect(byRef.out).to.match(/^20\d\d-\S+Z +LEVERING +levering +The letter is delivered/m);
    expect((await run('status', forsendelsesId)).out).to.equal(byRef.out);
    expect((await run('status', '--ref', 'where', '--language', 'nb')).out)
      .to.contain('Brevet sendes')
      .and.to.match(/LEVERING +levering +Brevet er levert/);
    const [status] = JSON.parse((await run('status', forsendelsesId, '--json')).out) as {
      hendelser: { type: string; tid: string }[];
    }[];
    expect(status?.hendelser.map((h) => h.type)).to.deep.equal(['MOTTATT', 'SENDT', 'LEVERING']);
    const unknown = await run('status', '--ref', 'nothing');
    expect([unknown.code, unknown.out]).to.deep.equal([1, '']);
    expect(unknown.err).to.contain('[P-2005]').and.to.contain('check the id or --ref');
  });

  it('explains a letter that was sent, rule by rule, in either language', async () => {
    const forsendelsesId = idIn(await run('send', letter, '--to', id('reserved'), ...paper));
    const english = await run('explain', forsendelsesId);
    expect(english.out).to.match(/^R-12 +decides +eForvaltningsforskriften § 9 +The recipient has opted out/m);
    expect(english.out).not.to.contain('Cost');
    const norwegian = await run('explain', forsendelsesId, '--language', 'nb');
    expect(norwegian.out).to.match(/^R-12 +avgjør +eForvaltningsforskriften § 9 +Mottakeren har reservert seg/m);
  });

  it('explains where a letter would go and what it would cost, and sends none', async () => {
    const { out } = await run('explain', '--to', id('digipost'), '--opening-receipt', 'frist');
    expect(out)
      .to.contain('The letter is sent to a digital mailbox.')
      .and.to.match(/^Cost: \d+\.\d\d kr – \d+\.\d\d kr$/m);
    const larger = await run('explain', '--to', id('reserved'), '--pages', '7', '--language', 'nb', ...paper);
    expect(larger.out).to.contain('Utskrift, antall sider: 7');
    const refused = JSON.parse((await run('explain', '--to', id('reserved'), '--json')).out) as unknown;
    expect(refused).to.have.nested.property('beslutning.avvist', 'POSTAL_ADDRESS_REQUIRED');
    expect(refused).to.have.property('kostnad', null);
  });

  /** References of the receipts that are still there when every loan has ended. */
  async function leftOf(prioritet: 'NORMAL' | 'PRIORITERT'): Promise<readonly string[]> {
    const later = new Date(Date.now() + 2 * limits.receiptLease);
    const left = await world.store.queue.leaseReceipts(sender, prioritet, later, 1, 100);
    const letters = await Promise.all(left.map((receipt) => world.store.shipments.byId(receipt.shipmentId)));
    return letters.map((shipment) => shipment?.forsendelse.eksternRef ?? 'no letter');
  }

  it('R-37: shows receipts of both priorities, and those confirmed do not come again', async () => {
    for (const priority of ['normal', 'priority']) {
      await run('send', letter, '--to', id('digipost'), '--ref', priority, '--priority', priority, '--wait');
    }
    const shown = await run('receipts', '--max', '100', '--confirm', '--language', 'nb');
    expect(shown.out).to.contain('Brevet er levert').and.not.to.contain('is delivered');
    const references = shown.out.split('\n').map((line) => line.split(/ {2,}/)[2] ?? '');
    expect(references.filter((ref) => ['normal', 'priority'].includes(ref))).to.deep.equal(['priority', 'normal']);
    expect(shown.err).to.match(/^(\d+) of \1 confirmed; they do not come again\.\n$/);
    expect([...(await leftOf('NORMAL')), ...(await leftOf('PRIORITERT'))]).not.to.include.oneOf(['normal', 'priority']);
  });

  it('R-37: says that what was not confirmed comes again, and reads one priority alone', async () => {
    await run('send', letter, '--to', id('digipost'), '--ref', 'alone', '--wait');
    expect((await run('receipts', '--priority', 'priority')).out).to.equal('No receipt waits.\n');
    const { out, err } = await run('receipts', '--priority', 'normal', '--max', '100', '--json');
    expect((JSON.parse(out) as { eksternRef: string }[]).map((r) => r.eksternRef)).to.include('alone');
    expect(err).to.equal('Not confirmed (--confirm): they come again in 5 minutes.\n');
    expect(await leftOf('NORMAL')).to.include('alone');
  });

  it('says what to do when nothing runs, nobody answers, the account is wrong, or the address is another', async () => {
    const nowhere = await runWith({ runningUrl: async () => undefined }, 'status', '--ref', 'r');
    expect([nowhere.code, nowhere.err.includes('npm start')]).to.deep.equal([2, true]);
    const production = await runWith({ account: () => undefined }, 'status', '--ref', 'r');
    expect([production.code, production.err.includes('--user and --password-file')]).to.deep.equal([2, true]);
    const half = await run('status', '--ref', 'r', '--user', 'a');
    expect(half.code).to.equal(2);
    const wrong = await run('status', '--ref', 'r', '--user', 'a', '--password', 'gjettet');
    expect([wrong.code, wrong.err.includes('Check --user and its password')]).to.deep.equal([1, true]);
    expect(wrong.err).not.to.contain('gjettet');
    const elsewhere = await run('status', '--ref', 'r', '--url', world.url.replace('/forsendelse/v1', '/nothing'));
    expect([elsewhere.code, elsewhere.out]).to.deep.equal([1, '']);
  });

  it('SECURITY 117: takes a password from a file or the environment, so that no list of processes shows it', async () => {
    const file = join(folder, 'password');
    await writeFile(file, `${account.password}\n`);
    const nobody = { account: () => undefined };
    const asked = ['receipts', '--user', account.user];
    expect(await runWith(nobody, ...asked, '--password-file', file)).to.include({ code: 0, err: '' });
    expect(await runWith({ ...nobody, password: account.password }, ...asked)).to.include({ code: 0, err: '' });
    // What the command line says goes before the environment, and a password without a user is nobody's.
    expect((await runWith({ password: account.password }, ...asked, '--password', 'gjettet')).code).to.equal(1);
    expect((await runWith({ ...nobody, password: account.password }, 'receipts')).code).to.equal(2);
    expect((await run('receipts', '--password-file', file)).code).to.equal(2);
    const both = await run(...asked, '--password-file', file, '--password', account.password);
    expect([both.code, both.err.includes('not both')]).to.deep.equal([2, true]);
    const none = await run(...asked, '--password-file', join(folder, 'none'));
    expect([none.code, none.err.includes('cannot be read (ENOENT)')]).to.deep.equal([1, true]);
  });

  it('calls for another body only where that body has said so', async () => {
    const refused = await run('receipts', '--on-behalf-of', '310000027');
    expect([refused.code, refused.out]).to.deep.equal([1, '']);
    expect(refused.err).to.contain('Service owner 310000027 does not have access');
  });

  for (const args of [
    ['send'],
    ['send', 'vedtak.pdf'],
    ['send', 'vedtak.exe', '--to', '23863814839'],
    ['send', 'vedtak.pdf', '--to', '23863814839', '--level', '5'],
    ['send', 'vedtak.pdf', '--to', '23863814839', '--address', 'Kari'],
    ['send', 'vedtak.pdf', '--to', '23863814839', '--wait', '0'],
    ['status'],
    ['status', 'id', '--ref', 'r'],
    ['explain'],
    ['explain', 'id', '--to', '23863814839'],
    ['receipts', '--max', '101'],
    ['receipts', '--priority', 'soon'],
  ]) {
    it(`refuses as wrong use: ${args.join(' ')}`, async () => {
      const { code, out, err } = await run(...args);
      expect([code, out]).to.deep.equal([2, '']);
      expect(err).not.to.equal('');
    });
  }
});
