import { encodePersoner } from '../../src/contract/oppslagstjenesten/encode.js';
import type { Answer } from '../../src/security/answer.js';
import { answerPolicy, openAnswer } from '../../src/security/answer.js';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import type { SignedPart, SigningKey } from '../../src/security/sign.js';
import {
  newId,
  signatureElement,
  signingKey,
  timestampElement,
  tokenElement,
  wsuIdAttribute,
} from '../../src/security/sign.js';
import type { Trusted } from '../../src/security/trusted.js';
import { sealTrusted } from '../../src/security/trusted.js';
import type { Certificate } from '../../src/security/x509.js';
import { parseCertificate } from '../../src/security/x509.js';
import { encryptContent } from './encrypt.js';
import { enterpriseSubject } from '../../src/sandbox/pki/identities.js';
import { env, wsse, wsse11 } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { element, plain, qualified, serialise } from '../../src/xml/write.js';
import { makeChain, testKey, testTime, trustOf } from './pki.js';
import type { ChainChanges } from './pki.js';

/*
 * Both ends of an answer of the look-up service, with keys of a test, and answers that are good but for one thing: `protectAnswer` can
 * make good ones only.
 */

/** A certificate under the test authorities for one organisation. */
export function party(organisasjonsnummer: string, changes: ChainChanges = {}) {
  const leafKey = testKey(organisasjonsnummer);
  const subject = enterpriseSubject({ organisasjonsnummer, organisasjon: 'EN PART' });
  const serial = BigInt(organisasjonsnummer);
  const chain = makeChain({
    ...changes,
    leafKey,
    leaf: { subject, serial, publicKey: leafKey.publicKey, ...changes.leaf },
  });
  return { ...chain, key: signingKey(chain.privateKey, chain.leaf), parsed: parseCertificate(chain.leaf) };
}

export const caller = party('310000019');
export const service = party('991825827');

export const callerPolicy = answerPolicy(
  oppslagstjenestenPolicy({ sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true }, []),
);

/** The SignatureValue of the request that is answered; no check but for equality is made of it. */
export const sent = 'c2lnbmF0dXJl';

export const content: XmlElement = encodePersoner(
  [{ personidentifikator: '23863814839', status: 'AKTIV', reservasjon: 'NEI' }],
  new Map(),
);

/** The request that is answered, as the verifier gives it. */
export const answered = (certificate: Certificate = caller.parsed, signatureValue = sent): Trusted =>
  sealTrusted({
    principal: { certificate, organisasjonsnummer: '310000019' },
    evidence: 'signature',
    version: '1.2',
    operation: content,
    blocks: [],
    action: undefined,
    replay: { key: Buffer.alloc(32), expires: testTime },
    signatureValue,
  });

/** The children of Security and of Envelope, each able to stand anywhere. */
export interface AnswerParts {
  readonly encryptedKey: XmlElement;
  readonly token: XmlElement;
  readonly signature: XmlElement;
  readonly timestamp: XmlElement;
  readonly confirmation: XmlElement;
  readonly body: XmlElement;
  /** Body as it was signed. */
  readonly plainBody: XmlElement;
  readonly encryptedData: XmlElement;
}

export interface AnswerSpec {
  readonly signer?: SigningKey;
  /** The child of Body. */
  readonly content?: XmlElement;
  readonly recipient?: Certificate;
  readonly confirms?: string;
  readonly created?: Date;
  /** Seconds. */
  readonly lifetime?: number;
  /** What is encrypted, when it is other than what is signed. */
  readonly encrypted?: string;
  readonly signed?: (
    parts: Readonly<Record<'timestamp' | 'body' | 'confirmation', SignedPart>>,
  ) => readonly SignedPart[];
  /** Children of Security, in their order. */
  readonly security?: (parts: AnswerParts) => readonly XmlElement[];
  /** Children of Header, after Security. */
  readonly blocks?: (parts: AnswerParts) => readonly XmlElement[];
  readonly body?: (parts: AnswerParts) => XmlElement;
  /** Children of Envelope after Body. */
  readonly tail?: (parts: AnswerParts) => readonly XmlElement[];
}

/** An answer that is good but for what `spec` changes. */
export async function makeAnswer(spec: AnswerSpec = {}): Promise<string> {
  const ids = { timestamp: newId('TS'), body: newId('id'), confirmation: newId('SC'), token: newId('X509') };
  const timestamp = timestampElement(ids.timestamp, spec.created ?? testTime, spec.lifetime ?? 60);
  const confirmation = element(wsse11, 'SignatureConfirmation', [
    ...plain({ Value: spec.confirms ?? sent }),
    wsuIdAttribute(ids.confirmation),
  ]);
  const bodyWith = (one: XmlElement): XmlElement => element(env, 'Body', [wsuIdAttribute(ids.body)], [one]);
  const child = spec.content ?? content;
  const plainBody = bodyWith(child);
  const usual = {
    timestamp: { id: ids.timestamp, element: timestamp },
    body: { id: ids.body, element: plainBody },
    confirmation: { id: ids.confirmation, element: confirmation },
  };
  const signer = spec.signer ?? service.key;
  const signature = await signatureElement(spec.signed?.(usual) ?? Object.values(usual), signer, ids.token);
  const { encryptedKey, encryptedData } = encryptContent(
    spec.encrypted ?? serialise(child),
    spec.recipient ?? caller.parsed,
  );
  const token = tokenElement(ids.token, signer);
  const body = bodyWith(encryptedData);
  const parts = { encryptedKey, token, signature, timestamp, confirmation, body, plainBody, encryptedData };
  const children = spec.security?.(parts) ?? [encryptedKey, token, signature, timestamp, confirmation];
  const security = element(wsse, 'Security', [qualified(env, 'mustUnderstand', 'true')], children);
  const header = element(env, 'Header', {}, [security, ...(spec.blocks?.(parts) ?? [])]);
  return serialise(element(env, 'Envelope', {}, [header, spec.body?.(parts) ?? body, ...(spec.tail?.(parts) ?? [])]));
}

/** Opens an answer as the caller does. @throws Failure */
export const openAsCaller = (envelope: string | Buffer, now: Date = testTime): Answer =>
  openAnswer(Buffer.from(envelope), sent, caller.privateKey, callerPolicy, {
    trust: trustOf(caller),
    clock: { now: () => now },
  });
