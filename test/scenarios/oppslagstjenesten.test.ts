import { expect } from 'chai';
import type { PersonInAnswer } from '../../src/contract/oppslagstjenesten/decode.js';
import { decodePersons } from '../../src/contract/oppslagstjenesten/decode.js';
import {
  encodeHentEndringer,
  encodeHentPersoner,
  encodeHentPrintSertifikat,
  encodePaaVegneAv,
} from '../../src/contract/oppslagstjenesten/encode.js';
import { tns, WSDL_NS } from '../../src/contract/oppslagstjenesten/names.js';
import { maanedAv } from '../../src/domain/ledger.js';
import type { Informasjonsbehov, Person } from '../../src/domain/person.js';
import { informasjonsbehov } from '../../src/domain/person.js';
import { Failure } from '../../src/errors.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childrenNamed, textOf } from '../../src/xml/model.js';
import { element } from '../../src/xml/write.js';
import { callAs, postRaw, signedAs } from '../support/caller.js';
import type { TestGateway } from '../support/gateway.js';
import { startGateway } from '../support/gateway.js';
import { eachStore } from '../support/stores.js';
import { encryptedAnswer, oppslagstjenesten, validator } from '../support/xsd.js';

const cast = new Map(testpersons(new Date()).map((t) => [t.navn, t.personidentifikator]));
const id = (navn: string): string => {
  const found = cast.get(navn);
  if (found === undefined) throw new Error(`no test person ${navn}`);
  return found;
};

