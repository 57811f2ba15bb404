import { pages } from '../../../src/package/pages.js';

/*
 * Stands in for a service that counts the pages of two documents. It says so when the first is done; the second is many streams without an end,
 * each of which is looked for through all that follows, so that its reader does nothing else for longer than anybody waits.
 */
const count = (octets: Buffer): Promise<number> =>
  pages({
    hoveddokument: { mimetype: 'application/pdf', open: () => [octets] },
    vedlegg: [],
  } as unknown as Parameters<typeof pages>[0]);

await count(Buffer.from('%PDF-1.7'));
process.stdout.write('counts\n');
await count(
  Buffer.concat([Buffer.from(`%PDF-1.7\n${'9 0 obj <<>> stream endobj\n'.repeat(300)}`), Buffer.alloc(8_000_000, ' ')]),
);
