import { createHash, generateKeyPairSync, sign as signOctets } from 'node:crypto';
import { expect } from 'chai';
import { signRequest } from '../../src/client/request.js';
import { encodeHentPersoner } from '../../src/contract/oppslagstjenesten/encode.js';
import { headerBlocks, tns } from '../../src/contract/oppslagstjenesten/names.js';
import type { EnvelopeReport, ReferenceReport } from '../../src/diagnosis/report.js';
import { secondOpinion } from '../../src/diagnosis/secondOpinion.js';
import type { VerifyOptions } from '../../src/diagnosis/verifyEnvelope.js';
import { verifyEnvelope } from '../../src/diagnosis/verifyEnvelope.js';
import { answerPolicy } from '../../src/security/answer.js';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import { SOAP11, SOAP12 } from '../../src/soap/names.js';
import { exclusive } from '../../src/xml/c14n.js';
import { element } from '../../src/xml/write.js';
import { dotnetEnvelope, hentPersonerBody } from '../interop/dotnetlike.js';
import { caller, content, makeAnswer, service } from '../support/answers.js';
import { testCertsDir } from '../support/gateway.js';
import { forms, goodRequest, swap } from '../support/messages.js';
import type { RequestSpec } from '../support/messages.js';
import { foreignCanonical, foreignElement, foreignRead } from '../support/oracle.js';
import { failureOf, makeChain, testKey, testTime, trustOf } from '../support/pki.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';

const exceptions = { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true };
const requests = oppslagstjenestenPolicy(exceptions, headerBlocks, Infinity);
const answers = answerPolicy(requests);

const key = { privateKey: caller.privateKey, certificate: caller.leaf };
const request = (spec: Partial<RequestSpec> = {}): string => goodRequest({ key, at: testTime, ...spec }).text;

const verify = (xml: string | Buffer, options: Partial<VerifyOptions> = {}): Promise<EnvelopeReport> =>
  verifyEnvelope(Buffer.from(xml), { policy: requests, ...options });

const oks = ({ references }: EnvelopeReport): Readonly<Record<string, boolean | null>> =>
  Object.fromEntries(references.map((r) => [r.target ?? 'nothing', r.ok]));
const seconds = ({ second }: EnvelopeReport): (boolean | null)[] => second.references.map((r) => r.ok);
const refusal = async (report: Promise<EnvelopeReport>): Promise<string> => {
  const { broken } = await report;
  return broken === null ? 'none' : `${broken.code}: ${broken.detail}`;
};
const referenceTo = ({ references }: EnvelopeReport, local: string): ReferenceReport => {
  const found = references.find((r) => r.target?.endsWith(`/${local}`));
  if (found === undefined) throw new Error(`no reference to ${local}`);
  return found;
};