/** The code and the text of the fault that a call ends in. */
async function faultOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.detail}`;
    throw error;
  }
  throw new Error('no fault');
}

const NO_ACCESS = (owner: string, service: string): string =>
  `UPSTREAM_FAULT: Invalid service usage: Service owner ${owner} does not have access to ${service}`;

const numbersOf = (answer: XmlElement): number[] =>
  ['fraEndringsNummer', 'tilEndringsNummer', 'senesteEndringsNummer'].map((name) => Number(attribute(answer, name)));

describe('Oppslagstjenesten 16-02', function () {
  this.timeout(60_000);

  eachStore((database) => {
    let gateway: TestGateway;
    before(async () => {
      gateway = await startGateway({ POSTHORN_DATABASE_URL: database.url() });
    });
    after(() => gateway.stop());

    const hentPersoner = async (
      behov: readonly Informasjonsbehov[],
      ids: readonly string[],
    ): Promise<PersonInAnswer[]> => decodePersons(await callAs(gateway, 'sender', encodeHentPersoner(behov, ids)));
    const one = async (behov: readonly Informasjonsbehov[], navn: string): Promise<PersonInAnswer> =>
      (await hentPersoner(behov, [id(navn)]))[0] as PersonInAnswer;

    describe('HentPersoner', () => {
      it('answers in the order of the request, duplicates kept', async () => {
        const ids = ['e-boks', 'unknown', 'fresh', 'e-boks', 'deleted', 'e-boks'].map(id);
        expect((await hentPersoner(['Person'], ids)).map((p) => p.personidentifikator)).to.deep.equal(ids);
      });

      it('gives Person alone when nothing else is asked for', async () => {
        expect(await one([], 'digipost')).to.deep.equal({
          personidentifikator: id('digipost'),
          reservasjon: 'NEI',
          status: 'AKTIV',
        });
      });

      it('R-05: gives no information about deleted and unknown persons, whatever is asked for', async () => {
        const [deleted, unknown] = await hentPersoner(informasjonsbehov, ['deleted', 'unknown'].map(id));
        const nothing = { varslingsstatus: 'KAN_IKKE_VARSLES' };
        expect(deleted).to.deep.equal({ personidentifikator: id('deleted'), status: 'SLETTET', ...nothing });
        expect(unknown).to.deep.equal({ personidentifikator: id('unknown'), status: 'IKKE_REGISTRERT', ...nothing });
      });

      for (const [navn, status] of [
        ['fresh', 'KAN_VARSLES'],
        ['stale-mail', 'KAN_VARSLES'],
        ['stale-mobile', 'KAN_VARSLES'],
        ['both-stale', 'KAN_IKKE_VARSLES'],
        ['reserved', 'KAN_IKKE_VARSLES'],
        ['no-contact', 'KAN_IKKE_VARSLES'],
      ] as const) {
        it(`R-03, R-04: ${navn} is ${status}`, async () => {
          const person = await one(informasjonsbehov, navn);
          const contact = [
            person.mobiltelefonnummer,
            person.epostadresse,
            person.postkasseadresse,
            person.x509Sertifikat,
          ];
          expect(person.varslingsstatus).to.equal(status);
          expect(contact.some((c) => c !== undefined)).to.equal(status === 'KAN_VARSLES');
        });
      }

      it('R-04: filters nothing when VarslingsStatus is not asked for', async () => {
        const person = await one(['Kontaktinfo', 'SikkerDigitalPost', 'Sertifikat'], 'both-stale');
        expect(person).to.include.keys('mobiltelefonnummer', 'epostadresse', 'postkasseadresse', 'x509Sertifikat');
        expect(person).not.to.have.property('varslingsstatus');
      });

      it('gives the certificate of the chosen mailbox supplier', async () => {
        for (const [navn, supplier] of [
          ['digipost', 'digipost'],
          ['e-boks', 'eboks'],
        ] as const) {
          const { certificate, organisasjonsnummer } = gateway.pki.identities[supplier];
          const person = await one(informasjonsbehov, navn);
          expect(person.postkasseleverandoerAdresse).to.equal(organisasjonsnummer);
          expect(person.x509Sertifikat).to.equal(certificate.toString('base64'));
        }
      });

      it('R-06: takes 1000 persons, not 1001 and not none', async () => {
        const many = (n: number) => Array.from({ length: n }, () => id('fresh'));
        expect(await hentPersoner(['Person'], many(1000))).to.have.length(1000);
        for (const n of [0, 1001]) {
          expect(await faultOf(hentPersoner(['Person'], many(n)))).to.contain('1 to 1000 personidentifikator');
        }
      });

      it('R-06: ignores repeated and unknown informasjonsbehov', async () => {
        const behov = ['Kontaktinfo', 'Kontaktinfo', 'Skostoerrelse'].map((b) =>
          element(tns, 'informasjonsbehov', {}, [b]),
        );
        const request = element(tns, 'HentPersonerForespoersel', {}, [
          ...behov,
          element(tns, 'personidentifikator', {}, [id('fresh')]),
        ]);
        const [person] = decodePersons(await callAs(gateway, 'sender', request));
        expect(person).to.have.property('mobiltelefonnummer');
      });

      it('never judges an identifier, and refuses one that an answer could not hold', async () => {
        const strange = "' OR 1=1--";
        const [person] = await hentPersoner(['Person'], [`${strange}x`]);
        expect(person).to.deep.equal({ personidentifikator: `${strange}x`, status: 'IKKE_REGISTRERT' });
        expect(await faultOf(hentPersoner(['Person'], [strange]))).to.contain('11 characters');
      });

      it('audits who asked, for whom and about whom, with ids hashed', async () => {
        await callAs(gateway, 'supplier', encodeHentPersoner(['Person'], [id('fresh'), id('fresh')]), '310000019');
        const events = await gateway.store.reads.events(1);
        const [event] = events;
        expect(event).to.include({ organisasjon: '310000035', paaVegneAv: '310000019', operasjon: 'HentPersoner' });
        const hashes = event?.personer ?? Buffer.alloc(0);
        expect(hashes).to.have.length(32);
        expect(hashes.subarray(0, 16).equals(hashes.subarray(16))).to.equal(true);
        expect(hashes.includes(id('fresh'))).to.equal(false);
      });
    });

    describe('HentEndringer', () => {
      const changes = async (fra: number, behov: readonly Informasjonsbehov[] = []): Promise<XmlElement> =>
        callAs(gateway, 'sender', encodeHentEndringer(behov, fra));
      const newcomer = (n: number, status: Person['status'] = 'AKTIV'): Person => ({
        personidentifikator: `888${String(n).padStart(8, '0')}`,
        status,
        reservasjon: false,
        mobiltelefonnummer: null,
        epostadresse: { verdi: 'ny@example.com', sistOppdatert: new Date(0), sistVerifisert: null },
        postkasse: null,
        spraak: null,
      });

      it('R-07: is followed to the end without a gap, 1000 persons at a time', async () => {
        const seen = new Set<string>();
        let fra = 0;
        for (;;) {
          const answer = await changes(fra);
          const [echo, til, seneste] = numbersOf(answer) as [number, number, number];
          const persons = decodePersons(answer);
          expect(echo).to.equal(fra);
          expect(persons.length).to.be.at.most(1000);
          persons.forEach((p) => seen.add(p.personidentifikator));
          if (til === seneste) break;
          expect(persons).to.have.length(1000);
          fra = til + 1;
        }
        expect(seen.size).to.equal(2000 + 11);
      });

      it('R-07: begins with fraEndringsNummer itself, and answers beyond the last change with nobody', async () => {
        const seneste = numbersOf(await changes(1))[2] as number;
        await gateway.store.unitOfWork((tx) => tx.upsertPersons([newcomer(1)]));
        expect(decodePersons(await changes(seneste + 1)).map((p) => p.personidentifikator)).to.deep.equal([
          newcomer(1).personidentifikator,
        ]);
        const beyond = await changes(seneste + 2);
        expect(decodePersons(beyond)).to.deep.equal([]);
        expect(numbersOf(beyond)).to.deep.equal([seneste + 2, seneste + 1, seneste + 1]);
      });

      it('R-04: always has contact information, is never filtered and never tells varslingsstatus', async () => {
        const seneste = numbersOf(await changes(1))[2] as number;
        await gateway.store.unitOfWork((tx) => tx.upsertPersons([newcomer(2), newcomer(3, 'SLETTET')]));
        const persons = decodePersons(await changes(seneste + 1, ['VarslingsStatus']));
        expect(persons.map(({ status, epostadresse }) => [status, epostadresse])).to.deep.equal([
          ['AKTIV', 'ny@example.com'],
          ['SLETTET', undefined],
        ]);
        expect(persons.some((p) => 'varslingsstatus' in p)).to.equal(false);
      });

      it('refuses a fraEndringsNummer that is no number', async () => {
        for (const wrong of ['', 'ten', '1e3', '12345678901234567890']) {
          const request = element(tns, 'HentEndringerForespoersel', { fraEndringsNummer: wrong });
          expect(await faultOf(callAs(gateway, 'sender', request))).to.contain('fraEndringsNummer');
        }
      });
    });

    it('R-08: HentPrintSertifikat gives the print supplier, in the namespace of the messages', async () => {
      const answer = await callAs(gateway, 'sender', encodeHentPrintSertifikat());
      const { certificate, organisasjonsnummer } = gateway.pki.identities.utskrift;
      const value = (local: string) => childrenNamed(answer, tns.uri, local).map(textOf);
      expect(value('postkasseleverandoerAdresse')).to.deep.equal([organisasjonsnummer]);
      expect(value('X509Sertifikat')).to.deep.equal([certificate.toString('base64')]);
    });

    describe('access', () => {
      const person = encodeHentPersoner(['Person'], [id('fresh')]);

      it('refuses a known organisation without the right, with the recorded text', async () => {
        expect(await faultOf(callAs(gateway, 'sender2', person))).to.equal(NO_ACCESS('310000027', 'OPPSLAGSTJENESTEN'));
        expect(await faultOf(callAs(gateway, 'sender-seid2', encodeHentEndringer([], 0)))).to.equal(
          NO_ACCESS('310000043', 'ENDRINGSTJENESTEN'),
        );
      });

      it('knows the organisation by organizationIdentifier too', async () => {
        expect(decodePersons(await callAs(gateway, 'sender-seid2', person))).to.have.length(1);
      });

      it('R-42: lets a supplier act for the organisation that delegated to it, and for no other', async () => {
        expect(decodePersons(await callAs(gateway, 'supplier', person, '310000019'))).to.have.length(1);
        expect(await faultOf(callAs(gateway, 'supplier', person))).to.equal(
          NO_ACCESS('310000035', 'OPPSLAGSTJENESTEN'),
        );
        expect(await faultOf(callAs(gateway, 'supplier', person, '310000043'))).to.equal(
          NO_ACCESS('310000043', 'OPPSLAGSTJENESTEN'),
        );
        expect(await faultOf(callAs(gateway, 'sender2', person, '310000019'))).to.equal(
          NO_ACCESS('310000019', 'OPPSLAGSTJENESTEN'),
        );
      });

      it('R-09: given a look-up on behalf of another, then it is written down who asked, for whom, about how many and when, and it costs nothing', async () => {
        const store = await database.open();
        const [before, began] = [await store.ledger.sums({ maaned: maanedAv(new Date()) }), Date.now()];
        await callAs(gateway, 'supplier', person, '310000019');
        const [event] = await store.reads.events(1);
        expect(event).to.include({ organisasjon: '310000035', paaVegneAv: '310000019', operasjon: 'HentPersoner' });
        expect([event?.personer.length, before]).to.deep.equal([16, []]);
        expect(event?.at.getTime()).to.be.within(began - 1_000, Date.now() + 1_000);
        expect(await store.ledger.sums({ maaned: maanedAv(new Date()) })).to.deep.equal([]);
      });

      it('reads PaaVegneAv in the namespace of the WSDL too, and refuses it twice or misshapen', async () => {
        const wsdl = { prefix: 'w', uri: WSDL_NS };
        const inWsdl = element(wsdl, 'Oppslagstjenesten', {}, [element(wsdl, 'PaaVegneAv', {}, ['310000019'])]);
        const asked = await signedAs(gateway, 'supplier', person, [inWsdl]);
        expect(decodePersons(asked.open((await postRaw(gateway.url, asked.envelope)).octets))).to.have.length(1);
        for (const blocks of [
          [inWsdl, encodePaaVegneAv('310000019')],
          [encodePaaVegneAv('31000001')],
          [element(tns, 'Oppslagstjenesten')],
        ]) {
          const { envelope } = await signedAs(gateway, 'supplier', person, blocks);
          const { status, text } = await postRaw(gateway.url, envelope);
          expect([status, text]).to.satisfy(
            ([s, t]: [number, string]) => s === 500 && t.includes('PaaVegneAv is one organisation'),
          );
        }
      });
    });

    it('SECURITY 74: refuses the same signed request a second time, and another process refuses it too', async () => {
      const { envelope } = await signedAs(gateway, 'sender', encodeHentPersoner(['Person'], [id('fresh')]));
      const second = await startGateway({ POSTHORN_DATABASE_URL: database.url() });
      try {
        expect((await postRaw(gateway.url, envelope)).status).to.equal(200);
        for (const url of [gateway.url, second.url]) {
          const { status, text } = await postRaw(url, envelope);
          expect(status).to.equal(500);
          expect(text).to.contain('wsse:FailedCheck');
        }
      } finally {
        await second.stop();
      }
    });

    it('answers in the recorded shape: valid by schema, header children in order, fault without Security', async () => {
      const outside = validator(encryptedAnswer);
      const inside = validator(oppslagstjenesten);
      try {
        const asked = await signedAs(gateway, 'sender', encodeHentPersoner(informasjonsbehov, [...cast.values()]));
        const answer = await postRaw(gateway.url, asked.envelope);
        expect(answer.headers.get('content-type')).to.equal('application/soap+xml; charset=utf-8');
        expect(outside(answer.text)).to.deep.equal([]);
        const order = [
          ...answer.text.matchAll(
            /<(xenc:EncryptedKey|wsse:BinarySecurityToken|ds:Signature|wsu:Timestamp|wsse11:SignatureConfirmation)[ >]/g,
          ),
        ];
        expect(order.map((m) => m[1])).to.deep.equal([
          'xenc:EncryptedKey',
          'wsse:BinarySecurityToken',
          'ds:Signature',
          'wsu:Timestamp',
          'wsse11:SignatureConfirmation',
        ]);
        expect(decodePersons(asked.open(answer.octets))).to.have.length(12);
        expect(inside(asked.envelope)).to.deep.equal([]);
      } finally {
        outside.dispose();
        inside.dispose();
      }
    });
  });
});
