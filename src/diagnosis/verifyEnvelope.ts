import { hash, verify as verifySignature, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Failure } from '../errors.js';
import { C14N, c14nAlgorithms, digestAlgorithms, signatureAlgorithms } from '../security/algorithms.js';
import { decryptBody } from '../security/answer.js';
import { organisasjonsnummer } from '../security/dn.js';
import type { SignaturePolicy } from '../security/policy.js';
import type { Algorithm, Reference, SecurityShape } from '../security/shape.js';
import { readSecurity, wsuId } from '../security/shape.js';
import { verify } from '../security/signature.js';
import { readTimestamp } from '../security/time.js';
import type { Trust } from '../security/trust.js';
import { parseCertificate } from '../security/x509.js';
import type { Certificate } from '../security/x509.js';
import { SOAP11, SOAP12, XENC } from '../soap/names.js';
import { canonicalise } from '../xml/c14n.js';
import type { XmlElement } from '../xml/model.js';
import { childElements, childrenNamed, is } from '../xml/model.js';
import { parse } from '../xml/tree.js';
import { serialise } from '../xml/write.js';
import type { BrokenRule, CertificateReport, EnvelopeReport, ReferenceReport, SignatureReport } from './report.js';
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

/** Says yes to every certificate that can be read: the report tells that nobody vouched for it. */
const anyCertificate: Trust = {
  check: (der) => {
    const certificate = parseCertificate(der);
    return { ...certificate, organisasjonsnummer: organisasjonsnummer(certificate) };
  },
};

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

const pathOf = (element: XmlElement): string =>
  element.parent === null ? element.local : `${pathOf(element.parent)}/${element.local}`;

function* everyElement(root: XmlElement): Generator<XmlElement> {
  yield root;
  for (const child of childElements(root)) yield* everyElement(child);
}

const described = ({ uri, prefixes }: Algorithm): string =>
  prefixes.length === 0 ? uri : `${uri} PrefixList="${prefixes.map((p) => p || '#default').join(' ')}"`;

function canonicalForm(element: XmlElement, algorithm: Algorithm): string | null {
  const form = c14nAlgorithms.get(algorithm.uri);
  return form === undefined ? null : canonicalise(element, { ...form, prefixes: algorithm.prefixes });
}

function problemOf(
  target: XmlElement | undefined,
  canonical: string | null,
  digest: string | undefined,
): string | null {
  if (target === undefined) return 'no element has this wsu:Id';
  if (canonical === null) return 'the transform is not one that we know';
  return digest === undefined ? 'the digest method is not one that we know' : null;
}

function judgeReference(reference: Reference, root: XmlElement): ReferenceReport {
  const transform = reference.transform ?? { uri: C14N, prefixes: [] };
  const target = [...everyElement(root)].find((e) => wsuId(e) === reference.id);
  const canonical = target === undefined ? null : canonicalForm(target, transform);
  const algorithm = digestAlgorithms.get(reference.digestMethod);
  const actual = canonical === null || algorithm === undefined ? null : hash(algorithm, canonical, 'base64');
  const expected = reference.digest.toString('base64');
  const ok = actual === expected;
  const undecided = problemOf(target, canonical, algorithm);
  return {
    uri: `#${reference.id}`,
    target: target === undefined ? null : pathOf(target),
    transform: reference.transform === null ? `none, which means ${C14N}` : described(transform),
    digestMethod: reference.digestMethod,
    expected,
    actual,
    ok,
    canonical: ok ? null : canonical,
    problem: undecided ?? (ok ? null : 'the digest of the canonical octets is another'),
  };
}

function judgeSignature(shape: SecurityShape, certificate: Certificate): SignatureReport {
  const canonical = canonicalForm(shape.signedInfo, shape.canonicalisation);
  const algorithm = signatureAlgorithms.get(shape.signatureMethod);
  const known = canonical !== null && algorithm !== undefined;
  const key = { key: certificate.publicKey, ...algorithm };
  const ok = known && verifySignature(algorithm.hash, Buffer.from(canonical), key, shape.signature);
  return {
    method: shape.signatureMethod,
    canonicalisation: described(shape.canonicalisation),
    ok,
    canonical: ok ? null : canonical,
    problem: ok
      ? null
      : known
        ? 'SignatureValue is not over this SignedInfo by this key'
        : 'an algorithm that we do not know',
  };
}

function describeCertificate(certificate: Certificate, trust: Trust | undefined, at: Date): CertificateReport {
  return {
    subject: certificate.subjectName,
    issuer: certificate.issuerName,
    serial: certificate.serial,
    organisasjonsnummer: organisasjonsnummer(certificate) ?? null,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    trusted: trust === undefined ? null : attempt(() => trust.check(certificate.der, at)) !== null,
  };
}

/** The first rule that fails when the envelope goes the way of a request. */
async function firstBroken(xml: string, options: VerifyOptions, now: Date): Promise<BrokenRule | null> {
  const stream = (async function* () {
    yield Buffer.from(xml);
  })();
  const { policy, trust = anyCertificate } = options;
  try {
    await verify({ stream }, policy, { trust, clock: { now: () => now } });
    return null;
  } catch (error) {
    if (error instanceof Failure) return { code: error.code, detail: error.detail };
    throw error;
  }
}

/** The envelope with its Body decrypted, when it is encrypted and we have the key. */
function opened(xml: string, root: XmlElement, privateKey: KeyObject | undefined): string {
  const [header, body] = childElements(root);
  const encrypted = body !== undefined && childrenNamed(body, XENC, 'EncryptedData').length > 0;
  if (!encrypted || header === undefined || privateKey === undefined) return xml;
  return serialise({ ...root, children: [header, decryptBody(header, body, privateKey)] });
}

/**
 * Takes a captured envelope apart: which reference verifies, what the canonical octets of the others are, which rule fails first, and what
 * another engine says.
 * @throws Failure MALFORMED_XML when it is no XML that can be read at all
 */
export async function verifyEnvelope(captured: Buffer, options: VerifyOptions): Promise<EnvelopeReport> {
  const outer = parse(captured);
  const xml = opened(captured.toString('utf8'), outer, options.privateKey);
  const root = xml === captured.toString('utf8') ? outer : parse(xml);
  const [header, body] = [
    childElements(root).find((e) => e.local === 'Header'),
    childElements(root).find((e) => e.local === 'Body'),
  ];
  const soap = is(root, SOAP12, 'Envelope') ? '1.2' : is(root, SOAP11, 'Envelope') ? '1.1' : 'none';
  const shape = attempt(() =>
    readSecurity(header ?? null, soap === '1.1' ? '1.1' : '1.2', options.policy.alsoInSecurity),
  );
  const certificate = shape === null ? null : attempt(() => parseCertificate(shape.certificate));
  const times = shape === null ? null : attempt(() => readTimestamp(shape.timestamp));
  const at = options.at ?? times?.created ?? new Date();
  const operation = body === undefined ? undefined : childElements(body)[0];
  return {
    soap,
    operation: operation === undefined ? 'none' : `{${operation.ns}}${operation.local}`,
    certificate: certificate === null ? null : describeCertificate(certificate, options.trust, at),
    times,
    references: (shape?.references ?? []).map((reference) => judgeReference(reference, root)),
    signature: shape === null || certificate === null ? null : judgeSignature(shape, certificate),
    broken: await firstBroken(xml, options, at),
    second:
      certificate === null
        ? { ok: false, problem: 'no certificate to verify with', references: [] }
        : secondOpinion(xml, new X509Certificate(certificate.der).toString()),
  };
}
