import type { TextDecoder } from 'node:util';
import { Failure } from '../../errors.js';
import type { XmlElement } from '../../xml/model.js';
import { is } from '../../xml/model.js';
import { XmlReader } from '../../xml/reader.js';
import { Head, type Judge } from './judge.js';
import { decoderFor } from './text.js';

const DECLARATION = 256;
const encoding = /^(<\?xml[^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["'])([A-Za-z][\w.-]*)/;

/** Documents in eight bits become UTF-8 for the reader, which takes nothing else; their declaration says so too. */
class Recoder {
  private readonly head = new Head(DECLARATION);
  private decoder: TextDecoder | undefined;
  private begun = false;

  /** Nothing while the declaration may not be whole. */
  write(octets: Buffer, last = false): Buffer {
    if (this.begun) return this.recode(octets);
    const before = this.head.octets.length;
    this.head.add(octets);
    if (!this.head.full && !this.head.octets.includes('?>') && !last) return Buffer.alloc(0);
    this.begun = true;
    return this.recode(this.begin(Buffer.concat([this.head.octets.subarray(0, before), octets])));
  }

  private begin(octets: Buffer): Buffer {
    const [declared, before = '', name = 'utf-8'] = encoding.exec(octets.toString('latin1', 0, DECLARATION)) ?? [];
    if (declared === undefined || /^utf-?(8|16)/i.test(name)) return octets;
    this.decoder = decoderFor(name);
    if (this.decoder === undefined) return octets;
    return Buffer.concat([Buffer.from(`${before}UTF-8`), octets.subarray(declared.length)]);
  }

  private recode(octets: Buffer): Buffer {
    return this.decoder === undefined ? octets : Buffer.from(this.decoder.decode(octets, { stream: true }));
  }
}

/** Well-formed XML without a document type, of however many elements: it is read and not kept. @param root what its root must be */
export function xml(root?: { readonly ns: string; readonly local: string; readonly what: string }): Judge {
  let wrong: string | undefined;
  const start = (element: XmlElement): void => {
    if (root !== undefined && element.parent === null && !is(element, root.ns, root.local))
      wrong = `it is no ${root.what}`;
  };
  const nothing = (): void => undefined;
  const breadth = { elements: Infinity, instructions: true };
  const reader = new XmlReader({ start, end: nothing, text: nothing, comment: nothing }, undefined, breadth);
  const recoder = new Recoder();
  const attempt = (read: () => void): string | undefined => {
    try {
      read();
      return wrong;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return `it is not XML that is taken: ${error.detail}`;
    }
  };
  return {
    write: (octets) => attempt(() => reader.write(recoder.write(octets))),
    end: () =>
      attempt(() => {
        reader.write(recoder.write(Buffer.alloc(0), true));
        reader.end();
      }),
  };
}

/** An invoice in UBL, which EHF is a profile of. */
export const ehf = (): Judge =>
  xml({ ns: 'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2', local: 'Invoice', what: 'invoice' });
