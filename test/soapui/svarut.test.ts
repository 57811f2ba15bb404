import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { versjoner } from '../../src/contract/svarut/names.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { contentType } from '../../src/soap/names.js';
import { childElements } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { versjon } from '../contract/svarut/letters.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import { basic, startSvarUt } from '../support/svarutServer.js';
import type { SvarUtServer } from '../support/svarutServer.js';
import { wsdlSchema, type WsdlSchema } from '../support/svarutSchema.js';
import type { SoapUiRequest } from './extract.js';
import { readProject, soapUiRequests } from './extract.js';

const suite = 'SvarUt V9';
const file = new URL('../../wsdl/soapui/posthorn-soapui-project.xml', import.meta.url);
const requests = soapUiRequests(suite);
const v9 = versjon(9);

/** The child of Body as a document of its own. */
const bodyOf = (envelope: string): string =>
  (/<soap:Body>\s*([^]*\S)\s*<\/soap:Body>/.exec(envelope)?.[1] ?? '').replace(
    /^<ns2:\w+/,
    `$& xmlns:ns2="${v9.ns.uri}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`,
  );

describe('the SoapUI project: SvarUt', () => {
  it('calls every operation of the newest version, at its address and as the development account', () => {
    expect(v9).to.equal(versjoner.at(-1));
    const account = developmentAccounts.find(({ tjeneste }) => tjeneste === 'SVARUT');
    expect(new Set(requests.filter((r) => !r.expects.fault).map((r) => r.operation))).to.have.keys(
      ...new Set(v9.operasjoner.values()),
    );
    for (const { name, action, basic: sent, endpoint, wss } of requests) {
      expect([action, wss], name).to.deep.equal(['', undefined]);
      expect(sent, name).to.deep.equal({ user: account?.brukernavn, password: account?.passord });
      expect(endpoint, name).to.equal(`http://localhost:8080${v9.path}`);
    }
  });

  it('gives each request a name of its own, and a negative one the name of its fault', () => {
    expect(new Set(requests.map((r) => r.name)).size).to.equal(requests.length);
    for (const { name, expects } of requests) {
      expect(expects.contains, name).not.to.deep.equal([]);
      expect(name.startsWith('NEGATIVE '), name).to.equal(expects.fault);
    }
  });

  it('has the same requests below the operations', () => {
    const bare = (list: readonly SoapUiRequest[]) => list.map((r) => ({ ...r, expects: undefined }));
    const { calls } = readProject(readFileSync(file, 'utf8'), suite);
    expect(bare(calls)).to.have.deep.members(bare(requests));
  });

  describe('against the schema', () => {
    let schema: WsdlSchema;
    before(() => {
      schema = wsdlSchema(v9);
    });
    after(() => schema.dispose());

    for (const { name, envelope, operation } of requests) {
      it(`${name}: ${name.includes('not base64') ? 'breaks one type only' : 'is valid'}`, () => {
        const body = bodyOf(envelope);
        expect(parse(body).local).to.equal(operation);
        const reasons = schema.check(body);
        if (name.includes('not base64')) expect(reasons.join()).to.match(/data.*base64Binary/);
        else expect(reasons).to.deep.equal([]);
      });
    }
  });

  describe('against the service', () => {
    let server: SvarUtServer;
    before(async () => {
      server = await startSvarUt(memoryPayloads());
    });
    after(() => server.edge.close(100));

    for (const { name, envelope, expects } of requests) {
      it(`${name}: ${expects.fault ? 'is refused' : 'is answered'}`, async () => {
        const headers = { 'Content-Type': contentType['1.2'], Authorization: basic() };
        const response = await fetch(server.urlOf(9), { method: 'POST', body: envelope, headers });
        const text = await response.text();
        expect(response.status, text).to.equal(expects.fault ? 500 : 200);
        expect(childElements(parse(text)).length).to.equal(2);
        for (const token of expects.contains) expect(text).to.contain(token);
      });
    }
  });
});
