import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { differences, structure } from './structure.js';

const shared = new URL('../../../shared/spec/oppslagstjeneste/', import.meta.url);
const published = (file: string): string => readFileSync(new URL(file, shared), 'utf8');
const ours = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const wsdl = 'wsdl/oppslagstjeneste-16-02.wsdl';
const messages = 'xsd/oppslagstjeneste-ws-16-02.xsd';
const metadata = 'xsd/oppslagstjeneste-metadata-16-02.xsd';

/** Ours, and every copy of the published file. */
const copies: readonly (readonly [our: string, their: string])[] = [
  [wsdl, 'kontaktregisteret-klient/oppslagstjeneste-ws-16-02.wsdl'],
  [wsdl, 'felleslosninger-docs/xsd/oppslagstjeneste-ws-16-02.wsdl'],
  [messages, 'kontaktregisteret-klient/oppslagstjeneste-ws-16-02.xsd'],
  [messages, 'felleslosninger-docs/xsd/oppslagstjeneste-ws-16-02.xsd'],
  [messages, 'oppslagstjeneste-klient-dotnet/Xsd/oppslagstjeneste-ws-16-02.xsd'],
  [messages, 'OppslagstjenesteWCF/mockoppslagstjeneste-16-02_SOAP12Binding.xsd'],
  [metadata, 'kontaktregisteret-klient/oppslagstjeneste-metadata-16-02.xsd'],
  [metadata, 'felleslosninger-docs/xsd/oppslagstjeneste-metadata-16-02.xsd'],
  [metadata, 'oppslagstjeneste-klient-dotnet/Xsd/oppslagstjeneste-metadata-16-02.xsd'],
  [metadata, 'OppslagstjenesteWCF/mockoppslagstjeneste-16-02_SOAP12Binding1.xsd'],
];

describe('the published contract of Oppslagstjenesten 16-02', () => {
  before(function () {
    if (existsSync(shared)) return;
    console.log(`      skipped: the published contract is not at ${shared.pathname}`);
    this.skip();
  });

  for (const [our, their] of copies) {
    it(`${our} cannot be told from ${their}`, () => {
      expect(differences(published(their), ours(our))).to.deep.equal([]);
    });
  }

  it('differs from an older WSDL in nothing but the header that was required then', () => {
    const old = published('OppslagstjenesteWCF/kontaktinfo-oppslagstjeneste-16-021.wsdl');
    const places = [2, 3, 4].map(
      (n) => `definitions/binding(oppslagstjeneste-16-02_SOAP12Binding)/${n}:operation/2:input/1:header@required =`,
    );
    expect(differences(old, ours(wsdl))).to.deep.equal([
      ...places.map((place) => `missing ${place} true`),
      ...places.map((place) => `extra ${place} false`),
    ]);
  });

  it('is worded and laid out by us', () => {
    for (const [our, their] of copies) {
      const words = (xml: string): string[] => xml.match(/<(?:\w+:)?documentation[^>]*>[^<]*/g) ?? [];
      const copied = words(ours(our)).filter((text) => published(their).includes(text.replace(/^<[^>]*>/, '').trim()));
      expect(copied, our).to.deep.equal([]);
      expect(ours(our)).not.to.match(/sawsdl/);
    }
  });
});

type Mutation = readonly [title: string, file: string, find: string | RegExp, put: string];

