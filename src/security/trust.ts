import { Failure } from '../errors.js';
import { limits as allLimits } from '../limits.js';
import type { Crl } from './crl.js';
import { organisasjonsnummer } from './dn.js';
import { obeysNameConstraints } from './nameconstraints.js';
import { isSignedBy, strongHashes } from './signed.js';
import { fingerprint, parseCertificate, type Certificate, type KeyUsage } from './x509.js';

/** What the holder of a certificate is asked to do with the key: sign to us, or open what we encrypt. */
export type Purpose = 'sign' | 'encrypt';

/** A certificate that was believed, with the organisation number that it proves (undefined when it proves none). */
export type TrustedCertificate = Certificate & { readonly organisasjonsnummer: string | undefined };

/** The rows of `limits.ts` that apply. */
type Limits = Readonly<
  Record<'certificateBytes' | 'certificatePath' | 'certificateCache' | 'rsaBitsMin' | 'rsaBitsMax', number>
>;

export interface TrustOptions {
  /** DER of the authorities that are believed for what they are. */
  readonly anchors: readonly Buffer[];
  /** DER of further authorities that may stand between an anchor and a leaf; messages carry leaves only. */
  readonly intermediates?: readonly Buffer[];
  readonly crls: () => readonly Crl[];
  /** `require`: every certificate below the anchor must stand under a current list that does not name it. */
  readonly revocation: 'require' | 'off';
  readonly limits?: Limits;
}

export interface Trust {
  /**
   * The certificate in `der`, when a path of valid, unrevoked certificates leads from a configured anchor to it at the time
   * `at`, and its key may be used for `purpose` (RFC 5280 section 6.1; SECURITY 79–85).
   * @throws Failure INVALID_SECURITY_TOKEN
   */
  check(der: Buffer, at: Date, purpose?: Purpose): TrustedCertificate;
}

/** Leaf first, anchor last. */
type Path = readonly Certificate[];

/** What never changes about a leaf: its paths with their signatures and structure verified. */
interface Known {
  readonly certificate: TrustedCertificate;
  readonly paths: readonly Path[];
}

type Check = readonly [refusal: string, holds: (path: Path, limits: Limits) => boolean];

const refuse = (detail: string): Failure => new Failure('INVALID_SECURITY_TOKEN', detail);
const refused = ({ subjectName, fingeravtrykk }: Certificate, reasons: readonly string[]): Failure =>
  refuse(`certificate ${fingeravtrykk} of ${subjectName} refused: ${reasons.join('; ')}`);

const purposeBits: Readonly<Record<Purpose, readonly KeyUsage[]>> = {
  sign: ['digitalSignature'],
  encrypt: ['keyEncipherment', 'dataEncipherment'],
};

/** Extended usages that have nothing to do with messages: TLS server and client, code, time stamps, OCSP. */
const otherUsages: ReadonlySet<string> = new Set(['1', '2', '3', '8', '9'].map((last) => `1.3.6.1.5.5.7.3.${last}`));
const fitsMessages = ({ extKeyUsage }: Certificate): boolean =>
  extKeyUsage?.some((purpose) => !otherUsages.has(purpose)) ?? true;

const isAuthority = ({ basicConstraints, keyUsage }: Certificate): boolean =>
  basicConstraints?.ca === true && keyUsage?.has('keyCertSign') === true;

const between = (bits: number | undefined, { rsaBitsMin, rsaBitsMax }: Limits): boolean =>
  bits !== undefined && bits >= rsaBitsMin && bits <= rsaBitsMax;

/** Each holds for a path that we believe, or the path is refused. Nothing here depends on the time. */
const structure: readonly Check[] = [
  ['a key is not RSA of an allowed size', (path, l) => path.every(({ rsa }) => between(rsa?.bits, l))],
  ['an RSA exponent is not 65537', (path) => path.every(({ rsa }) => rsa?.exponent === 65537n)],
  ['a critical extension is unknown', (path) => path.every(({ unknownCritical }) => unknownCritical.length === 0)],
  ['the signer is an authority', ([leaf]) => leaf!.basicConstraints?.ca !== true && !isAuthority(leaf!)],
  ['the extended key usage is for TLS or the like', (path) => path.slice(0, -1).every(fitsMessages)],
  ['an issuer is no authority', (path) => path.slice(1).every(isAuthority)],
  ['a path length is exceeded', (path) => path.every(({ basicConstraints: b }, i) => i - 1 <= (b?.pathLength ?? i))],
  ['a name constraint is broken', obeysNameConstraints],
  [
    'a signature uses a weak hash or an unknown algorithm',
    (path) => path.slice(0, -1).every(({ algorithm }) => strongHashes.has(algorithm.hash ?? '')),
  ],
  ['a signature does not verify', (path) => path.slice(0, -1).every((c, i) => isSignedBy(c, path[i + 1]!.publicKey))],
];

/** Every chain of names from `leaf` to an anchor, at most `longest` certificates each. */
function chains(leaf: Certificate, authorities: readonly Certificate[], anchors: ReadonlySet<string>, longest: number) {
  const found: Path[] = [];
  const extend = (path: Path): void => {
    const last = path.at(-1)!;
    for (const issuer of authorities) {
      if (path.includes(issuer) || !issuer.subject.der.equals(last.issuer.der)) continue;
      const longer = [...path, issuer];
      if (longer.length > longest) continue;
      if (anchors.has(issuer.fingeravtrykk)) found.push(longer);
      else extend(longer);
    }
  };
  extend([leaf]);
  return found;
}

