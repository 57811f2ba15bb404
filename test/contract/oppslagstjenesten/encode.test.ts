import { expect } from 'chai';
import { decodePersons } from '../../../src/contract/oppslagstjenesten/decode.js';
import {
  dateTime,
  encodeEndringer,
  encodeHentEndringer,
  encodeHentPersoner,
  encodeHentPrintSertifikat,
  encodePaaVegneAv,
  encodePersoner,
  encodePrintSertifikat,
} from '../../../src/contract/oppslagstjenesten/encode.js';
import { informasjonsbehov } from '../../../src/domain/person.js';
import type { Kontaktpunkt } from '../../../src/domain/person.js';
import type { PersonSvar } from '../../../src/domain/varsling.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { parse } from '../../../src/xml/tree.js';
import { serialise } from '../../../src/xml/write.js';
import type { Validate } from '../../support/xsd.js';
import { contract, oppslagstjenesten, validator } from '../../support/xsd.js';

const TNS = 'http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02';
const BEGREP = 'http://begrep.difi.no';
const certificates = new Map([['984661185', 'TUlJ']]);
const updated = new Date('2016-02-18T12:12:00Z');
const verified = new Date('2016-07-01T22:30:15.007Z');

const contactPoint = (verdi: string, changes: Partial<Kontaktpunkt> = {}): Kontaktpunkt => ({
  verdi,
  sistOppdatert: updated,
  sistVerifisert: verified,
  ...changes,
});

const full: PersonSvar = {
  personidentifikator: '23863814839',
  reservasjon: 'NEI',
  status: 'AKTIV',
  varslingsstatus: 'KAN_VARSLES',
  mobiltelefonnummer: contactPoint('+4799999999'),
  epostadresse: contactPoint('ola@example.no'),
  postkasse: { postkasseadresse: 'ola.nordmann#6XXB', postkasseleverandoerAdresse: '984661185' },
  visSertifikat: '984661185',
};

const without = (...names: readonly (keyof PersonSvar)[]): PersonSvar =>
  Object.fromEntries(Object.entries(full).filter(([name]) => !names.some((n) => n === name))) as unknown as PersonSvar;

/** What an answer about one person holds between its tags. */
const inside = (svar: PersonSvar): string =>
  /<ns2:Person>(.*)<\/ns2:Person>/.exec(serialise(encodePersoner([svar], certificates)))?.[1] ?? '';

