import { expect } from 'chai';
import { actionAgrees, checkAddressing, checkMustUnderstand, roleOf } from '../../src/soap/header.js';
import type { SoapVersion } from '../../src/soap/names.js';
import { envelopeNamespace, SOAP11, SOAP12, WSA } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { failureOf } from '../support/pki.js';

const header = (content: string, version: SoapVersion = '1.2'): XmlElement =>
  parse(
    `<s:Header xmlns:s="${envelopeNamespace[version]}" xmlns:a="${WSA}" xmlns:x="urn:x" xmlns:y="urn:y">${content}</s:Header>`,
  );

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'none';
  } catch {
    return failureOf(act).code;
  }
};

const NEXT12 = `${SOAP12}/role/next`;
const ULTIMATE12 = `${SOAP12}/role/ultimateReceiver`;
const NONE12 = `${SOAP12}/role/none`;
const NEXT11 = 'http://schemas.xmlsoap.org/soap/actor/next';

describe('soap/header', () => {
  describe('SECURITY 23: checkMustUnderstand', () => {
    const known = new Set(['{urn:x}Known']);
    const verdict = (attributes: string, version: SoapVersion = '1.2', name = 'x:Unknown'): string =>
      codeOf(() => checkMustUnderstand(header(`<${name} ${attributes}/>`, version), version, known));

    for (const version of ['1.1', '1.2'] as const) {
      for (const value of ['1', 'true', ' 1 ', '\ttrue\n', '&#x20;1']) {
        it(`SOAP ${version}: ${JSON.stringify(value)} demands it`, () => {
          expect(verdict(`s:mustUnderstand="${value}"`, version)).to.equal('MUST_UNDERSTAND');
          expect(verdict(`s:mustUnderstand="${value}"`, version, 'x:Known')).to.equal('none');
        });
      }
      for (const value of ['0', 'false', '', ' 0 ', 'TRUE', 'yes', '11', '1 1', 'true1']) {
        it(`SOAP ${version}: ${JSON.stringify(value)} does not`, () =>
          expect(verdict(`s:mustUnderstand="${value}"`, version)).to.equal('none'));
      }
    }

    it('goes by the namespace of the attribute, not by its prefix or the lack of one', () => {
      expect(verdict('mustUnderstand="1"')).to.equal('none');
      expect(verdict('x:mustUnderstand="1"')).to.equal('none');
      expect(verdict(`xmlns:q="${SOAP12}" q:mustUnderstand="1"`)).to.equal('MUST_UNDERSTAND');
      expect(verdict(`xmlns:q="${SOAP11}" q:mustUnderstand="1"`)).to.equal('none');
      expect(verdict('xmlns:s="urn:z" s:mustUnderstand="1"')).to.equal('none');
    });

    it('knows a block by namespace and name together', () => {
      expect(verdict('s:mustUnderstand="1"', '1.2', 'y:Known')).to.equal('MUST_UNDERSTAND');
      expect(verdict('s:mustUnderstand="1"', '1.2', 'x:known')).to.equal('MUST_UNDERSTAND');
      expect(verdict('xmlns:other="urn:x" s:mustUnderstand="1"', '1.2', 'other:Known')).to.equal('none');
    });

    const roles: readonly (readonly [version: SoapVersion, attribute: string, verdict: string])[] = [
      ['1.2', `s:role="${NEXT12}"`, 'MUST_UNDERSTAND'],
      ['1.2', `s:role="${ULTIMATE12}"`, 'MUST_UNDERSTAND'],
      ['1.2', `s:role=" ${NEXT12} "`, 'MUST_UNDERSTAND'],
      ['1.2', 's:role=""', 'MUST_UNDERSTAND'],
      ['1.2', `s:role="${NONE12}"`, 'none'],
      ['1.2', 's:role="urn:another"', 'none'],
      ['1.2', `s:actor="urn:another"`, 'MUST_UNDERSTAND'],
      ['1.2', `role="urn:another"`, 'MUST_UNDERSTAND'],
      ['1.1', `s:actor="${NEXT11}"`, 'MUST_UNDERSTAND'],
      ['1.1', 's:actor=""', 'MUST_UNDERSTAND'],
      ['1.1', 's:actor="urn:another"', 'none'],
      ['1.1', 's:role="urn:another"', 'MUST_UNDERSTAND'],
    ];
    for (const [version, attribute, expected] of roles) {
      it(`SOAP ${version}: a block with ${attribute} is ${expected === 'none' ? 'not ' : ''}for us`, () =>
        expect(verdict(`s:mustUnderstand="1" ${attribute}`, version)).to.equal(expected));
    }

    it('looks at every block, not at the first alone, and not inside blocks', () => {
      const many = '<x:Known s:mustUnderstand="1"/>'.repeat(3);
      expect(codeOf(() => checkMustUnderstand(header(many), '1.2', known))).to.equal('none');
      const last = `${many}<x:Unknown s:mustUnderstand="1"/>`;
      expect(codeOf(() => checkMustUnderstand(header(last), '1.2', known))).to.equal('MUST_UNDERSTAND');
      const inside = '<x:Known><x:Unknown s:mustUnderstand="1"/></x:Known>';
      expect(codeOf(() => checkMustUnderstand(header(inside), '1.2', known))).to.equal('none');
    });

    it('has nothing against no Header', () => expect(() => checkMustUnderstand(null, '1.2', known)).not.to.throw());

    it('SECURITY 30: keeps the name of the block short, and to the log', () => {
      const long = `x:${'N'.repeat(5000)}`;
      const failure = failureOf(() => checkMustUnderstand(header(`<${long} s:mustUnderstand="1"/>`), '1.2', known));
      expect(failure.detail.length).to.be.lessThan(120);
      expect(failure.values).to.deep.equal({});
    });
  });

  it('roleOf: role in 1.2, actor in 1.1, empty when neither', () => {
    const block = (attributes: string, version: SoapVersion): XmlElement =>
      header(`<x:A ${attributes}/>`, version).children[0] as XmlElement;
    expect(roleOf(block('s:role=" urn:r "', '1.2'), '1.2')).to.equal('urn:r');
    expect(roleOf(block('s:actor="urn:r"', '1.2'), '1.2')).to.equal('');
    expect(roleOf(block('s:actor="urn:r"', '1.1'), '1.1')).to.equal('urn:r');
    expect(roleOf(block('', '1.1'), '1.1')).to.equal('');
  });

  describe('SECURITY 25: checkAddressing', () => {
    const verdict = (content: string): string => codeOf(() => checkAddressing(header(content)));
    const endpoint = (name: string, address: string): string =>
      `<a:${name}><a:Address>${address}</a:Address></a:${name}>`;

    for (const name of ['ReplyTo', 'FaultTo']) {
      for (const address of [`${WSA}/anonymous`, `${WSA}/none`, `\n ${WSA}/anonymous `]) {
        it(`takes ${name} ${JSON.stringify(address)}`, () => expect(verdict(endpoint(name, address))).to.equal('none'));
      }
      for (const address of [
        'http://attacker.example/',
        'https://127.0.0.1:9/',
        'mailto:somebody@example.no',
        'file:///etc/passwd',
        '/relative',
        '',
        'anonymous',
        `${WSA}/anonymous/`,
        `${WSA}/ANONYMOUS`,
        `${WSA}/anonymous http://attacker.example/`,
        'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous',
      ]) {
        it(`refuses ${name} ${JSON.stringify(address)}`, () =>
          expect(verdict(endpoint(name, address))).to.equal('MALFORMED_XML'));
      }
      it(`refuses ${name} without Address, with two, and with a foreign one after a good one`, () => {
        const good = `<a:Address>${WSA}/anonymous</a:Address>`;
        expect(verdict(`<a:${name}/>`)).to.equal('MALFORMED_XML');
        expect(verdict(`<a:${name}>${good}${good}</a:${name}>`)).to.equal('MALFORMED_XML');
        expect(verdict(endpoint(name, `${WSA}/anonymous`) + endpoint(name, 'urn:x'))).to.equal('MALFORMED_XML');
        expect(verdict(`<a:${name}><x:Address>${WSA}/anonymous</x:Address></a:${name}>`)).to.equal('MALFORMED_XML');
      });
      it(`refuses an address that a comment hides in ${name}`, () =>
        expect(verdict(endpoint(name, `${WSA}/anonymous<!-- -->.attacker.example`))).to.equal('MALFORMED_XML'));
    }

    it('takes a ReplyTo of another namespace for any other block', () =>
      expect(verdict('<x:ReplyTo><x:Address>http://a.example/</x:Address></x:ReplyTo>')).to.equal('none'));

    it('gives wsa:Action without the white space around it', () => {
      expect(checkAddressing(header('<a:Action>\n urn:x/HentPersoner </a:Action>'))).to.equal('urn:x/HentPersoner');
      expect(checkAddressing(header('<a:Action/>'))).to.equal('');
      expect(checkAddressing(header('<x:Action>urn:x</x:Action>'))).to.equal(undefined);
      expect(checkAddressing(header(''))).to.equal(undefined);
      expect(checkAddressing(null)).to.equal(undefined);
    });

    it('SECURITY 24: refuses two Actions, agreeing or not', () => {
      const action = '<a:Action>HentPersoner</a:Action>';
      expect(verdict(action + action)).to.equal('MALFORMED_XML');
      expect(verdict(`${action}<a:Action>HentEndringer</a:Action>`)).to.equal('MALFORMED_XML');
    });
  });

  describe('SECURITY 24: actionAgrees', () => {
    const operation = 'HentPersonerForespoersel';
    const agree = [
      undefined,
      '',
      'HentPersonerForespoersel',
      'HentPersoner',
      'HentPersonerRequest',
      'urn:HentPersoner',
      'http://kontaktinfo.difi.no/wsdl/oppslagstjeneste-16-02/HentPersoner',
      'http://kontaktinfo.difi.no/wsdl/oppslagstjeneste-16-02/oppslagstjeneste-16-02/HentPersonerRequest',
      'http://example.no/service#HentPersoner',
    ];
    const disagree = [
      'HentEndringer',
      'HentEndringerForespoersel',
      'HentPrintSertifikat',
      'http://kontaktinfo.difi.no/wsdl/oppslagstjeneste-16-02/HentEndringer',
      'http://kontaktinfo.difi.no/wsdl/oppslagstjeneste-16-02/HentPersoner/',
      'HentEndringer/',
      '/',
      '#',
      ':',
      ' ',
      'hentpersoner',
      'HENTPERSONER',
      'HentPersoner ',
      'XHentPersoner',
      'HentPersonerX',
      'HentPersonerResponse',
      'HentPersonerRespons',
      'HentPersoner?x=1',
      'HentPersoner/HentEndringer',
      '"HentPersoner"',
    ];
    for (const action of agree) {
      it(`${JSON.stringify(action)} agrees`, () => expect(actionAgrees(action, operation)).to.equal(true));
    }
    for (const action of disagree) {
      it(`${JSON.stringify(action)} disagrees`, () => expect(actionAgrees(action, operation)).to.equal(false));
    }

    it('holds for an operation that is not called Forespoersel too', () => {
      expect(actionAgrees('urn:x/sendForsendelse', 'sendForsendelse')).to.equal(true);
      expect(actionAgrees('urn:x/sendForsendelseRequest', 'sendForsendelse')).to.equal(true);
      expect(actionAgrees('urn:x/hentForsendelse', 'sendForsendelse')).to.equal(false);
    });
  });
});
