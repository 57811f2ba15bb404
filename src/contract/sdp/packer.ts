import type { Blob } from '../../domain/forsendelse.js';
import type { CmsRecipient, KeyTransport } from '../../security/cms.js';
import type { Lenke } from './manifest.js';
import type { Avsender, Person, Tekst } from './types.js';

/** The port behind which document packages are made. */

/** A file of a package. */
export interface Pakkefil {
  /** 4 to 100 characters, no path. */
  readonly filnavn: string;
  readonly mimetype: string;
  readonly tittel: Tekst | null;
  /** The same octets each time: they are read once for the digest and once for the package. */
  open(): AsyncIterable<Uint8Array>;
}

/** What a package holds, before it is signed and encrypted. */
export interface Pakkeinnhold {
  /** Null for print. */
  readonly mottaker: Person | null;
  readonly avsender: Avsender;
  readonly hoveddokument: Pakkefil;
  /** 0 to 200. */
  readonly vedlegg: readonly Pakkefil[];
  readonly lenke: Lenke | null;
}

export interface Packer {
  /**
   * Signs, packs and encrypts to the mailbox or print service. The encrypted octets lie in the payload store, where the caller removes them
   * when they are not needed any more; `sha256` is their dokumentpakkefingeravtrykk.
   * @param transport how the key travels; OAEP with SHA-256 when left out
   * @throws Failure INVALID_REQUEST for a name or a size that a package cannot have
   */
  pack(innhold: Pakkeinnhold, recipient: CmsRecipient, transport?: KeyTransport): Promise<Blob>;
  /** Pages that what has been packed has on paper. @throws what reading it throws, but for a document that cannot be counted */
  pages(innhold: Pakkeinnhold): Promise<number>;
}
