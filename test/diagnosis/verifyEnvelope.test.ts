import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { signRequest } from '../../src/client/request.js';
import { encodeHentPersoner } from '../../src/contract/oppslagstjenesten/encode.js';
import { tns } from '../../src/contract/oppslagstjenesten/names.js';
import { SOAP11, SOAP12 } from '../../src/soap/names.js';
import { dotnetEnvelope, hentPersonerBody } from '../interop/dotnetlike.js';
import { caller } from '../support/answers.js';
import { testCertsDir } from '../support/gateway.js';
import { forms } from '../support/messages.js';
import { failureOf, makeChain, testKey, testTime, trustOf } from '../support/pki.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { request, verify, oks, seconds, refusal, referenceTo, TIMESTAMP, BODY, BLOCK } from './support.js';

describe('diagnosis/verifyEnvelope', () => {
  describe('a good request', () => {
    it('keeps every rule, and both engines say so of every reference', async () => {
      const report = await verify(request({ paaVegneAv: '310000019' }));
      expect(report.broken).to.equal(null);
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: true, [BLOCK]: true });
      expect(report.signature).to.deep.include({ ok: true, canonical: null, problem: null });
      expect([report.second.ok, seconds(report)]).to.deep.equal([true, [true, true, true]]);
      expect([report.encryption, report.confirmation]).to.deep.equal([null, null]);
    });

    it('is described: version, operation, certificate, times, and how each reference was made', async () => {
      const report = await verify(request());
      expect([report.soap, report.operation]).to.deep.equal(['1.2', `{${tns.uri}}HentPersonerForespoersel`]);
      expect(report.certificate).to.deep.equal({
        subject: caller.parsed.subjectName,
        issuer: 'CN=Posthorn Development Issuing CA,O=Posthorn Development,C=NO',
        serial: '310000019',
        organisasjonsnummer: '310000019',
        notBefore: caller.parsed.notBefore,
        notAfter: caller.parsed.notAfter,
        trusted: null,
      });
      expect(report.times).to.deep.equal({ created: testTime, expires: new Date(testTime.getTime() + 120_000) });
      const [first] = report.references;
      expect(first).to.deep.include({
        transform: 'http://www.w3.org/2001/10/xml-exc-c14n#',
        digestMethod: 'http://www.w3.org/2001/04/xmlenc#sha256',
        canonical: null,
        problem: null,
      });
      expect(first?.actual).to.equal(first?.expected);
    });

    it('is judged at the time it was made, or at the time that is named', async () => {
      const old = request({ at: new Date('2024-05-05T05:05:05Z') });
      expect(await refusal(verify(old))).to.equal('none');
      expect(await refusal(verify(old, { at: testTime }))).to.match(/^MESSAGE_EXPIRED: created \d+ s ago/);
      expect(await refusal(verify(request(), { at: new Date(testTime.getTime() + 299_000) }))).to.equal(
        'MESSAGE_EXPIRED: Expires is past',
      );
    });

    it('is held against authorities when some are named', async () => {
      const trusted = await verify(request(), { trust: trustOf(caller) });
      expect([trusted.certificate?.trusted, trusted.broken]).to.deep.equal([true, null]);
      const nobody = {
        check: () => {
          throw failureOf(() => trustOf(caller).check(Buffer.alloc(3), testTime));
        },
      };
      const report = await verify(request(), { trust: nobody });
      expect([report.certificate?.trusted, report.broken?.code]).to.deep.equal([false, 'INVALID_SECURITY_TOKEN']);
      expect(report.signature?.ok).to.equal(true);
    });

    it('may be in UTF-16, with a mark or without, and have a declaration', async () => {
      const text = `<?xml version="1.0" encoding="UTF-16"?>\n${request()}`;
      const little = Buffer.from(text, 'utf16le');
      for (const octets of [little, Buffer.concat([Buffer.from([0xff, 0xfe]), little]), Buffer.from(little).swap16()]) {
        const report = await verify(octets);
        expect([report.broken, report.second.ok]).to.deep.equal([null, true]);
      }
    });

    for (const [name, form] of Object.entries(forms)) {
      it(`may have SignedInfo in ${form.uri}`, async () => {
        const report = await verify(request({ canonicalisation: form }));
        expect([report.broken, report.second.ok], name).to.deep.equal([null, true]);
        expect(report.signature?.canonicalisation).to.equal(form.uri);
      });
    }

    it('may be our own client’s', async () => {
      const { envelope } = await signRequest(
        encodeHentPersoner(['Person'], ['1'.repeat(11)]),
        [],
        caller.key,
        testTime,
      );
      const report = await verify(envelope);
      expect([report.broken, report.second.ok]).to.deep.equal([null, true]);
    });
  });

  describe('what the .NET client sends', () => {
    const dotnet = (paaVegneAv?: string): string =>
      dotnetEnvelope({
        certs: testCertsDir,
        body: hentPersonerBody(['Person'], ['23863814839']),
        ...(paaVegneAv === undefined ? {} : { paaVegneAv }),
      }).xml;
    before(async function () {
      this.timeout(60_000);
      await ensureDevelopmentPki(testCertsDir);
    });

    it('keeps every rule, its Timestamp without transforms too, and both engines agree about it', async () => {
      const report = await verify(dotnet());
      expect(report.broken).to.equal(null);
      expect(referenceTo(report, 'Timestamp').transform).to.equal(
        'none, which means http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
      );
      expect(referenceTo(report, 'Timestamp').digestMethod).to.equal('http://www.w3.org/2000/09/xmldsig#sha1');
      expect([report.second.ok, seconds(report)]).to.deep.equal([true, [true, true]]);
    });

    it('breaks the rule that PaaVegneAv is signed, though every reference verifies', async () => {
      const report = await verify(dotnet('310000019'));
      expect(report.broken).to.deep.equal({ code: 'FAILED_CHECK', detail: 'Oppslagstjenesten is not signed' });
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: true });
    });

    it('in other surroundings has another Timestamp: the canonical octets show the namespaces that crept in', async () => {
      const moved = dotnet().replace('<env:Header>', '<env:Header xmlns:new="urn:new">');
      const report = await verify(moved);
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: false, [BODY]: true });
      expect(referenceTo(report, 'Timestamp').canonical).to.contain('xmlns:new="urn:new"');
      expect(seconds(report)).to.deep.equal([false, true]);
      expect(report.broken?.detail).to.equal('digest of Timestamp does not match');
    });
  });

  describe('what is no signed envelope', () => {
    it('no XML is refused', async () => {
      for (const octets of ['', 'text', '<a>', '<!DOCTYPE a><a/>', Buffer.from([0xff, 0xd8, 0xff])]) {
        const outcome = await verify(octets).catch((error: unknown) => error);
        expect(outcome).to.have.property('code', 'MALFORMED_XML');
      }
    });

    const rows: readonly (readonly [name: string, xml: string, soap: string, broken: string])[] = [
      ['other XML', '<html/>', 'none', 'MALFORMED_XML'],
      ['an empty Envelope', `<e:Envelope xmlns:e="${SOAP12}"/>`, '1.2', 'MALFORMED_XML'],
      [
        'no Security',
        `<e:Envelope xmlns:e="${SOAP12}"><e:Header/><e:Body><a/></e:Body></e:Envelope>`,
        '1.2',
        'INVALID_SECURITY',
      ],
      ['SOAP 1.1', request().replaceAll(SOAP12, SOAP11), '1.1', 'VERSION_MISMATCH'],
    ];
    for (const [name, xml, soap, broken] of rows) {
      it(`${name} is described as far as can be`, async () => {
        const report = await verify(xml);
        expect([report.soap, report.broken?.code]).to.deep.equal([soap, broken]);
        expect(report.second.ok).to.equal(false);
      });
    }

    it('a certificate that cannot be read', async () => {
      const report = await verify(request().replace(/(<wsse:BinarySecurityToken [^>]*>)[^<]*/, '$1AAAA'));
      expect([report.certificate, report.signature]).to.deep.equal([null, null]);
      expect(report.references.every((r) => r.ok)).to.equal(true);
      expect(report.second.problem).to.equal('no certificate to verify with');
      expect(report.broken?.code).to.equal('INVALID_SECURITY_TOKEN');
    });

    it('a key of another kind', async () => {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const chain = makeChain({ leafKey: pair });
      const rsa = testKey('leaf').privateKey;
      const report = await verify(request({ key: { privateKey: rsa, certificate: chain.leaf } }));
      expect(report.signature?.ok).to.equal(false);
      expect(report.broken).not.to.equal(null);
    });
  });
});
