import { AssertionError } from 'chai';
import { Failure } from '../../../src/errors.js';
import { readMultipart } from '../../../src/soap/mime.js';
import type { ErrorCode } from '../../../src/errors.js';

/** `octets` in chunks of `size`. */
export async function* inChunks(octets: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

export async function whole(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export interface ReadPart {
  readonly contentId: string | undefined;
  readonly contentType: string | undefined;
  readonly content: string;
}

/** Reads a message to its end; contents as Latin-1. */
export async function readAll(message: Buffer | string, boundary: string, size = 65_536): Promise<ReadPart[]> {
  const parts: ReadPart[] = [];
  const octets = typeof message === 'string' ? Buffer.from(message, 'latin1') : message;
  for await (const { contentId, contentType, body } of readMultipart(inChunks(octets, size), boundary)) {
    parts.push({ contentId, contentType, content: (await whole(body)).toString('latin1') });
  }
  return parts;
}

/** The code of the Failure that ends `work`. */
export async function codeOf(work: Promise<unknown>): Promise<ErrorCode> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  throw new AssertionError('nothing was refused');
}
