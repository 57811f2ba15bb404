import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { serve } from '../support/serve.js';

/* The least that a service of signed documents can do with a message: read it, and digest it. */

await serve(
  createServer((request, response) => {
    const hash = createHash('sha256');
    request.on('data', (chunk: Buffer) => hash.update(chunk)).on('end', () => response.end(hash.digest('hex')));
  }),
);
