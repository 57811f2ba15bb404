import { constants, createCipheriv, createDecipheriv, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Failure } from '../errors.js';
import { ds, DS, WSSE, wsse, wsse11, XENC, xenc } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import { attribute, childElements, childrenNamed, textOf } from '../xml/model.js';
import { element, qualified } from '../xml/write.js';
import { AES256_CBC, RSA_OAEP_MGF1P, SHA1 } from './algorithms.js';
import { decodeBase64 } from './shape.js';
import type { Certificate } from './x509.js';

/*
 * XML Encryption of the Oppslagstjenesten answer: AES-256-CBC under RSA-OAEP with SHA-1 and MGF1-SHA-1. The pair is a named exception:
 * no known client of the contract reads anything newer (CONTRACT.md section 5, PROFILES).
 */

const CONTENT = 'http://www.w3.org/2001/04/xmlenc#Content';
const ENCRYPTED_KEY = 'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey';
const BLOCK = 16;
const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' } as const;

const method = (uri: string): XmlElement => element(xenc, 'EncryptionMethod', { Algorithm: uri });

const cipherData = (value: string): XmlElement =>
  element(xenc, 'CipherData', {}, [element(xenc, 'CipherValue', {}, [value])]);

const tokenReference = (child: XmlElement, tokenType?: string): XmlElement =>
  element(ds, 'KeyInfo', {}, [
    element(
      wsse,
      'SecurityTokenReference',
      tokenType === undefined ? [] : [qualified(wsse11, 'TokenType', tokenType)],
      [child],
    ),
  ]);

/** What an encryption is written with: the Ids that bind its two elements, the recipient by certificate, and base64. */
export interface Encryption {
  readonly keyId: string;
  readonly dataId: string;
  readonly issuerName: string;
  readonly serial: string;
  /** The content key under RSA-OAEP. */
  readonly wrappedKey: string;
  /** IV and octets under AES-256-CBC. */
  readonly cipher: string;
}

/** EncryptedKey, for the header. */
export const encryptedKeyElement = ({ keyId, dataId, issuerName, serial, wrappedKey }: Encryption): XmlElement =>
  element(xenc, 'EncryptedKey', { Id: keyId }, [
    method(RSA_OAEP_MGF1P),
    tokenReference(
      element(ds, 'X509Data', {}, [
        element(ds, 'X509IssuerSerial', {}, [
          element(ds, 'X509IssuerName', {}, [issuerName]),
          element(ds, 'X509SerialNumber', {}, [serial]),
        ]),
      ]),
    ),
    cipherData(wrappedKey),
    element(xenc, 'ReferenceList', {}, [element(xenc, 'DataReference', { URI: `#${dataId}` })]),
  ]);

/** EncryptedData, to stand in Body. */
export const encryptedDataElement = ({ keyId, dataId, cipher }: Encryption): XmlElement =>
  element(xenc, 'EncryptedData', { Id: dataId, Type: CONTENT }, [
    method(AES256_CBC),
    tokenReference(element(wsse, 'Reference', { URI: `#${keyId}` }), ENCRYPTED_KEY),
    cipherData(cipher),
  ]);

/** Encrypts `content` to the key in `certificate`. */
export function encrypt(
  content: Buffer,
  { publicKey }: Pick<Certificate, 'publicKey'>,
): Pick<Encryption, 'wrappedKey' | 'cipher'> {
  const random = randomBytes(32 + 2 * BLOCK);
  const [key, iv] = [random.subarray(0, 32), random.subarray(32, 32 + BLOCK)];
  // XML-Enc padding: random octets, the last of which counts them (XML Encryption 1.0, 5.2).
  const padding = random.subarray(32 + BLOCK, 32 + 2 * BLOCK - (content.length % BLOCK));
  padding[padding.length - 1] = padding.length;
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return {
    wrappedKey: publicEncrypt({ key: publicKey, ...oaep }, key).toString('base64'),
    cipher: Buffer.concat([iv, cipher.update(content), cipher.update(padding)]).toString('base64'),
  };
}

