import { dokumenttypenavn } from '../domain/forsendelse.js';
import type { Reads, UnitOfWork } from '../domain/ports.js';
import type { Dokumenttype } from '../domain/sender.js';

/** Characters of a type (xsd/forsendelse.xsd). */
const TYPE_MAX = 100;

type Deps = { readonly reads: Pick<Reads, 'senders'>; readonly unitOfWork: UnitOfWork };

/** Says how a body's letters of a type go, or with `vei` null that nothing is said any more. */
export const settDokumenttype =
  ({ reads, unitOfWork }: Deps) =>
  async ({
    vei,
    ...type
  }: Omit<Dokumenttype, 'vei'> & { readonly vei: Dokumenttype['vei'] | null }): Promise<
    'set' | 'removed' | 'unknown-organisation' | 'invalid-type' | 'unknown-type'
  > => {
    const dokumenttype = dokumenttypenavn(type.dokumenttype);
    const length = [...dokumenttype].length;
    if (length < 1 || length > TYPE_MAX || /\p{Cc}/u.test(dokumenttype)) return 'invalid-type';
    const { organisasjoner } = await reads.senders();
    if (!organisasjoner.some((o) => o.organisasjonsnummer === type.organisasjonsnummer)) return 'unknown-organisation';
    const row = { ...type, dokumenttype };
    if (vei === null) return (await unitOfWork((tx) => tx.removeDocumentType(row))) ? 'removed' : 'unknown-type';
    await unitOfWork((tx) => tx.putDocumentType({ ...row, vei }));
    return 'set';
  };
