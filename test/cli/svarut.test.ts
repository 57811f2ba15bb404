import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { hendelse } from '../../src/application/hendelser.js';
import { svarinnCommands } from '../../src/cli/svarinn.js';
import { svarutCommands, type SvarUtCommandDeps } from '../../src/cli/svarut.js';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import type { SvarUtBrev } from '../../src/domain/svarut/ports.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { isNetwork } from '../../src/security/networks.js';
import { passwordDoor } from '../../src/security/password.js';
import { servicePassword } from '../../src/security/servicePassword.js';
import { codeOf } from '../application/shipping.js';
import { testCertsDir } from '../support/gateway.js';
import { memoryStore, type MemoryStore } from '../support/memoryStore.js';
import { runCommand } from '../support/runCommand.js';
import { svarutBrev } from '../support/svarutOrder.js';

const org = '310000019';
const merke = (tekst: string): Buffer => createHash('sha256').update(tekst).digest();

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
          erNett: isNetwork,
          merke: async () => merke,
        };
        svarutCommands(program, deps);
        svarinnCommands(program, deps);
      },
      ...(args as [string, ...string[]]),
    );
  const passwordIn = (out: string): string => / ([\w-]{32})\n$/.exec(out)?.[1] ?? '';
  /** Whether a password lets an account in. */
  const opens = async (tjeneste: 'SVARUT' | 'SVARINN', user: string, password: string, from = '127.0.0.1') => {
    const { legitimasjoner } = await store.reads.senders();
    const door = passwordDoor({ clock: { now: () => now }, credentials: () => legitimasjoner, tjeneste });
    return codeOf(door(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, from));
  };

  before(async () => {
    certificate = (await ensureDevelopmentPki(testCertsDir)).identities.sender2.files.certificate;
  });
  beforeEach(async () => {
    store = memoryStore();
    now = new Date();
    const sender = { navn: 'Kommunen', tillatUsignertPaaVegneAv: false, fra: new Date(0), til: null };
    for (const organisasjonsnummer of [org, '310000027'])
      await store.unitOfWork((tx) => tx.putOrganisation({ organisasjonsnummer, ...sender }));
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
      lesetimerApost: null,
      varsel: { epost: null, sms: null },
      returadresse: { navn: 'Postmottak', adresselinjer: ['Gata 1'], postnummer: '0150', poststed: 'OSLO' },
    });
    const { out } = await run('svarut', 'accounts', 'list');
    expect(out)
      .to.match(/arkiv +310000019 +yes +yes +yes +40 +40 +Postmottak +everywhere\n/)
      .and.not.contain(password);
  });

  it('sets the rules of an account anew, and leaves its password alone', async () => {
    const first = passwordIn((await run('svarut', 'accounts', 'add', 'arkiv', org)).out);
    const hours = ['--reading-hours', '2', '--reading-hours-priority', '1'];
    const notices = ['--mail-notice', 'm'.repeat(500), '--sms-notice', 's'.repeat(160)];
    const rules = ['--no-altinn', '--no-mailboxes', '--no-reprint', ...hours, ...notices];
    const again = await run('svarut', 'accounts', 'add', 'arkiv', org, ...rules);
    expect(again.out).to.equal('arkiv was registered already and is updated.\n');
    expect(await store.svarut.konto('arkiv')).to.deep.equal({
      brukernavn: 'arkiv',
      altinn: false,
      sdp: false,
      ettersending: false,
      lesetimer: 2,
      lesetimerApost: 1,
      varsel: { epost: 'm'.repeat(500), sms: 's'.repeat(160) },
      returadresse: null,
    });
    expect(await opens('SVARUT', 'arkiv', first)).to.include({ brukernavn: 'arkiv' });
  });

  it('--from binds an account to networks; set anew without it, it may call from everywhere', async () => {
    for (const [tjeneste, add] of [
      ['SVARUT', ['svarut', 'accounts', 'add', 'arkiv', org]],
      ['SVARINN', ['svarinn', 'receivers', 'add', 'mottak', '310000027', 'Arkivet', certificate]],
    ] as const) {
      const [user = ''] = add.slice(3);
      const password = passwordIn((await run(...add, '--from', '10.1.0.0/16, 192.0.2.7')).out);
      expect(await opens(tjeneste, user, password)).to.equal('UNAUTHORIZED');
      expect(await opens(tjeneste, user, password, '10.1.2.3')).to.include({ brukernavn: user });
      const rotated = passwordIn((await run(add[0], add[1], 'rotate', user)).out);
      expect(await opens(tjeneste, user, rotated)).to.equal('UNAUTHORIZED');
      expect(await opens(tjeneste, user, rotated, '192.0.2.7')).to.include({ brukernavn: user });
      if (tjeneste === 'SVARUT')
        expect((await run('svarut', 'accounts', 'list')).out).to.match(/10\.1\.0\.0\/16,192\.0\.2\.7$/m);
      await run(...add);
      expect(await opens(tjeneste, user, rotated)).to.include({ brukernavn: user });
    }
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

  it('finds letters by what an operator knows, counts them, and shows and ends what waits for a receiver', async () => {
    const mottatt = new Date('2026-01-15T12:00:00Z');
    const brev = (shipmentId: string, change: Partial<SvarUtBrev>) => svarutBrev({ shipmentId, mottatt, ...change });
    const put = (letter: SvarUtBrev) => store.unitOfWork((tx) => tx.insertSvarUt(letter));
    await put(brev('one', { eksternref: merke('eksternref sak 1'), konteringskode: '=1+1' }));
    await put(brev('two', { mottaker: merke('mottaker 15819010029'), status: 'PRINTET' }));
    await put(brev('three', { mottakersystem: 'mottak', status: 'KLAR_FOR_MOTTAK', konto: 'skole' }));
    const found = async (...args: string[]) =>
      (await run('svarut', 'search', ...args)).out
        .split('\n')
        .flatMap((line) => /^(one|two|three) /.exec(line)?.[1] ?? []);
    expect(await found('--id', 'one')).to.deep.equal(['one']);
    await store.unitOfWork((tx) =>
      tx.appendShipmentEvent(
        'one',
        hendelse('MOTTATT', new Date('2026-01-15T12:00:00Z'), null, ordrett('Mottaker {mottaker}')),
      ),
    );
    expect((await run('svarut', 'search', '--id', 'one')).out).to.match(/\n2026-01-15T12:00:00Z {2}Mottaker \*{3}\n$/);
    expect(await found('--reference', 'sak 1')).to.deep.equal(['one']);
    expect(await found('--recipient', '15819010029')).to.deep.equal(['two']);
    expect(await found('--status', 'PRINTET')).to.deep.equal(['two']);
    expect(await found('--account', 'skole', '--status', 'KLAR_FOR_MOTTAK')).to.deep.equal(['three']);
    expect(await found('--first', '2')).to.have.length(2);
    expect((await run('svarut', 'search', '--id', 'nobody')).out).to.equal('There is no such letter.\n');
    expect((await run('svarut', 'search', '--status', 'SENT')).code).to.equal(2);
    const january = ['--from', '2026-01-15', '--before', '2026-01-16'];
    expect((await run('svarut', 'statistics', '--csv', ...january)).out.split('\n').sort()).to.deep.equal([
      '',
      '"account","konteringskode","status","letters"',
      '"arkiv","","PRINTET","1"',
      '"arkiv","\'=1+1","AKSEPTERT","1"',
      '"skole","","KLAR_FOR_MOTTAK","1"',
    ]);
    const day = ['--from', '2026-01-16', '--before', '2026-01-17'];
    expect((await run('svarut', 'statistics', ...day)).out).to.equal('account  konteringskode  status  letters\n');
    expect((await run('svarut', 'statistics', '--from', '2026-13-01', '--before', '2026-01-17')).code).to.equal(2);
    expect((await run('svarinn', 'waiting')).out).to.match(/^mottak +1 +2026-01-15T12:00:00Z$/m);
    expect((await run('svarinn', 'received', 'one')).code).to.equal(1);
    expect((await run('svarut', 'delete', 'nobody')).code).to.equal(1);
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
      [1, run('svarut', 'accounts', 'add', 'arkiv', '310000035')],
      [2, run('svarut', 'accounts', 'add', 'arkiv', org, '--from', '10.0.0.0/8,somewhere')],
      [2, run('svarut', 'accounts', 'add', 'arkiv', org, '--reading-hours-priority', '0')],
      [2, run('svarut', 'accounts', 'add', 'arkiv', org, '--sms-notice', 'x'.repeat(161))],
      [2, run('svarut', 'accounts', 'add', 'arkiv', org, '--mail-notice', 'x'.repeat(501))],
      [2, receiver('mottak', '310000027', certificate, '--from', '10.0.0.0/33')],
      [1, receiver('mottak', '310000035', certificate)],
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
    await run('svarut', 'accounts', 'add', 'arkiv', org);
    expect((await run('svarut', 'accounts', 'add', 'arkiv', '310000027')).code).to.equal(1);
    await run('svarinn', 'receivers', 'add', 'mottak', '310000027', 'Arkivet', certificate);
    expect((await run('svarinn', 'receivers', 'add', 'mottak', org, 'Arkivet', certificate)).code).to.equal(1);
    expect((await store.svarut.mottakersystemer())[0]?.orgnr).to.equal('310000027');
  });
});
