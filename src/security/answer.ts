import { hash, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Failure } from '../errors.js';
import { bodyChild } from '../soap/envelope.js';
import { env, SOAP12, WSSE, WSSE11, wsse, wsse11, WSU, XENC } from '../soap/names.js';
import { canonicalise, escapeText } from '../xml/c14n.js';
import type { NsScope, XmlElement } from '../xml/model.js';
import { attribute, childElements, childrenNamed, is } from '../xml/model.js';
import { template } from '../xml/template.js';
import { parse } from '../xml/tree.js';
import { element, plain, qualified, serialise } from '../xml/write.js';
import type { SignaturePolicy } from './policy.js';
import {
  digest,
  lifetime,
  signatureOf,
  signatureValue,
  signedInfoOf,
  timestampOf,
  tokenElement,
  wsuIdAttribute,
} from './sign.js';
import type { SigningKey } from './sign.js';
import type { HeaderVerdict, VerifyDeps } from './signedHeader.js';
import { checkDigest, verifyHeader } from './signedHeader.js';
import type { Signer, Trusted } from './trusted.js';
import type { Encryption } from './xmlenc.js';
import { decryptContent, encrypt, encryptedDataElement, encryptedKeyElement } from './xmlenc.js';

/** Seconds that an answer lives (CONTRACT.md section 5). */
const ANSWER_LIFETIME = 60;

/*
 * An answer always has the same form, so its texts are compiled at start and filled with values here. The Ids of one answer share a UUID.
 */
type Part = 'id' | 'created' | 'expires' | 'confirmed';
type Digests = 'timestampDigest' | 'bodyDigest' | 'confirmationDigest';
type Whole = Part | Digests | 'signatureValue' | 'token' | Exclude<keyof Encryption, 'keyId' | 'dataId'>;
type Hole<H extends string> = (name: H) => string;

const timestamp = (hole: Hole<Part>): XmlElement =>
  timestampOf(`TS-${hole('id')}`, { created: hole('created'), expires: hole('expires') });

const confirmation = (hole: Hole<Part>): XmlElement =>
  element(wsse11, 'SignatureConfirmation', [
    ...plain({ Value: hole('confirmed') }),
    wsuIdAttribute(`SC-${hole('id')}`),
  ]);

const body = (id: string, child: XmlElement): XmlElement => element(env, 'Body', [wsuIdAttribute(`id-${id}`)], [child]);

const signedInfo = (hole: Hole<'id' | Digests>): XmlElement =>
  signedInfoOf([
    [`TS-${hole('id')}`, hole('timestampDigest')],
    [`id-${hole('id')}`, hole('bodyDigest')],
    [`SC-${hole('id')}`, hole('confirmationDigest')],
  ]);

function envelope(hole: Hole<Whole>): XmlElement {
  const id = hole('id');
  const encryption: Encryption = {
    keyId: `EK-${id}`,
    dataId: `ED-${id}`,
    issuerName: hole('issuerName'),
    serial: hole('serial'),
    wrappedKey: hole('wrappedKey'),
    cipher: hole('cipher'),
  };
  const security = element(
    wsse,
    'Security',
    [qualified(env, 'mustUnderstand', 'true')],
    [
      encryptedKeyElement(encryption),
      tokenElement(`X509-${id}`, { token: hole('token') }),
      signatureOf(signedInfo(hole), hole('signatureValue'), `X509-${id}`, id),
      timestamp(hole),
      confirmation(hole),
    ],
  );
  return element(env, 'Envelope', {}, [
    element(env, 'Header', {}, [security]),
    body(id, encryptedDataElement(encryption)),
  ]);
}

const texts = {
  timestamp: template(timestamp, canonicalise),
  confirmation: template(confirmation, canonicalise),
  signedInfo: template(signedInfo, canonicalise),
  envelope: template(envelope),
};

/**
 * The answer to `request`: Body, Timestamp and SignatureConfirmation signed, then Body's content encrypted to the certificate that
 * signed the request; the header's children in the recorded order (CONTRACT.md section 5).
 */
export async function protectAnswer(
  content: XmlElement,
  request: Trusted,
  key: SigningKey,
  now: Date,
): Promise<string> {
  const { certificate } = request.principal;
  const part = { id: randomUUID(), ...lifetime(now, ANSWER_LIFETIME), confirmed: request.signatureValue };
  const digests = {
    timestampDigest: digest(texts.timestamp(part)),
    bodyDigest: digest(canonicalise(body(part.id, content))),
    confirmationDigest: digest(texts.confirmation(part)),
  };
  const signed = signatureValue(texts.signedInfo({ ...part, ...digests }), key);
  const encrypted = encrypt(Buffer.from(serialise(content)), certificate);
  return texts.envelope({
    ...part,
    ...digests,
    ...encrypted,
    signatureValue: await signed,
    token: key.token,
    issuerName: escapeText(certificate.issuerName),
    serial: certificate.serial,
  });
}

