import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { DOMParser } from '@xmldom/xmldom';
import { eb } from '../../src/contract/ebms/names.js';
import { sbdh } from '../../src/contract/sdp/names.js';
import { decodeSbd } from '../../src/contract/sdp/sbd.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements, is } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { startGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { postMessage } from '../support/sdpSender.js';
import { readProject, soapUiRequests } from './extract.js';
import { keyOf, sign } from './sign.js';

const suite = 'Meldingsformidler';
const file = new URL('../../wsdl/soapui/posthorn-soapui-project.xml', import.meta.url);
const requests = soapUiRequests(suite);

describe('the SoapUI project: Meldingsformidler', function () {
  this.timeout(60_000);

  it('signs Timestamp, Body and Messaging of every request, for two minutes', () => {
    const utility = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
    for (const { name, wss, incoming, endpoint } of requests) {
      expect(wss, name).to.deep.include({
        keyAlias: 'sender',
        keyIdentifierType: 1,
        signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
        digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
        parts: [
          { name: 'Timestamp', namespace: utility },
          { name: 'Body', namespace: 'http://www.w3.org/2003/05/soap-envelope' },
          { name: 'Messaging', namespace: eb.uri },
        ],
        timeToLive: 120,
      });
      expect(incoming?.name, name).to.equal('in');
      expect(endpoint, name).to.equal(`http://localhost:8080${BROKER_PATH}`);
    }
  });

  it('has the same requests below the operations, and a definition that names them', () => {
    const xml = readFileSync(file, 'utf8');
    const { calls } = readProject(xml, suite);
    expect(calls.map(({ name, operation }) => [name, operation])).to.have.deep.members(
      requests.map(({ name, operation }) => [name, operation]),
    );
    const definition = /<wsdl:definitions [^]*?<\/wsdl:definitions>/g;
    const [own] = (xml.match(definition) ?? []).filter((one) => one.includes('urn:posthorn:meldingsformidler:soapui'));
    const root = new DOMParser().parseFromString(own ?? '', 'text/xml');
    const named = [...root.getElementsByTagName('wsdl:operation')].map((e) => e.getAttribute('name'));
    expect(new Set(named)).to.have.keys(...new Set(requests.map(({ operation }) => operation)));
  });

  it('shows every field of a letter, but for its signature', () => {
    const { envelope } = requests.find(({ operation }) => operation === 'Push') as (typeof requests)[0];
    const [, body] = childElements(parse(envelope)) as [XmlElement, XmlElement];
    const [document] = childElements(body);
    expect(document && is(document, sbdh.uri, 'StandardBusinessDocument')).to.equal(true);
    expect(decodeSbd(document as XmlElement).payload.type).to.equal('digitalPost');
  });

  describe('against a gateway', () => {
    let gateway: TestGateway;
    before(async () => {
      gateway = await startGateway();
    });
    after(() => gateway.stop());

    for (const { name, envelope, wss, expects } of requests) {
      it(`${name}: ${expects.fault ? 'is refused' : 'is answered'}`, async () => {
        if (wss === undefined) throw new Error('not signed');
        const sent = sign(envelope, wss, keyOf(gateway, wss), 0);
        const { status, text } = await postMessage(gateway.base + BROKER_PATH, sent.envelope);
        expect(status, text).to.equal(expects.fault ? 500 : 200);
        expect(text.includes(':Fault>')).to.equal(expects.fault);
        for (const token of expects.contains) expect(text).to.contain(token);
      });
    }
  });
});
