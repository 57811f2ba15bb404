import type { SvarUtDokument } from '../../domain/svarut/bestilling.js';
import { encryptCms, type CmsRecipient } from '../../security/cms.js';

/** Where the contents of documents are read, and whom they are encrypted to where they must be. */
export interface Innholdskilde {
  open(ref: string): AsyncIterable<Uint8Array>;
  /** Of the SvarUt upstream; undefined: none is known. */
  readonly mottaker: CmsRecipient | undefined;
}

/** What is said of a letter of level 4 when there is nobody to encrypt it to. */
export const utenMottaker = {
  nb: 'et brev på nivå 4 må krypteres til SvarUt oppstrøms: sett POSTHORN_SVARUT_UPSTREAM_CERTIFICATE',
  en: 'a letter of level 4 must be encrypted to the SvarUt upstream: set POSTHORN_SVARUT_UPSTREAM_CERTIFICATE',
};

export interface Utgaaende {
  /** Octets; undefined when they are not known beforehand. */
  readonly size: number | undefined;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** The octets of a document as they go out; they are made while they are sent. */
export function utgaaendeInnhold({ innhold }: SvarUtDokument, kilde: Innholdskilde, kryptert: boolean): Utgaaende {
  const { ref, size } = innhold;
  const { mottaker } = kilde;
  if (!kryptert || mottaker === undefined) return { size, open: () => kilde.open(ref) };
  return { size: undefined, open: () => encryptCms(kilde.open(ref), size, mottaker) };
}
