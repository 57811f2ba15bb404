import { expect } from 'chai';
import { createHash, scryptSync, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putSenders } from '../../src/application/putSenders.js';
import { accessFor, certificateAllowed } from '../../src/domain/access.js';
import { validOrganisasjonsnummer } from '../../src/domain/identifier.js';
import { tjenester } from '../../src/domain/sender.js';
import {
  developmentAccounts,
  developmentData,
  type DevelopmentCertificate,
} from '../../src/sandbox/developmentData.js';
import { identities, identityNames } from '../../src/sandbox/pki/identities.js';
import { openStore } from '../../src/store/index.js';
import { memoryStore } from '../support/memoryStore.js';
import { makeChain, testKey } from '../support/pki.js';
import { eachStore } from '../support/stores.js';

const now = new Date('2026-03-31T08:00:00Z');
const { sender, sender2, supplier } = identities;
const seid2 = identities['sender-seid2'];

const certificates: ReadonlyMap<string, DevelopmentCertificate> = new Map(
  identityNames.map((name, i) => {
    const der = makeChain({ leaf: { serial: BigInt(100 + i), publicKey: testKey('leaf').publicKey } }).leaf;
    const fingeravtrykk = createHash('sha256').update(der).digest('hex');
    return [name, { der, pem: new X509Certificate(der).toString(), fingeravtrykk }];
  }),
);
const data = developmentData(certificates);
const mayUse = (from: { organisasjonsnummer: string }, paaVegneAv = from) =>
  tjenester.filter(
    (tjeneste) =>
      accessFor(data, from.organisasjonsnummer, paaVegneAv.organisasjonsnummer, tjeneste, now) === 'granted',
  );

