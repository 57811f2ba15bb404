import { randomBytes, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signingKey } from '../../../src/security/sign.js';
import { contentType } from '../../../src/soap/names.js';
import { askingFor, letterOf, type Holder } from '../../support/sdpSender.js';
import type { Mpc } from '../../../src/contract/ebms/names.js';
import type { Message } from './load.js';

/** The development sender, who may use the broker. */
export async function senderHolder(certsDir: string): Promise<Holder> {
  const [key, certificate] = await Promise.all([
    readFile(join(certsDir, 'sender.key.pem'), 'utf8'),
    readFile(join(certsDir, 'sender.cert.pem')),
  ]);
  return { organisasjonsnummer: '310000019', key: signingKey(key, new X509Certificate(certificate).raw) };
}

/** Letters with one package of so many octets, each signed inside and out. They may be sent for three minutes. */
export function letters(by: Holder, packageOctets: number): (count: number) => Promise<Message[]> {
  const cms = randomBytes(packageOctets);
  return async (count) => {
    const pool: Message[] = [];
    while (pool.length < count) {
      const { octets, type } = await letterOf(by, { cms });
      pool.push({ contentType: type, body: octets });
    }
    return pool;
  };
}

/** Requests for the next receipt. */
export const pulls =
  (by: Holder, mpc: Mpc) =>
  async (count: number): Promise<Message[]> => {
    const pool: Message[] = [];
    while (pool.length < count) {
      pool.push({ contentType: contentType['1.2'], body: Buffer.from(await askingFor(by, { pull: mpc })) });
    }
    return pool;
  };
