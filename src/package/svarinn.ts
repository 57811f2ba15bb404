import type { Blob } from '../domain/forsendelse.js';
import type { Clock } from '../domain/ports.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { parseCertificate } from '../security/x509.js';
import { sealTo } from './sealed.js';
import { writeZip, type ZipSource } from './zip.js';

export interface SvarInnPackerDeps {
  readonly payloads: Omit<Payloads, 'list' | 'tidy'>;
  readonly clock: Clock;
}

/**
 * Packs files in their order as a zip file and encrypts it to whoever fetches it (CONTRACT.md of SvarUt, section 8).
 * @param sertifikat DER
 */
export const createSvarInnPacker =
  ({ payloads, clock }: SvarInnPackerDeps) =>
  (files: readonly ZipSource[], sertifikat: Buffer): Promise<Blob> =>
    sealTo(parseCertificate(sertifikat), writeZip(files, clock.now()), payloads);
