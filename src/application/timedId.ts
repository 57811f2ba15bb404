import { randomFillSync } from 'node:crypto';

/**
 * A UUID of version 7 (RFC 9562): what is made later is greater, and 74 random bits keep it from being guessed. Rows that are keyed by it
 * are added where the last ones are; by random keys each would go to a page of its own, in each index, and all of them to the disk.
 * @param at the clock's time
 */
export function timedId(at: Date): string {
  const octets = randomFillSync(Buffer.allocUnsafe(16));
  octets.writeUIntBE(at.getTime(), 0, 6);
  octets.writeUInt8((octets.readUInt8(6) & 0x0f) | 0x70, 6);
  octets.writeUInt8((octets.readUInt8(8) & 0x3f) | 0x80, 8);
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
