import { expect } from 'chai';
import { sandboxCommands } from '../../src/cli/sandbox.js';
import type { SandboxCommandDeps } from '../../src/cli/sandbox.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { startStub } from '../client/stub.js';
import type { Stub } from '../client/stub.js';
import { brev, postadresse, sendBrev, testperson } from '../support/forsendelser.js';
import type { CommandRun } from '../support/runCommand.js';
import { runCommand } from '../support/runCommand.js';
import { startSending } from '../support/sending.js';
import type { SendingWorld } from '../support/sending.js';

const id = (navn: string): string => testperson(navn).personidentifikator;
const suppliers = {
  digipost: identities.digipost.organisasjonsnummer,
  eboks: identities.eboks.organisasjonsnummer,
};

describe('posthorn sandbox', function () {
  this.timeout(60_000);
  let world: SendingWorld;
  /** Has the sandbox's addresses at its own. */
  let sandbox: Stub;
  before(async () => {
    world = await startSending();
    sandbox = await startStub(async (response, { method }) => {
      const path = (response.req.url ?? '').replace('/control/', '');
      response.end(JSON.stringify(await world.control(method === 'GET' ? 'GET' : 'POST', path)));
    });
  });
  after(async () => {
    await sandbox.stop();
    await world.stop();
  });

  const runWith = (deps: Partial<SandboxCommandDeps>, ...args: readonly string[]): Promise<CommandRun> =>
    runCommand(
      (program) =>
        sandboxCommands(program, {
          sandboxUrl: async () => new URL(sandbox.url).origin,
          start: async () => {},
          open: async () => ({ ...world.store, close: async () => {} }),
          suppliers,
          clock: { now: () => new Date() },
          isProduction: () => false,
          ...deps,
        }),
      'sandbox',
      ...args,
    );
  const run = (...args: readonly string[]): Promise<CommandRun> => runWith({}, ...args);

  const delivered = async (...letter: Parameters<typeof brev>): Promise<string> => {
    const made = brev(...letter);
    const { status, text } = await sendBrev(world.url, made);
    expect(status, text).to.equal(200);
    await world.until(made.eksternRef, ({ tilstand }) => tilstand === 'LEVERT');
    return made.eksternRef;
  };
  const mailboxOf = async (navn: string): Promise<string | undefined> =>
    (await world.store.reads.persons([id(navn)])).get(id(navn))?.postkasse?.postkasseleverandoerAdresse;

  it('R-24: shows the notices that came, whatever stands in them, and lets their doubles be down and up', async () => {
    const notices: object[] = [];
    const asked: string[] = [];
    const own = await startStub((response, { method }) => {
      asked.push(`${method} ${response.req.url}`);
      response.end(JSON.stringify(method === 'GET' ? notices : {}));
    });
    const show = (...args: readonly string[]) =>
      runWith({ sandboxUrl: async () => new URL(own.url).origin }, 'notices', ...args);
    expect((await show()).out).to.equal('No notice has come.\n');
    const mottatt = '2026-03-02T12:00:00.000Z';
    notices.push(
      { kanal: 'EPOST', mottatt, til: 'kari@example.com', emne: 'Brev', tekst: 'Logg inn\u001b[31m' },
      { kanal: 'SMS', mottatt, til: '+4799990000', emne: null, tekst: 'Brev til deg' },
    );
    const { out } = await show();
    expect(out).to.match(/^e-mail +2026-03-02\S+ +kari@example\.com +Brev: Logg inn\\u001b\[31m$/m);
    expect(out).to.match(/^SMS +2026-03-02\S+ +\+4799990000 +Brev til deg$/m);
    expect(JSON.parse((await show('--json')).out)).to.deep.equal(notices);
    expect((await show('--down')).out).to.equal('The mail server and the SMS gateway are down.\n');
    expect((await show('--up')).out).to.equal('The mail server and the SMS gateway are up.\n');
    expect((await show('--up', '--down')).code).to.equal(2);
    expect(asked.slice(-2)).to.deep.equal(['POST /control/notices?down=true', 'POST /control/notices?down=false']);
    await own.stop();
  });

  it('shows what lies in the mailbox of a person, with the notices, and nothing of others', async () => {
    expect((await run('inbox', id('e-boks'))).out).to.equal('No letter is in a mailbox of this person.\n');
    await delivered('e-boks', { tittel: 'Vedtak om støtte', klasse: 'VEDTAK', sikkerhetsnivaa: 4 });
    const { code, out } = await run('inbox', id('e-boks'));
    expect([code, out.includes('Vedtak om støtte: notice SMS on day 0, 7')]).to.deep.equal([0, true]);
    expect(out).to.match(/^eboks +20\d\d-\S+Z +Vedtak om støtte +310000019 +4 +no +.+\.pdf \(\d+\)$/m);
    const letters = JSON.parse((await run('inbox', id('e-boks'), '--json')).out) as unknown[];
    expect(letters).to.have.length(1);
    expect((await run('inbox', id('digipost'))).out).to.equal('No letter is in a mailbox of this person.\n');
  });

  it('R-27: refuses to open at level 3 what asks for 4, says so, and opens it at level 4', async () => {
    const ref = await delivered('d-number', { sikkerhetsnivaa: 4, aapningskvittering: { begrunnelse: 'frist' } });
    const low = await run('open', id('d-number'), '--level', '3');
    expect([low.code, low.out]).to.deep.equal([1, '']);
    expect(low.err).to.contain('stays closed: it asks for a log-in at level 4 (R-27)').and.to.contain('--level 4');
    const high = await run('open', id('d-number'));
    expect([high.code, high.err]).to.deep.equal([0, '']);
    expect(high.out).to.match(/^[0-9a-f-]{36} is opened\.\n$/);
    await world.until(ref, ({ tilstand }) => tilstand === 'AAPNET');
    expect((await run('open', id('d-number'))).out).to.equal('There is nothing unread.\n');
  });

  it('R-28: a letter under way to the mailbox that was left is looked up once more, and delivered by the other', async () => {
    expect(await mailboxOf('digipost')).to.equal(suppliers.digipost);
    world.taps.digipost.dead = true;
    const letter = brev('digipost', { prioritet: 'PRIORITERT' });
    expect((await sendBrev(world.url, letter)).status).to.equal(200);
    await world.until(letter.eksternRef, ({ hendelser }) => hendelser.some(({ type }) => type === 'FORSOEK_UTSATT'));
    const { code, out } = await run('switch', id('digipost'));
    expect([code, out.includes('Moved from digipost to eboks.')]).to.deep.equal([0, true]);
    expect(await mailboxOf('digipost')).to.equal(suppliers.eboks);
    world.taps.digipost.dead = false;
    const stand = await world.until(letter.eksternRef, ({ tilstand }) => tilstand === 'LEVERT', 30_000);
    expect(stand.leverandoer).to.equal(suppliers.eboks);
    expect(stand.hendelser.filter(({ type }) => type === 'NYTT_OPPSLAG')).to.have.length(1);
    const inbox = JSON.parse((await run('inbox', id('digipost'), '--json')).out) as { provider: string }[];
    expect(inbox.map(({ provider }) => provider)).to.deep.equal(['eboks']);
    expect((await run('switch', id('digipost'))).out).to.contain('Moved from eboks to digipost.');
    expect(await mailboxOf('digipost')).to.equal(suppliers.digipost);
  });

  it('R-28: takes letters along to the mailbox in the register, by the broker', async () => {
    await delivered('d-number', { tittel: 'Tas med' });
    expect((await run('move', id('d-number'))).out).to.equal('No letter lies in another mailbox.\n');
    const found = (await world.store.reads.persons([id('d-number')])).get(id('d-number'));
    const postkasse = { postkasseadresse: '0000485887', postkasseleverandoerAdresse: suppliers.eboks };
    await world.store.unitOfWork((tx) => tx.upsertPersons([{ ...found!, postkasse }]));
    const { code, out, err } = await run('move', id('d-number'));
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.match(/^(?:[0-9a-f-]{36} lies in eboks now \(R-28\)\.\n)+$/);
    const inbox = JSON.parse((await run('inbox', id('d-number'), '--json')).out) as {
      provider: string;
      title: string;
    }[];
    expect(new Set(inbox.map(({ provider }) => provider))).to.deep.equal(new Set(['eboks']));
    expect(inbox.map(({ title }) => title)).to.include('Tas med');
  });

  it('R-28: says which letters do not move while the broker is away', async () => {
    world.broker.dead = true;
    const { code, out, err } = await run('move', id('digipost'));
    world.broker.dead = false;
    expect([code, out]).to.deep.equal([1, '']);
    expect(err).to.contain('stays where it is').and.to.contain('try again');
    expect((await run('move', id('digipost'))).out).to.contain('lies in digipost now');
  });

  it('R-15, R-35: clock +7d sends the print that waits for it, and shows the letter that takes effect then', async () => {
    const inAWeek = new Date(Date.now() + 7 * 86_400_000);
    const { personidentifikator } = testperson('reserved');
    const paper = brev('reserved', {
      mottaker: { id: personidentifikator, postadresse },
      virkningstidspunkt: inAWeek,
    });
    expect((await sendBrev(world.url, paper)).status).to.equal(200);
    await delivered('2032-number', { virkningstidspunkt: inAWeek });
    const inbox = async () => (await run('inbox', id('2032-number'))).out;
    expect(await inbox()).to.equal('No letter is in a mailbox of this person.\n');
    await world.until(paper.eksternRef, ({ tilstand }) => tilstand === 'MOTTATT');
    expect(await world.lettersOf(paper.eksternRef)).to.deep.equal([]);
    expect((await run('clock', '+7d')).out).to.contain('7 days ahead of the clock');
    await world.until(paper.eksternRef, ({ tilstand }) => tilstand === 'LEVERT');
    expect(await inbox()).to.contain('310000019');
    await run('clock', 'reset');
    expect(await world.store.calendar.ahead()).to.equal(0);
  });

  it('moves nobody who has no mailbox, and changes nothing', async () => {
    const { seneste } = await world.store.reads.changesFrom(0, 1);
    const before = sandbox.received.length;
    for (const who of [id('fresh'), id('unknown')]) {
      const { code, err } = await run('switch', who);
      expect([code, err.includes('has no mailbox')]).to.deep.equal([1, true]);
    }
    expect((await world.store.reads.changesFrom(0, 1)).seneste).to.equal(seneste);
    expect(sandbox.received.length).to.equal(before);
  });

  it('changes no register when the sandbox does not answer as it should', async () => {
    const broken = await startStub((response) => void response.writeHead(500).end());
    const at = { sandboxUrl: async () => new URL(broken.url).origin };
    expect((await runWith(at, 'switch', id('digipost'))).code).to.equal(1);
    expect(await mailboxOf('digipost')).to.equal(suppliers.digipost);
    await broken.stop();
    const { code, err } = await runWith(at, 'inbox', id('digipost'));
    expect([code, err.includes('Start it again with npm start')]).to.deep.equal([1, true]);
  });

  it('says that no sandbox runs, and that a number or a level is none', async () => {
    const none = await runWith({ sandboxUrl: async () => undefined }, 'inbox', id('digipost'));
    expect([none.code, none.err.includes('No sandbox runs')]).to.deep.equal([2, true]);
    for (const args of [
      ['inbox', '1'],
      ['open', '../x'],
      ['switch', '310000019'],
      ['open', id('digipost'), '--level', '5'],
    ]) {
      expect((await run(...args)).code, args.join(' ')).to.equal(2);
    }
  });

  it('starts the sandbox in this process', async () => {
    let started = 0;
    expect((await runWith({ start: async () => void started++ }, 'start')).code).to.equal(0);
    expect(started).to.equal(1);
  });
});
