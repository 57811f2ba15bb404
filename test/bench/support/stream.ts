import { createCipheriv, createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request, type OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer } from './load.js';

/* Messages that are larger than memory should be: made, sent and hashed as they go. */

export const MIB = 2 ** 20;
export type Octets = AsyncIterable<Uint8Array | string>;

/** Octets that no program packs, the same at each call. */
export async function* noise(mebibytes: number): AsyncGenerator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16));
  const zeros = Buffer.alloc(MIB);
  for (let i = 0; i < mebibytes; i++) yield cipher.update(zeros);
}

/** The same as base64; pieces keep to three octets. */
export async function* base64(octets: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of octets) {
    const all = Buffer.concat([rest, chunk]);
    const whole = all.length - (all.length % 3);
    yield all.toString('base64', 0, whole);
    rest = all.subarray(whole);
  }
  yield rest.toString('base64');
}

/** Sends without an end that is known before. */
export async function postStream(url: string, headers: OutgoingHttpHeaders, body: Octets): Promise<Answer> {
  const sending = request(url, { method: 'POST', headers });
  const answered = new Promise<Answer>((resolve, reject) => {
    sending.once('error', reject).once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, octets: Buffer.concat(chunks) }));
    });
  });
  await Promise.all([answered, pipeline(Readable.from(body, { objectMode: true, highWaterMark: 1 }), sending)]);
  return answered;
}

/** SHA-256. */
export async function hashOf(octets: Octets, encoding: 'hex' | 'base64' = 'hex'): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of octets) hash.update(chunk);
  return hash.digest(encoding);
}

/** What a process of Posthorn may take of memory, and what we want: octets. */
export const memory = { goal: 192_000_000, aim: 128_000_000 } as const;

/** The most memory that a process has had, in octets. */
export async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Octets in both of the units that people mean by "MB". */
export const inBoth = (octets: number): string => `${(octets / 1e6).toFixed(0)} MB (${(octets / MIB).toFixed(0)} MiB)`;
