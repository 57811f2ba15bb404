import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { exclusive } from '../../src/xml/c14n.js';
import { forms, swap } from '../support/messages.js';
import type { RequestSpec } from '../support/messages.js';
import { foreignCanonical, foreignElement, foreignRead } from '../support/oracle.js';
import { request, verify, oks, seconds, referenceTo, TIMESTAMP, BODY } from './support.js';

describe('diagnosis/verifyEnvelope: reference by reference', () => {
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
});
