import { all, begins, type Judge } from './judge.js';

/* Formats that are told by how they begin. */

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

export const png = (): Judge => begins('it does not begin as a PNG picture', latin1('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR'));

export const jpeg = (): Judge => begins('it does not begin as a JPEG picture', latin1('\xff\xd8\xff'));

export const gif = (): Judge => begins('it does not begin as a GIF picture', latin1('GIF87a'), latin1('GIF89a'));

/** A name as PDF may write it: any character as its number in hex. */
const pdfName = (name: string): RegExp => {
  const hex = (c: string): string => [...c.charCodeAt(0).toString(16)].map((d) => `[${d}${d.toUpperCase()}]`).join('');
  return new RegExp(`/${[...name].map((c) => `(?:${c}|#${hex(c)})`).join('')}(?![\\w#-])`);
};

/** Every action that is a script has this name. */
const script = pdfName('JavaScript');
const NAME = 3 * 'JavaScript'.length + 2;

/** No script stands in the clear. What is compressed is not looked into. */
function noPdfScript(): Judge {
  let tail = '';
  return {
    write: (octets) => {
      const text = tail + octets.toString('latin1');
      tail = text.slice(-NAME);
      return script.test(text.slice(0, -1)) ? 'it has a script in it' : undefined;
    },
    end: () => (script.test(tail) ? 'it has a script in it' : undefined),
  };
}

/** The mark of a PDF stands first: readers that look for it further in would take another file for one. */
export const pdf = (): Judge => all(begins('it does not begin as a PDF', latin1('%PDF-')), noPdfScript());

const BLOCK = 128;
const utf16 = (name: string): Buffer => Buffer.from(`${name}\0`, 'utf16le');

/**
 * An OLE file ([MS-CFB]) whose directory has one of the streams. Entries of the directory are 128 octets that begin with a name, and lie
 * at multiples of that.
 */
export function ole(what: string, ...streams: readonly string[]): Judge {
  const names = streams.map(utf16);
  let rest: Buffer = Buffer.alloc(0);
  let found = false;
  const look: Judge = {
    write: (octets) => {
      if (found) return undefined;
      const here = Buffer.concat([rest, octets]);
      const whole = here.length - (here.length % BLOCK);
      for (let at = 0; at < whole && !found; at += BLOCK) {
        found = names.some((name) => here.subarray(at, at + name.length).equals(name));
      }
      rest = Buffer.from(here.subarray(whole));
      return undefined;
    },
    end: () => (found ? undefined : `there is no ${what} in it`),
  };
  return all(begins('it does not begin as an Office file', Buffer.from('d0cf11e0a1b11ae1', 'hex')), look);
}