/** One uniform error, whatever went wrong (SECURITY.md 66, 67). */
const undecipherable = (detail: string): Failure => new Failure('FAILED_CHECK', `decryption: ${detail}`);

function only(parent: XmlElement, ns: string, local: string): XmlElement {
  const [found, ...more] = childrenNamed(parent, ns, local);
  if (found === undefined || more.length > 0) throw undecipherable(`not exactly one ${local} in ${parent.local}`);
  return found;
}

function cipherOctets(encrypted: XmlElement): Buffer {
  const data = only(encrypted, XENC, 'CipherData');
  // Octets that lie elsewhere are never fetched (SECURITY.md 70).
  if (childrenNamed(data, XENC, 'CipherReference').length > 0) {
    throw new Failure('UNSUPPORTED_ALGORITHM', 'CipherReference');
  }
  const value = only(data, XENC, 'CipherValue');
  const octets = decodeBase64(textOf(value));
  if (octets === undefined || childElements(value).length > 0) throw undecipherable('CipherValue');
  return octets;
}

/** OAEP stands with its default digests: no DigestMethod, or SHA-1; no parameters (SECURITY.md 71). */
function checkMethods(encryptedKey: XmlElement, encryptedData: XmlElement): void {
  const keyMethod = only(encryptedKey, XENC, 'EncryptionMethod');
  const dataMethod = only(encryptedData, XENC, 'EncryptionMethod');
  const defaults = childElements(keyMethod).every(
    (e) => e.ns === DS && e.local === 'DigestMethod' && attribute(e, 'Algorithm') === SHA1,
  );
  const known =
    attribute(keyMethod, 'Algorithm') === RSA_OAEP_MGF1P && attribute(dataMethod, 'Algorithm') === AES256_CBC;
  if (!known || !defaults || childElements(dataMethod).length > 0) {
    throw new Failure('UNSUPPORTED_ALGORITHM', 'encryption method');
  }
}

/** The EncryptedData names this EncryptedKey, and the key lists this data: nothing else is decrypted. */
function checkLinks(encryptedKey: XmlElement, encryptedData: XmlElement): void {
  const list = only(encryptedKey, XENC, 'ReferenceList');
  const keyReference = only(
    only(only(encryptedData, DS, 'KeyInfo'), WSSE, 'SecurityTokenReference'),
    WSSE,
    'Reference',
  );
  const linked =
    attribute(only(list, XENC, 'DataReference'), 'URI') === `#${attribute(encryptedData, 'Id')}` &&
    attribute(keyReference, 'URI') === `#${attribute(encryptedKey, 'Id')}` &&
    attribute(encryptedData, 'Type') === CONTENT;
  if (!linked) throw undecipherable('EncryptedKey and EncryptedData do not name each other');
}

/**
 * Decrypts the content of an element that was encrypted with `encryptContent` or by a server of the contract.
 * @throws Failure UNSUPPORTED_ALGORITHM, or FAILED_CHECK for anything else
 */
export function decryptContent(encryptedKey: XmlElement, encryptedData: XmlElement, privateKey: KeyObject): string {
  checkMethods(encryptedKey, encryptedData);
  checkLinks(encryptedKey, encryptedData);
  const [wrapped, octets] = [cipherOctets(encryptedKey), cipherOctets(encryptedData)];
  try {
    const key = privateDecrypt({ key: privateKey, ...oaep }, wrapped);
    const decipher = createDecipheriv('aes-256-cbc', key, octets.subarray(0, BLOCK)).setAutoPadding(false);
    const padded = Buffer.concat([decipher.update(octets.subarray(BLOCK)), decipher.final()]);
    const length = padded.at(-1) ?? 0;
    if (length < 1 || length > BLOCK) throw undecipherable('padding');
    return new TextDecoder('utf-8', { fatal: true }).decode(padded.subarray(0, padded.length - length));
  } catch (error) {
    throw error instanceof Failure ? error : undecipherable((error as Error).message);
  }
}
