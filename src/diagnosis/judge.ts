import { hash, verify as verifySignature } from 'node:crypto';
import { C14N, c14nAlgorithms, digestAlgorithms, signatureAlgorithms } from '../security/algorithms.js';
import { organisasjonsnummer } from '../security/dn.js';
import type { Algorithm, Reference, SecurityShape } from '../security/shape.js';
import { wsuId } from '../security/shape.js';
import type { Trust } from '../security/trust.js';
import { parseCertificate } from '../security/x509.js';
import type { Certificate } from '../security/x509.js';
import { canonicalise } from '../xml/c14n.js';
import type { XmlElement } from '../xml/model.js';
import { childElements } from '../xml/model.js';
import type { CertificateReport, ReferenceReport, SignatureReport } from './report.js';

/** Says yes to every certificate that can be read: the report tells that nobody vouched for it. */
export const anyCertificate: Trust = {
  check: (der) => {
    const certificate = parseCertificate(der);
    return { ...certificate, organisasjonsnummer: organisasjonsnummer(certificate) };
  },
};

/** The result of `work`, or null when it throws. */
export function attempt<T>(work: () => T): T | null {
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

/** @param comments false for a reference: one to an Id takes no comments along, whatever its transform says */
function canonicalForm(element: XmlElement, { uri, prefixes }: Algorithm, comments: boolean): string | null {
  const form = c14nAlgorithms.get(uri);
  return form === undefined ? null : canonicalise(element, { ...form, comments: form.comments && comments, prefixes });
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

/** @param sealed a Body that is still encrypted */
export function judgeReference(
  reference: Reference,
  root: XmlElement,
  sealed: XmlElement | undefined,
): ReferenceReport {
  const transform = reference.transform ?? { uri: C14N, prefixes: [] };
  const target = [...everyElement(root)].find((e) => wsuId(e) === reference.id);
  const hidden = target !== undefined && target === sealed;
  const canonical = target === undefined || hidden ? null : canonicalForm(target, transform, false);
  const algorithm = digestAlgorithms.get(reference.digestMethod);
  const actual = canonical === null || algorithm === undefined ? null : hash(algorithm, canonical, 'base64');
  const expected = reference.digest.toString('base64');
  const ok = hidden ? null : actual === expected;
  const undecided = hidden ? 'encrypted: cannot be checked' : problemOf(target, canonical, algorithm);
  return {
    uri: `#${reference.id}`,
    target: target === undefined ? null : pathOf(target),
    transform: reference.transform === null ? `none, which means ${C14N}` : described(transform),
    digestMethod: reference.digestMethod,
    expected,
    actual,
    ok,
    canonical: ok === true ? null : canonical,
    problem: undecided ?? (ok === true ? null : 'the digest of the canonical octets is another'),
  };
}

export function judgeSignature(shape: SecurityShape, certificate: Certificate): SignatureReport {
  const canonical = canonicalForm(shape.signedInfo, shape.canonicalisation, true);
  const algorithm = signatureAlgorithms.get(shape.signatureMethod);
  const known = canonical !== null && algorithm !== undefined;
  const key = { key: certificate.publicKey, ...algorithm };
  const matches = (): boolean => known && verifySignature(algorithm.hash, Buffer.from(canonical), key, shape.signature);
  // node:crypto throws for a key of another kind than RSA.
  const ok = attempt(matches) ?? false;
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

export function describeCertificate(certificate: Certificate, trust: Trust | undefined, at: Date): CertificateReport {
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