/** What a caller of a 16-02 service demands of an answer, over what its signature policy demands. */
export const answerPolicy = (policy: SignaturePolicy): SignaturePolicy => ({
  ...policy,
  name: `${policy.name} answer`,
  blocks: [],
  alsoInSecurity: new Set([`{${XENC}}EncryptedKey`, `{${WSSE11}}SignatureConfirmation`]),
});

function bindingsOf(scope: NsScope | null): { prefix: string; uri: string }[] {
  const all = new Map<string, string>();
  for (let s = scope; s !== null; s = s.outer) if (!all.has(s.prefix)) all.set(s.prefix, s.uri);
  return [...all].map(([prefix, uri]) => ({ prefix, uri }));
}

/**
 * Body with its decrypted content, read in the namespaces that were in scope where it stood.
 * @throws Failure UNSUPPORTED_ALGORITHM, or FAILED_CHECK for anything else
 */
export function decryptBody(header: XmlElement, body: XmlElement, privateKey: KeyObject): XmlElement {
  const security = childrenNamed(header, WSSE, 'Security')[0];
  const [encryptedKey, ...more] = security === undefined ? [] : childrenNamed(security, XENC, 'EncryptedKey');
  if (encryptedKey === undefined || more.length > 0) {
    throw new Failure('FAILED_CHECK', 'the answer has not exactly one EncryptedKey');
  }
  const encryptedData = bodyChild(body);
  if (!is(encryptedData, XENC, 'EncryptedData')) throw new Failure('FAILED_CHECK', 'the answer is not encrypted');
  const content = decryptContent(encryptedKey, encryptedData, privateKey);
  const shell = serialise({ ...body, declarations: bindingsOf(body.scope), children: [] });
  const cut = shell.lastIndexOf('</');
  try {
    return parse(shell.slice(0, cut) + content + shell.slice(cut));
  } catch {
    // The same error as for any other wrong octets, so that nobody learns from it how far decryption came.
    throw new Failure('FAILED_CHECK', 'decryption: not XML');
  }
}

function refuseDoubledIds(root: XmlElement, seen = new Set<string>()): void {
  for (const a of root.attributes) {
    if (a.local.toLowerCase() !== 'id') continue;
    if (seen.has(a.value)) throw new Failure('MALFORMED_XML', 'an Id that stands twice');
    seen.add(a.value);
  }
  for (const child of childElements(root)) refuseDoubledIds(child, seen);
}

/** Exactly one SignatureConfirmation, signed, with our SignatureValue (SECURITY.md 53). */
function checkConfirmation(header: XmlElement, verdict: HeaderVerdict, sent: string): void {
  const [security] = childrenNamed(header, WSSE, 'Security');
  const confirmations = security === undefined ? [] : childrenNamed(security, WSSE11, 'SignatureConfirmation');
  const [confirmation] = confirmations;
  const confirmed =
    confirmations.length === 1 &&
    confirmation !== undefined &&
    verdict.signed.has(confirmation) &&
    attribute(confirmation, 'Id', WSU) !== undefined &&
    attribute(confirmation, 'Value') === sent;
  if (!confirmed) throw new Failure('FAILED_CHECK', 'the answer does not confirm the signature that we sent');
}

export interface Answer {
  readonly signer: Signer;
  /** The one child of Body, decrypted and verified. */
  readonly content: XmlElement;
}

/**
 * Opens an answer that was made by `protectAnswer`, or by any server of the contract: decrypts, then verifies signature, certificate,
 * times, and that it confirms the signature that we sent.
 * @param sent the text of our own SignatureValue
 * @throws Failure
 */
export function openAnswer(
  octets: Buffer,
  sent: string,
  privateKey: KeyObject,
  policy: SignaturePolicy,
  deps: VerifyDeps,
): Answer {
  const root = parse(octets);
  const [header, body, ...more] = childElements(root);
  const fits = header !== undefined && body !== undefined && more.length === 0;
  if (!fits || !is(root, SOAP12, 'Envelope') || !is(header, SOAP12, 'Header') || !is(body, SOAP12, 'Body')) {
    throw new Failure('MALFORMED_XML', 'the answer is not a SOAP 1.2 envelope with Header and Body');
  }
  const plainBody = decryptBody(header, body, privateKey);
  refuseDoubledIds({ ...root, children: [header, plainBody] });
  const verdict = verifyHeader(header, plainBody, '1.2', policy, deps);
  const { bodyPlan } = verdict;
  checkDigest(bodyPlan, hash(bodyPlan.hash, canonicalise(plainBody, bodyPlan.c14n), 'buffer'));
  checkConfirmation(header, verdict, sent);
  return { signer: verdict.signer, content: bodyChild(plainBody) };
}
