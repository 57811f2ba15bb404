import type { SdpService } from './client/sdpLetter.js';
import type { Clock } from './domain/ports.js';
import { Failure } from './errors.js';
import { keptInMemory } from './package/kept.js';
import { createPacker } from './package/package.js';
import { organisasjonsnummer } from './security/dn.js';
import { loadPkcs12 } from './security/keystore.js';
import { signingKey } from './security/sign.js';
import type { Trust } from './security/trust.js';
import { derBlocks, fingerprint, parseCertificate } from './security/x509.js';

export interface SdpServiceOptions {
  readonly url: string;
  /** PKCS#12, of the databehandler. */
  readonly keyStore: Buffer;
  readonly password: string;
  /** Organisation number that must sign the answers. */
  readonly formidler: string;
  /** Certificates that it must sign with, DER or PEM; undefined: any with its number. */
  readonly certificates: Buffer | undefined;
}

/** The certificates of a file, DER or PEM. */
const certificatesIn = (file: Buffer): Buffer[] =>
  file.includes('-----BEGIN') ? derBlocks(file, 'CERTIFICATE') : [file];

/**
 * A broker for a program that runs once.
 * @throws Error with a sentence for people, Failure for certificates that cannot be read
 */
export function sdpService(options: SdpServiceOptions, trust: Trust, clock: Clock): SdpService {
  const { url, formidler, certificates } = options;
  const { privateKey, certificate, chain } = loadPkcs12(options.keyStore, options.password);
  const own = organisasjonsnummer(parseCertificate(certificate));
  if (own === undefined) throw new Error('The certificate of the key store names no organisation number.');
  const known = certificates && new Set(certificatesIn(certificates).map(fingerprint));
  const payloads = keptInMemory();
  const key = signingKey(privateKey, certificate);
  const packer = createPacker({ payloads, clock, key, chain });
  return {
    formidler,
    broker: {
      ...{ url, key, trust, clock },
      organisasjonsnummer: own,
      isReceiver: (signer) =>
        signer.organisasjonsnummer === formidler && (known?.has(signer.certificate.fingeravtrykk) ?? true),
      // Which providers there are a sender alone does not know: whoever signs as its sender, and is passed on by the broker.
      isReporter: () => true,
    },
    pack: async (innhold, file) => {
      const [der] = certificatesIn(file);
      if (der === undefined) throw new Failure('INVALID_SECURITY_TOKEN', 'the file holds no certificate');
      const { ref, size, sha256 } = await packer.pack(innhold, parseCertificate(der));
      return { size, sha256, open: () => payloads.get(ref) };
    },
  };
}
