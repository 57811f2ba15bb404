import { randomUUID } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

/** Makes a folder, and files in it: each durable, with its name, when it is kept. */
export async function openFolder(path: string): Promise<(octets: readonly Buffer[]) => Promise<void>> {
  await mkdir(path, { recursive: true });
  const directory = await open(path, 'r');
  return async (octets) => {
    const file = await open(join(path, randomUUID()), 'wx', 0o600);
    await file.writev(octets);
    await file.sync();
    await file.close();
    await directory.sync();
  };
}

/** A server that reads each request, does its work, and sends the same answer. */
export const answering = (work: (request: Buffer) => Promise<void>, answer: string): Server =>
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      work(Buffer.concat(chunks)).then(
        () => response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': answer.length }).end(answer),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
