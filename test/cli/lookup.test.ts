import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { expect } from 'chai';
import { lookupCommand } from '../../src/cli/lookup.js';
import type { PersonInAnswer } from '../../src/contract/oppslagstjenesten/decode.js';
import type { Person } from '../../src/domain/person.js';
import { writeRun } from '../../src/run.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import type { TestGateway } from '../support/gateway.js';
import { startGateway, testCertsDir } from '../support/gateway.js';
import type { CommandRun } from '../support/runCommand.js';
import { runCommand } from '../support/runCommand.js';
import { certs, main, lookupDeps } from './wiring.js';

const cast = testpersons(new Date());
const ids = cast.map((t) => t.personidentifikator);
const id = (navn: string): string => cast.find((t) => t.navn === navn)?.personidentifikator ?? `no ${navn}`;

describe('cli/lookup', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  let folder: string;
  before(async () => {
    gateway = await startGateway();
    folder = mkdtempSync(join(tmpdir(), 'posthorn-lookup-'));
  });
  after(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true });
  });

  const runOn = (runningUrl: string | undefined, ...args: readonly string[]): Promise<CommandRun> =>
    runCommand((program) => lookupCommand(program, lookupDeps(runningUrl)), 'lookup', ...args);
  const run = (...args: readonly string[]): Promise<CommandRun> => runOn(gateway.url, ...args);

  /** The sentence of a command that could not be done. */
  async function sentence(outcome: Promise<CommandRun>): Promise<string> {
    const { code, out, err } = await outcome;
    expect([code, out], err).to.deep.equal([1, '']);
    return err;
  }

  describe('a table', () => {
    it('has a row a person, in the order asked, with what the rules let one know', async () => {
      const { code, out, err } = await run(...ids);
      expect([code, err]).to.deep.equal([0, '']);
      const [head, ...rows] = out.trimEnd().split('\n');
      expect(head?.split(/ {2,}/)).to.deep.equal([
        ...['personidentifikator', 'status', 'reservasjon', 'varslingsstatus', 'mobil (sist verifisert)'],
        ...['e-post (sist verifisert)', 'postkasse', 'sertifikat'],
      ]);
      expect(rows.map((row) => row.slice(0, 11))).to.deep.equal(ids);
      const row = (navn: string): string => rows[ids.indexOf(id(navn))] ?? '';
      expect(row('digipost')).to.match(
        /^\d{11} +AKTIV +NEI +KAN_VARSLES +\+47\d{8} \(\d{4}-\d\d-\d\d\) +digipost@example\.com \(\d{4}-\d\d-\d\d\) +984661185 dina\.digital#4TMR +ja$/,
      );
      expect(row('fresh')).to.match(/^\d{11} +AKTIV +NEI +KAN_VARSLES .*fresh@example\.com \([-\d]+\)$/);
      expect(row('reserved')).to.match(/^\d{11} +AKTIV +JA +KAN_IKKE_VARSLES$/);
      expect(row('deleted')).to.match(/^\d{11} +SLETTET +KAN_IKKE_VARSLES$/);
      expect(row('unknown')).to.match(/^\d{11} +IKKE_REGISTRERT +KAN_IKKE_VARSLES$/);
    });

    it('repeats whom one asked for twice', async () => {
      const { out } = await run(id('fresh'), id('unknown'), id('fresh'));
      expect(
        out
          .trimEnd()
          .split('\n')
          .map((row) => row.slice(0, 11)),
      ).to.deep.equal(['personident', ...['fresh', 'unknown', 'fresh'].map(id)]);
    });
  });

  it('--json: every member of the answer', async () => {
    const { code, out } = await run(id('digipost'), id('unknown'), '--json');
    expect(code).to.equal(0);
    const [digipost, unknown] = JSON.parse(out) as PersonInAnswer[];
    const person = cast.find((t) => t.navn === 'digipost')?.person;
    expect(digipost).to.include({
      personidentifikator: id('digipost'),
      mobiltelefonnummer: person?.mobiltelefonnummer?.verdi,
      postkasseadresse: 'dina.digital#4TMR',
      x509Sertifikat: gateway.pki.identities.digipost.certificate.toString('base64'),
    });
    expect(new Date(digipost?.epostSistVerifisert ?? '')).to.deep.equal(person?.epostadresse?.sistVerifisert);
    expect(unknown).to.deep.equal({
      personidentifikator: id('unknown'),
      status: 'IKKE_REGISTRERT',
      varslingsstatus: 'KAN_IKKE_VARSLES',
    });
  });

  it('1000 persons with certificates, some megabytes in one answer', async () => {
    const postkasse = { postkasseadresse: 'ola.nordmann#6XXB', postkasseleverandoerAdresse: '984661185' };
    const dated = { sistOppdatert: new Date(), sistVerifisert: new Date() };
    const many = Array.from({ length: 1000 }, (_, i): Person => ({
      personidentifikator: String(70_000_000_000 + i),
      status: 'AKTIV',
      reservasjon: false,
      mobiltelefonnummer: { verdi: '+4799999999', ...dated },
      epostadresse: { verdi: `p${i}@example.com`, ...dated },
      postkasse,
      spraak: null,
    }));
    await gateway.store.unitOfWork((tx) => tx.upsertPersons(many));
    const { code, out, err } = await run(...many.map((p) => p.personidentifikator), '--json');
    expect([code, err]).to.deep.equal([0, '']);
    expect(out.length).to.be.greaterThan(1024 * 1024);
    const persons = JSON.parse(out) as PersonInAnswer[];
    expect(persons.map((p) => p.epostadresse)).to.deep.equal(many.map((p) => p.epostadresse?.verdi));
    const certificate = gateway.pki.identities.digipost.certificate.toString('base64');
    expect(persons.every((p) => p.x509Sertifikat === certificate)).to.equal(true);
  });

  it('--on-behalf-of: for an organisation that delegated to us, and for no other', async () => {
    const as = ['--key', certs('supplier.p12')];
    const { code, out } = await run(id('fresh'), ...as, '--on-behalf-of', '310000019');
    expect(code).to.equal(0);
    expect(out).to.contain(id('fresh'));
    expect(await sentence(run(id('fresh'), ...as, '--on-behalf-of', '310000027'))).to.equal(
      'The service that was called answered with a fault: Invalid service usage: Service owner 310000027 does not have access to OPPSLAGSTJENESTEN\n',
    );
  });

  it('SECURITY 30: what persons wrote into the register is shown, not sent to the terminal', async () => {
    const evil = 'a\u009b2J\u202e@x.no';
    const personidentifikator = '70000009999';
    const dated = { sistOppdatert: new Date(), sistVerifisert: null };
    const person: Person = {
      ...{ personidentifikator, status: 'AKTIV', reservasjon: false, mobiltelefonnummer: null },
      ...{ epostadresse: { verdi: evil, ...dated }, postkasse: null, spraak: null },
    };
    await gateway.store.unitOfWork((tx) => tx.upsertPersons([person]));
    const human = await run(personidentifikator);
    expect(human.out).to.contain('a\\u009b2J\\u202e@x.no');
    const machine = await run(personidentifikator, '--json');
    expect((JSON.parse(machine.out) as PersonInAnswer[])[0]?.epostadresse).to.equal(evil);
    for (const { out } of [human, machine]) expect(out).not.to.match(/(?!\n)\p{Cc}|\u202e/u);
  });

  it('SECURITY 117: takes the password of the key store from a file, so that no list of processes shows it', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'changeit\n');
    expect((await run(id('fresh'), '--password-file', file)).code).to.equal(0);
    writeFileSync(file, 'wrong');
    expect(await sentence(run(id('fresh'), '--password-file', file))).to.match(/password is wrong/);
  });

  it('as a program: finds the gateway by its data directory; exit codes, and a clean error stream', async () => {
    const environment = { ...process.env, POSTHORN_DATA_DIR: folder, POSTHORN_CERTS_DIR: testCertsDir };
    const program = async (...args: readonly string[]): Promise<CommandRun> => {
      const child = spawn(process.execPath, ['--import', 'tsx', main, 'lookup', ...args], { env: environment });
      const [[code], out, err] = await Promise.all([
        once(child, 'exit') as Promise<[number]>,
        textOf(child.stdout),
        textOf(child.stderr),
      ]);
      return { code, out, err };
    };
    expect((await program(id('fresh'))).code).to.equal(2);
    const running = { url: gateway.base, pid: process.pid };
    await writeRun(folder, { gateway: running, sandbox: running, startedAt: new Date().toISOString() });
    const { code, out, err } = await program(id('fresh'), id('unknown'));
    expect([code, err]).to.deep.equal([0, '']);
    expect(out.trimEnd().split('\n')).to.have.length(3);
    const wrong = await program(id('fresh'), '--password', 'wrong');
    expect([wrong.code, wrong.out]).to.deep.equal([1, '']);
    expect(wrong.err).to.match(/password is wrong/);
  });
});
