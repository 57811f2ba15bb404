import { expect } from 'chai';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendersCommands } from '../../src/cli/senders.js';
import { accessFor, certificateAllowed, unsignedOnBehalfAllowed } from '../../src/domain/access.js';
import { memoryStore, type MemoryStore } from '../support/memoryStore.js';
import { makeChain } from '../support/pki.js';
import { runCommand } from '../support/runCommand.js';

const now = new Date('2026-03-31T08:00:00Z');
const [sender, supplier] = ['310000019', '310000035'] as const;

describe('cli/senders', () => {
  let directory: string;
  let store: MemoryStore;
  let time: Date;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'posthorn-cli-'));
    store = memoryStore();
    time = now;
  });
  afterEach(() => rm(directory, { recursive: true }));

  const run = (...args: string[]) =>
    runCommand((program) => sendersCommands(program, async () => store, { now: () => time }), 'senders', ...args);
  const data = () => store.reads.senders();
  const access = async (from: string, for_: string) => accessFor(await data(), from, for_, 'OPPSLAGSTJENESTEN', now);

  it('SECURITY 86: add grants nothing, allow the right, delegate the acting for another', async () => {
    expect(await run('add', sender, 'Eksempel kommune')).to.deep.equal({
      code: 0,
      out: `${sender} Eksempel kommune is registered.\n`,
      err: '',
    });
    await run('add', supplier, 'Eksempel drift');
    expect(await access(sender, sender)).to.equal('denied');
    expect((await run('allow', sender, 'OPPSLAGSTJENESTEN')).out).to.equal(`${sender} may use OPPSLAGSTJENESTEN.\n`);
    expect(await access(sender, sender)).to.equal('granted');
    expect(await access(supplier, sender)).to.equal('denied');
    const { out } = await run('delegate', supplier, sender);
    expect(out).to.equal(`${supplier} may act for ${sender}, in the services that ${sender} may use.\n`);
    expect(await access(supplier, sender)).to.equal('granted');
    expect(await access(supplier, supplier)).to.equal('denied');
  });

  it('sets name and policy anew, and keeps every beginning', async () => {
    const everything = async () => {
      await run('add', supplier, 'Drift');
      const { out } = await run('add', sender, 'Kommune', '--allow-unsigned-on-behalf');
      await run('allow', sender, 'ENDRINGSTJENESTEN');
      await run('delegate', supplier, sender);
      return out;
    };
    expect(await everything()).to.match(/is registered\.$/m);
    const before = await data();
    expect(unsignedOnBehalfAllowed(before, sender, now)).to.equal(true);
    time = new Date('2026-04-30T08:00:00Z');
    expect(await everything()).to.match(/was registered already and is updated\.$/m);
    expect(await data()).to.deep.equal(before);
    await run('add', sender, 'Ny kommune');
    expect(unsignedOnBehalfAllowed(await data(), sender, now)).to.equal(false);
    expect((await data()).organisasjoner.find((o) => o.organisasjonsnummer === sender)?.navn).to.equal('Ny kommune');
  });

  it('R-52, R-63: given a state body, when it is added, then it is told what it must; a municipality that it may; all, to tell their users of the choice', async () => {
    const told = async (sector: string) => (await run('add', sender, 'Etat', '--sector', sector)).out.split('\n');
    const [state, municipality, other] = [await told('STAT'), await told('KOMMUNE'), await told('ANNEN_OFFENTLIG')];
    expect(state[1]).to.match(/^\[ \] A state body must use digital mail/);
    expect(municipality[1]).to.match(/^\[ \] The circular does not bind municipalities/);
    for (const list of [state, municipality, other]) expect(list.join()).to.contain('theirs to choose');
    expect((await run('add', sender, 'Etat')).out.trim().split('\n')).to.have.length(1);
  });

  it('R-14, R-23: says where letters go without a mailbox, and who notifies; paper and we, unless told', async () => {
    const policy = async () =>
      (await data()).organisasjoner.find((o) => o.organisasjonsnummer === sender)?.avsenderpolicy;
    await run('add', sender, 'Kommune', '--without-mailbox', 'PORTAL', '--paper-unnotified');
    expect(await policy()).to.deep.equal({ utenPostkasse: 'PORTAL', egenVarsling: false, papirUtenVarsel: true });
    await run('add', sender, 'Kommune', '--without-mailbox', 'PORTAL', '--own-notices');
    expect(await policy()).to.deep.equal({ utenPostkasse: 'PORTAL', egenVarsling: true });
    await run('add', sender, 'Kommune');
    expect(await policy()).to.deep.equal({ utenPostkasse: 'UTSKRIFT', egenVarsling: false });
    expect((await run('add', sender, 'Kommune', '--without-mailbox', 'FAX')).code).to.equal(2);
  });

  it('SECURITY 87: registers certificates in PEM and DER; from then on no other may be used', async () => {
    const pem = join(directory, 'a.pem');
    const der = join(directory, 'a.der');
    const raw = makeChain().leaf;
    const certificate = new X509Certificate(raw);
    await writeFile(pem, certificate.toString());
    await writeFile(der, raw);
    const fingerprint = createHash('sha256').update(raw).digest('hex');
    expect(certificateAllowed(await data(), sender, 'other', now)).to.equal(true);
    for (const file of [pem, der]) {
      expect((await run('add', sender, 'Kommune', '--certificate', file)).code).to.equal(0);
      const { sertifikater } = await data();
      expect(sertifikater.map((c) => c.fingeravtrykk)).to.deep.equal([fingerprint]);
      expect(sertifikater[0]?.pem).to.equal(certificate.toString());
      expect(sertifikater[0]?.til).to.deep.equal(new Date(certificate.validTo));
    }
    expect(certificateAllowed(await data(), sender, 'other', now)).to.equal(false);
    expect(certificateAllowed(await data(), sender, fingerprint, now)).to.equal(true);
  });

  describe('refuses, with what to do next,', () => {
    const refused = async (code: number, pattern: RegExp, ...args: string[]) => {
      const result = await run(...args);
      expect(result.err).to.match(pattern);
      expect(result).to.include({ code, out: '' });
    };

    it('R-55: a wrong organisation number', () =>
      refused(2, /^310000018 is no organisation number/, 'add', '310000018', 'Kommune'));
    it('a file that is no certificate', async () => {
      const file = join(directory, 'a.pem');
      await writeFile(file, 'no certificate');
      await refused(1, /holds no certificate.*Export it again/, 'add', sender, 'Kommune', '--certificate', file);
      expect((await data()).organisasjoner).to.deep.equal([]);
    });
    it('a certificate file that is not there', () =>
      refused(1, /could not be read \(ENOENT/, 'add', sender, 'Kommune', '--certificate', join(directory, 'none')));
    it('an unknown organisation', async () => {
      const addFirst = (org: string) => new RegExp(`posthorn senders add ${org} NAME\n$`);
      await refused(1, addFirst(sender), 'allow', sender, 'OPPSLAGSTJENESTEN');
      await refused(1, addFirst(supplier), 'delegate', supplier, sender);
      await run('add', supplier, 'Drift');
      await refused(1, addFirst(sender), 'delegate', supplier, sender);
    });
    it('an unknown service', () => refused(2, /OPPSLAGSTJENESTEN, ENDRINGSTJENESTEN/, 'allow', sender, 'SVARUT'));
    it('a delegation to itself', () => refused(2, /Name two organisations/, 'delegate', sender, sender));
  });

  describe('list', () => {
    beforeEach(async () => {
      await run('add', sender, 'Eksempel kommune', '--allow-unsigned-on-behalf');
      await run('add', supplier, 'Eksempel drift');
      await run('allow', sender, 'OPPSLAGSTJENESTEN');
      await run('delegate', supplier, sender);
      await store.unitOfWork(async (tx) => {
        await tx.putServiceRight({ organisasjon: sender, tjeneste: 'ENDRINGSTJENESTEN', fra: now, til: now });
        await tx.putCredential({
          brukernavn: 'kommune-bruker',
          tjeneste: 'SVARUT',
          organisasjonsnummer: sender,
          passordhash: 'scrypt$secret',
        });
      });
    });

    it('shows a table', async () => {
      const { code, out } = await run('list');
      expect(code).to.equal(0);
      const [head, first, second] = out.split('\n').map((line) => line.split(/ {2,}/));
      expect(head).to.deep.equal([
        'organisation',
        'name',
        'services',
        'acts for',
        'certificates',
        'users',
        'unsigned on behalf',
      ]);
      expect(first).to.deep.equal([
        sender,
        'Eksempel kommune',
        'OPPSLAGSTJENESTEN, ENDRINGSTJENESTEN (ended)',
        '-',
        '-',
        'kommune-bruker',
        'allowed',
      ]);
      expect(second).to.deep.equal([supplier, 'Eksempel drift', '-', sender, '-', '-', '-']);
    });

    it('shows JSON without a password hash', async () => {
      const { out } = await run('list', '--json');
      const [first, second] = JSON.parse(out) as Record<string, unknown>[];
      expect(first).to.deep.include({ organisasjonsnummer: sender, tillatUsignertPaaVegneAv: true });
      expect(first?.['brukere']).to.deep.equal([{ tjeneste: 'SVARUT', brukernavn: 'kommune-bruker' }]);
      expect(second?.['handlerFor']).to.deep.equal([{ oppdragsgiver: sender, fra: now.toISOString(), til: null }]);
      expect(out).to.not.contain('secret');
    });
  });

  it('a private body is no sender', async () => {
    const { code, err } = await run('add', sender, 'Firma AS', '--sector', 'PRIVAT');
    expect([code, (await data()).organisasjoner]).to.deep.equal([1, []]);
    expect(err).to.contain('a private one is no sender');
    expect((await run('add', sender, 'Eksempel kommune', '--sector', 'KOMMUNE')).code).to.equal(0);
  });

  it('document-types: says how letters of a type go, in capital and small letters alike, until it is taken back', async () => {
    const set = (...args: string[]) => run('document-types', 'set', ...args);
    expect((await set(sender, 'Kart', 'PAPIR')).err).to.contain('is not registered');
    await run('add', sender, 'Eksempel kommune');
    expect((await set(sender, ' Kart ', 'PAPIR')).out).to.contain('go PAPIR.');
    expect((await set(sender, 'KART', 'ALTINN', '--decision')).code).to.equal(0);
    expect((await data()).dokumenttyper).to.deep.equal([
      { organisasjonsnummer: sender, dokumenttype: 'kart', vei: 'ALTINN', vedtak: true },
    ]);
    expect((await run('document-types', 'list')).out).to.match(/310000019 +kart +ALTINN +decision\n$/);
    expect((await run('document-types', 'list', supplier)).out).not.to.contain('kart');
    expect((await set(sender, 'Kart', 'NONE')).code).to.equal(0);
    expect((await data()).dokumenttyper).to.deep.equal([]);
    for (const args of [
      [sender, 'Kart', 'NONE'],
      [sender, 'Kart', 'POST'],
      [sender, ' ', 'PAPIR'],
      [sender, 'x'.repeat(101), 'PAPIR'],
    ])
      expect((await set(...args)).code).to.equal(2);
    expect((await set(sender, 'x'.repeat(100), 'PAPIR')).code).to.equal(0);
  });
});