const mutations: readonly Mutation[] = [
  ['a limit of persons', messages, 'maxOccurs="1000"', 'maxOccurs="1001"'],
  [
    'a required attribute',
    messages,
    'name="tilEndringsNummer" type="o:tilEndringsNummer" use="required"',
    'name="tilEndringsNummer" type="o:tilEndringsNummer"',
  ],
  ['an optional answer', messages, 'ref="b:Person" minOccurs="0"', 'ref="b:Person"'],
  ['an enumeration', messages, 'value="SikkerDigitalPost"', 'value="SikkerDigitalpost"'],
  [
    'an enumeration more',
    messages,
    '<xs:enumeration value="Sertifikat">',
    '<xs:enumeration value="Spraak"/><xs:enumeration value="Sertifikat">',
  ],
  [
    'a type by the same prefix in another namespace',
    messages,
    'xmlns:b="http://begrep.difi.no"',
    'xmlns:b="http://begrep.difi.no/"',
  ],
  ['a type', messages, '"o:fraEndringsNummer" use', '"o:tilEndringsNummer" use'],
  ['a number type', messages, 'base="xs:long"', 'base="xs:int"'],
  ['a global element', messages, /<xs:element name="HentPrintSertifikatForespoersel">[^]*?<\/xs:element>/, ''],
  [
    'a global type more',
    messages,
    '</xs:schema>',
    '<xs:simpleType name="x"><xs:restriction base="xs:string"/></xs:simpleType></xs:schema>',
  ],
  [
    'the namespace',
    messages,
    'targetNamespace="http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02"',
    'targetNamespace="http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-03"',
  ],
  ['qualified local names', messages, 'elementFormDefault="qualified"', ''],
  ['an import', messages, 'import namespace="http://begrep.difi.no"', 'import namespace="http://begrep.difi.no/x"'],
  [
    'the order of elements',
    metadata,
    /(<xs:element name="reservasjon"[^>]*>)(\s*)(<xs:element name="status"[^>]*>)/,
    '$3$2$1',
  ],
  ['the spelling of an element', metadata, 'name="X509Sertifikat" type', 'name="X509Certificate" type'],
  ['a length', metadata, '<xs:length value="11"/>', '<xs:length value="12"/>'],
  ['a facet of another kind', metadata, '<xs:length value="11"/>', '<xs:maxLength value="11"/>'],
  ['a longest address', metadata, '<xs:maxLength value="50"/>', '<xs:maxLength value="254"/>'],
  [
    'qualified attributes',
    metadata,
    'elementFormDefault="qualified"',
    'elementFormDefault="qualified" attributeFormDefault="qualified"',
  ],
  ['a date for a dateTime', metadata, 'type="xs:dateTime"', 'type="xs:date"'],
  ['a choice for a sequence', metadata, /<(\/?)xs:sequence>/g, '<$1xs:choice>'],
  ['nil', metadata, 'name="status" type', 'name="status" nillable="true" type'],
  [
    'the order of operations',
    wsdl,
    /(<wsdl:operation name="HentEndringer">[^]*?<\/wsdl:operation>)(\s*)(<wsdl:operation name="HentPersoner">[^]*?<\/wsdl:operation>)/,
    '$3$2$1',
  ],
  ['an action', wsdl, 'soapAction=""', 'soapAction="urn:HentEndringer"'],
  ['a required header', wsdl, 'wsdl:required="false"', 'wsdl:required="true"'],
  ['a header less', wsdl, /<soap12:header [^>]*>/, ''],
  ['encoded use', wsdl, '<soap12:body use="literal"/>', '<soap12:body use="encoded"/>'],
  ['SOAP 1.1', wsdl, 'http://schemas.xmlsoap.org/wsdl/soap12/', 'http://schemas.xmlsoap.org/wsdl/soap/'],
  ['RPC', wsdl, 'style="document"', 'style="rpc"'],
  ['a message part', wsdl, 'element="o:HentPersonerRespons"', 'element="o:HentEndringerRespons"'],
  ['the name of a part', wsdl, '<wsdl:part name="Oppslagstjenesten"', '<wsdl:part name="header"'],
  [
    'the answer of an operation',
    wsdl,
    '<wsdl:output message="w:HentPersonerRespons"/>',
    '<wsdl:output message="w:HentEndringerRespons"/>',
  ],
  [
    'a fault',
    wsdl,
    '<wsdl:output message="w:HentPersonerRespons"/>',
    '$&<wsdl:fault name="f" message="w:HentPersonerRespons"/>',
  ],
  ['the name of the port', wsdl, 'oppslagstjeneste_SOAP12"', 'oppslagstjeneste_SOAP"'],
  [
    'the name of the service',
    wsdl,
    '<wsdl:service name="oppslagstjeneste-16-02">',
    '<wsdl:service name="Oppslagstjeneste">',
  ],
  [
    'the binding of the port',
    wsdl,
    'binding="w:oppslagstjeneste-16-02_SOAP12Binding"',
    'binding="w:oppslagstjeneste-16-02"',
  ],
];

const harmless: readonly Mutation[] = [
  ['prefixes', messages, /\bo:/g, 'tns:'],
  ['documentation', messages, /<xs:documentation[^]*?<\/xs:documentation>/g, '<xs:documentation>x</xs:documentation>'],
  ['defaults that are spelt out', messages, 'maxOccurs="1000"', 'minOccurs="1" maxOccurs="1000"'],
  [
    'references for readers',
    messages,
    '<xs:element name="PaaVegneAv"',
    '<xs:element s:modelReference="http://x" xmlns:s="urn:s" name="PaaVegneAv"',
  ],
  ['where a schema lies', messages, 'schemaLocation="', 'schemaLocation="x/'],
  [
    'the order of global types',
    metadata,
    /(<xs:simpleType name="status">[^]*?<\/xs:simpleType>)(\s*)(<xs:simpleType name="varslingsstatus">[^]*?<\/xs:simpleType>)/,
    '$3$2$1',
  ],
  ['where the service lies', wsdl, 'http://localhost:8080', 'https://post.example.no'],
  [
    'the order of messages',
    wsdl,
    /(<wsdl:message name="HentPersonerForespoersel">[^]*?<\/wsdl:message>)(\s*)(<wsdl:message name="HentPersonerRespons">[^]*?<\/wsdl:message>)/,
    '$3$2$1',
  ],
];

function mutate([, file, find, put]: Mutation): readonly [before: string, after: string] {
  const before = ours(file);
  let after = before.replace(find, put);
  if (put === 'tns:') after = after.replace('xmlns:o=', 'xmlns:tns=');
  expect(after, 'the mutation changes nothing').not.to.equal(before);
  return [before, after];
}

describe('the comparison of contracts', () => {
  for (const mutation of mutations) {
    it(`reports ${mutation[0]}`, () => {
      const [before, after] = mutate(mutation);
      expect(differences(before, after)).not.to.deep.equal([]);
    });
  }

  for (const mutation of harmless) {
    it(`does not report ${mutation[0]}`, () => {
      const [before, after] = mutate(mutation);
      expect(differences(before, after)).to.deep.equal([]);
    });
  }

  it('names the place and both values', () => {
    const after = ours(messages).replace('maxOccurs="1000"', 'maxOccurs="999"');
    const place = 'schema/element(HentPersonerForespoersel)/1:complexType/sequence/2:element@maxOccurs';
    expect(differences(ours(messages), after)).to.deep.equal([`missing ${place} = 1000`, `extra ${place} = 999`]);
  });

  it('looks at every element that is not documentation', () => {
    expect(structure(ours(metadata)).filter((line) => !line.includes(' = '))).to.have.length(
      (ours(metadata).match(/<xs:(?!annotation|documentation)\w+/g) ?? []).length,
    );
  });
});
