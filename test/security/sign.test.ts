import { createHash, createVerify } from 'node:crypto';
import { expect } from 'chai';
import { newId, signatureElement, signingKey, timestampElement, tokenElement } from '../../src/security/sign.js';
import { DS, env, WSSE, wsse, WSU } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, childrenNamed, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { element, serialise } from '../../src/xml/write.js';
import { exclusive } from '../../src/xml/c14n.js';
import { caller } from '../support/answers.js';
import { foreignCanonical, foreignElement, foreignRead } from '../support/oracle.js';

const part = (id: string, text: string): { id: string; element: XmlElement } => ({
  id,
  element: { ...element(wsse, 'Part', {}, [text]), attributes: [{ prefix: 'wsu', local: 'Id', ns: WSU, value: id }] },
});
const parts = [part('A-1', 'one'), part('B-2', '<two> & \r\n "three"'), part('C-3', '')];

/** libxml2's exclusive canonical form of the element at `path`. */
function libxml2(document: string, path: readonly number[]): string {
  const verdict = foreignRead(Buffer.from(document), (root) => foreignCanonical(foreignElement(root, path), exclusive));
  if ('refused' in verdict) throw new Error(verdict.refused);
  return verdict.value;
}

describe('security/sign', () => {
  it('takes a key as an object or in PEM, and keeps the certificate in base64 as a token holds it', () => {
    const pem = caller.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    for (const key of [caller.privateKey, pem]) {
      const made = signingKey(key, caller.leaf);
      expect(made.privateKey.equals(caller.privateKey)).to.equal(true);
      expect(Buffer.from(made.token, 'base64')).to.deep.equal(caller.leaf);
    }
  });

  it('makes Ids that are names, and never the same twice', () => {
    const ids = Array.from({ length: 1000 }, () => newId('TS'));
    expect(new Set(ids).size).to.equal(1000);
    for (const id of ids) expect(id).to.match(/^TS-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('writes a Timestamp in UTC with milliseconds', () => {
    const timestamp = timestampElement('TS-1', new Date('2026-10-25T00:59:59.5Z'), 120);
    expect(attribute(timestamp, 'Id', WSU)).to.equal('TS-1');
    expect(childElements(timestamp).map((e) => [e.ns, e.local, textOf(e)])).to.deep.equal([
      [WSU, 'Created', '2026-10-25T00:59:59.500Z'],
      [WSU, 'Expires', '2026-10-25T01:01:59.500Z'],
    ]);
  });

  it('writes the certificate as an X509v3 token in base64 on one line', () => {
    const token = tokenElement('X509-1', caller.key);
    expect([token.ns, token.local, attribute(token, 'Id', WSU)]).to.deep.equal([WSSE, 'BinarySecurityToken', 'X509-1']);
    expect(attribute(token, 'ValueType')).to.match(/x509-token-profile-1\.0#X509v3$/);
    expect(attribute(token, 'EncodingType')).to.match(/soap-message-security-1\.0#Base64Binary$/);
    expect(textOf(token)).to.equal(caller.leaf.toString('base64'));
  });

  it('has one Reference a part, in the order of the parts, and names the key by reference to the token', async () => {
    const signature = await signatureElement(parts, caller.key, 'X509-1');
    expect(childElements(signature).map((e) => e.local)).to.deep.equal(['SignedInfo', 'SignatureValue', 'KeyInfo']);
    const [signedInfo, value, keyInfo] = childElements(signature) as [XmlElement, XmlElement, XmlElement];
    const uris = childrenNamed(signedInfo, DS, 'Reference').map((r) => attribute(r, 'URI'));
    expect(uris).to.deep.equal(['#A-1', '#B-2', '#C-3']);
    expect(textOf(value)).to.match(/^[A-Za-z0-9+/]{342}==$/);
    expect(serialise(keyInfo)).to.contain('URI="#X509-1"');
  });

  it('has the digests and the value that libxml2 and node:crypto compute, wherever in a document it stands', async () => {
    const signature = await signatureElement(parts, caller.key, 'X509-1');
    const document = serialise(
      element(env, 'Outer', {}, [
        element({ prefix: 'x', uri: 'urn:x' }, 'Inner', {}, [signature, ...parts.map((p) => p.element)]),
      ]),
    );
    const [, ...others] = childElements(parse(document))[0]!.children;
    expect(others).to.have.length(3);
    const references = childrenNamed(childElements(signature)[0]!, DS, 'Reference');
    for (const [i, reference] of references.entries()) {
      const digest = createHash('sha256')
        .update(libxml2(document, [0, i + 1]))
        .digest('base64');
      expect(textOf(childrenNamed(reference, DS, 'DigestValue')[0]!)).to.equal(digest);
    }
    const value = textOf(childrenNamed(signature, DS, 'SignatureValue')[0]!);
    const verifier = createVerify('sha256').update(libxml2(document, [0, 0, 0]));
    expect(verifier.verify(caller.parsed.publicKey, value, 'base64')).to.equal(true);
  });

  it('signs what stands there at that time: the same parts give the same value, other parts another', async () => {
    const valueOf = async (list: typeof parts): Promise<string> =>
      textOf(childrenNamed(await signatureElement(list, caller.key, 'X509-1'), DS, 'SignatureValue')[0]!);
    const value = await valueOf(parts);
    expect(await valueOf(parts)).to.equal(value);
    expect(await valueOf([...parts].reverse())).not.to.equal(value);
    expect(await valueOf([part('A-1', 'onE'), ...parts.slice(1)])).not.to.equal(value);
  });
});
