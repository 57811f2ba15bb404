import { readFile } from 'node:fs/promises';
import { Failure } from '../errors.js';
import { organisasjonsnummer } from '../security/dn.js';
import { loadPkcs12, type KeyStore } from '../security/keystore.js';
import { signingKey } from '../security/sign.js';
import type { Trust } from '../security/trust.js';
import { parseCertificate, type Certificate } from '../security/x509.js';

/** Whoever signs, with the key and the chain. */
export interface Holder {
  readonly store: KeyStore;
  readonly certificate: Certificate;
  readonly organisasjonsnummer: string;
  readonly key: ReturnType<typeof signingKey>;
}

/** Why whoever gets what it signs would refuse its certificate, as we would; undefined: nothing is wrong with it. */
export function doubtAbout({ certificate }: Pick<Holder, 'certificate'>, trust: Trust, now: Date): string | undefined {
  try {
    trust.check(certificate.der, now);
    return undefined;
  } catch (error) {
    return error instanceof Failure ? error.detail : String(error);
  }
}

/** @throws Error with a sentence for people */
export async function holderOf(file: string, password: string): Promise<Holder> {
  const store = loadPkcs12(await readFile(file), password);
  const certificate = parseCertificate(store.certificate);
  const number = organisasjonsnummer(certificate);
  if (number === undefined) {
    throw new Error(`The certificate in ${file} names no organisation number. Use an enterprise certificate.`);
  }
  return { store, certificate, organisasjonsnummer: number, key: signingKey(store.privateKey, store.certificate) };
}
