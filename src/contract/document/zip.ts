import { limits } from '../../limits.js';
import { all, begins, Head, type Judge } from './judge.js';

/* Documents that are zip files (APPNOTE.TXT 4.3): what stands first in them, and what their directory says that they hold. */

const LOCAL = Buffer.from('PK\x03\x04', 'latin1');
const ENTRY = 0x02014b50;
const END = Buffer.from('PK\x05\x06', 'latin1');
const ENTRY_SIZE = 46;
const END_SIZE = 22;

/** The octets at the end. */
class Tail {
  total = 0;
  private readonly kept: Buffer;
  private filled = 0;

  constructor(private readonly most: number) {
    this.kept = Buffer.allocUnsafe(2 * most);
  }

  add(octets: Buffer): void {
    this.total += octets.length;
    const last = octets.subarray(-this.most);
    if (this.filled + last.length > this.kept.length) {
      this.kept.copy(this.kept, 0, this.filled - this.most, this.filled);
      this.filled = this.most;
    }
    last.copy(this.kept, this.filled);
    this.filled += last.length;
  }

  octets(): Buffer {
    return this.kept.subarray(Math.max(0, this.filled - this.most), this.filled);
  }
}

/** Where the end record lies: its comment reaches to the last octet. */
function endOf(tail: Buffer): number {
  let at = tail.lastIndexOf(END);
  while (at >= 0 && (at + END_SIZE > tail.length || at + END_SIZE + tail.readUInt16LE(at + 20) !== tail.length)) {
    at = at === 0 ? -1 : tail.lastIndexOf(END, at - 1);
  }
  return at;
}

/** Names in the directory; undefined when there is none that is whole and begins where it says. */
function namesIn(tail: Buffer, total: number): string[] | undefined {
  const end = endOf(tail);
  if (end < 0) return undefined;
  const start = end - tail.readUInt32LE(end + 12);
  if (start < 0 || total - tail.length + start !== tail.readUInt32LE(end + 16)) return undefined;
  const names: string[] = [];
  for (let at = start; at < end;) {
    if (at + ENTRY_SIZE > end || tail.readUInt32LE(at) !== ENTRY) return undefined;
    const name = at + ENTRY_SIZE;
    const [length, extra, comment] = [28, 30, 32].map((field) => tail.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    names.push(tail.toString('utf8', name, name + length));
    at = name + length + extra + comment;
  }
  return names;
}

/** A zip file, with nothing before it, that holds a file of each name: a pattern each. */
export function zip(what: string, ...held: readonly RegExp[]): Judge {
  const tail = new Tail(limits.documentDirectoryBytes);
  const directory: Judge = {
    write: (octets) => {
      tail.add(octets);
      return undefined;
    },
    end: () => {
      const names = namesIn(tail.octets(), tail.total);
      if (names === undefined) return 'it has no zip directory that is whole';
      return held.every((pattern) => names.some((name) => pattern.test(name)))
        ? undefined
        : `there is no ${what} in it`;
    },
  };
  return all(begins('it does not begin as a zip file', LOCAL), directory);
}

/** A document of Office Open XML (ISO/IEC 29500-2): parts of its kind lie in a folder of their own. */
export const ooxml = (what: string, folder: string): Judge =>
  zip(what, /^\[Content_Types\]\.xml$/i, new RegExp(`^${folder}/`, 'i'));

/** What the first entry holds, when it is `mimetype`, stored as it is (OpenDocument 1.2 part 3, 3.3). */
function firstEntry(head: Buffer): string | undefined {
  if (head.length < 30 || head.readUInt16LE(8) !== 0) return undefined;
  const name = 30 + head.readUInt16LE(26);
  if (head.toString('latin1', 30, name) !== 'mimetype') return undefined;
  const content = name + head.readUInt16LE(28);
  const next = head.indexOf('PK', content, 'latin1');
  return next < 0 ? undefined : head.toString('latin1', content, next);
}

/** A document of OpenDocument: its first entry names its type. */
export function odf(mimetype: string): Judge {
  const head = new Head(512);
  const first: Judge = {
    write: (octets) => {
      head.add(octets);
      return undefined;
    },
    end: () => (firstEntry(head.octets) === mimetype ? undefined : 'its first entry does not name the type'),
  };
  return all(zip('content.xml', /^content\.xml$/), first);
}
