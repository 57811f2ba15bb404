import { Failure } from '../../src/errors.js';
import type { XmlElement, XmlEvents } from '../../src/xml/model.js';
import { XmlReader } from '../../src/xml/reader.js';
import type { Spill } from '../../src/xml/tree.js';
import { TreeBuilder } from '../../src/xml/tree.js';

export type Octets = Uint8Array | string;

const buffer = (octets: Octets): Uint8Array => (typeof octets === 'string' ? Buffer.from(octets) : octets);

/** Feeds a document to a reader piece by piece. */
export function feed(pieces: Iterable<Octets>, events: XmlEvents, charset?: string): void {
  const reader = new XmlReader(events, charset);
  for (const piece of pieces) reader.write(buffer(piece));
  reader.end();
}

/** The tree of a document that arrives in pieces. */
export function read(pieces: Iterable<Octets>, options: { spill?: Spill; charset?: string } = {}): XmlElement {
  const builder = new TreeBuilder(options.spill);
  feed(pieces, builder, options.charset);
  return builder.root as XmlElement;
}

/** Each octet by itself. */
export function* drip(octets: Octets): Iterable<Uint8Array> {
  const all = buffer(octets);
  for (let i = 0; i < all.length; i++) yield all.subarray(i, i + 1);
}

/** The code of the Failure that `act` ends with, or 'accepted'. Any other error is one of ours. */
export function verdict(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  return 'accepted';
}

/** What becomes of a document that arrives whole and of one that arrives octet by octet; one word when they agree. */
export function reading(octets: Octets, charset?: string): string {
  const options = charset === undefined ? {} : { charset };
  const whole = verdict(() => read([octets], options));
  const dripped = verdict(() => read(drip(octets), options));
  return whole === dripped ? whole : `whole: ${whole}, dripped: ${dripped}`;
}

/** Takes events and does nothing. */
export const ignore: XmlEvents = {
  start: () => undefined,
  end: () => undefined,
  text: () => undefined,
  comment: () => undefined,
};
