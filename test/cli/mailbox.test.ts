import { expect } from 'chai';
import { mailboxCommands, type MailboxCommandDeps } from '../../src/cli/mailbox.js';
import { PATH } from '../../src/contract/postkasse/names.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { organisasjonsnummer } from '../../src/security/dn.js';
import { loadPkcs12 } from '../../src/security/keystore.js';
import { signingKey } from '../../src/security/sign.js';
import { createTrust } from '../../src/security/trust.js';
import { derBlocks, parseCertificate } from '../../src/security/x509.js';
import { resident } from '../support/forsendelser.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { runCommand, type CommandRun } from '../support/runCommand.js';
import { certs } from './wiring.js';

describe('posthorn mailbox', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  let told: string[];
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());
  beforeEach(() => (told = []));

  const deps = (changes: Partial<MailboxCommandDeps> = {}): MailboxCommandDeps => ({
    runningUrl: async () => gateway.base + PATH,
    developmentKey: (provider) => certs(`${provider}.p12`),
    developmentTrust: () => certs('ca.pem'),
    service: ({ url, keyStore, password, trust, expected }) => {
      const { privateKey, certificate } = loadPkcs12(keyStore, password);
      return {
        url,
        key: signingKey(privateKey, certificate),
        organisasjonsnummer: organisasjonsnummer(parseCertificate(certificate)) ?? '',
        trust: createTrust({ anchors: derBlocks(trust, 'CERTIFICATE'), crls: () => [], revocation: 'off' }),
        clock: { now: () => new Date() },
        expected,
      };
    },
    chosen: async (id, mailbox) => void told.push(`${id} ${mailbox}`),
    ...changes,
  });
  const runWith = (changes: Partial<MailboxCommandDeps>, ...args: readonly string[]): Promise<CommandRun> =>
    runCommand((program) => mailboxCommands(program, deps(changes)), 'mailbox', ...args);
  const run = (...args: readonly string[]): Promise<CommandRun> => runWith({}, ...args);
  async function someone(): Promise<string> {
    const person = resident();
    await gateway.store.unitOfWork((tx) => tx.upsertPersons([person]));
    return person.personidentifikator;
  }
  const mailboxOf = async (id: string) => (await gateway.store.reads.persons([id])).get(id)?.postkasse;

  it('R-28: moves a person from Digipost to e-Boks, and tells the sandbox', async () => {
    const id = await someone();
    expect(await run('can', id)).to.deep.equal({ code: 0, out: 'Yes.\n', err: '' });
    const { code, out } = await run('choose', id);
    expect([code, told]).to.deep.equal([0, [`${id} eboks`]]);
    const postkasse = await mailboxOf(id);
    expect(postkasse?.postkasseleverandoerAdresse).to.equal(identities.eboks.organisasjonsnummer);
    expect(out).to.equal(`Letters go to ${postkasse?.postkasseadresse} from now on.\n`);
    expect(postkasse?.postkasseadresse).to.match(/^\d{10}$/);
    expect((await run('choose', id, '--as', 'digipost')).code).to.equal(0);
    expect((await mailboxOf(id))?.postkasseadresse).to.match(/^flyttet\.person#/);
  });

  it('changes and deletes a mailbox, at the address that is given', async () => {
    const id = await someone();
    const updated = await run('update', id, '--as', 'digipost', '--address', 'kari.nordmann#NY');
    expect([updated.code, updated.out]).to.deep.equal([0, 'Letters go to kari.nordmann#NY from now on.\n']);
    expect((await mailboxOf(id))?.postkasseadresse).to.equal('kari.nordmann#NY');
    expect((await run('delete', id, '--as', 'digipost')).code).to.equal(0);
    expect(await mailboxOf(id)).to.equal(null);
    expect(told).to.deep.equal([]);
  });

  it('says why not, and what to do about it', async () => {
    const id = await someone();
    for (const [args, expected] of [
      [['choose', id, '--eid', 'MinID'], 'No: LEVEL_TOO_LOW. A mailbox is chosen at level 4'],
      [['choose', id, '--level', '3'], 'No: LEVEL_TOO_LOW.'],
      [['choose', id, '--as', 'digipost'], 'change it with posthorn mailbox update'],
      [['delete', id], 'No: INGEN_POSTBOKS_FUNNET. The person has no mailbox at this provider.'],
      [['can', '1'], 'No: UGYLDIG_PERSONNUMMER.'],
      [['can', id, '--key', certs('sender.p12')], 'does not have access to POSTKASSETJENESTER'],
      [['can', id, '--expect', '310000019'], 'FAILED_AUTHENTICATION'],
      [['can', id, '--key', certs('nobody.p12')], 'cannot be read'],
    ] as const) {
      const { code, out, err } = await run(...args);
      expect([code, out], args.join(' ')).to.deep.equal([1, '']);
      expect(err).to.contain(expected);
    }
    expect(told).to.deep.equal([]);
  });

  it('says that no gateway runs, and calls the one that is named without telling the sandbox here', async () => {
    const id = await someone();
    const none = { runningUrl: async () => undefined };
    const { code, err } = await runWith(none, 'can', id);
    expect([code, err.includes('No gateway runs')]).to.deep.equal([2, true]);
    expect((await runWith(none, 'choose', id, '--url', gateway.base + PATH)).code).to.equal(0);
    expect(told).to.deep.equal([]);
    expect((await run('update', id)).code).to.equal(2);
  });
});
