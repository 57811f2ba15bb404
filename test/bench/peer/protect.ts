import { constants, createCipheriv, publicEncrypt, randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { BASE64, DS, EXC_C14N, RSA_SHA256, SHA256, WSSE, WSSE11, WSU, X509_V3, XENC } from './names.js';
import type { Verified } from './verify.js';

const signed = {
  transforms: [EXC_C14N],
  digestAlgorithm: SHA256,
};

/** Splits what the `soap` server wrote into its Envelope start tag and Body's content. */
function parts(envelope: string): { start: string; content: string } {
  const match = /(<soap:Envelope[^>]*>).*?<soap:Body>(.*)<\/soap:Body>/s.exec(envelope);
  if (match === null) throw new Error('not an envelope');
  return { start: match[1] as string, content: match[2] as string };
}

function headerOf(caller: Verified, token: string, now: Date): string {
  const expires = new Date(now.getTime() + 60_000);
  return (
    `<wsse:Security soap:mustUnderstand="true" xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}">` +
    `<wsse:BinarySecurityToken EncodingType="${BASE64}" ValueType="${X509_V3}" wsu:Id="token">${token}</wsse:BinarySecurityToken>` +
    `<wsu:Timestamp wsu:Id="timestamp"><wsu:Created>${now.toISOString()}</wsu:Created>` +
    `<wsu:Expires>${expires.toISOString()}</wsu:Expires></wsu:Timestamp>` +
    `<wsse11:SignatureConfirmation xmlns:wsse11="${WSSE11}" Value="${caller.signatureValue}" wsu:Id="confirmation"/>` +
    `</wsse:Security>`
  );
}

function sign(envelope: string, privateKey: KeyObject): string {
  const signature = new SignedXml({
    privateKey,
    idMode: 'wssecurity',
    signatureAlgorithm: RSA_SHA256,
    canonicalizationAlgorithm: EXC_C14N,
    getKeyInfoContent: () =>
      `<wsse:SecurityTokenReference><wsse:Reference URI="#token" ValueType="${X509_V3}"/></wsse:SecurityTokenReference>`,
  });
  for (const name of ['Timestamp', 'Body', 'SignatureConfirmation'])
    signature.addReference({ xpath: `//*[local-name(.)='${name}']`, ...signed });
  signature.computeSignature(envelope, {
    prefix: 'ds',
    location: { reference: "//*[local-name(.)='BinarySecurityToken']", action: 'after' },
    existingPrefixes: { wsse: WSSE },
  });
  return signature.getSignedXml();
}

const cipherData = (octets: Buffer): string =>
  `<xenc:CipherData><xenc:CipherValue>${octets.toString('base64')}</xenc:CipherValue></xenc:CipherData>`;

const keyInfo = (content: string): string =>
  `<ds:KeyInfo xmlns:ds="${DS}"><wsse:SecurityTokenReference xmlns:wsse="${WSSE}">${content}</wsse:SecurityTokenReference></ds:KeyInfo>`;

function encryptedKey(key: Buffer, caller: Verified, id: string): string {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  const { issuer, serialNumber, publicKey } = caller.certificate;
  return (
    `<xenc:EncryptedKey xmlns:xenc="${XENC}" Id="key-${id}">` +
    `<xenc:EncryptionMethod Algorithm="${XENC}rsa-oaep-mgf1p"/>` +
    keyInfo(
      `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>${issuer.split('\n').reverse().join(',')}</ds:X509IssuerName>` +
        `<ds:X509SerialNumber>${BigInt(`0x${serialNumber}`)}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`,
    ) +
    cipherData(publicEncrypt({ key: publicKey, ...padding }, key)) +
    `<xenc:ReferenceList><xenc:DataReference URI="#data-${id}"/></xenc:ReferenceList></xenc:EncryptedKey>`
  );
}

function encryptedData(content: string, key: Buffer, id: string): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  return (
    `<xenc:EncryptedData xmlns:xenc="${XENC}" Id="data-${id}" Type="${XENC}Content">` +
    `<xenc:EncryptionMethod Algorithm="${XENC}aes256-cbc"/>` +
    keyInfo(`<wsse:Reference URI="#key-${id}"/>`) +
    cipherData(Buffer.concat([iv, cipher.update(content, 'utf8'), cipher.final()])) +
    `</xenc:EncryptedData>`
  );
}

/** Replaces Body's content by its encryption to the caller's certificate. */
function encrypt(envelope: string, caller: Verified): string {
  const match = /^(.*?<wsse:Security [^>]*>)(.*<soap:Body[^>]*>)(.*)(<\/soap:Body>.*)$/s.exec(envelope);
  if (match === null) throw new Error('not a signed envelope');
  const [, head, middle, content, tail] = match as unknown as string[];
  const id = randomUUID();
  const key = randomBytes(32);
  return `${head}${encryptedKey(key, caller, id)}${middle}${encryptedData(content as string, key, id)}${tail}`;
}

/** Signs what the `soap` server answers, by xml-crypto, then encrypts its Body. */
export function createProtect(
  privateKey: KeyObject,
  certificatePem: string,
): (answer: string, caller: Verified, now: Date) => string {
  const token = new X509Certificate(certificatePem).raw.toString('base64');
  return (answer, caller, now) => {
    const { start, content } = parts(answer);
    const header = headerOf(caller, token, now);
    const envelope =
      `${start}<soap:Header>${header}</soap:Header>` +
      `<soap:Body xmlns:wsu="${WSU}" wsu:Id="body">${content}</soap:Body></soap:Envelope>`;
    return encrypt(sign(envelope, privateKey), caller);
  };
}
