import { createHash, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import type { Payloads } from '../../../src/domain/shipmentPorts.js';

/** Clear octets of a record. */
export const RECORD = 64 * 1024;
export const sizes = [0, 1, RECORD - 1, RECORD, RECORD + 1, 2 * RECORD, 3 * RECORD + 17];

export async function* inChunks(octets: Buffer, size = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

export async function collected(octets: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of octets) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What came out before the end, and the error that ended it. */
export async function outcome(octets: AsyncIterable<Uint8Array>): Promise<{ read: Buffer; error: unknown }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of octets) chunks.push(chunk);
    return { read: Buffer.concat(chunks), error: undefined };
  } catch (error) {
    return { read: Buffer.concat(chunks), error };
  }
}

const sha256 = (octets: Buffer) => createHash('sha256').update(octets).digest('hex');

export interface PayloadStore {
  /** Opens the same store, as one more process would. */
  readonly open: (key?: KeyObject) => Promise<Payloads>;
  /** Records of one write. */
  readonly together: number;
  /** Megabytes of Buffers that are there while 96 pass: those in use, and those that nobody has collected yet. */
  readonly atMost: number;
}

/** Declares the tests of what every payload store does. */
export function describeFeatures({ open, together, atMost }: PayloadStore): void {
  let payloads: Payloads;
  before(async () => void (payloads = await open()));
  const put = (octets: Buffer) => payloads.put(inChunks(octets));
  const refs = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { ref } of payloads.list()) found.push(ref);
    return found.sort();
  };

  it('gives octets back as they were, with their size and digest, however many there are and however they come', async () => {
    const counts = [together - 1, together, together + 1, 2 * together, 2 * together + 1];
    for (const size of [...sizes, ...counts.map((count) => count * RECORD)]) {
      const octets = randomBytes(size);
      const { ref, ...said } = await payloads.put(inChunks(octets, [1 << 20, RECORD, RECORD + 1, 4097][size % 4]));
      expect(said).to.deep.equal({ size, sha256: sha256(octets) });
      expect((await collected(payloads.get(ref))).equals(octets), `${size} octets`).to.equal(true);
    }
  });

  it('takes the digest of whoever has it, when all octets have passed', async () => {
    let passed = 0;
    async function* counted() {
      for await (const chunk of inChunks(randomBytes(25_000))) yield ((passed += chunk.length), chunk);
    }
    const known = () => createHash('sha256').update(String(passed)).digest();
    expect((await payloads.put(counted(), known)).sha256).to.equal(sha256(Buffer.from('25000')));
  });

  it('lists what there is with the time at which it was written, also while some is removed, and removes once and again', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => put(randomBytes(20))));
    expect(await refs()).to.include.members(made.map(({ ref }) => ref));
    for await (const { ref, written } of payloads.list()) {
      expect(written.getTime()).to.be.within(Date.now() - 120_000, Date.now() + 1_000);
      await payloads.remove(ref);
      await payloads.remove(ref);
    }
    expect(await refs()).to.deep.equal([]);
    const { error } = await outcome(payloads.get(made[0]?.ref ?? ''));
    expect(error).to.have.property('code', 'INTERNAL');
    expect(error).to.have.property('detail').that.contains('is missing');
  });

  it('is read by another process that has the key, and tells another key from damage', async () => {
    const { ref } = await put(Buffer.from('shared'));
    expect((await collected((await open()).get(ref))).toString()).to.equal('shared');
    const { read, error } = await outcome((await open(createSecretKey(randomBytes(32)))).get(ref));
    expect(read).to.have.length(0);
    expect(error).to.have.property('code', 'INTERNAL');
    expect(error).to.have.property('detail').that.contains('another data key');
  });

  it('leaves nothing of what its sender broke off, and gives the reason', async () => {
    const reason = new Error('the sender hung up');
    async function* broken(records: number) {
      yield Buffer.alloc(RECORD * records);
      throw reason;
    }
    const before = await refs();
    for (const records of [0, together + 1, 2 * together + 2])
      expect(await payloads.put(broken(records)).catch((e: unknown) => e)).to.equal(reason);
    expect(await refs()).to.deep.equal(before);
  });

  it('streams 96 MB both ways, a record at a time, and lets go of what has passed', async () => {
    const MB = 2 ** 20;
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const look = () => (most = Math.max(most, process.memoryUsage().arrayBuffers - before));
    const { ref, size } = await payloads.put(
      (async function* () {
        for (let i = 0; i < 96 * 16; i++, look()) yield Buffer.alloc(RECORD, i);
      })(),
    );
    expect(size).to.equal(96 * MB);
    expect(most / MB, 'while it is written').to.be.below(atMost);
    most = 0;
    let number = 0;
    for await (const clear of payloads.get(ref)) {
      expect([clear.length, clear[0]]).to.deep.equal([RECORD, number++ % 256]);
      look();
    }
    expect(number).to.equal(96 * 16);
    expect(most / MB, 'while it is read').to.be.below(atMost);
    await payloads.remove(ref);
  });
}
