import type { KeyObject } from 'node:crypto';
import { Failure } from '../errors.js';
import { once } from '../once.js';
import { answerPolicy, decryptBody } from '../security/answer.js';
import type { SignaturePolicy } from '../security/policy.js';
import type { SecurityShape } from '../security/shape.js';
import { readSecurity, wsuId } from '../security/shape.js';
import type { VerifyDeps } from '../security/signature.js';
import { verify } from '../security/signature.js';
import { verifyHeader } from '../security/signedHeader.js';
import { readTimestamp } from '../security/time.js';
import type { Trust } from '../security/trust.js';
import { parseCertificate } from '../security/x509.js';
import type { Certificate } from '../security/x509.js';
import { EnvelopeReader } from '../soap/envelope.js';
import type { SoapVersion } from '../soap/names.js';
import { SOAP11, SOAP12, WSSE11, XENC } from '../soap/names.js';
import { Decoder } from '../xml/decode.js';
import type { XmlElement } from '../xml/model.js';
import { attribute, childElements, childrenNamed, is } from '../xml/model.js';
import { parse } from '../xml/tree.js';
import { serialise } from '../xml/write.js';
import { anyCertificate, attempt, describeCertificate, judgeReference, judgeSignature } from './judge.js';
import type { BrokenRule, ConfirmationReport, EncryptionReport, EnvelopeReport, SecondOpinion } from './report.js';
import { secondOpinion } from './secondOpinion.js';

export interface VerifyOptions {
  /** The rules to hold the envelope against. */
  readonly policy: SignaturePolicy;
  /** The time to judge at; undefined takes the time that the envelope says it was made. */
  readonly at?: Date | undefined;
  /** Authorities to believe; undefined takes the certificate as it is and says so. */
  readonly trust?: Trust | undefined;
  /** Opens an encrypted Body, which is signed as it was before encryption. */
  readonly privateKey?: KeyObject | undefined;
}

/** A captured envelope, its Body decrypted when it was encrypted and we have the key. */
interface Opened {
  readonly octets: Buffer;
  readonly root: XmlElement;
  readonly header: XmlElement | undefined;
  readonly body: XmlElement | undefined;
  readonly encryption: EncryptionReport | null;
}

const opened = (octets: Buffer, encryption: EncryptionReport | null): Opened => {
  const root = parse(octets);
  const [header, body] = ['Header', 'Body'].map((local) => childElements(root).find((e) => e.local === local));
  return { octets, root, header, body, encryption };
};

const withBody = (root: XmlElement, old: XmlElement, body: XmlElement): XmlElement => ({
  ...root,
  children: root.children.map((child) => (child === old ? body : child)),
});

function open(captured: Buffer, privateKey: KeyObject | undefined): Opened {
  const closed = opened(captured, null);
  const { root, header, body } = closed;
  if (body === undefined || childrenNamed(body, XENC, 'EncryptedData').length === 0) return closed;
  const sealed = (problem: string): Opened => ({ ...closed, encryption: { opened: false, problem } });
  if (header === undefined || privateKey === undefined) return sealed('no key was given');
  try {
    const inClear = withBody(root, body, decryptBody(header, body, privateKey));
    return opened(Buffer.from(serialise(inClear)), { opened: true, problem: null });
  } catch (error) {
    if (error instanceof Failure) return sealed(error.detail);
    throw error;
  }
}

/** Everything that can be judged of an envelope whose Body is still encrypted: all that its Header decides. */
function verifySealed(octets: Buffer, policy: SignaturePolicy, deps: VerifyDeps): void {
  const reader: EnvelopeReader = new EnvelopeReader(
    { versions: policy.versions },
    {
      bodyStarts: (header, body) => {
        verifyHeader(header, body, reader.version as SoapVersion, policy, deps);
        return undefined;
      },
    },
  );
  reader.write(octets);
  reader.finish();
}

const demandsConfirmation = (policy: SignaturePolicy): boolean =>
  policy.alsoInSecurity.has(`{${WSSE11}}SignatureConfirmation`);

/** The first rule that fails when the envelope goes the way of a request; an answer must confirm besides what it answers. */
async function firstBroken(
  { octets, encryption }: Opened,
  confirmation: ConfirmationReport | null,
  { policy, trust = anyCertificate }: VerifyOptions,
  now: Date,
): Promise<BrokenRule | null> {
  const deps = { trust, clock: { now: () => now } };
  try {
    if (encryption?.opened === false) verifySealed(octets, policy, deps);
    else await verify({ stream: once(octets) }, policy, deps);
  } catch (error) {
    if (error instanceof Failure) return { code: error.code, detail: error.detail };
    throw error;
  }
  const unconfirmed = demandsConfirmation(policy) && confirmation?.signed !== true;
  return unconfirmed
    ? { code: 'FAILED_CHECK', detail: 'an answer has one SignatureConfirmation, and it is signed' }
    : null;
}

function confirmationIn({ security, references }: SecurityShape): ConfirmationReport | null {
  const [confirmation, ...more] = childrenNamed(security, WSSE11, 'SignatureConfirmation');
  if (confirmation === undefined || more.length > 0) return null;
  const id = wsuId(confirmation);
  return { value: attribute(confirmation, 'Value') ?? '', signed: references.some((r) => r.id === id) };
}

function askAnother(certificate: Certificate | null, { octets, body, encryption }: Opened): SecondOpinion {
  if (certificate === null) return { ok: false, problem: 'no certificate to verify with', references: [] };
  const decoder = new Decoder();
  const sealed = encryption?.opened === false && body !== undefined ? wsuId(body) : undefined;
  return secondOpinion([...decoder.write(octets), ...decoder.end()].join(''), certificate.publicKey, sealed);
}

/**
 * Takes a captured envelope apart: which reference verifies, what the canonical octets of the others are, which rule fails first, and what
 * another engine says.
 * @throws Failure MALFORMED_XML when it is no XML that can be read at all
 */
export async function verifyEnvelope(captured: Buffer, options: VerifyOptions): Promise<EnvelopeReport> {
  const envelope = open(captured, options.privateKey);
  const { root, header = null, body, encryption } = envelope;
  const soap = is(root, SOAP12, 'Envelope') ? '1.2' : is(root, SOAP11, 'Envelope') ? '1.1' : 'none';
  // Read as leniently as an answer may be, so that an answer held against the rules of a request is taken apart too.
  const { alsoInSecurity } = answerPolicy(options.policy);
  const shape = attempt(() => readSecurity(header, soap === '1.1' ? '1.1' : '1.2', alsoInSecurity));
  const certificate = shape && attempt(() => parseCertificate(shape.certificate));
  const times = shape && attempt(() => readTimestamp(shape.timestamp));
  const confirmation = shape && confirmationIn(shape);
  const at = options.at ?? times?.created ?? new Date();
  const operation = body === undefined ? undefined : childElements(body)[0];
  const sealed = encryption?.opened === false ? body : undefined;
  return {
    soap,
    operation: operation === undefined ? 'none' : `{${operation.ns}}${operation.local}`,
    certificate: certificate && describeCertificate(certificate, options.trust, at),
    times,
    encryption,
    confirmation,
    references: (shape?.references ?? []).map((reference) => judgeReference(reference, root, sealed)),
    signature: shape && certificate && judgeSignature(shape, certificate),
    broken: await firstBroken(envelope, confirmation, options, at),
    second: askAnother(certificate, envelope),
  };
}
