import { expect } from 'chai';
import type { Command } from '../../../src/contract/oppslagstjenesten/decode.js';
import { decodeCommand, decodePaaVegneAv, decodePersons } from '../../../src/contract/oppslagstjenesten/decode.js';
import {
  encodeHentEndringer,
  encodeHentPersoner,
  encodeHentPrintSertifikat,
  encodePaaVegneAv,
} from '../../../src/contract/oppslagstjenesten/encode.js';
import { begrep, tns, WSDL_NS } from '../../../src/contract/oppslagstjenesten/names.js';
import { informasjonsbehov } from '../../../src/domain/person.js';
import type { Trusted } from '../../../src/security/trusted.js';
import { sealTrusted } from '../../../src/security/trusted.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { parse } from '../../../src/xml/tree.js';
import { answered } from '../../support/answers.js';
import { failureOf } from '../../support/pki.js';

const asking = (operation: XmlElement, blocks: readonly XmlElement[] = []): Trusted =>
  sealTrusted({ ...answered(), operation, blocks });

const id = '23863814839';
const hentPersoner = (content: string, attributes = ''): string =>
  `<HentPersonerForespoersel xmlns="${tns.uri}"${attributes}>${content}</HentPersonerForespoersel>`;
const hentEndringer = (fra: string | null, content = ''): string =>
  `<HentEndringerForespoersel xmlns="${tns.uri}"${fra === null ? '' : ` fraEndringsNummer="${fra}"`}>${content}</HentEndringerForespoersel>`;
const behov = (...values: readonly string[]): string =>
  values.map((v) => `<informasjonsbehov>${v}</informasjonsbehov>`).join('');
const person = (...ids: readonly string[]): string =>
  ids.map((i) => `<personidentifikator>${i}</personidentifikator>`).join('');

const decode = (xml: string): Command => decodeCommand(asking(parse(xml)));
const reasonFor = (xml: string): string => {
  const { code, detail, values } = failureOf(() => decode(xml));
  expect([code, values]).to.deep.equal(['INVALID_REQUEST', { reason: detail }]);
  return detail;
};

