import { randomBytes } from 'node:crypto';
import { encodeSendForsendelse } from '../../../src/contract/forsendelse/request.js';
import { signRequest } from '../../../src/client/request.js';
import type { SigningKey } from '../../../src/security/sign.js';
import { brev } from '../../support/forsendelser.js';
import { xopMessage } from '../../support/partsMessage.js';
import type { Message } from './load.js';

/**
 * Letters to Forsendelse, each signed over the base64 of its one document and sent by MTOM, as CXF and WCF do. They may be sent for two
 * minutes. @param octets of the document, which begins as a PDF
 */
export function signedShipments(key: SigningKey, octets: number): (count: number) => Promise<Message[]> {
  const innhold = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(octets)]).subarray(0, octets);
  const hoveddokument = { filnavn: 'vedtak.pdf', tittel: 'Vedtak', mimetype: 'application/pdf', innhold };
  return async (count) => {
    const pool: Message[] = [];
    while (pool.length < count) {
      const letter = encodeSendForsendelse(brev('digipost', { hoveddokument }));
      const { envelope } = await signRequest(letter, [], key, new Date());
      pool.push(xopMessage(envelope, '1.2'));
    }
    return pool;
  };
}
