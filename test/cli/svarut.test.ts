import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { svarinnCommands } from '../../src/cli/svarinn.js';
import { svarutCommands, type SvarUtCommandDeps } from '../../src/cli/svarut.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { passwordDoor } from '../../src/security/password.js';
import { servicePassword } from '../../src/security/servicePassword.js';
import { codeOf } from '../application/shipping.js';
import { testCertsDir } from '../support/gateway.js';
import { memoryStore, type MemoryStore } from '../support/memoryStore.js';
import { runCommand } from '../support/runCommand.js';

const org = '310000019';

describe('posthorn svarut and posthorn svarinn', () => {
  let store: MemoryStore;
  let now = new Date();
  let certificate = '';
  const run = (...args: readonly string[]) =>
    runCommand(
      (program) => {
        const open = () => Promise.resolve(store);
        const deps: SvarUtCommandDeps = {
          open,
          openShipments: open,
          clock: { now: () => now },
          nyttPassord: servicePassword,
        };
        svarutCommands(program, deps);
        svarinnCommands(program, deps);
      },
      ...(args as [string, ...string[]]),
    );
  const passwordIn = (out: string): string => / ([\w-]{32})\n$/.exec(out)?.[1] ?? '';
  /** Whether a password lets an account in. */
  const opens = async (tjeneste: 'SVARUT' | 'SVARINN', user: string, password: string) => {
    const { legitimasjoner } = await store.reads.senders();
    const door = passwordDoor({ clock: { now: () => now }, credentials: () => legitimasjoner, tjeneste });
    return codeOf(door(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, '127.0.0.1'));
  };

  before(async () => {
    certificate = (await ensureDevelopmentPki(testCertsDir)).identities.sender2.files.certificate;
  });
  beforeEach(async () => {
    store = memoryStore();
    now = new Date();
    const sender = { navn: 'Kommunen', tillatUsignertPaaVegneAv: false, fra: new Date(0), til: null };
    await store.unitOfWork((tx) => tx.putOrganisation({ organisasjonsnummer: org, ...sender }));
  });

  it('adds an account whose password is shown once, and opens the door of SvarUt only', async () => {
    const added = await run(
      'svarut',
      'accounts',
      'add',
      'arkiv',
      org,
      '--return-address',
      'Postmottak;Gata 1;0150;OSLO',
    );
    expect([added.code, added.err]).to.deep.equal([0, '']);
    const password = passwordIn(added.out);
    expect(await opens('SVARUT', 'arkiv', password)).to.deep.include({ brukernavn: 'arkiv', organisasjonsnummer: org });
    expect(await opens('SVARINN', 'arkiv', password)).to.equal('UNAUTHORIZED');
    expect(await store.svarut.konto('arkiv')).to.deep.equal({
      brukernavn: 'arkiv',
      altinn: true,
      sdp: true,
      ettersending: true,
      lesetimer: 40,
      returadresse: { navn: 'Postmottak', adresselinjer: ['Gata 1'], postnummer: '0150', poststed: 'OSLO' },
    });
    const { out } = await run('svarut', 'accounts', 'list');
    expect(out)
      .to.match(/arkiv +310000019 +yes +yes +yes +40 +Postmottak/)
      .and.not.contain(password);
  });

  it('sets the rules of an account anew, and leaves its password alone', async () => {
    const first = passwordIn((await run('svarut', 'accounts', 'add', 'arkiv', org)).out);
    const rules = ['--no-altinn', '--no-mailboxes', '--no-reprint', '--reading-hours', '2'];
    const again = await run('svarut', 'accounts', 'add', 'arkiv', org, ...rules);
    expect(again.out).to.equal('arkiv was registered already and is updated.\n');
    expect(await store.svarut.konto('arkiv')).to.include({
      altinn: false,
      sdp: false,
      ettersending: false,
      lesetimer: 2,
      returadresse: null,
    });
    expect(await opens('SVARUT', 'arkiv', first)).to.include({ brukernavn: 'arkiv' });
  });

  it('rotates a password: the new one opens, the old one does not', async () => {
    const first = passwordIn((await run('svarut', 'accounts', 'add', 'arkiv', org)).out);
    const second = passwordIn((await run('svarut', 'accounts', 'rotate', 'arkiv')).out);
    expect(await opens('SVARUT', 'arkiv', second)).to.include({ brukernavn: 'arkiv' });
    expect(await opens('SVARUT', 'arkiv', first)).to.equal('UNAUTHORIZED');
  });

  it('adds receivers with what they fetch, and gives them a new password or a new certificate', async () => {
    const what = ['--type', 'nav.digisos', '--level', '4'];
    await run('svarut', 'types', 'add', 'nav.digisos');
    const added = await run('svarinn', 'receivers', 'add', 'mottak', '310000027', 'Arkivet', certificate, ...what);
    expect([added.code, added.err]).to.deep.equal([0, '']);
    expect(await opens('SVARINN', 'mottak', passwordIn(added.out))).to.include({ organisasjonsnummer: '310000027' });
    const [system] = await store.svarut.mottakersystemer('310000027');
    expect(system).to.include({ brukernavn: 'mottak', navn: 'Arkivet', forsendelseType: 'nav.digisos', nivaa: 4 });
    const { out } = await run('svarinn', 'receivers', 'list');
    expect(out).to.match(/mottak +310000027 +Arkivet +nav\.digisos +4 +20\d\d-/);
    const second = passwordIn((await run('svarinn', 'receivers', 'rotate', 'mottak')).out);
    const other = (await ensureDevelopmentPki(testCertsDir)).identities.sender;
    expect(
      (await run('svarinn', 'receivers', 'rotate', 'mottak', '--certificate', other.files.certificate)).code,
    ).to.equal(0);
    const [changed] = await store.svarut.mottakersystemer();
    expect(changed?.sertifikat.equals(other.certificate)).to.equal(true);
    expect(await opens('SVARINN', 'mottak', second)).to.include({ brukernavn: 'mottak' });
  });

  it('lists types, and takes no empty one', async () => {
    expect((await run('svarut', 'types', 'add', 'Byggesøknad')).code).to.equal(0);
    expect((await run('svarut', 'types', 'list')).out).to.equal('Byggesøknad\n');
    expect([
      (await run('svarut', 'types', 'add', ' ')).code,
      (await run('svarut', 'types', 'add', 'a\nb')).code,
    ]).to.deep.equal([2, 2]);
  });

  it('refuses what is wrong, and stores nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-svarut-'));
    const noCertificate = join(folder, 'letter.txt');
    await writeFile(noCertificate, 'Dear receiver');
    const receiver = (user: string, orgnr: string, file: string, ...more: string[]) =>
      run('svarinn', 'receivers', 'add', user, orgnr, 'Arkivet', file, ...more);
    const calls: readonly (readonly [number, Promise<{ code: number; err: string }>])[] = [
      [2, run('svarut', 'accounts', 'add', 'with space', org)],
      [2, run('svarut', 'accounts', 'add', 'a:b', org)],
      [2, run('svarut', 'accounts', 'add', 'a'.repeat(65), org)],
      [1, run('svarut', 'accounts', 'add', 'arkiv', '310000027')],
      [2, run('svarut', 'accounts', 'add', 'arkiv', org, '--reading-hours', '0')],
      [2, run('svarut', 'accounts', 'add', 'arkiv', org, '--return-address', 'Postmottak;OSLO')],
      [1, run('svarut', 'accounts', 'rotate', 'arkiv')],
      [1, run('svarut', 'stop', 'aaaaaaaa-0000-4000-8000-000000000001')],
      [2, receiver('with space', '310000027', certificate)],
      [2, receiver('mottak', '310000028', certificate)],
      [1, receiver('mottak', '310000027', noCertificate)],
      [1, receiver('mottak', '310000027', join(folder, 'missing.pem'))],
      [1, receiver('mottak', '310000027', certificate, '--type', 'unknown')],
      [2, receiver('mottak', '310000027', certificate, '--level', '5')],
      [1, run('svarinn', 'receivers', 'rotate', 'mottak')],
      [1, run('svarinn', 'receivers', 'rotate', 'mottak', '--certificate', certificate)],
    ];
    for (const [code, call] of calls)
      expect(await call)
        .to.include({ code })
        .and.have.property('err').that.is.not.empty;
    now = new Date('2080-01-01T00:00:00Z');
    expect(await receiver('mottak', '310000027', certificate)).to.include({ code: 1 });
    await rm(folder, { recursive: true });
    expect((await store.reads.senders()).legitimasjoner).to.deep.equal([]);
    expect([await store.svarut.kontoer(), await store.svarut.mottakersystemer()]).to.deep.equal([[], []]);
  });

  it('takes no account of another organisation over', async () => {
    const other = { organisasjonsnummer: '310000027', navn: 'Andre', tillatUsignertPaaVegneAv: false };
    await store.unitOfWork((tx) => tx.putOrganisation({ ...other, fra: new Date(0), til: null }));
    await run('svarut', 'accounts', 'add', 'arkiv', org);
    expect((await run('svarut', 'accounts', 'add', 'arkiv', '310000027')).code).to.equal(1);
    await run('svarinn', 'receivers', 'add', 'mottak', '310000027', 'Arkivet', certificate);
    expect((await run('svarinn', 'receivers', 'add', 'mottak', org, 'Arkivet', certificate)).code).to.equal(1);
    expect((await store.svarut.mottakersystemer())[0]?.orgnr).to.equal('310000027');
  });
});
