import { PDFDocument } from 'pdf-lib';
import type { Pakkefil, Pakkeinnhold } from '../contract/sdp/packer.js';
import { limits } from '../limits.js';

/** Undefined for more than is worth reading into memory to know a price. */
async function octetsOf(file: Pakkefil): Promise<Buffer | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of file.open()) {
    size += piece.length;
    if (size > limits.countedDocument) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** What is no PDF, or none that can be read, or is larger than `limits.countedDocument`, is one page until its printer says otherwise. */
async function pagesOf(file: Pakkefil): Promise<number> {
  if (file.mimetype !== 'application/pdf') return 1;
  try {
    const options = { ignoreEncryption: true, updateMetadata: false };
    const octets = await octetsOf(file);
    return octets === undefined ? 1 : Math.max(1, (await PDFDocument.load(octets, options)).getPageCount());
  } catch {
    return 1;
  }
}

async function sumOf({ hoveddokument, vedlegg }: Pakkeinnhold): Promise<number> {
  let sum = 0;
  for (const file of [hoveddokument, ...vedlegg]) sum += await pagesOf(file);
  return sum;
}

let last: Promise<unknown> = Promise.resolve();

/** Pages of the documents of a package; one document at a time in a process, for each is read into memory. */
export function pages(content: Pakkeinnhold): Promise<number> {
  const counted = last.then(() => sumOf(content));
  last = counted.catch(() => undefined);
  return counted;
}
