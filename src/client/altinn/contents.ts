import type { Dokument } from '../../domain/forsendelse.js';

/* Documents in an envelope: each has a mark until it is sent, where its octets are written as base64. */

/** The mark of a document. The id (UUID) of the letter is in it, which no text of the letter has. */
export const placeOf = (id: string, i: number): string => `posthorn-document-${id}-${i}`;

/** Octets that are encoded at once: a multiple of three, so that no padding comes between. */
const PIECE = 48 * 1024;

async function* base64(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of octets) {
    rest = Buffer.concat([rest, chunk]);
    const whole = rest.length - (rest.length % PIECE);
    if (whole > 0) yield Buffer.from(rest.subarray(0, whole).toString('base64'));
    rest = rest.subarray(whole);
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'));
}

const base64Size = (size: number): number => 4 * Math.ceil(size / 3);

/** Octets of the envelope with its documents in their places. */
export function sizeOf(envelope: string, id: string, dokumenter: readonly Dokument[]): number {
  const marks = dokumenter.reduce((sum, _, i) => sum + placeOf(id, i).length, 0);
  const contents = dokumenter.reduce((sum, { innhold }) => sum + base64Size(innhold.size), 0);
  return Buffer.byteLength(envelope) - marks + contents;
}

/** The envelope with its documents in their places, which are in order. */
export async function* filled(
  envelope: string,
  id: string,
  dokumenter: readonly Dokument[],
  open: (ref: string) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  let at = 0;
  for (const [i, { innhold }] of dokumenter.entries()) {
    const mark = placeOf(id, i);
    const place = envelope.indexOf(mark, at);
    yield Buffer.from(envelope.slice(at, place));
    yield* base64(open(innhold.ref));
    at = place + mark.length;
  }
  yield Buffer.from(envelope.slice(at));
}
