import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DOMParser } from '@xmldom/xmldom';
import type { Document, Element } from '@xmldom/xmldom';
import { expect } from 'chai';
import { createClientAsync } from 'soap';
import { versjoner } from '../../src/contract/svarut/names.js';
import { contractResponse, loadContracts } from '../../src/http/wsdl.js';

const path = '/kontaktinfo-external/ws-v5';
const contracts = loadContracts();
const get = (query: string, publicUrl = 'http://gateway.example:8080', at = path) =>
  contractResponse(contracts, at, query, publicUrl);

const parse = (xml: string | undefined): Document => new DOMParser().parseFromString(xml ?? '', 'text/xml');
const elements = (document: Document, local: string): Element[] => [...document.getElementsByTagNameNS('*', local)];
const address = (xml: string | undefined) => elements(parse(xml), 'address')[0]?.getAttribute('location');
const onDisk = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('http/wsdl', () => {
  for (const query of ['wsdl', 'WSDL']) {
    it(`serves the WSDL at ?${query} with the caller's address`, () => {
      const response = get(query);
      expect(response).to.include({ status: 200, contentType: 'text/xml; charset=utf-8' });
      expect(address(response?.body)).to.equal(`http://gateway.example:8080${path}`);
    });
  }

  it('changes nothing in the file but address and import', () => {
    const body = get('wsdl', 'http://localhost:8080')?.body;
    expect(body?.replace('"ws-v5?xsd=', '"../xsd/')).to.equal(onDisk('wsdl/oppslagstjeneste-16-02.wsdl'));
  });

  it('has imports that resolve, from document to document, to documents that are served', () => {
    const seen = new Set<string>();
    const follow = (url: URL): void => {
      if (seen.has(url.search)) return;
      seen.add(url.search);
      const response = get(url.search.slice(1), url.origin, url.pathname);
      expect(response?.status, url.href).to.equal(200);
      for (const node of elements(parse(response?.body), 'import')) {
        follow(new URL(node.getAttribute('schemaLocation') ?? '', url));
      }
    };
    follow(new URL(`http://gateway.example${path}?wsdl`));
    expect([...seen]).to.deep.equal([
      '?wsdl',
      '?xsd=oppslagstjeneste-ws-16-02.xsd',
      '?xsd=oppslagstjeneste-metadata-16-02.xsd',
    ]);
  });

  it('is read over HTTP by a client that we did not write', async () => {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', `http://${request.headers.host ?? ''}`);
      response.end(get(url.search.slice(1), url.origin, url.pathname)?.body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const client = await createClientAsync(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}?wsdl`);
      const described = client.describe() as Record<string, Record<string, Record<string, { input: unknown }>>>;
      const operations = described['oppslagstjeneste-16-02']?.['oppslagstjeneste_SOAP12'] ?? {};
      expect(Object.keys(operations)).to.deep.equal(['HentEndringer', 'HentPersoner', 'HentPrintSertifikat']);
      expect(operations['HentPersoner']?.input).to.have.any.keys('personidentifikator', 'personidentifikator[]');
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });

  it('serves the contract of mailbox providers, which says whose it is, with its schema', () => {
    const at = '/postkassetjenester/v1';
    const wsdl = get('wsdl', 'http://gateway.example', at)?.body;
    expect(address(wsdl)).to.equal(`http://gateway.example${at}`);
    expect(wsdl?.replace(/\s+/g, ' ')).to.contain("has no WSDL for them. This WSDL and its schema are Posthorn's own");
    const location = elements(parse(wsdl), 'import')[0]?.getAttribute('schemaLocation');
    expect(location).to.equal('v1?xsd=postkassetjenester.xsd');
    expect(get('xsd=postkassetjenester.xsd', '', at)?.body).to.equal(onDisk('xsd/postkassetjenester.xsd'));
  });

  for (const { navn, path: at, ns } of versjoner) {
    it(`serves ${navn} of SvarUt, whole in one document and by nobody else's address`, () => {
      const body = get('wsdl', 'https://post.example.no', at)?.body ?? '';
      expect(address(body)).to.equal(`https://post.example.no${at}`);
      expect(body.replace('https://post.example.no', 'http://localhost:8080')).to.equal(onDisk(`wsdl/${navn}.wsdl`));
      expect(body).to.contain(`targetNamespace="${ns.uri}"`).and.not.to.contain('schemaLocation');
      expect(body.match(/xmime:expectedContentTypes="application\/octet-stream"/g)).to.have.length(1);
      expect(get('xsd=forsendelse.xsd', 'http://x', at)?.status).to.equal(404);
    });
  }

  it('takes an address with or without a slash at its end', () => {
    expect(address(get('wsdl', 'https://post.example.no/')?.body)).to.equal(`https://post.example.no${path}`);
  });

  it('SECURITY 30: escapes the address, whatever a caller put into Host', () => {
    const hostile = `http://x"/><script>alert('1')</script>&amp;$&$1`;
    const body = get('wsdl', hostile)?.body;
    expect(address(body)).to.equal(`${hostile}${path}`);
    expect(elements(parse(body), 'script')).to.have.length(0);
  });

  const tricks = [
    'wsdl=../../etc/passwd',
    'wsdl=..%2F..%2Fetc%2Fpasswd',
    'xsd=http://x',
    'xsd=http%3A%2F%2Fx',
    'xsd=../x',
    'xsd=..%2fx',
    'xsd=%2e%2e%2fpackage.json',
    'xsd=..%252f..%252fpackage.json',
    'xsd=..\\package.json',
    'xsd=/etc/passwd',
    'xsd=file:///etc/passwd',
    'xsd=profile/soap-envelope-1.2.xsd',
    'xsd=oppslagstjeneste-ws-16-02.xsd%00.txt',
    'xsd=oppslagstjeneste-ws-16-02.xsd/../../package.json',
    'xsd=./oppslagstjeneste-ws-16-02.xsd',
    'xsd=oppslagstjeneste-16-02.wsdl',
    'xsd=oppslagstjeneste-ws-16-02.xsd&xsd=x',
    'xsd=__proto__',
    'xsd=',
    'xsd',
    '__proto__',
    'constructor',
    'styleSheetPath=http://x',
    'wsdl&x=1',
  ];
  for (const query of tricks) {
    it(`SECURITY 28: answers 404 without a file to ?${query}`, () => {
      expect(get(query)).to.deep.equal({
        status: 404,
        contentType: 'text/plain; charset=utf-8',
        body: 'Nothing here\n',
      });
    });
  }

  it('leaves other paths, and the path without a query, to others', () => {
    expect([get(''), get('wsdl', 'http://x', '/'), get('wsdl', 'http://x', `${path}/`)]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