describe('contract/oppslagstjenesten/decode', () => {
  describe('decodeCommand', () => {
    it('reads what encode writes', () => {
      const ids = [id, '00000000000', id];
      expect(decodeCommand(asking(encodeHentPersoner(informasjonsbehov, ids)))).to.deep.equal({
        operasjon: 'HentPersoner',
        behov: new Set(informasjonsbehov),
        personer: ids,
      });
      expect(decodeCommand(asking(encodeHentEndringer(['Sertifikat'], 600)))).to.deep.equal({
        operasjon: 'HentEndringer',
        behov: new Set(['Sertifikat']),
        fraEndringsNummer: 600,
      });
      expect(decodeCommand(asking(encodeHentPrintSertifikat()))).to.deep.equal({ operasjon: 'HentPrintSertifikat' });
    });

    it('reads any prefix, white space, comments and CDATA', () => {
      const xml =
        `<q:HentPersonerForespoersel xmlns:q="${tns.uri}">\n <!-- -->\n` +
        '<q:informasjonsbehov> Kontaktinfo\n</q:informasjonsbehov>\t' +
        `<q:personidentifikator>238638<!-- -->1<![CDATA[48]]>&#x33;9</q:personidentifikator></q:HentPersonerForespoersel>`;
      expect(decode(xml)).to.deep.equal({
        operasjon: 'HentPersoner',
        behov: new Set(['Kontaktinfo']),
        personer: [id],
      });
    });

    it('R-06: takes no informasjonsbehov, repeated and unknown ones', () => {
      const behovOf = (xml: string): readonly string[] => [
        ...(decode(xml) as Extract<Command, { operasjon: 'HentPersoner' }>).behov,
      ];
      expect(behovOf(hentPersoner(person(id)))).to.deep.equal([]);
      expect(behovOf(hentPersoner(behov('Person', 'Person', 'Kontaktinfo', 'Person') + person(id)))).to.deep.equal([
        'Person',
        'Kontaktinfo',
      ]);
      const odd = ['Spraak', 'kontaktinfo', '', 'constructor', '__proto__', 'Sertifikat'];
      expect(behovOf(hentPersoner(behov(...odd) + person(id)))).to.deep.equal(['Sertifikat']);
      expect(behovOf(hentEndringer('1', behov(...odd)))).to.deep.equal(['Sertifikat']);
    });

    it('takes persons before informasjonsbehov, and keeps their order and repetitions', () => {
      const ids = ['3', '1', '2', '1'].map((n) => n.repeat(11));
      expect(decode(hentPersoner(person(...ids) + behov('Person')))).to.deep.include({ personer: ids });
    });

    it('R-06, SECURITY 26: takes 1 to 1000 persons', () => {
      for (const n of [1, 999, 1000])
        expect(decode(hentPersoner(person(...Array<string>(n).fill(id))))).to.be.an('object');
      for (const n of [0, 1001, 1002]) {
        expect(reasonFor(hentPersoner(person(...Array<string>(n).fill(id))))).to.equal(
          '1 to 1000 personidentifikator are allowed',
        );
      }
    });

    it('never judges an identifier beyond its length', () => {
      for (const odd of ['abcdefghijk', '           ', '-----------', '\u{1f4ef}'.repeat(11), '99999999999']) {
        expect(decode(hentPersoner(person(odd)))).to.deep.include({ personer: [odd] });
      }
      for (const odd of ['', '1234567890', '123456789012', ` ${id}`, `${id}\n`, '\u{1f4ef}'.repeat(5)]) {
        expect(reasonFor(hentPersoner(person(id, odd)))).to.equal('personidentifikator has 11 characters');
      }
    });

    it('reads fraEndringsNummer as a whole number', () => {
      const fra: Readonly<Record<string, number>> = {
        '0': 0,
        '1': 1,
        '+1': 1,
        '-1': -1,
        '007': 7,
        ' 600\n': 600,
        '9007199254740991': Number.MAX_SAFE_INTEGER,
      };
      for (const [text, number] of Object.entries(fra)) {
        expect(decode(hentEndringer(text)), text).to.deep.include({ fraEndringsNummer: number });
      }
    });

    for (const text of [
      null,
      '',
      ' ',
      'x',
      '1.0',
      '1e3',
      '0x10',
      '١',
      '--1',
      '1 2',
      '9007199254740992',
      '9'.repeat(40),
    ]) {
      it(`refuses fraEndringsNummer ${JSON.stringify(text)}`, () =>
        expect(reasonFor(hentEndringer(text))).to.equal('fraEndringsNummer is not a change number'));
    }

    const noOperations: Readonly<Record<string, string>> = {
      'another operation': `<HentAlt xmlns="${tns.uri}"/>`,
      'the name of an answer': `<HentPersonerRespons xmlns="${tns.uri}"/>`,
      'no namespace': '<HentPrintSertifikatForespoersel/>',
      'the namespace of the WSDL': `<HentPrintSertifikatForespoersel xmlns="${WSDL_NS}"/>`,
      'the namespace of an older version':
        '<HentPrintSertifikatForespoersel xmlns="http://kontaktinfo.difi.no/xsd/oppslagstjeneste/14-05"/>',
      'SECURITY 18: __proto__': `<__proto__ xmlns="${tns.uri}"/>`,
      'SECURITY 18: constructor': `<constructor xmlns="${tns.uri}"/>`,
      'SECURITY 18: toString': `<toString xmlns="${tns.uri}"/>`,
    };
    for (const [name, xml] of Object.entries(noOperations)) {
      it(`refuses ${name}`, () => expect(reasonFor(xml)).to.equal('Body holds no operation of this service'));
    }

    const strays: Readonly<Record<string, string>> = {
      'an unknown element': hentPersoner(`${person(id)}<alder/>`),
      'an element of another namespace': hentPersoner(`${person(id)}<x:informasjonsbehov xmlns:x="urn:x"/>`),
      'a person in HentEndringer': hentEndringer('1', person(id)),
      'anything in HentPrintSertifikat': `<HentPrintSertifikatForespoersel xmlns="${tns.uri}">${behov('Person')}</HentPrintSertifikatForespoersel>`,
      'SECURITY 16: an XInclude': hentPersoner(
        `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>${person(id)}`,
      ),
      'an element inside personidentifikator': hentPersoner(
        '<personidentifikator>238638<x/>14839</personidentifikator>',
      ),
      'an element inside informasjonsbehov': hentPersoner(
        `<informasjonsbehov>Per<x/>son</informasjonsbehov>${person(id)}`,
      ),
    };
    for (const [name, xml] of Object.entries(strays)) {
      it(`refuses ${name}`, () => expect(reasonFor(xml)).to.equal('an element that the schema does not have'));
    }

    it('SECURITY 30: says nothing of what the caller wrote', () => {
      for (const xml of [hentPersoner(person('<![CDATA[<script>]]>')), hentEndringer('&lt;script>')]) {
        expect(reasonFor(xml)).not.to.contain('script');
      }
    });
  });

  describe('decodePaaVegneAv', () => {
    const block = (xml: string): XmlElement => parse(xml);
    const blockIn = (ns: string, content: string): XmlElement =>
      block(`<o:Oppslagstjenesten xmlns:o="${ns}">${content}</o:Oppslagstjenesten>`);
    const decodeBlocks = (...blocks: readonly XmlElement[]): string | undefined =>
      decodePaaVegneAv(asking(encodeHentPrintSertifikat(), blocks));

    it('reads the number in either namespace, and nothing when nobody is named', () => {
      expect(decodeBlocks(encodePaaVegneAv('310000019'))).to.equal('310000019');
      for (const ns of [tns.uri, WSDL_NS]) {
        expect(decodeBlocks(blockIn(ns, '\n<o:PaaVegneAv> 310000019 </o:PaaVegneAv>\n'))).to.equal('310000019');
      }
      expect(decodeBlocks()).to.equal(undefined);
    });

    it('SECURITY 14: reads a number that a comment breaks whole', () => {
      const broken = blockIn(tns.uri, '<o:PaaVegneAv>3100<!-- -->00019</o:PaaVegneAv>');
      expect(decodeBlocks(broken)).to.equal('310000019');
    });

    const good = '<o:PaaVegneAv>310000019</o:PaaVegneAv>';
    const bad: Readonly<Record<string, readonly XmlElement[]>> = {
      'two blocks': [blockIn(tns.uri, good), blockIn(tns.uri, good)],
      'two blocks in the two namespaces': [blockIn(tns.uri, good), blockIn(WSDL_NS, good)],
      'two numbers': [blockIn(tns.uri, good + good)],
      'no number': [blockIn(tns.uri, '')],
      'an empty number': [blockIn(tns.uri, '<o:PaaVegneAv/>')],
      'eight digits': [blockIn(tns.uri, good.replace('19', '1'))],
      'ten digits': [blockIn(tns.uri, good.replace('19', '190'))],
      'other digits': [blockIn(tns.uri, '<o:PaaVegneAv>٣١٠٠٠٠٠١٩</o:PaaVegneAv>')],
      'a prefix': [blockIn(tns.uri, good.replace('31', 'NO:31'))],
      'another name': [blockIn(tns.uri, good.replaceAll('PaaVegneAv', 'paaVegneAv'))],
      'another namespace inside': [blockIn(tns.uri, `<w:PaaVegneAv xmlns:w="${WSDL_NS}">310000019</w:PaaVegneAv>`)],
    };
    for (const [name, blocks] of Object.entries(bad)) {
      it(`refuses ${name}`, () => {
        const { code, detail } = failureOf(() => decodeBlocks(...blocks));
        expect([code, detail]).to.deep.equal([
          'INVALID_REQUEST',
          'PaaVegneAv is one organisation number of nine digits',
        ]);
      });
    }
  });

  describe('decodePersons', () => {
    const respons = (content: string): XmlElement =>
      parse(`<r:HentPersonerRespons xmlns:r="${tns.uri}" xmlns:b="${begrep.uri}">${content}</r:HentPersonerRespons>`);

    it('reads every member there is, and leaves out what is not there', () => {
      const full =
        '<b:Person><b:personidentifikator>1</b:personidentifikator><b:reservasjon>NEI</b:reservasjon><b:status>AKTIV</b:status>' +
        '<b:varslingsstatus>KAN_VARSLES</b:varslingsstatus><b:Kontaktinformasjon>' +
        '<b:Mobiltelefonnummer sistOppdatert="a" sistVerifisert="b">2</b:Mobiltelefonnummer>' +
        '<b:Epostadresse sistOppdatert="c" sistVerifisert="d">3</b:Epostadresse></b:Kontaktinformasjon>' +
        '<b:SikkerDigitalPostAdresse><b:postkasseadresse>4</b:postkasseadresse>' +
        '<b:postkasseleverandoerAdresse>5</b:postkasseleverandoerAdresse></b:SikkerDigitalPostAdresse>' +
        '<b:X509Sertifikat>6</b:X509Sertifikat></b:Person>';
      const bare = '<b:Person><b:personidentifikator>7</b:personidentifikator></b:Person>';
      expect(decodePersons(respons(full + bare))).to.deep.equal([
        {
          personidentifikator: '1',
          reservasjon: 'NEI',
          status: 'AKTIV',
          varslingsstatus: 'KAN_VARSLES',
          mobiltelefonnummer: '2',
          mobilSistOppdatert: 'a',
          mobilSistVerifisert: 'b',
          epostadresse: '3',
          epostSistOppdatert: 'c',
          epostSistVerifisert: 'd',
          postkasseadresse: '4',
          postkasseleverandoerAdresse: '5',
          x509Sertifikat: '6',
        },
        { personidentifikator: '7' },
      ]);
    });

    it('reads elements of its own namespace only', () => {
      const other = `<x:Person xmlns:x="urn:x"/><b:Person><x:status xmlns:x="urn:x">AKTIV</x:status><b:personidentifikator>1</b:personidentifikator></b:Person>`;
      expect(decodePersons(respons(other))).to.deep.equal([{ personidentifikator: '1' }]);
    });

    it('gives nobody for an answer about nobody', () => expect(decodePersons(respons(''))).to.deep.equal([]));
  });
});