describe('contract/oppslagstjenesten/encode', () => {
  let messages: Validate;
  let requests: Validate;
  before(() => {
    [messages, requests] = [validator(contract), validator(oppslagstjenesten)];
  });
  after(() => [messages, requests].forEach((validate) => validate.dispose()));

  describe('dateTime', () => {
    const rows: Readonly<Record<string, string>> = {
      '2016-02-18T12:12:00Z': '2016-02-18T13:12:00.000+01:00',
      '2016-07-18T12:12:00Z': '2016-07-18T14:12:00.000+02:00',
      '2016-12-31T23:30:00.001Z': '2017-01-01T00:30:00.001+01:00',
      '2016-06-30T22:00:00.999Z': '2016-07-01T00:00:00.999+02:00',
      '2026-03-29T00:59:59.999Z': '2026-03-29T01:59:59.999+01:00',
      '2026-03-29T01:00:00Z': '2026-03-29T03:00:00.000+02:00',
      '2026-10-25T00:59:59.999Z': '2026-10-25T02:59:59.999+02:00',
      '2026-10-25T01:00:00Z': '2026-10-25T02:00:00.000+01:00',
      '2024-02-28T23:00:00Z': '2024-02-29T00:00:00.000+01:00',
    };
    for (const [instant, text] of Object.entries(rows)) {
      it(`writes ${instant} as ${text}`, () => expect(dateTime(new Date(instant))).to.equal(text));
    }

    it('means the same instant as it was given, every day of thirty years', () => {
      for (let day = Date.UTC(1996, 0, 1, 1, 30, 0, 5); day < Date.UTC(2026, 0, 1); day += 86_400_000) {
        expect(new Date(dateTime(new Date(day))).getTime()).to.equal(day);
      }
    });
  });

  describe('a person', () => {
    it('has every element in the order of the schema, each in the namespace of the data', () => {
      const names = [...inside(full).matchAll(/<(ns2:\w+)/g)].map(([, name]) => name);
      expect(names).to.deep.equal(
        [
          ...['personidentifikator', 'reservasjon', 'status', 'varslingsstatus', 'Kontaktinformasjon'],
          ...['Mobiltelefonnummer', 'Epostadresse', 'SikkerDigitalPostAdresse', 'postkasseadresse'],
          ...['postkasseleverandoerAdresse', 'X509Sertifikat'],
        ].map((name) => `ns2:${name}`),
      );
    });

    it('is read back as it was', () => {
      const dates = { sistOppdatert: '2016-02-18T13:12:00.000+01:00', sistVerifisert: '2016-07-02T00:30:15.007+02:00' };
      expect(decodePersons(parse(serialise(encodePersoner([full], certificates))))).to.deep.equal([
        {
          personidentifikator: '23863814839',
          reservasjon: 'NEI',
          status: 'AKTIV',
          varslingsstatus: 'KAN_VARSLES',
          mobiltelefonnummer: '+4799999999',
          mobilSistOppdatert: dates.sistOppdatert,
          mobilSistVerifisert: dates.sistVerifisert,
          epostadresse: 'ola@example.no',
          epostSistOppdatert: dates.sistOppdatert,
          epostSistVerifisert: dates.sistVerifisert,
          postkasseadresse: 'ola.nordmann#6XXB',
          postkasseleverandoerAdresse: '984661185',
          x509Sertifikat: 'TUlJ',
        },
      ]);
    });

    it('leaves out a date that is not known', () => {
      const only = (changes: Partial<Kontaktpunkt>): string =>
        inside({ ...full, mobiltelefonnummer: contactPoint('99999999', changes) });
      expect(only({ sistOppdatert: null })).to.match(/<ns2:Mobiltelefonnummer sistVerifisert="[^"]+">/);
      expect(only({ sistVerifisert: null })).to.match(/<ns2:Mobiltelefonnummer sistOppdatert="[^"]+">/);
      expect(only({ sistOppdatert: null, sistVerifisert: null })).to.contain('<ns2:Mobiltelefonnummer>99999999<');
    });

    it('R-05: is a number and a status when there is nothing else', () => {
      expect(inside({ personidentifikator: '23863814839', status: 'IKKE_REGISTRERT' })).to.equal(
        '<ns2:personidentifikator>23863814839</ns2:personidentifikator><ns2:status>IKKE_REGISTRERT</ns2:status>',
      );
    });

    it('has no empty Kontaktinformasjon, and no certificate of a supplier that is not in the table', () => {
      expect(inside(without('mobiltelefonnummer', 'epostadresse'))).not.to.contain('Kontaktinformasjon');
      expect(inside({ ...full, visSertifikat: '999999999' })).not.to.contain('X509Sertifikat');
    });

    const variants: readonly PersonSvar[] = [
      full,
      without('reservasjon', 'varslingsstatus'),
      { personidentifikator: '23863814839', status: 'SLETTET', varslingsstatus: 'KAN_IKKE_VARSLES' },
      { personidentifikator: '23863814839', status: 'AKTIV', reservasjon: 'JA' },
      { ...full, mobiltelefonnummer: contactPoint('99999999', { sistOppdatert: null }) },
    ];
    it('is valid whatever is left out, alone and a thousand times', () => {
      for (const variant of variants) {
        expect(messages(serialise(encodePersoner([variant], certificates)))).to.deep.equal([]);
      }
      const thousand = Array.from({ length: 1000 }, (_, i) => variants[i % variants.length] as PersonSvar);
      expect(messages(serialise(encodePersoner(thousand, certificates)))).to.deep.equal([]);
    });

    it('SECURITY 20: gives back mark-up, quotes and line ends in a value as they were', () => {
      const verdi = `a"b'c<d>&e]]>\r\n\u0085@x.no`;
      const answer = serialise(encodePersoner([{ ...full, epostadresse: contactPoint(verdi) }], certificates));
      expect(decodePersons(parse(answer))[0]?.epostadresse).to.equal(verdi);
      expect(messages(answer)).to.deep.equal([]);
    });
  });

  it('an answer declares both namespaces by the recorded prefixes on its root, and nowhere else', () => {
    const numbers = { fraEndringsNummer: 600, tilEndringsNummer: 5791, senesteEndringsNummer: 2925086 };
    const answers: Readonly<Record<string, XmlElement>> = {
      HentPersonerRespons: encodePersoner([full], certificates),
      HentEndringerRespons: encodeEndringer({ ...numbers, personer: [full] }, certificates),
      HentPrintSertifikatRespons: encodePrintSertifikat('984661185', 'TUlJ'),
    };
    for (const [name, answer] of Object.entries(answers)) {
      const text = serialise(answer);
      expect(text.startsWith(`<ns3:${name} xmlns:ns2="${BEGREP}" xmlns:ns3="${TNS}"`), text.slice(0, 200)).to.equal(
        true,
      );
      expect(text.match(/xmlns/g)).to.have.length(2);
      expect(messages(text)).to.deep.equal([]);
    }
  });

  it('HentEndringer: three numbers in attributes, also of nobody', () => {
    const numbers = { fraEndringsNummer: -1, tilEndringsNummer: 0, senesteEndringsNummer: Number.MAX_SAFE_INTEGER };
    const text = serialise(encodeEndringer({ ...numbers, personer: [] }, certificates));
    expect(text).to.contain('fraEndringsNummer="-1"');
    expect(text).to.contain('tilEndringsNummer="0"');
    expect(text).to.contain('senesteEndringsNummer="9007199254740991"');
    expect(messages(text)).to.deep.equal([]);
  });

  it('HentPrintSertifikat: both children in the namespace of the messages', () => {
    expect(serialise(encodePrintSertifikat('984661185', 'TUlJ'))).to.contain(
      '<ns3:postkasseleverandoerAdresse>984661185</ns3:postkasseleverandoerAdresse><ns3:X509Sertifikat>TUlJ</ns3:X509Sertifikat>',
    );
  });

  it('requests are valid, of one person and of a thousand', () => {
    for (const n of [1, 1000]) {
      const request = encodeHentPersoner(informasjonsbehov, Array<string>(n).fill('23863814839'));
      expect(requests(serialise(request))).to.deep.equal([]);
    }
    expect(requests(serialise(encodeHentEndringer(['Kontaktinfo'], 1)))).to.deep.equal([]);
    expect(requests(serialise(encodeHentPrintSertifikat()))).to.deep.equal([]);
    expect(requests(serialise(encodePaaVegneAv('310000019')))).to.deep.equal([]);
    const tooMany = encodeHentPersoner(['Person'], Array<string>(1001).fill('23863814839'));
    expect(requests(serialise(tooMany))).not.to.deep.equal([]);
  });
});