const TIMESTAMP = 'Envelope/Header/Security/Timestamp';
const CONFIRMATION = 'Envelope/Header/Security/SignatureConfirmation';
const BODY = 'Envelope/Body';
const BLOCK = 'Envelope/Header/Oppslagstjenesten';

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

  describe('a request that was changed', () => {
    it('in Body: its canonical octets and digest, which are those of libxml2; the rest verifies', async () => {
      const changed = swap(request(), '>23863814839<', '>23863814838<');
      const report = await verify(changed);
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: false });
      const body = referenceTo(report, 'Body');
      const theirs = foreignRead(Buffer.from(changed), (root) =>
        foreignCanonical(foreignElement(root, [1]), exclusive),
      );
      expect({ value: body.canonical }).to.deep.equal(theirs);
      expect(body.actual).to.equal(
        createHash('sha256')
          .update(body.canonical ?? '')
          .digest('base64'),
      );
      expect(body.expected).not.to.equal(body.actual);
      expect(body.problem).to.equal('the digest of the canonical octets is another');
      expect(report.signature?.ok).to.equal(true);
      expect(report.broken).to.deep.equal({ code: 'FAILED_CHECK', detail: 'digest of Body does not match' });
      expect([report.second.ok, seconds(report)]).to.deep.equal([false, [true, false]]);
    });

    it('in white space alone', async () => {
      const report = await verify(swap(request(), '</o:HentPersonerForespoersel>', ' </o:HentPersonerForespoersel>'));
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: false });
      expect(seconds(report)).to.deep.equal([true, false]);
    });

    it('in a comment: no difference, for canonical forms leave it out', async () => {
      const report = await verify(
        swap(request(), '</o:HentPersonerForespoersel>', '<!-- --></o:HentPersonerForespoersel>'),
      );
      expect([report.broken, report.second.ok]).to.deep.equal([null, true]);
    });

    it('in SignedInfo: the canonical SignedInfo, and that the value is not over it', async () => {
      const changed = request().replace(/(<ds:DigestValue>)[^<]*/, `$1${Buffer.alloc(32).toString('base64')}`);
      const report = await verify(changed);
      expect(report.signature).to.deep.include({
        ok: false,
        problem: 'SignatureValue is not over this SignedInfo by this key',
      });
      expect(report.signature?.canonical).to.match(/^<ds:SignedInfo [^]*<\/ds:SignedInfo>$/);
      expect(report.signature?.canonical).to.contain(Buffer.alloc(32).toString('base64'));
      expect(report.broken?.detail).to.equal('SignatureValue does not match');
      expect(report.second.ok).to.equal(false);
    });

    it('in SignatureValue', async () => {
      const other = request().match(/<ds:SignatureValue>[^<]*/)?.[0] ?? '';
      const report = await verify(request().replace(/<ds:SignatureValue>[^<]*/, other));
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: true });
      expect(report.signature?.ok).to.equal(false);
      expect([report.second.ok, seconds(report)]).to.deep.equal([false, [true, true]]);
      expect(report.second.problem).to.match(/^invalid signature/);
    });

    it('in Body, and wrapped: the reference verifies, and the path shows that it leads elsewhere', async () => {
      const text = request();
      const body = /<env:Body.*<\/env:Body>/.exec(text)?.[0] ?? '';
      const wrapped = `<w:Wrapper xmlns:w="urn:w">${body}</w:Wrapper>`;
      const evil = swap(
        swap(text, body, body.replace(/ wsu:Id="[^"]*"/, ' wsu:Id="evil"').replace('23863814839', '1')),
        '</env:Header>',
        `${wrapped}</env:Header>`,
      );
      const report = await verify(evil);
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, 'Envelope/Header/Wrapper/Body': true });
      expect(report.broken?.code).to.equal('INVALID_SECURITY');
    });
  });

  describe('a reference', () => {
    const first = (change: Partial<ReturnType<NonNullable<RequestSpec['references']>>[number]>): string =>
      request({ references: ([one, ...more]) => [{ ...one!, ...change }, ...more] });

    it('to nothing', async () => {
      const [reference] = (await verify(first({ uri: '#nothing' }))).references;
      expect(reference).to.deep.include({
        ok: false,
        target: null,
        actual: null,
        problem: 'no element has this wsu:Id',
      });
    });

    it('by a transform that is not known', async () => {
      const uri = 'http://www.w3.org/TR/1999/REC-xpath-19991116';
      const transforms = `<ds:Transforms><ds:Transform Algorithm="${uri}"/></ds:Transforms>`;
      const report = await verify(first({ transforms }));
      expect(report.references[0]).to.deep.include({
        ok: false,
        transform: uri,
        problem: 'the transform is not one that we know',
      });
      expect(report.broken?.code).to.equal('UNSUPPORTED_ALGORITHM');
      expect(report.second.references[0]?.problem).to.match(/not supported/);
    });

    it('by a digest that is not known', async () => {
      const digest = { uri: 'http://www.w3.org/2001/04/xmldsig-more#md5', hash: 'md5' };
      const report = await verify(first({ digest }));
      expect(report.references[0]).to.deep.include({
        ok: false,
        digestMethod: digest.uri,
        problem: 'the digest method is not one that we know',
      });
      expect(report.broken?.code).to.equal('UNSUPPORTED_ALGORITHM');
      expect(report.second.references[0]?.problem).to.equal(`it does not know ${digest.uri}`);
    });

    it('with a list of prefixes', async () => {
      const form = {
        ...forms.exclusive,
        prefixList: 'wsse #default',
        method: { ...exclusive, prefixes: ['wsse', ''] },
      };
      const report = await verify(first({ form }));
      expect(report.references[0]).to.deep.include({ ok: true, transform: `${form.uri} PrefixList="wsse #default"` });
    });

    it('with comments: they are left out all the same, as both engines do; the rule against it is ours', async () => {
      const form = { ...forms.exclusiveWithComments, method: { ...exclusive } };
      const text = request({
        references: ([one, two]) => [one!, { ...two!, form }],
        parts: ({ body }) => ({
          body: swap(body, '</o:HentPersonerForespoersel>', '<!-- --></o:HentPersonerForespoersel>'),
        }),
      });
      const report = await verify(text);
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: true });
      expect(seconds(report)).to.deep.equal([true, true]);
      expect(report.broken?.code).to.equal('UNSUPPORTED_ALGORITHM');
    });
  });

  describe('where the engines differ', () => {
    it('an algorithm that xml-crypto does not know', async () => {
      const uri = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384';
      const report = await verify(
        request({ signature: { uri, sign: (octets, k) => signOctets('sha384', octets, k) } }),
      );
      expect([report.broken, report.signature?.ok, report.second.ok]).to.deep.equal([null, true, false]);
      expect(report.second.problem).to.equal(`signature algorithm '${uri}' is not supported`);
    });

    it('a character that its reader takes for a line end', async () => {
      const text = request({
        operation: `<o:HentPersonerForespoersel xmlns:o="${tns.uri}">\u0085</o:HentPersonerForespoersel>`,
      });
      const report = await verify(text);
      expect([report.broken, oks(report)[BODY]]).to.deep.equal([null, true]);
      expect([report.second.ok, seconds(report)]).to.deep.equal([false, [true, false]]);
    });
  });

  describe('an answer', () => {
    const privateKey = caller.privateKey;

    it('opened by its receiver keeps every rule, and both engines verify it as it was before encryption', async () => {
      const report = await verify(await makeAnswer(), { policy: answers, privateKey, trust: trustOf(caller) });
      expect(report.broken).to.equal(null);
      expect(report.encryption).to.deep.equal({ opened: true, problem: null });
      expect(report.operation).to.equal(`{${tns.uri}}HentPersonerRespons`);
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: true, [CONFIRMATION]: true });
      expect([report.second.ok, seconds(report)]).to.deep.equal([true, [true, true, true]]);
      expect(report.confirmation).to.deep.equal({ value: 'c2lnbmF0dXJl', signed: true });
      expect(report.certificate?.organisasjonsnummer).to.equal('991825827');
    });

    it('that is still encrypted: says what cannot be checked, and judges the rest', async () => {
      const report = await verify(await makeAnswer(), { policy: answers });
      expect(report.broken).to.equal(null);
      expect(report.encryption).to.deep.equal({ opened: false, problem: 'no key was given' });
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: null, [CONFIRMATION]: true });
      expect(referenceTo(report, 'Body')).to.deep.include({
        actual: null,
        canonical: null,
        problem: 'encrypted: cannot be checked',
      });
      expect(report.signature?.ok).to.equal(true);
      expect([report.second.ok, seconds(report)]).to.deep.equal([null, [true, null, true]]);
    });

    it('that is still encrypted, and breaks a rule that can be seen', async () => {
      const sealed = (spec: Parameters<typeof makeAnswer>[0], at?: Date): Promise<string> =>
        makeAnswer(spec).then((text) => refusal(verify(text, { policy: answers, at })));
      expect(await sealed({ signed: ({ body, confirmation }) => [body, confirmation] })).to.match(/Timestamp or Body/);
      expect(await sealed({}, new Date(testTime.getTime() + 61_000))).to.match(/^MESSAGE_EXPIRED/);
      const changed = swap(await makeAnswer(), 'Value="c2lnbmF0dXJl"', 'Value="b3RoZXI="');
      const report = await verify(changed, { policy: answers });
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: null, [CONFIRMATION]: false });
      expect(report.broken?.detail).to.equal('digest of SignatureConfirmation does not match');
      expect(seconds(report)).to.deep.equal([true, null, false]);
    });

    it('that another key opens', async () => {
      const report = await verify(await makeAnswer(), { policy: answers, privateKey: testKey('stranger').privateKey });
      expect(report.encryption?.opened).to.equal(false);
      expect(report.encryption?.problem).to.match(/^decryption: /);
      expect([report.broken, oks(report)[BODY]]).to.deep.equal([null, null]);
    });

    it('that was encrypted otherwise than it was signed', async () => {
      const report = await verify(await makeAnswer({ encrypted: '<x/>' }), { policy: answers, privateKey });
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: false, [CONFIRMATION]: true });
      expect(referenceTo(report, 'Body').canonical).to.contain('<x></x>');
      expect(report.broken?.detail).to.equal('digest of Body does not match');
    });

    it('without a signed SignatureConfirmation', async () => {
      const unsigned = await makeAnswer({ signed: ({ timestamp, body }) => [timestamp, body] });
      const missing = await makeAnswer({
        signed: ({ timestamp, body }) => [timestamp, body],
        security: ({ encryptedKey, token, signature, timestamp }) => [encryptedKey, token, signature, timestamp],
      });
      for (const [text, confirmation] of [
        [unsigned, { value: 'c2lnbmF0dXJl', signed: false }],
        [missing, null],
      ] as const) {
        const report = await verify(text, { policy: answers, privateKey });
        expect(report.confirmation).to.deep.equal(confirmation);
        expect(report.broken?.code).to.equal('FAILED_CHECK');
      }
    });

    it('with something after Body, opened: nothing is left out of what is judged', async () => {
      const tail = await makeAnswer({ tail: () => [element({ prefix: 'w', uri: 'urn:w' }, 'W')] });
      expect((await verify(tail, { policy: answers, privateKey })).broken?.code).to.equal('MALFORMED_XML');
      const block = await makeAnswer({ blocks: ({ body }) => [{ ...content, attributes: body.attributes }] });
      expect((await verify(block, { policy: answers, privateKey })).broken?.code).to.equal('MALFORMED_XML');
    });

    it('held against the rules of a request: is taken apart all the same, and refused for what requests have not', async () => {
      const report = await verify(await makeAnswer(), { privateKey });
      expect(oks(report)).to.deep.equal({ [TIMESTAMP]: true, [BODY]: true, [CONFIRMATION]: true });
      expect(report.broken).to.deep.equal({ code: 'INVALID_SECURITY', detail: 'unknown child of Security' });
      expect(report.confirmation?.signed).to.equal(true);
    });

    it('in the clear: has no encryption to tell of', async () => {
      const report = await verify(await makeAnswer({ body: ({ plainBody }) => plainBody }), {
        policy: answers,
        privateKey,
      });
      expect([report.encryption, report.second.ok]).to.deep.equal([null, true]);
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

describe('diagnosis/secondOpinion', () => {
  const publicKey = caller.parsed.publicKey;

  it('warns of nothing on the error stream', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    secondOpinion(request(), publicKey);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('warning', note);
    expect(warnings).to.deep.equal([]);
  });

  it('says what is missing or odd, and never throws', () => {
    const nothing = { ok: false, references: [] };
    expect(secondOpinion('<a/>', publicKey)).to.deep.equal({ ...nothing, problem: 'no Signature found' });
    expect(secondOpinion('text', publicKey).ok).to.equal(false);
    expect(secondOpinion('', publicKey).ok).to.equal(false);
    expect(secondOpinion('<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>', publicKey).ok).to.equal(
      false,
    );
  });

  it('refuses a reference that is not to one Id', () => {
    const problem = (uri: string, change: (t: string) => string = (t) => t): string | null | undefined =>
      secondOpinion(change(request({ references: ([one, ...more]) => [{ ...one!, uri }, ...more] })), publicKey)
        .references[0]?.problem;
    expect(problem('')).to.equal('not a reference to an Id');
    expect(problem("#x' or '1'='1")).to.equal('not a reference to an Id');
    expect(problem('#x"]|//*["')).to.equal('not a reference to an Id');
    expect(problem('#gone')).to.equal('no element has this Id');
    const twice = (t: string): string =>
      t.replace('<env:Header>', '<env:Header xmlns:i="urn:i" i:Id="twice"><a Id="twice"/>');
    expect(problem('#twice', twice)).to.equal('more than one element has this Id');
  });

  it('is of the key that is named, not of one in the message', () => {
    expect(secondOpinion(request(), service.parsed.publicKey)).to.deep.include({ ok: false });
  });
});
