import { expect } from 'chai';
import { tns } from '../../src/contract/oppslagstjenesten/names.js';
import { element } from '../../src/xml/write.js';
import { caller, content, makeAnswer } from '../support/answers.js';
import { swap } from '../support/messages.js';
import { testKey, testTime, trustOf } from '../support/pki.js';
import { answers, verify, oks, seconds, refusal, referenceTo, TIMESTAMP, CONFIRMATION, BODY } from './support.js';

describe('diagnosis/verifyEnvelope: answers', () => {
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
});
