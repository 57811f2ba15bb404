import type { UnitOfWork } from '../domain/ports.js';
import type { Leverandoer, SenderData } from '../domain/sender.js';
import type { NyttMottakersystem, SvarUtKonto } from '../domain/svarut/ports.js';

export interface SendersAndSuppliers extends SenderData {
  readonly leverandoerer: readonly Leverandoer[];
  readonly svarutKontoer: readonly SvarUtKonto[];
  readonly mottakersystemer: readonly NyttMottakersystem[];
}

/** Stores sender data and suppliers in one transaction; rows that are there already are replaced, others are left alone. */
export const putSenders =
  ({ unitOfWork }: { unitOfWork: UnitOfWork }) =>
  (data: SendersAndSuppliers): Promise<void> =>
    unitOfWork(async (tx) => {
      for (const row of data.organisasjoner) await tx.putOrganisation(row);
      for (const row of data.sertifikater) await tx.putCertificate(row);
      for (const row of data.delegeringer) await tx.putDelegation(row);
      for (const row of data.rettigheter) await tx.putServiceRight(row);
      for (const row of data.legitimasjoner) await tx.putCredential(row);
      for (const row of data.dokumenttyper) await tx.putDocumentType(row);
      for (const row of data.leverandoerer) await tx.putSupplier(row);
      for (const row of data.svarutKontoer) await tx.putSvarUtKonto(row);
      for (const row of data.mottakersystemer) await tx.putMottakersystem(row);
    });
