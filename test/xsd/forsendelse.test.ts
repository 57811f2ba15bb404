import { readFileSync } from 'node:fs';
import { DOMParser } from '@xmldom/xmldom';
import { expect } from 'chai';
import { createClientAsync } from 'soap';
import { fileURLToPath } from 'node:url';
import { encodeSendForsendelse } from '../../src/contract/forsendelse/request.js';
import { tns } from '../../src/contract/forsendelse/names.js';
import { limits } from '../../src/limits.js';
import { serialise } from '../../src/xml/write.js';
import { brev, dokument } from '../contract/forsendelse/letters.js';
import type { Validate } from '../support/xsd.js';
import { validator } from '../support/xsd.js';

const good = serialise(encodeSendForsendelse(brev(), '310000019'));
const read = (file: string) =>
  new DOMParser().parseFromString(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'), 'text/xml');
const XS = 'http://www.w3.org/2001/XMLSchema';
const WSDL = 'http://schemas.xmlsoap.org/wsdl/';

const broken: readonly (readonly [what: string, from: RegExp, to: string])[] = [
  ['an organisation number of eight digits', /310000019/, '31000001'],
  ['no reference', /<f:eksternRef>.*?<\/f:eksternRef>/, ''],
  ['an id of ten digits', /23863814839/, '2386381483'],
  ['R-34: an empty title', /<f:tittel>Svar.*?</, '<f:tittel><'],
  ['R-34: a title of 256 characters', /<f:tittel>Svar.*?</, `<f:tittel>${'x'.repeat(256)}<`],
  ['R-35: a time without a zone', /(<f:virkningstidspunkt>.*?)Z</, '$1<'],
  ['R-36: an opening receipt without a reason', /<f:begrunnelse>.*?<\/f:begrunnelse>/, ''],
  ['R-16: an SMS of 161 characters', /<f:sms>.*?</, `<f:sms>${'x'.repeat(161)}<`],
  ['a class that is none', /<f:klasse>INFO/, '<f:klasse>ANNET'],
  ['a level that is none', /<f:sikkerhetsnivaa>3/, '<f:sikkerhetsnivaa>2'],
  ['R-45: a colour that is none', /<f:farge>FARGE/, '<f:farge>BLÅ'],
  ['an address in Norway and abroad', /(<f:poststed>OSLO<\/f:poststed>)/, '$1<f:land>Norge</f:land>'],
  ['R-33: a file name with a path', /<f:filnavn>vedtak/, '<f:filnavn>../vedtak'],
  ['R-33: a file name of three characters', /<f:filnavn>vedtak.pdf/, '<f:filnavn>a.b'],
  ['a reference before the title', /<f:tittel>Vedtak<\/f:tittel>/, '<f:innholdRef>cid:a@x</f:innholdRef>$&'],
  ['two references', /<f:innhold>.*?<\/f:innhold>/, '<f:innholdRef>cid:a</f:innholdRef>'.repeat(2)],
  ['content that is cut', /<f:innhold>JVBE/, '<f:innhold>JVB'],
];

describe('xsd/forsendelse', () => {
  let validate: Validate;
  before(() => (validate = validator(['forsendelse.xsd'])));
  after(() => validate.dispose());

  it('takes a letter with everything in it', () => {
    expect(validate(good)).to.deep.equal([]);
  });

  it('takes a reference to an attachment, of the type that tools know, in the place of content', () => {
    const referring = good.replace(/<f:innhold>.*?<\/f:innhold>/, '<f:innholdRef>cid:a%2Bb@x</f:innholdRef>');
    expect(referring).not.to.equal(good);
    expect(validate(referring)).to.deep.equal([]);
    const [named] = [...read('xsd/forsendelse.xsd').getElementsByTagNameNS(XS, 'element')].filter(
      (e) => e.getAttribute('name') === 'innholdRef',
    );
    expect(named?.getAttribute('type')).to.equal('ref:swaRef');
    expect(named?.lookupNamespaceURI('ref')).to.equal('http://ws-i.org/profiles/basic/1.1/xsd');
  });

  for (const [what, from, to] of broken) {
    it(`refuses ${what}`, () => {
      const bad = good.replace(from, to);
      expect(bad).not.to.equal(good);
      expect(validate(bad)).not.to.deep.equal([]);
    });
  }

  it('R-33: takes 0 to 200 attachments', () => {
    const vedlegg = (n: number) => Array.from({ length: n }, (_, i) => dokument({ filnavn: `v-${i}.pdf` }));
    const verdict = (n: number) =>
      validate(serialise(encodeSendForsendelse(brev({ vedlegg: vedlegg(n) })))).length === 0;
    expect([0, 1, 199, 200, 201].map(verdict)).to.deep.equal([true, true, true, true, false]);
  });

  it('says in words what every element, type and value is', () => {
    const schema = read('xsd/forsendelse.xsd');
    const named = ['element', 'complexType', 'simpleType', 'enumeration', 'attribute'].flatMap((local) => [
      ...schema.getElementsByTagNameNS(XS, local),
    ]);
    const silent = named.filter((e) => {
      const described = [...e.childNodes].some(
        (c) => c.nodeName === 'xs:annotation' && (c.textContent ?? '').trim() !== '',
      );
      return !described && (e.getAttribute('name') ?? e.getAttribute('value')) !== null;
    });
    expect(named.length).to.be.greaterThan(200);
    expect(silent.map((e) => e.getAttribute('name'))).to.deep.equal([]);
  });

  it('names the limits that the service keeps', () => {
    const schema = readFileSync(new URL('../../xsd/forsendelse.xsd', import.meta.url), 'utf8');
    expect(schema).to.contain(`<xs:maxInclusive value="${limits.letterBytes}"/>`);
    for (const n of [limits.attachments, limits.dryRunRecipients, limits.statusShipments, limits.receipts]) {
      expect(schema).to.contain(`maxOccurs="${n}"`);
    }
  });

  it('the WSDL has every operation in SOAP 1.1 and 1.2, wrapped, with an action that names it, and words', () => {
    const wsdl = read('wsdl/forsendelse.wsdl');
    const operations = [...wsdl.getElementsByTagNameNS(WSDL, 'portType')].flatMap((p) => [
      ...p.getElementsByTagNameNS(WSDL, 'operation'),
    ]);
    const names = operations.map((o) => o.getAttribute('name'));
    expect(names).to.have.length(7);
    for (const o of operations) expect(o.getElementsByTagNameNS(WSDL, 'documentation')).to.have.length(1);
    const parts = [...wsdl.getElementsByTagNameNS(WSDL, 'part')].map((p) => p.getAttribute('element'));
    expect(parts).to.deep.equal(names.flatMap((n) => [`f:${n}`, `f:${n}Response`]));
    for (const soap of ['soap', 'soap12']) {
      const bound = [...wsdl.getElementsByTagName(`${soap}:operation`)].map((o) => o.getAttribute('soapAction'));
      expect(bound).to.deep.equal(names.map((n) => `${tns.uri}:${n}`));
    }
    const schema = read('xsd/forsendelse.xsd');
    const elements = [...schema.documentElement!.childNodes].filter((c) => c.nodeName === 'xs:element');
    expect(elements.map((e) => `f:${(e as unknown as Element).getAttribute('name')}`)).to.have.members(parts);
  });

  it('is read by a client that we did not write, who finds the operations and their fields', async () => {
    const client = await createClientAsync(fileURLToPath(new URL('../../wsdl/forsendelse.wsdl', import.meta.url)));
    type Operations = Record<string, { input: Record<string, unknown> }>;
    const { Forsendelse: ports } = client.describe() as Record<string, Record<string, Operations>>;
    expect(Object.keys(ports ?? {})).to.deep.equal(['ForsendelseSoap11', 'ForsendelseSoap12']);
    for (const operations of Object.values(ports ?? {})) {
      expect(Object.keys(operations)).to.have.length(7);
      expect(operations['SendForsendelse']?.input).to.include.keys('eksternRef', 'mottaker', 'tittel', 'hoveddokument');
    }
  });
});
