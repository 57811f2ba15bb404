import type { KeyObject } from 'node:crypto';
import type { Packer } from '../contract/sdp/packer.js';
import type { Clock } from '../domain/ports.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { decryptCms, type CmsRecipient } from '../security/cms.js';
import type { Trust } from '../security/trust.js';
import { openPackage, pack, verifyPackage, type PackageSigner, type Unpacked } from './asice.js';
import { pages } from './pages.js';
import { sealTo } from './sealed.js';

export interface PackerDeps extends PackageSigner {
  readonly payloads: Omit<Payloads, 'list' | 'tidy'>;
  readonly clock: Clock;
}

async function* bounded(octets: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let size = 0;
  for await (const piece of octets) {
    size += piece.length;
    if (size > limits.packageBytes) {
      const reason = `a document package has at most ${limits.packageBytes} octets`;
      const nb = `en dokumentpakke har høyst ${limits.packageBytes} oktetter`;
      throw new Failure('INVALID_REQUEST', reason, { reason, nb });
    }
    yield piece;
  }
}

/** The packer of the gateway. */
export const createPacker = ({ payloads, clock, key, chain }: PackerDeps): Packer => ({
  async pack(innhold, recipient, transport) {
    const options = transport === undefined ? {} : { transport };
    return sealTo(recipient, bounded(pack(innhold, { key, chain }, clock.now())), payloads, options);
  },
  pages,
});

/** Who receives packages. */
export interface PackageReceiver {
  readonly privateKey: KeyObject;
  readonly certificate: CmsRecipient;
  readonly trust: Trust;
}

async function decrypted(octets: AsyncIterable<Uint8Array> | Buffer, receiver: PackageReceiver) {
  const pieces: Buffer[] = [];
  for await (const piece of bounded(decryptCms(octets, receiver.privateKey, receiver.certificate))) pieces.push(piece);
  return openPackage(Buffer.concat(pieces));
}

/**
 * Decrypts, opens and verifies a package, as a mailbox does. Whether the decryption went wrong or what came out is no package cannot be told
 * apart by the code, for that would help to decrypt (SECURITY.md 99).
 * @throws Failure UNSUPPORTED_ALGORITHM, FAILED_CHECK, then as `unpack`
 */
export async function receivePackage(
  octets: AsyncIterable<Uint8Array> | Buffer,
  receiver: PackageReceiver,
  now: Date,
): Promise<Unpacked> {
  const opened = await decrypted(octets, receiver).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'INVALID_REQUEST') throw new Failure('FAILED_CHECK', error.detail);
    throw error;
  });
  return verifyPackage(opened, receiver.trust, now);
}
