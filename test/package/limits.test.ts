import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { encodeManifest } from '../../src/contract/sdp/manifest.js';
import type { Pakkefil } from '../../src/contract/sdp/packer.js';
import { Failure } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { openPackage, pack } from '../../src/package/asice.js';
import { createPacker, receivePackage } from '../../src/package/package.js';
import { readZip } from '../../src/package/zip.js';
import { encryptCms } from '../../src/security/cms.js';
import { parseCertificate } from '../../src/security/x509.js';
import { testTime } from '../support/pki.js';
import { chain, file, innhold, memoryPayloads, signer, trust, zipOf } from './support.js';

/* Each limit of packages at limit − 1, limit and limit + 1. */

const MiB = 1024 * 1024;
const around = (limit: number): readonly number[] => [limit - 1, limit, limit + 1];
const outcome = async (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'taken',
    (error: unknown) => {
      if (error instanceof Failure) return error.detail;
      throw error;
    },
  );

/** Octets that deflate cannot shorten: what repeats lies further back than it looks. */
const noise = randomBytes(MiB);
async function* noisy(size: number): AsyncGenerator<Buffer> {
  for (let left = size; left > 0; left -= noise.length) yield noise.subarray(0, Math.min(left, noise.length));
}
const document = (open: () => AsyncIterable<Buffer>): Pakkefil => ({ ...file('stor.bin', ''), open });
const letter = (octets: Buffer) => ({ ...innhold, vedlegg: [file('stor.bin', octets)] });

async function sizeOf(octets: AsyncIterable<Buffer>): Promise<number> {
  let size = 0;
  for await (const piece of octets) size += piece.length;
  return size;
}

/** A letter whose package has `total` octets. Each try has other digests, which deflate otherwise. */
async function letterFor(total: number) {
  let size = total - 10_000;
  for (let tries = 0; tries < 100; tries++) {
    const made = letter(noise.subarray(tries, tries + size));
    const off = total - (await sizeOf(pack(made, signer, testTime)));
    if (off === 0) return made;
    size += off;
  }
  throw new Error(`no document makes a package of ${total} octets`);
}

describe('package: limits', function () {
  this.timeout(120_000);
  const certificate = parseCertificate(chain.leaf);
  const clock = { now: () => testTime };

  it('R-33: packageBytes, of what is encrypted', async () => {
    const receiver = { privateKey: chain.privateKey, certificate, trust };
    for (const [size, large] of around(limits.packageBytes).map((n, i) => [n, i === 2] as const)) {
      const sent = encryptCms(noisy(size), size, certificate);
      const said = await outcome(receivePackage(sent, receiver, testTime));
      expect(said === `a document package has at most ${limits.packageBytes} octets`, said).to.equal(large);
    }
  });

  it('packageMemoryBytes: a larger package waits in the payload store', async () => {
    const found = [];
    for (const total of around(limits.packageMemoryBytes)) {
      const payloads = memoryPayloads();
      await createPacker({ payloads, clock, ...signer }).pack(await letterFor(total), certificate);
      found.push([payloads.puts, payloads.kept.size]);
    }
    expect(found).to.deep.equal([
      [1, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it('R-33: packageBytes, when one is opened', async () => {
    for (const [size, large] of around(limits.packageBytes).map((n, i) => [n, i === 2] as const)) {
      expect((await outcome(readZip(Buffer.alloc(size)))).includes('too large')).to.equal(large);
    }
  });

  it('R-33: packageContentBytes, when a package is made', async () => {
    const zeros = Buffer.alloc(MiB);
    const main = 6;
    const manifest = (name: string) => ({
      href: name,
      mime: 'text/plain',
      tittel: { lang: 'nb', tekst: `Om ${name}` },
      data: null,
    });
    const { mottaker, avsender, lenke, hoveddokument } = innhold;
    const vedlegg = [manifest('stor.bin')];
    const own = Buffer.byteLength(
      encodeManifest({ mottaker, avsender, lenke, hoveddokument: manifest(hoveddokument.filnavn), vedlegg }),
    );
    const found = [];
    for (const total of around(limits.packageContentBytes)) {
      const open = async function* (): AsyncGenerator<Buffer> {
        for (let left = total - own - main; left > 0; left -= MiB) yield zeros.subarray(0, Math.min(left, MiB));
      };
      const made = pack({ ...innhold, vedlegg: [document(open)] }, signer, testTime);
      found.push(await outcome(sizeOf(made)));
    }
    expect(found).to.deep.equal(['taken', 'taken', 'the documents are too large for a document package']);
  });

  it('SECURITY 94: packageContentBytes, when one is opened', async () => {
    // One octet in a hundred is noise, so that no entry alone is too good to be true.
    const piece = Buffer.alloc(MiB);
    for (let at = 0; at < MiB; at += 65_536) noise.copy(piece, at, at, at + 656);
    const half = Buffer.concat(Array.from({ length: limits.packageContentBytes / MiB / 2 }, () => piece));
    for (const more of [-1, 0, 1]) {
      const rest = more > 0 ? Buffer.concat([half, Buffer.alloc(more)]) : half.subarray(0, half.length + more);
      const said = await outcome(readZip(await zipOf({ 'a.bin': half, 'b.bin': rest })));
      expect(said === 'taken' ? said : said.includes('unpacks to too much')).to.equal(more > 0 ? true : 'taken');
    }
  });

  it('SECURITY 94: packageRatio, by what the directory says', async () => {
    const small = Buffer.alloc(12_000_000);
    noise.copy(small, 0, 0, 50_000);
    const dense = await zipOf({ 'a.bin': small });
    const entry = dense.indexOf(Buffer.from('504b0102', 'hex'));
    // That it is not so large after all is found out later.
    const allowed = dense.readUInt32LE(entry + 20) * limits.packageRatio;
    for (const [size, refused] of around(allowed).map((n, i) => [n, i === 2] as const)) {
      const lie = Buffer.from(dense);
      lie.writeUInt32LE(size, entry + 24);
      expect((await outcome(readZip(lie))).includes('an entry that unpacks to too much'), `${size}`).to.equal(refused);
    }
  });

  it('packageXmlBytes: of manifest.xml and of the signature', async () => {
    for (const name of ['manifest.xml', 'META-INF/signatures.xml']) {
      for (const [size, refused] of around(limits.packageXmlBytes).map((n, i) => [n, i === 2] as const)) {
        const files = {
          'manifest.xml': '<m/>',
          'META-INF/signatures.xml': '<s/>',
          [name]: Buffer.concat([noise, noise]).subarray(0, size),
        };
        const said = await outcome(openPackage(await zipOf(files)));
        expect(said.includes('of a size that is believed'), `${name} ${size}: ${said}`).to.equal(refused);
      }
    }
  });
});
