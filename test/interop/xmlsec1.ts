import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOMParser, XMLSerializer } from '@xmldom/xmldom';
import type { Document, Element } from '@xmldom/xmldom';
import { select } from 'xpath';
import { run, succeed, withFolder } from './support.js';

const DS = 'http://www.w3.org/2000/09/xmldsig#';

function every(doc: Document, path: string): Element[] {
  const found: unknown = select(path, doc as unknown as Node);
  return Array.isArray(found) ? (found as Element[]) : [];
}

const read = (xml: string): Document => new DOMParser().parseFromString(xml, 'application/xml');
const write = (doc: Document): string => new XMLSerializer().serializeToString(doc);

function one(doc: Document, local: string): Element {
  const [element, ...more] = every(doc, `//*[local-name()='${local}']`);
  if (element === undefined || more.length > 0) throw new Error(`expected one ${local}`);
  return element;
}

/** The signer's certificate: in BinarySecurityToken, or in KeyIdentifier where there is no token. */
function tokenOf(doc: Document): X509Certificate {
  const [token] = every(doc, "//*[local-name()='BinarySecurityToken'] | //*[local-name()='KeyIdentifier']");
  return new X509Certificate(Buffer.from(token?.textContent ?? '', 'base64'));
}

/** Options that make every attribute called Id of every kind of element an XML id. */
function idOptions(doc: Document): string[] {
  const names = every(doc, "//*[@*[local-name()='Id']]").map((e) => `${e.namespaceURI ?? ''}:${e.localName ?? ''}`);
  return [...new Set(names)].flatMap((name) => ['--id-attr:Id', name]);
}

export interface Verdict {
  readonly valid: boolean;
  /** What xmlsec1 and openssl said. */
  readonly output: string;
  readonly signer: X509Certificate;
}

/**
 * xmlsec1 on the signature and all its references, and openssl on the signer's certificate.
 * @param ca file of the authorities to believe, in PEM
 * @param idAttributes further `namespace:element` names whose Id counts; those in the document are found
 */
export const xmlsec1Verify = (xml: string, ca: string, ...idAttributes: readonly string[]): Promise<Verdict> =>
  withFolder(async (folder) => {
    const doc = read(xml);
    const signer = tokenOf(doc);
    const [file, leaf] = [join(folder, 'envelope.xml'), join(folder, 'leaf.pem')];
    writeFileSync(file, xml);
    writeFileSync(leaf, signer.toString());
    const ids = [...idOptions(doc), ...idAttributes.flatMap((name) => ['--id-attr:Id', name])];
    const path = await run('openssl', ['verify', '-CAfile', ca, leaf]);
    const signature = await run('xmlsec1', ['--verify', '--print-debug', '--pubkey-cert-pem', leaf, ...ids, file]);
    const output = [path, signature].map(({ stdout, stderr }) => stdout + stderr).join('\n');
    return { valid: path.code === 0 && signature.code === 0, output, signer };
  });

/**
 * The answer with its Body in the clear, decrypted by xmlsec1. Since xmlsec1 does not follow a SecurityTokenReference, EncryptedKey is
 * handed to it inside EncryptedData; nothing that is signed is touched.
 * @param key file of the receiver's private key, in PEM
 */
export const xmlsec1Decrypt = (xml: string, key: string): Promise<string> =>
  withFolder(async (folder) => {
    const doc = read(xml);
    const [encryptedKey, encryptedData] = [one(doc, 'EncryptedKey'), one(doc, 'EncryptedData')];
    const child = (parent: Element, local: string): Element | undefined =>
      Array.from(parent.childNodes).find((n) => n.localName === local) as Element | undefined;
    const keyInfo = child(encryptedData, 'KeyInfo') ?? doc.createElementNS(DS, 'ds:KeyInfo');
    const ownInfo = child(encryptedKey, 'KeyInfo');
    if (ownInfo !== undefined) encryptedKey.removeChild(ownInfo);
    while (keyInfo.firstChild !== null) keyInfo.removeChild(keyInfo.firstChild);
    keyInfo.appendChild(encryptedKey);
    if (keyInfo.parentNode === null) encryptedData.insertBefore(keyInfo, child(encryptedData, 'CipherData') ?? null);
    const file = join(folder, 'answer.xml');
    writeFileSync(file, write(doc));
    return succeed('xmlsec1', ['--decrypt', '--privkey-pem', key, file]);
  });
