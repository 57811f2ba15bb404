import { createHash, X509Certificate } from 'node:crypto';
import type { Avsenderpolicy } from '../domain/forsendelse.js';
import { validOrganisasjonsnummer } from '../domain/identifier.js';
import type { Clock, Reads, UnitOfWork } from '../domain/ports.js';
import type { Sektor, Sertifikat } from '../domain/sender.js';

export interface AddSenderInput {
  readonly organisasjonsnummer: string;
  readonly navn: string;
  readonly tillatUsignertPaaVegneAv: boolean;
  readonly avsenderpolicy?: Avsenderpolicy;
  readonly sektor?: Sektor | 'PRIVAT';
  /** PEM or DER. */
  readonly sertifikat?: Buffer;
}

export type AddSenderResult =
  'added' | 'updated' | 'invalid-organisation' | 'invalid-certificate' | 'private' | 'merged';

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
 * then on the organisation may use registered certificates only. Nothing is granted by this. Private bodies are no senders here, and one that has
 * gone over into another stays as it was.
 */
export const addSender =
  ({ reads, unitOfWork, clock }: { reads: Reads; unitOfWork: UnitOfWork; clock: Clock }) =>
  async ({ sertifikat, sektor, ...sender }: AddSenderInput): Promise<AddSenderResult> => {
    const { organisasjonsnummer } = sender;
    if (!validOrganisasjonsnummer(organisasjonsnummer)) return 'invalid-organisation';
    if (sektor === 'PRIVAT') return 'private';
    const certificate = sertifikat && certificateRow(organisasjonsnummer, sertifikat);
    if (sertifikat && !certificate) return 'invalid-certificate';
    const { organisasjoner } = await reads.senders();
    const known = organisasjoner.find((o) => o.organisasjonsnummer === organisasjonsnummer);
    if (known?.etterfoelger !== undefined) return 'merged';
    const kind = sektor ?? known?.sektor;
    await unitOfWork(async (tx) => {
      await tx.putOrganisation({ ...sender, ...(kind && { sektor: kind }), fra: known?.fra ?? clock.now(), til: null });
      if (certificate) await tx.putCertificate(certificate);
    });
    return known ? 'updated' : 'added';
  };

export type RotateResult =
  | { readonly type: 'unknown-organisation' | 'invalid-certificate' }
  | { readonly type: 'rotated'; readonly ended: number };

/** Registers a new certificate; those that were registered before end at `until`, so that both are good meanwhile. */
export const rotateCertificate =
  ({ reads, unitOfWork }: { reads: Pick<Reads, 'senders'>; unitOfWork: UnitOfWork }) =>
  async (organisasjonsnummer: string, file: Buffer, until: Date): Promise<RotateResult> => {
    const { organisasjoner, sertifikater } = await reads.senders();
    if (!organisasjoner.some((o) => o.organisasjonsnummer === organisasjonsnummer))
      return { type: 'unknown-organisation' };
    const certificate = certificateRow(organisasjonsnummer, file);
    if (certificate === undefined) return { type: 'invalid-certificate' };
    const { fingeravtrykk } = certificate;
    const old = sertifikater.filter(
      (c) =>
        c.organisasjonsnummer === organisasjonsnummer &&
        c.fingeravtrykk !== fingeravtrykk &&
        (c.til === null || c.til > until),
    );
    await unitOfWork(async (tx) => {
      await tx.putCertificate(certificate);
      for (const one of old) await tx.putCertificate({ ...one, til: until });
    });
    return { type: 'rotated', ended: old.length };
  };
