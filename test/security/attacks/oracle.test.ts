import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { enterpriseSubject } from '../../../src/sandbox/pki/identities.js';
import { goodRequest, hentPersoner, post, soapHeaders, swap, token } from '../../support/messages.js';
import type { Message, MessageKey } from '../../support/messages.js';
import { developmentLeaf } from './authority.js';
import type { Target } from './target.js';
import { expectNothing, startTarget } from './target.js';

describe('what the front door tells', () => {
  let target: Target;
  let unknown: MessageKey;
  before(async () => {
    target = await startTarget();
    unknown = developmentLeaf({ subject: enterpriseSubject({ organisasjonsnummer: '999999999', organisasjon: 'X' }) });
  });
  after(() => target.stop());

  it('SECURITY 29: one fault for an unknown organisation, a wrong key and a wrong digest', async () => {
    const { key, other } = target.parties();
    const wrongDigest = (m: Message): string => swap(m.text, '23863814839', '17853112534');
    const wrongKey = (m: Message, certificate: Buffer): string =>
      swap(m.text, m.token, token(m.ids.token, certificate));
    const good = (k: MessageKey): Message => goodRequest({ key: k });
    const texts = [
      wrongKey(good(key), unknown.certificate),
      wrongDigest(good(unknown)),
      wrongKey(good(unknown), key.certificate),
      wrongKey(good(other), key.certificate),
      wrongDigest(good(key)),
      good(key).text.replace('</ds:SignedInfo>', ' </ds:SignedInfo>'),
    ];
    const faults = new Set<string>();
    for (const text of texts) {
      const answer = await expectNothing(target, 'FAILED_CHECK', () => post(target, text));
      const id = answer.headers['x-correlation-id'] as string;
      // Whether the connection is kept says only whether octets of the request were still on their way.
      const names = Object.keys(answer.headers)
        .filter((name) => !/^(connection|keep-alive)$/.test(name))
        .sort()
        .join();
      faults.add(`${answer.status} ${names} ${answer.headers['content-type']} ${answer.text.replace(id, '')}`);
    }
    expect(faults.size).to.equal(1);
  });

  it('SECURITY 29: every refusal of security has the same words', async () => {
    const { text } = target.good();
    const broken = [
      text.replace(/<ds:Signature .*<\/ds:Signature>/, ''),
      text.replace('#rsa-sha256', '#rsa-sha1'),
      text.replace(/<ds:KeyInfo>.*<\/ds:KeyInfo>/, '<ds:KeyInfo></ds:KeyInfo>'),
      text.replace(/(<wsse:BinarySecurityToken [^>]*>)[^<]*/, '$1AAAA'),
      target.good({ at: new Date(0) }).text,
      text.replace('23863814839', '17853112534'),
    ];
    const answers = [];
    for (const text of broken) answers.push(await post(target, text));
    expect(new Set(answers.map(({ subcode }) => subcode)).size).to.equal(6);
    expect([...new Set(answers.map(({ reason }) => reason))]).to.deep.equal([
      'A security error was encountered when verifying the message',
    ]);
  });

  it('SECURITY 30: nothing of the message', async () => {
    const marks = ['<script>alert(1)</script>', 'Zzmark', '\r\nSet-Cookie: a=b'];
    const named = (block: string): string => swap(target.good().text, '<env:Header>', `<env:Header>${block}`);
    const hostile = [
      ['MUST_UNDERSTAND', named('<x:Zzmark xmlns:x="urn:Zzmark" env:mustUnderstand="1"/>')],
      ['MALFORMED_XML', named('<x:Zzmark/>')],
      ['MALFORMED_XML', named(`<script>alert(1)</Zzmark>`)],
      ['MALFORMED_XML', target.good().text.replaceAll('env:Envelope', 'env:Zzmark')],
      ['INVALID_REQUEST', target.good({ operation: '<x:Zzmark xmlns:x="urn:Zzmark"/>' }).text],
    ] as const;
    for (const [code, text] of hostile) {
      const values = code === 'INVALID_REQUEST' ? { reason: 'Body holds no operation of this service' } : undefined;
      const answer = await expectNothing(target, code, () => post(target, text), values);
      for (const mark of marks) expect(answer.text + JSON.stringify(answer.headers)).not.to.include(mark);
    }
    const headers = { 'Content-Type': 'application/Zzmark', SOAPAction: '"Zzmark"' };
    const answer = await expectNothing(target, 'UNSUPPORTED_MEDIA_TYPE', () => post(target, 'Zzmark', headers));
    expect(JSON.stringify(answer)).not.to.include('Zzmark');
  });

  it('SECURITY 27: a type that is none of SOAP, or none at all', async () => {
    for (const headers of [
      {},
      { 'Content-Type': 'text/plain' },
      { 'Content-Type': 'multipart/related; boundary=a; boundary=b' },
    ])
      await expectNothing(target, 'UNSUPPORTED_MEDIA_TYPE', () => post(target, target.good().text, headers));
  });

  /** Status of a request by any method. */
  const asked = (method: string, path = ''): Promise<number> =>
    new Promise((resolve, reject) => {
      const { pathname } = new URL(target.url);
      httpRequest(`${target.base}`, { method, path: pathname + path, headers: soapHeaders }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('SECURITY 27: no other method', async () => {
    const rows = target.rows();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect(await asked(method), method).to.equal(405);
    expect(target.rows()).to.deep.equal(rows);
  });

  it('SECURITY 28: no file by way of a WSDL', async () => {
    const tricks = [
      '?wsdl=../../etc/passwd',
      '?xsd=http://127.0.0.1:9/x',
      '?xsd=../../package.json',
      '?wsdl=',
      '?WSDL&x=1',
      '?xsd=/etc/passwd',
      '?xsd=%2e%2e%2fpackage.json',
      '/../../package.json?wsdl',
    ];
    for (const trick of tricks) expect(await asked('GET', trick), trick).to.equal(404);
    expect(await asked('GET', '?wsdl')).to.equal(200);
  });

  it('SECURITY 26: more persons than a request may name, and more octets than it may have', async () => {
    const persons = (count: number): string => hentPersoner(...Array.from({ length: count }, () => '23863814839'));
    expect((await post(target, target.good({ operation: persons(1000) }).text)).status).to.equal(200);
    const tooMany = target.good({ operation: persons(1001) }).text;
    await expectNothing(target, 'INVALID_REQUEST', () => post(target, tooMany), {
      reason: '1 to 1000 personidentifikator are allowed',
    });
    const flood = `${target.good().text}${' '.repeat(1024 * 1024)}`;
    await expectNothing(target, 'TOO_LARGE', () => post(target, flood));
  });
});
