import { X509Certificate } from 'node:crypto';
import { validOrganisasjonsnummer } from '../domain/identifier.js';
import type { Clock, UnitOfWork } from '../domain/ports.js';
import type { Leverandoer } from '../domain/sender.js';

export type AddSupplierResult = 'stored' | 'invalid-organisation' | 'invalid-certificate' | 'expired-certificate';

/**
 * Registers a mailbox or print supplier, or gives it a new certificate. `sertifikat` is PEM or DER. Running gateways use it from their
 * next start.
 */
export const addSupplier =
  ({ unitOfWork, clock }: { unitOfWork: UnitOfWork; clock: Clock }) =>
  async (supplier: Leverandoer): Promise<AddSupplierResult> => {
    if (!validOrganisasjonsnummer(supplier.organisasjonsnummer)) return 'invalid-organisation';
    let certificate: X509Certificate;
    try {
      certificate = new X509Certificate(supplier.sertifikat);
    } catch {
      return 'invalid-certificate';
    }
    if (new Date(certificate.validTo) <= clock.now()) return 'expired-certificate';
    await unitOfWork((tx) => tx.putSupplier({ ...supplier, sertifikat: certificate.raw }));
    return 'stored';
  };