describe('sandbox/developmentData', () => {
  it('gives the sender both services, and lets the supplier act for it and for nobody else', () => {
    expect(mayUse(sender)).to.deep.equal([...tjenester]);
    expect(mayUse(supplier, sender)).to.deep.equal([...tjenester]);
    expect(mayUse(supplier)).to.deep.equal([]);
    expect(mayUse(supplier, seid2)).to.deep.equal([]);
    expect(mayUse(sender2)).to.deep.equal([]);
    expect(mayUse(sender2, sender)).to.deep.equal([]);
    expect(mayUse(seid2)).to.deep.equal(['OPPSLAGSTJENESTEN']);
  });

  it('R-55: has valid organisation numbers and names', () => {
    expect(data.organisasjoner).to.have.length(8);
    for (const { organisasjonsnummer } of data.organisasjoner)
      expect(validOrganisasjonsnummer(organisasjonsnummer), organisasjonsnummer).to.equal(true);
    for (const { navn } of data.organisasjoner.slice(0, 4)) expect(navn).to.match(/^EKSEMPEL /);
  });

  it('R-65: has the four bodies that began in 2014, for whom the sender may send letters', () => {
    const tenants = data.organisasjoner.slice(4);
    const names = ['NAV', 'Statens innkrevingssentral', 'Kreftregisteret', 'KS KommIT'];
    expect(tenants.map(({ navn }) => navn)).to.deep.equal(names);
    for (const tenant of tenants) {
      expect(accessFor(data, sender.organisasjonsnummer, tenant.organisasjonsnummer, 'FORSENDELSE', now)).to.equal(
        'granted',
      );
      expect(mayUse(sender2, tenant)).to.deep.equal([]);
    }
  });

  eachStore((database) => {
    it('R-65: given a sandbox that is filled twice, then each of them stands there once, and the sender may send for it', async () => {
      const store = await database.open();
      for (let n = 0; n < 2; n++) await putSenders(store)(data);
      const stored = await (await database.open()).reads.senders();
      for (const navn of ['NAV', 'Statens innkrevingssentral', 'Kreftregisteret', 'KS KommIT']) {
        const [found, ...more] = stored.organisasjoner.filter((o) => o.navn === navn);
        expect(more, navn).to.deep.equal([]);
        const may = accessFor(stored, sender.organisasjonsnummer, found?.organisasjonsnummer ?? '', 'FORSENDELSE', now);
        expect(may, navn).to.equal('granted');
      }
    });
  });

  it('SECURITY 87: registers the certificates of the callers that are given, and no others', () => {
    const own = certificates.get('sender')!.fingeravtrykk;
    const other = certificates.get('sender2')!.fingeravtrykk;
    expect(certificateAllowed(data, sender.organisasjonsnummer, own, now)).to.equal(true);
    expect(certificateAllowed(data, sender.organisasjonsnummer, other, now)).to.equal(false);
    const fewer = developmentData(new Map([...certificates].filter(([name]) => name !== 'sender')));
    expect(certificateAllowed(fewer, sender.organisasjonsnummer, other, now)).to.equal(true);
    expect(data.sertifikater.map((c) => c.organisasjonsnummer)).to.not.include('984661185');
  });

  it('has the three suppliers with the certificates that packages are encrypted to', () => {
    expect(data.leverandoerer.map((l) => [l.organisasjonsnummer, l.rolle])).to.deep.equal([
      ['984661185', 'POSTKASSE'],
      ['996460320', 'POSTKASSE'],
      ['310000051', 'UTSKRIFT'],
    ]);
    const der = certificates.get('digipost')!.der;
    expect(data.leverandoerer[0]?.sertifikat.equals(der)).to.equal(true);
    const without = new Map([...certificates].filter(([name]) => name !== 'eboks'));
    expect(() => developmentData(without)).to.throw('The development certificate "eboks" is missing');
  });

  it('has accounts whose passwords are stored as scrypt hashes', () => {
    expect(developmentAccounts.map((a) => `${a.tjeneste} ${a.brukernavn} ${a.passord}`)).to.deep.equal([
      'FORSENDELSE sender-dev sender-dev-password',
      'SVARUT svarut-dev svarut-dev-password',
      'SVARINN svarinn-dev svarinn-dev-password',
    ]);
    expect(data.legitimasjoner.map((l) => l.organisasjonsnummer)).to.deep.equal([
      '310000019',
      '310000019',
      '310000027',
    ]);
    data.legitimasjoner.forEach(({ passordhash }, i) => {
      const [scheme, N, r, p, salt, hash] = passordhash.split('$') as [string, string, string, string, string, string];
      const options = { N: Number(N), r: Number(r), p: Number(p) };
      const expected = scryptSync(developmentAccounts[i]!.passord, Buffer.from(salt, 'base64'), 32, options);
      expect([scheme, options.N >= 16_384, hash]).to.deep.equal(['scrypt', true, expected.toString('base64')]);
    });
    expect(new Set(data.legitimasjoner.map((l) => l.passordhash.split('$')[4])).size).to.equal(3);
  });

  it('is the same at every start, and is stored as it is', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'posthorn-development-'));
    const database = await openStore({ url: `sqlite:${join(directory, 'register.db')}` });
    for (const store of [memoryStore(), database]) {
      const { leverandoerer, svarutKontoer, mottakersystemer, ...senders } = data;
      await putSenders(store)(data);
      await putSenders(store)(developmentData(certificates));
      const stored = await store.reads.senders();
      for (const table of Object.keys(senders) as (keyof typeof senders)[]) {
        expect(stored[table], table).to.have.deep.members([...senders[table]]);
      }
      expect(await store.reads.suppliers()).to.have.deep.members([...leverandoerer]);
      expect(await store.svarut.kontoer()).to.deep.equal(svarutKontoer);
      const systems = (await store.svarut.mottakersystemer()).map(({ mottakerid: _, ...system }) => system);
      expect(systems).to.deep.equal(mottakersystemer);
    }
    await database.close();
    await rm(directory, { recursive: true });
  });
});
