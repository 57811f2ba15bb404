import { constants } from 'node:crypto';
import type { C14nMethod } from '../xml/c14n.js';

/** A signature method of XML-DSig (RFC 9231) in the terms of node:crypto. */
export interface SignatureAlgorithm {
  readonly hash: string;
  readonly padding: number;
  readonly saltLength?: number;
}

const pkcs1 = { padding: constants.RSA_PKCS1_PADDING };
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

const DSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const DSIG_2007 = 'http://www.w3.org/2007/05/xmldsig-more#';

export const RSA_SHA256 = `${DSIG_MORE}rsa-sha256`;
export const RSA_SHA384 = `${DSIG_MORE}rsa-sha384`;
export const RSA_SHA512 = `${DSIG_MORE}rsa-sha512`;
export const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
export const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
export const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
/** The content of an attachment, its headers not covered (SwA profile 1.1, 5.4.1). */
export const ATTACHMENT_CONTENT =
  'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Signature-Transform';
export const AES256_CBC = 'http://www.w3.org/2001/04/xmlenc#aes256-cbc';
export const RSA_OAEP_MGF1P = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';

/** Signature methods that we know; a policy takes a subset. HMAC, DSA and SHA-1 signatures are in no policy. */
export const signatureAlgorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  [RSA_SHA256, { hash: 'sha256', ...pkcs1 }],
  [RSA_SHA384, { hash: 'sha384', ...pkcs1 }],
  [RSA_SHA512, { hash: 'sha512', ...pkcs1 }],
  [`${DSIG_2007}sha256-rsa-MGF1`, { hash: 'sha256', ...pss }],
  [`${DSIG_2007}sha384-rsa-MGF1`, { hash: 'sha384', ...pss }],
  [`${DSIG_2007}sha512-rsa-MGF1`, { hash: 'sha512', ...pss }],
]);

/** Digest methods that we know, by their node:crypto name. SHA-1 is allowed by a named exception only. */
export const digestAlgorithms: ReadonlyMap<string, string> = new Map([
  [SHA1, 'sha1'],
  [SHA256, 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

/** Canonical forms that we know. C14N 1.1 is not among them. */
export const c14nAlgorithms: ReadonlyMap<string, Omit<C14nMethod, 'prefixes'>> = new Map([
  [EXC_C14N, { exclusive: true, comments: false }],
  [`${EXC_C14N}WithComments`, { exclusive: true, comments: true }],
  [C14N, { exclusive: false, comments: false }],
  [`${C14N}#WithComments`, { exclusive: false, comments: true }],
]);
