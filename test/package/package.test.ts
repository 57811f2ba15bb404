import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Failure } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { createPacker, receivePackage } from '../../src/package/package.js';
import { parseCertificate } from '../../src/security/x509.js';
import { testKey, testTime } from '../support/pki.js';
import { chain, failing, file, innhold, memoryPayloads, signer, trust } from './support.js';

const certificate = parseCertificate(chain.leaf);
const receiver = { privateKey: chain.privateKey, certificate, trust };
const clock = { now: () => testTime };

describe('the packer', () => {
  for (const transport of [undefined, 'oaep-sha256', 'oaep-sha1', 'pkcs1'] as const) {
    it(`makes what a mailbox opens: ${transport ?? 'by default'}`, async () => {
      const payloads = memoryPayloads();
      const blob = await createPacker({ payloads, clock, ...signer }).pack(innhold, certificate, transport);
      const octets = payloads.kept.get(blob.ref)!;
      expect(blob).to.include({ size: octets.length, sha256: createHash('sha256').update(octets).digest('hex') });
      expect(payloads.puts).to.equal(1);
      const { manifest, documents } = await receivePackage(octets, receiver, testTime);
      expect(manifest.mottaker).to.deep.equal(innhold.mottaker);
      expect(documents[0]?.innhold.toString()).to.equal('Vedtak');
    });
  }

  it('keeps a small package in memory, and lets a large one wait in the payload store, which is empty of it afterwards', async () => {
    for (const [size, puts] of [
      [limits.packageMemoryBytes - 100_000, 1],
      [limits.packageMemoryBytes + 100_000, 2],
    ] as const) {
      const payloads = memoryPayloads();
      const vedlegg = [file('stor.bin', randomBytes(size), 'application/octet-stream')];
      const blob = await createPacker({ payloads, clock, ...signer }).pack({ ...innhold, vedlegg }, certificate);
      expect(payloads.puts).to.equal(puts);
      expect([...payloads.kept.keys()]).to.deep.equal([blob.ref]);
      const { documents } = await receivePackage(payloads.get(blob.ref) as AsyncIterable<Buffer>, receiver, testTime);
      expect(documents[1]?.innhold.length).to.equal(size);
    }
  });

  it('R-33: refuses a package above the limit and leaves nothing behind', async function () {
    this.timeout(60_000);
    const piece = randomBytes(1024 * 1024);
    const open = async function* (): AsyncGenerator<Buffer> {
      for (let i = 0; i < limits.packageBytes / piece.length; i++) yield piece;
    };
    const payloads = memoryPayloads();
    const vedlegg = [{ ...file('stor.bin', ''), open }];
    const failure = await failing(
      createPacker({ payloads, clock, ...signer }).pack({ ...innhold, vedlegg }, certificate),
    );
    expect(failure.code).to.equal('INVALID_REQUEST');
    expect(payloads.kept.size).to.equal(0);
  });
});

describe('SECURITY 99: an encrypted package', () => {
  const made = async (): Promise<Buffer> => {
    const payloads = memoryPayloads();
    const { ref } = await createPacker({ payloads, clock, ...signer }).pack(innhold, certificate);
    return payloads.kept.get(ref)!;
  };

  it('with any one octet changed is refused, after the head as FAILED_CHECK whatever it broke', async () => {
    const cms = await made();
    for (let i = 0; i < cms.length; i += i < 500 ? 11 : 61) {
      const bad = Buffer.from(cms);
      bad[i]! ^= 0x20;
      const outcome: unknown = await receivePackage(bad, receiver, testTime).catch((e: unknown) => e);
      expect(outcome, `octet ${i}: ${bad.subarray(i - 9, i + 9).toString('hex')}`).to.be.instanceOf(Failure);
      const { code } = outcome as Failure;
      expect(code, `octet ${i}`).to.be.oneOf(i < 600 ? ['FAILED_CHECK', 'UNSUPPORTED_ALGORITHM'] : ['FAILED_CHECK']);
    }
  });

  it('for somebody else, or cut off, is refused as FAILED_CHECK', async () => {
    const cms = await made();
    const other = { ...receiver, privateKey: testKey('stranger').privateKey };
    expect((await failing(receivePackage(cms, other, testTime))).code).to.equal('FAILED_CHECK');
    expect((await failing(receivePackage(cms.subarray(0, -16), receiver, testTime))).code).to.equal('FAILED_CHECK');
  });
});
