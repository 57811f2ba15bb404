import { createHash, X509Certificate } from 'node:crypto';
import type { Avsenderpolicy } from '../domain/forsendelse.js';
import { validOrganisasjonsnummer } from '../domain/identifier.js';
import type { Clock, Reads, UnitOfWork } from '../domain/ports.js';
import type { Sertifikat } from '../domain/sender.js';

export interface AddSenderInput {
  readonly organisasjonsnummer: string;
  readonly navn: string;
  readonly tillatUsignertPaaVegneAv: boolean;
  readonly avsenderpolicy?: Avsenderpolicy;
  /** PEM or DER. */
  readonly sertifikat?: Buffer;
}

export type AddSenderResult = 'added' | 'updated' | 'invalid-organisation' | 'invalid-certificate';

function certificateRow(organisasjonsnummer: string, file: Buffer): Sertifikat | undefined {
  try {
    const certificate = new X509Certificate(file);
    return {
      organisasjonsnummer,
      fingeravtrykk: createHash('sha256').update(certificate.raw).digest('hex'),
      pem: certificate.toString(),
      fra: new Date(certificate.validFrom),
      til: new Date(certificate.validTo),
    };
  } catch {
    return undefined;
  }
}

/**
 * Registers an organisation that may call, or sets its name and policy anew; with a certificate, that one is registered too, and from
 * then on the organisation may use registered certificates only. Nothing is granted by this.
 */
export const addSender =
  ({ reads, unitOfWork, clock }: { reads: Reads; unitOfWork: UnitOfWork; clock: Clock }) =>
  async ({ sertifikat, ...sender }: AddSenderInput): Promise<AddSenderResult> => {
    const { organisasjonsnummer } = sender;
    if (!validOrganisasjonsnummer(organisasjonsnummer)) return 'invalid-organisation';
    const certificate = sertifikat && certificateRow(organisasjonsnummer, sertifikat);
    if (sertifikat && !certificate) return 'invalid-certificate';
    const { organisasjoner } = await reads.senders();
    const known = organisasjoner.find((o) => o.organisasjonsnummer === organisasjonsnummer);
    await unitOfWork(async (tx) => {
      await tx.putOrganisation({ ...sender, fra: known?.fra ?? clock.now(), til: null });
      if (certificate) await tx.putCertificate(certificate);
    });
    return known ? 'updated' : 'added';
  };
