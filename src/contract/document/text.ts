import { TextDecoder } from 'node:util';
import type { Judge } from './judge.js';

/** Encodings of eight bits in which ASCII is ASCII, by every name that documents give them. */
const eightBits = /^(?:us-ascii|iso-8859-1|iso-8859-15|latin1|latin-9|windows-1252|cp1252)$/i;

/** UTF-8, or an encoding of eight bits; undefined for one that is not taken. */
export function decoderFor(charset: string): TextDecoder | undefined {
  if (/^utf-?8$/i.test(charset)) return new TextDecoder('utf-8', { fatal: true });
  return eightBits.test(charset) ? new TextDecoder(/15$|9$/.test(charset) ? 'iso-8859-15' : 'latin1') : undefined;
}

/** A text without NUL, in the encoding given. */
export function text(charset = 'utf-8'): Judge {
  const decoder = decoderFor(charset);
  const decode = (octets: Uint8Array, stream: boolean): string | undefined => {
    try {
      decoder?.decode(octets, { stream });
      return undefined;
    } catch {
      return 'it is not valid UTF-8';
    }
  };
  if (decoder === undefined) return { write: () => 'its encoding is not one that is taken', end: () => undefined };
  return {
    write: (octets) => (octets.includes(0) ? 'it has a NUL in it' : decode(octets, true)),
    end: () => decode(new Uint8Array(0), false),
  };
}
