import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { soapUiProject } from '../../scripts/soapui/project.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import type { Validate } from '../support/xsd.js';
import { oppslagstjenesten, validator } from '../support/xsd.js';
import type { SoapUiRequest } from './extract.js';
import { readProject, soapUiRequests } from './extract.js';

const file = new URL('../../wsdl/soapui/posthorn-soapui-project.xml', import.meta.url);
const certs = fileURLToPath(new URL('../../certs/dev/', import.meta.url));
const requests = soapUiRequests();
const { calls } = readProject(readFileSync(file, 'utf8'));

const request = (name: string): SoapUiRequest => {
  const found = requests.find((r) => r.name === name);
  if (found === undefined) throw new Error(`no request ${name}`);
  return found;
};

const operations = ['HentPersoner', 'HentEndringer', 'HentPrintSertifikat'];

describe('the SoapUI project', () => {
  it('is what its tables say; run "npm run soapui" after a change', () => {
    expect(readFileSync(file, 'utf8') === soapUiProject()).to.equal(true);
  });

  for (const operation of operations) {
    it(`asks ${operation}, for oneself and on behalf of another`, () => {
      const good = requests.filter((r) => r.operation === operation && !r.expects.fault);
      expect(good.some((r) => r.wss?.keyAlias === 'sender' && !r.envelope.includes('PaaVegneAv'))).to.equal(true);
      expect(good.some((r) => r.wss?.keyAlias === 'supplier' && r.envelope.includes('PaaVegneAv'))).to.equal(true);
    });
  }

  for (const { navn, personidentifikator } of testpersons(new Date())) {
    it(`asks for the test person ${navn} with every informasjonsbehov`, () => {
      const { envelope, expects } = request(`HentPersoner ${navn}`);
      expect(envelope.match(/<o:personidentifikator>(\d+)</)?.[1]).to.equal(personidentifikator);
      expect(envelope.match(/<o:informasjonsbehov>/g)).to.have.length(5);
      expect(expects.contains).to.include(personidentifikator);
    });
  }

  it('has every negative case, named by its fault', () => {
    const negative = requests.filter((r) => r.expects.fault).map((r) => r.name);
    expect(negative).to.have.members(requests.filter((r) => r.name.startsWith('NEGATIVE ')).map((r) => r.name));
    expect(negative).to.have.members([
      'NEGATIVE InvalidSecurity: no Security header',
      'NEGATIVE FailedCheck: only the Timestamp is signed',
      'NEGATIVE FailedCheck: PaaVegneAv is not signed',
      'NEGATIVE MessageExpired: the Timestamp has expired',
      'NEGATIVE MessageExpired: the Timestamp is valid for a day',
      'NEGATIVE Sender: 1001 persons',
      'NEGATIVE Sender: no right to ENDRINGSTJENESTEN',
      'NEGATIVE Sender: a supplier that was not named',
    ]);
  });

  it('gives each request a name of its own and something that its answer must hold', () => {
    expect(new Set(requests.map((r) => r.name)).size).to.equal(requests.length);
    for (const { name, expects } of requests) expect(expects.contains, name).not.to.deep.equal([]);
  });

  it('has the same requests below the operations, but for the one that waits', () => {
    const bare = (list: readonly SoapUiRequest[]) => list.map((r) => ({ ...r, expects: undefined }));
    expect(bare(calls)).to.have.deep.members(bare(requests.filter((r) => r.sentAfter === 0)));
  });

  it('decrypts each answer with the key that signed the request', () => {
    for (const { name, wss, incoming } of requests) expect(incoming?.decryptKeystore, name).to.equal(wss?.keystore);
  });

  describe('against the schemas', () => {
    let validate: Validate;
    before(() => (validate = validator(oppslagstjenesten)));
    after(() => validate.dispose());

    for (const { name, envelope } of requests) {
      it(`${name}: ${name.includes('1001') ? 'breaks the limit only' : 'is valid'}`, () => {
        const reasons = validate(envelope);
        if (name.includes('1001')) expect(reasons.join()).to.match(/personidentifikator.*not expected/);
        else expect(reasons).to.deep.equal([]);
      });
    }
  });
});

describe('the extraction of SoapUI requests', () => {
  const utility = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

  it('reads how a request is signed', () => {
    expect(request('HentPrintSertifikat on behalf of sender').wss).to.deep.equal({
      name: 'signed with PaaVegneAv',
      keystore: `${certs}supplier.p12`,
      password: 'changeit',
      keyAlias: 'supplier',
      keyIdentifierType: 1,
      signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      canonicalisation: 'http://www.w3.org/2001/10/xml-exc-c14n#',
      digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
      parts: [
        { name: 'Timestamp', namespace: utility },
        { name: 'Body', namespace: 'http://www.w3.org/2003/05/soap-envelope' },
        { name: 'Oppslagstjenesten', namespace: 'http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02' },
      ],
      timeToLive: 300,
    });
  });

  it('reads how an answer is decrypted and verified', () => {
    expect(request('HentPrintSertifikat').incoming).to.deep.equal({
      name: 'in',
      decryptKeystore: `${certs}sender.p12`,
      truststore: `${certs}trust.p12`,
      password: 'changeit',
    });
  });

  it('reads what must come back', () => {
    expect(request('HentPersoner unknown').expects).to.deep.equal({
      fault: false,
      contains: ['04843714906', 'IKKE_REGISTRERT'],
      lacks: ['Kontaktinformasjon', 'SikkerDigitalPostAdresse', 'X509Sertifikat'],
    });
    expect(request('NEGATIVE InvalidSecurity: no Security header')).to.deep.include({
      wss: undefined,
      incoming: undefined,
      expects: { fault: true, contains: ['InvalidSecurity'], lacks: [] },
    });
  });

  it('knows what a script signs, and how long it waits', () => {
    const { envelope, wss, sentAfter } = request('NEGATIVE MessageExpired: the Timestamp has expired');
    expect(envelope).to.equal(request('NEGATIVE InvalidSecurity: no Security header').envelope);
    expect(sentAfter).to.be.greaterThan(1000 * (wss?.timeToLive ?? Infinity));
  });

  it('writes out what SoapUI would write out', () => {
    const { envelope } = request('NEGATIVE Sender: 1001 persons');
    expect(envelope.match(/<o:personidentifikator>\d{11}<\/o:personidentifikator>/g)).to.have.length(1001);
    expect(envelope).not.to.contain('${');
  });

  const breaks: readonly (readonly [title: string, find: string, put: string, message: RegExp])[] = [
    [
      'a configuration that is not there',
      'outgoingWss="signed"',
      'outgoingWss="unterschrieben"',
      /no WS-Security configuration/,
    ],
    ['a keystore that is not there', '<crypto>sender2.p12', '<crypto>sender3.p12', /no keystore sender3\.p12/],
    [
      'a signature without a Timestamp',
      '<con:entry type="Timestamp">',
      '<con:entry type="Username">',
      /has no Timestamp/,
    ],
    ['a property that nobody fills in', '${#TestCase#Signed}', '${#TestCase#Sealed}', /cannot expand/],
  ];
  for (const [title, find, put, message] of breaks) {
    it(`says when there is ${title}`, () => {
      const xml = readFileSync(file, 'utf8');
      expect(xml).to.contain(find);
      expect(() => readProject(xml.replace(find, put))).to.throw(message);
    });
  }
});
