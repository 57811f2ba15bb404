import { expect } from 'chai';
import { TJENESTE_ORGANISASJONSNUMMER } from '../../src/contract/oppslagstjenesten/names.js';
import { personRegister } from '../../src/client/personRegister.js';
import { Failure } from '../../src/errors.js';
import { parseCrl } from '../../src/security/crl.js';
import { signingKey } from '../../src/security/sign.js';
import { createTrust } from '../../src/security/trust.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { PATH } from '../../src/contract/oppslagstjenesten/names.js';
import { serviceAs } from '../support/caller.js';
import { startGateway, testCertsDir, type TestGateway } from '../support/gateway.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';

const sender = identities.sender.organisasjonsnummer;

describe('client/personRegister: a 16-02 service as the register', () => {
  let sandbox: Sandbox;
  let register: (url?: string, expected?: string) => ReturnType<typeof personRegister>;

  before(async function () {
    this.timeout(60_000);
    const pki = await ensureDevelopmentPki(testCertsDir);
    sandbox = await startSandbox(pki, 0, {
      trayDir: 'never-used',
      brokerUrl: () => Promise.resolve(undefined),
      lost: () => undefined,
    });
    const databehandler = pki.identities.posthorn;
    const crls = pki.crls.map(parseCrl);
    register = (url = sandbox.url + PATH, expected = TJENESTE_ORGANISASJONSNUMMER) =>
      personRegister({
        url,
        expected,
        own: databehandler.organisasjonsnummer,
        key: signingKey(databehandler.privateKey, databehandler.certificate),
        trust: createTrust({
          anchors: [pki.root],
          intermediates: [pki.issuing],
          crls: () => crls,
          revocation: 'require',
        }),
        clock: { now: () => new Date() },
      });
  });
  after(() => sandbox.close());

  it('answers each test person as the register has it, stale contact points too, and leaves unknown ones out', async () => {
    const all = testpersons(new Date());
    const { persons, spurt } = await register().ask(
      all.map((t) => t.personidentifikator),
      sender,
    );
    expect(Math.abs(spurt.getTime() - Date.now())).to.be.below(10_000);
    for (const { personidentifikator, person } of all) {
      const found = persons.get(personidentifikator);
      if (person?.status !== 'AKTIV') {
        expect(found?.status).to.equal(person?.status);
        continue;
      }
      const dates = (p: typeof person) => [p.mobiltelefonnummer, p.epostadresse].map((k) => k && { ...k });
      expect(found && dates(found), personidentifikator).to.deep.equal(dates(person));
      expect({ ...found, mobiltelefonnummer: 0, epostadresse: 0 }).to.deep.equal({
        ...person,
        spraak: null,
        mobiltelefonnummer: 0,
        epostadresse: 0,
      });
    }
  });

  it('asks nobody about nobody', async () => {
    expect((await register('http://127.0.0.1:1/').ask([], sender)).persons.size).to.equal(0);
  });

  const codeOf = (asked: Promise<unknown>): Promise<string> =>
    asked.then(
      () => 'answered',
      (error: unknown) => (error instanceof Failure ? error.code : String(error)),
    );

  it('is UNAVAILABLE when it does not answer, or somebody else does: never an empty register', async () => {
    const personidentifikator = testpersons(new Date())[0]?.personidentifikator ?? '';
    expect(await codeOf(register('http://127.0.0.1:1/').ask([personidentifikator], sender))).to.equal('UNAVAILABLE');
    expect(await codeOf(register(sandbox.url + '/nowhere').ask([personidentifikator], sender))).to.equal('UNAVAILABLE');
    expect(await codeOf(register(undefined, '984661185').ask([personidentifikator], sender))).to.equal('UNAVAILABLE');
  });

  describe('R-09, R-42: for whom it asks', () => {
    let gateway: TestGateway;
    before(async () => {
      gateway = await startGateway();
    });
    after(() => gateway.stop());

    const { supplier, sender2 } = identities;
    const ola = testpersons(new Date()).find((t) => t.navn === 'digipost')?.personidentifikator ?? '';
    const ask = async (name: 'supplier' | 'sender', avsender: string) => {
      const own = identities[name].organisasjonsnummer;
      const { persons } = await personRegister({ ...serviceAs(gateway, name), own }).ask([ola], avsender);
      return [...persons.keys()];
    };

    it('a databehandler asks on behalf of the sender, who has the right', async () => {
      expect(await ask('supplier', sender)).to.deep.equal([ola]);
      const { paaVegneAv, organisasjon } = (await gateway.store.reads.events(1))[0] ?? {};
      expect([organisasjon, paaVegneAv]).to.deep.equal([supplier.organisasjonsnummer, sender]);
    });

    it('and is UNAVAILABLE for a sender that has not delegated to it, or has no right', async () => {
      expect(await codeOf(ask('supplier', sender2.organisasjonsnummer))).to.equal('UNAVAILABLE');
      expect(await codeOf(ask('supplier', supplier.organisasjonsnummer))).to.equal('UNAVAILABLE');
    });

    it('a body that sends its own letters asks as itself', async () => {
      expect(await ask('sender', sender)).to.deep.equal([ola]);
    });
  });
});
