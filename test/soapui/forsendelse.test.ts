import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { PATH, tns } from '../../src/contract/forsendelse/names.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { contentType } from '../../src/soap/names.js';
import { startGateway } from '../support/gateway.js';
import { swaMessage } from '../support/partsMessage.js';
import type { TestGateway } from '../support/gateway.js';
import type { Validate } from '../support/xsd.js';
import { validator } from '../support/xsd.js';
import type { SoapUiRequest } from './extract.js';
import { readProject, soapUiRequests } from './extract.js';

const suite = 'Forsendelse v1';
const file = new URL('../../wsdl/soapui/posthorn-soapui-project.xml', import.meta.url);
const requests = soapUiRequests(suite);
const operations = [
  'SendForsendelse',
  'ForklarForsendelse',
  'HentStatus',
  'HentKvitteringer',
  'BekreftKvitteringer',
  'TrekkTilbakeForsendelse',
];

/** The child of Body as a document of its own. */
const bodyOf = (envelope: string): string =>
  (/<soap:Body>\s*([^]*\S)\s*<\/soap:Body>/.exec(envelope)?.[1] ?? '').replace(/^<f:\w+/, `$& xmlns:f="${tns.uri}"`);

describe('the SoapUI project: Forsendelse v1', () => {
  it('calls every operation, by the action of the WSDL and as the development account', () => {
    const [{ brukernavn, passord }] = developmentAccounts;
    expect(new Set(requests.filter((r) => !r.expects.fault).map((r) => r.operation))).to.have.keys(...operations);
    // The development account shows no letters in a portal of its own, so that there is no opening to report.
    expect(requests.filter((r) => r.expects.fault).map((r) => r.operation)).to.include('MeldLest');
    for (const { name, operation, action, basic, endpoint, wss } of requests) {
      expect(action, name).to.equal(`${tns.uri}:${operation}`);
      expect(basic, name).to.deep.equal({ user: brukernavn, password: passord });
      expect(endpoint, name).to.equal(`http://localhost:8080${PATH}`);
      expect(wss, name).to.equal(undefined);
    }
  });

  it('gives each request a name of its own, and a negative one the name of its fault', () => {
    expect(new Set(requests.map((r) => r.name)).size).to.equal(requests.length);
    for (const { name, expects } of requests) {
      expect(expects.contains, name).not.to.deep.equal([]);
      expect(name.startsWith('NEGATIVE '), name).to.equal(expects.fault);
    }
  });

  it('sends a letter whose document is attached, and names each attachment', () => {
    const attaching = requests.filter((r) => r.attachments.length > 0);
    expect(attaching.map((r) => r.operation)).to.deep.equal(['SendForsendelse']);
    for (const { envelope, attachments } of attaching) {
      const named = [...envelope.matchAll(/<f:innholdRef>cid:([^<]*)</g)].map(([, id]) => id);
      expect(attachments.map((a) => a.contentId)).to.deep.equal(named);
    }
  });

  it('has the same requests below the operations', () => {
    const bare = (list: readonly SoapUiRequest[]) => list.map((r) => ({ ...r, expects: undefined }));
    const { calls } = readProject(readFileSync(file, 'utf8'), suite);
    expect(bare(calls)).to.have.deep.members(bare(requests));
  });

  it('says when there is a binding that no interface has', () => {
    const xml = readFileSync(file, 'utf8').replaceAll(
      '<con:interface>ForsendelseSoap11<',
      '<con:interface>ForsendelseSoap13<',
    );
    expect(() => readProject(xml, suite)).to.throw(/no interface ForsendelseSoap13/);
  });

  describe('against the schema', () => {
    let validate: Validate;
    before(() => (validate = validator(['forsendelse.xsd'])));
    after(() => validate.dispose());

    for (const { name, envelope } of requests) {
      it(`${name}: ${name.includes('not base64') ? 'breaks one type only' : 'is valid'}`, () => {
        const reasons = validate(bodyOf(envelope));
        if (name.includes('not base64')) expect(reasons.join()).to.match(/innhold.*base64Binary/);
        else expect(reasons).to.deep.equal([]);
      });
    }
  });

  describe('against a gateway', function () {
    this.timeout(60_000);
    let gateway: TestGateway;
    before(async () => {
      gateway = await startGateway();
    });
    after(() => gateway.stop());

    /** Sends one request the way SoapUI does. */
    async function ask({ envelope, action, basic, endpoint, attachments }: SoapUiRequest): Promise<Response> {
      const { user, password } = basic ?? { user: '', password: '' };
      const alone = { contentType: contentType['1.1'], body: Buffer.from(envelope) };
      const sent = attachments.length === 0 ? alone : swaMessage(envelope, '1.1', attachments);
      return fetch(gateway.base + new URL(endpoint).pathname, {
        method: 'POST',
        body: new Uint8Array(sent.body),
        headers: {
          'Content-Type': sent.contentType,
          SOAPAction: `"${action}"`,
          Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        },
      });
    }

    for (const round of ['the first time', 'again']) {
      for (const request of requests) {
        const { name, expects } = request;
        it(`${name}: ${expects.fault ? 'is refused' : 'is answered'} ${round}`, async () => {
          const response = await ask(request);
          const text = await response.text();
          expect(response.status, text).to.equal(expects.fault ? 500 : 200);
          expect(text.includes(':Fault>')).to.equal(expects.fault);
          for (const token of expects.contains) expect(text).to.contain(token);
          for (const token of expects.lacks) expect(text).not.to.contain(token);
        });
      }
    }
  });
});