/** Why a certificate counts as revoked; empty when it does not. */
type Revocation = (certificate: Certificate, issuer: Certificate, at: Date) => string;

/** Finds whether a certificate stands on a current list of its issuer; remembers which lists the issuer really signed. */
function revocationBy(crls: () => readonly Crl[]): Revocation {
  const signers = new WeakMap<Crl, Map<string, boolean>>();
  const isGenuine = (crl: Crl, issuer: Certificate): boolean => {
    const known = signers.get(crl) ?? new Map<string, boolean>();
    signers.set(crl, known);
    const genuine =
      known.get(issuer.fingeravtrykk) ??
      (issuer.keyUsage?.has('cRLSign') === true &&
        strongHashes.has(crl.algorithm.hash ?? '') &&
        isSignedBy(crl, issuer.publicKey));
    known.set(issuer.fingeravtrykk, genuine);
    return genuine;
  };
  return (certificate, issuer, at) => {
    let newest: Crl | undefined;
    for (const crl of crls())
      if (
        crl.issuer.equals(issuer.subject.der) &&
        crl.thisUpdate <= at &&
        !(newest && newest.thisUpdate >= crl.thisUpdate) &&
        isGenuine(crl, issuer)
      )
        newest = crl;
    if (!newest) return `no genuine revocation list of ${issuer.subjectName}`;
    if (newest.nextUpdate <= at) return `the revocation list of ${newest.issuerName} has expired`;
    return newest.revoked.has(certificate.serial) ? 'revoked' : '';
  };
}

function readAuthorities(ders: readonly Buffer[], role: string): Certificate[] {
  return ders.map((der, i) => {
    try {
      return parseCertificate(der);
    } catch (error) {
      throw new Error(`Trust ${role} ${i + 1} cannot be read (${(error as Failure).detail}); check its file`);
    }
  });
}

/** Why the path does not stand at this time; empty when it does. An invalid time stands for nothing. */
function objection(path: Path, at: Date, revocation: Revocation): string {
  for (const [i, certificate] of path.entries()) {
    if (!(at >= certificate.notBefore)) return `${certificate.subjectName} is not yet valid`;
    if (!(at <= certificate.notAfter)) return `${certificate.subjectName} has expired`;
    const issuer = path[i + 1];
    const revoked = issuer ? revocation(certificate, issuer, at) : '';
    if (revoked) return revoked;
  }
  return '';
}

/** Reads a certificate and verifies its paths; refuses one that has none. */
function learnerOf(options: TrustOptions, limits: Limits): (der: Buffer) => Known {
  const anchors = readAuthorities(options.anchors, 'anchor');
  if (anchors.length === 0) throw new Error('There is no trust anchor, so nobody could be believed; configure one');
  const prints = new Set(anchors.map(({ fingeravtrykk }) => fingeravtrykk));
  const named = [...anchors, ...readAuthorities(options.intermediates ?? [], 'intermediate')];
  const authorities = [...new Map(named.map((authority) => [authority.fingeravtrykk, authority])).values()];
  return (der) => {
    const certificate = parseCertificate(der);
    const refusals = new Set<string>();
    const paths = chains(certificate, authorities, prints, limits.certificatePath).filter((path) => {
      const broken = structure.find(([, holds]) => !holds(path, limits));
      if (broken) refusals.add(broken[0]);
      return !broken;
    });
    if (paths.length === 0) throw refused(certificate, [...refusals, 'no path to a configured anchor']);
    return { certificate: { ...certificate, organisasjonsnummer: organisasjonsnummer(certificate) }, paths };
  };
}

/**
 * Trust in certificates by paths to configured anchors. A certificate that was believed once costs a hash, a look-up and a few
 * comparisons from then on; its validity and revocation are judged anew each time.
 * @throws Error when there is no anchor, or an anchor or intermediate cannot be read
 */
export function createTrust(options: TrustOptions): Trust {
  const limits = options.limits ?? allLimits;
  const learn = learnerOf(options, limits);
  const revocation = options.revocation === 'off' ? () => '' : revocationBy(options.crls);
  const cache = new Map<string, Known>();

  /** From the cache, where the one used longest ago makes room. */
  const know = (der: Buffer): Known => {
    const key = fingerprint(der);
    const known = cache.get(key) ?? learn(der);
    cache.delete(key);
    if (cache.size >= limits.certificateCache) cache.delete(cache.keys().next().value!);
    cache.set(key, known);
    return known;
  };

  return {
    check(der, at, purpose = 'sign') {
      if (der.length > limits.certificateBytes) throw refuse(`certificate of ${der.length} octets`);
      const { certificate, paths } = know(der);
      if (!purposeBits[purpose].some((bit) => certificate.keyUsage?.has(bit)))
        throw refused(certificate, [`its key usage is not to ${purpose}`]);
      const objections: string[] = [];
      for (const path of paths) {
        const found = objection(path, at, revocation);
        if (!found) return certificate;
        objections.push(found);
      }
      throw refused(certificate, objections);
    },
  };
}
