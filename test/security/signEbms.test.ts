import { createHash, createVerify } from 'node:crypto';
import { expect } from 'chai';
import { signEbms } from '../../src/security/signEbms.js';
import { DS, env } from '../../src/soap/names.js';
import type { C14nMethod } from '../../src/xml/c14n.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, childrenNamed, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { caller } from '../support/answers.js';
import { contentId, ebmsMessage, sbd, sha256, cms, signedEnvelope } from '../support/ebms.js';
import { foreignCanonical, foreignElement, foreignRead } from '../support/oracle.js';
import { testTime } from '../support/pki.js';

const method = (...prefixes: string[]): C14nMethod => ({ exclusive: true, comments: false, prefixes });

/** libxml2's canonical form of the element at `path`. */
function libxml2(document: string, path: readonly number[], form: C14nMethod): string {
  const verdict = foreignRead(Buffer.from(document), (root) => foreignCanonical(foreignElement(root, path), form));
  if ('refused' in verdict) throw new Error(verdict.refused);
  return verdict.value;
}

const at = (root: XmlElement, path: readonly number[]): XmlElement =>
  path.reduce((e, i) => childElements(e)[i] as XmlElement, root);

const paths = { timestamp: [0, 0, 1], signature: [0, 0, 2], signedInfo: [0, 0, 2, 0], messaging: [0, 1], body: [1] };

describe('security/signEbms', () => {
  it('has token, Timestamp and Signature in Security, then Messaging, with prefixes that clients look for', async () => {
    const root = parse(await signedEnvelope());
    const [security, messaging] = childElements(at(root, [0])) as [XmlElement, XmlElement];
    expect(childElements(security).map((e) => `${e.prefix}:${e.local}`)).to.deep.equal([
      'wsse:BinarySecurityToken',
      'wsu:Timestamp',
      'ds:Signature',
    ]);
    expect(`${messaging.prefix}:${messaging.local}`).to.equal('eb:Messaging');
    for (const block of [security, messaging]) expect(attribute(block, 'mustUnderstand', env.uri)).to.equal('true');
    const prefixed = [messaging, at(root, paths.body), at(root, paths.timestamp)];
    for (const e of prefixed) expect(e.attributes.some((a) => a.prefix === 'wsu' && a.local === 'Id')).to.equal(true);
  });

  it('refers to Body, Timestamp, Messaging and attachments in that order, each by its own transform', async () => {
    const references = childrenNamed(at(parse(await signedEnvelope()), paths.signedInfo), DS, 'Reference');
    const seen = references.map((r) => {
      const [transform] = childElements(childElements(r)[0] as XmlElement);
      const [inclusive] = transform === undefined ? [] : childElements(transform);
      return [
        attribute(r, 'URI')?.split('-')[0],
        attribute(transform as XmlElement, 'Algorithm')?.split('#')[1],
        inclusive && attribute(inclusive, 'PrefixList'),
      ];
    });
    expect(seen).to.deep.equal([
      ['#soapBody', '', undefined],
      ['#TS', '', 'wsse env'],
      ['#id', '', undefined],
      [`cid:${contentId.split('-')[0]}`, 'Attachment-Content-Signature-Transform', undefined],
    ]);
  });

  it('has the digests and the value that libxml2 and node:crypto compute', async () => {
    const document = await signedEnvelope();
    const references = childrenNamed(at(parse(document), paths.signedInfo), DS, 'Reference');
    const digests = references.map((r) => textOf(childrenNamed(r, DS, 'DigestValue')[0] as XmlElement));
    const expected = [
      libxml2(document, paths.body, method()),
      libxml2(document, paths.timestamp, method('wsse', 'env')),
      libxml2(document, paths.messaging, method()),
      cms,
    ].map((octets) => createHash('sha256').update(octets).digest('base64'));
    expect(digests).to.deep.equal(expected);
    const value = textOf(childElements(at(parse(document), paths.signature))[1] as XmlElement);
    const verifier = createVerify('sha256').update(libxml2(document, paths.signedInfo, method('env')));
    expect(verifier.verify(caller.parsed.publicKey, value, 'base64')).to.equal(true);
  });

  it('keeps the document in Body as it stands for its own signature: every namespace, used or not', async () => {
    const document = await signedEnvelope();
    const inner = libxml2(sbd, [], { exclusive: false, comments: false, prefixes: [] });
    const sent = /<StandardBusinessDocument .*<\/StandardBusinessDocument>/s.exec(document)?.[0] ?? '';
    expect(libxml2(sent, [], { exclusive: false, comments: false, prefixes: [] })).to.equal(inner);
    expect(sent).to.contain('xmlns:i="urn:unused"');
  });

  it('tells what it signed of the payload, for the receipt', async () => {
    const { envelope, payload } = await signEbms(ebmsMessage(), caller.key, testTime);
    expect(payload.map((p) => p.uri)).to.deep.equal(['#soapBody', `cid:${contentId}`]);
    for (const { digest } of payload) expect(envelope).to.contain(`>${digest}<`);
    expect(payload[1]?.digest).to.equal(Buffer.from(sha256(cms), 'hex').toString('base64'));
  });
});
