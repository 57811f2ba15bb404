import { PDFDocument } from 'pdf-lib';
import type { Pakkefil, Pakkeinnhold } from '../contract/sdp/packer.js';

async function octetsOf(file: Pakkefil): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.open()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What is no PDF, or none that can be read, is one page until its printer says otherwise. */
async function pagesOf(file: Pakkefil): Promise<number> {
  if (file.mimetype !== 'application/pdf') return 1;
  try {
    const options = { ignoreEncryption: true, updateMetadata: false };
    return Math.max(1, (await PDFDocument.load(await octetsOf(file), options)).getPageCount());
  } catch {
    return 1;
  }
}

/** Pages of the documents of a package, which fits in memory; one document at a time. */
export async function pages({ hoveddokument, vedlegg }: Pakkeinnhold): Promise<number> {
  let sum = 0;
  for (const file of [hoveddokument, ...vedlegg]) sum += await pagesOf(file);
  return sum;
}
