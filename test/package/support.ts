import { createHash } from 'node:crypto';
import type { Pakkefil, Pakkeinnhold } from '../../src/contract/sdp/packer.js';
import type { Payloads } from '../../src/domain/shipmentPorts.js';
import { Failure } from '../../src/errors.js';
import { pack } from '../../src/package/asice.js';
import { writeZip, type ZipSource } from '../../src/package/zip.js';
import { signingKey } from '../../src/security/sign.js';
import { makeChain, testTime, trustOf } from '../support/pki.js';

export async function* once(octets: Buffer | string): AsyncGenerator<Buffer, void> {
  yield Buffer.from(octets);
}
export async function collect(octets: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of octets) found.push(piece);
  return Buffer.concat(found);
}
export async function failing(act: Promise<unknown>): Promise<Failure> {
  try {
    await act;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

export const chain = makeChain();
export const trust = trustOf(chain);
export const signer = { key: signingKey(chain.privateKey, chain.leaf), chain: [chain.issuing, chain.root] };

export const file = (filnavn: string, content: string | Buffer, mimetype = 'text/plain'): Pakkefil => ({
  filnavn,
  mimetype,
  tittel: { lang: 'nb', tekst: `Om ${filnavn}` },
  open: () => once(content),
});
export const innhold: Pakkeinnhold = {
  mottaker: { personidentifikator: '17051400000', postkasseadresse: 'ola#0ABC' },
  avsender: { organisasjonsnummer: '310000019', avsenderidentifikator: null, fakturaReferanse: null },
  hoveddokument: file('vedtak æøå (1).txt', 'Vedtak'),
  vedlegg: [file('b+c & d.txt', 'B'), file('a.pdf', Buffer.alloc(5000, '%PDF'), 'application/pdf')],
  lenke: {
    url: 'https://example.no/svar',
    beskrivelse: null,
    knappTekst: { lang: 'nb', tekst: 'Svar' },
    frist: testTime,
  },
};
export const packed = (changes: Partial<Pakkeinnhold> = {}): Promise<Buffer> =>
  collect(pack({ ...innhold, ...changes }, signer, testTime));

export const zipOf = (files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> =>
  collect(
    writeZip(
      Object.entries(files).map(([navn, c]): ZipSource => ({ navn, open: () => once(c) })),
      testTime,
    ),
  );

/** Payloads in memory, with what was done to them. */
export function memoryPayloads(): Payloads & { readonly kept: Map<string, Buffer>; puts: number } {
  const kept = new Map<string, Buffer>();
  const payloads = {
    kept,
    puts: 0,
    async put(octets: AsyncIterable<Uint8Array>) {
      const all = await collect(octets);
      const ref = `p${++payloads.puts}`;
      kept.set(ref, all);
      return { ref, size: all.length, sha256: createHash('sha256').update(all).digest('hex') };
    },
    async *get(ref: string) {
      const all = kept.get(ref);
      if (all === undefined) throw new Failure('INTERNAL', 'gone');
      for (let at = 0; at < all.length; at += 65_536) yield all.subarray(at, at + 65_536);
    },
    async remove(ref: string) {
      kept.delete(ref);
    },
    async *list() {
      for (const ref of kept.keys()) yield { ref, written: testTime };
    },
    tidy: () => Promise.resolve(),
  };
  return payloads;
}
