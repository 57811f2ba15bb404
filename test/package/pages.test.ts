import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { PDFDocument, PDFRawStream } from 'pdf-lib';
import { limits } from '../../src/limits.js';
import { pages } from '../../src/package/pages.js';

const file = (octets: Uint8Array, mimetype = 'application/pdf') => ({
  ...{ filnavn: 'brev.pdf', tittel: 'Brev', mimetype, spraak: 'nb' as const },
  open: async function* () {
    yield octets;
  },
});

async function pdf(count: number): Promise<Buffer> {
  const document = await PDFDocument.create();
  for (let n = 0; n < count; n++) document.addPage();
  return Buffer.from(await document.save());
}

/** Three pages, and two object streams of nothing that have so many octets together when they are unpacked. */
async function inflating(octets: number): Promise<Buffer> {
  const document = await PDFDocument.create();
  for (let n = 0; n < 3; n++) document.addPage();
  const half = Math.floor(octets / 2);
  for (const size of [half, octets - half]) {
    const packed = deflateSync(Buffer.alloc(size, ' '));
    const dict = document.context.obj({ Type: 'ObjStm', N: 0, First: 0, Filter: 'FlateDecode' });
    document.context.register(PDFRawStream.of(dict, packed));
  }
  return Buffer.from(await document.save({ useObjectStreams: false }));
}

describe('package/pages', () => {
  const counted = (octets: Uint8Array, mimetype?: string) =>
    pages({ hoveddokument: file(octets, mimetype), vedlegg: [] } as unknown as Parameters<typeof pages>[0]);

  it('are those of all documents; what is no PDF, or none that can be read, is one', async () => {
    const [three, two] = [await pdf(3), await pdf(2)];
    const content = { hoveddokument: file(three), vedlegg: [file(two), file(Buffer.from('x'), 'text/plain')] };
    expect(await pages(content as unknown as Parameters<typeof pages>[0])).to.equal(6);
    expect(await counted(Buffer.from('%PDF-1.7 and then nothing'))).to.equal(1);
  });

  for (const [more, expected] of [
    [-1, 3],
    [0, 3],
    [1, 1],
  ] as const)
    it(`of a document of the limit and ${more} octets are ${expected}`, async () => {
      const three = await pdf(3);
      const padded = Buffer.concat([three, Buffer.alloc(limits.countedDocument + more - three.length, '\n')]);
      expect(await counted(padded)).to.equal(expected);
    });

  for (const [more, expected] of [
    [-1, 3],
    [0, 3],
    [1, 1],
  ] as const)
    it(`SECURITY 91: of a document whose object streams unpack to the limit and ${more} octets are ${expected}`, async () => {
      expect(await counted(await inflating(limits.countedInflated + more))).to.equal(expected);
    });

  it('R31: of a document that takes more than the time of its letter are one, and one each of those after it, however busy it keeps its reader, and the next is counted', async () => {
    const three = await pdf(3);
    const numbers = Buffer.concat([three, Buffer.from(`9 0 obj [${'0 '.repeat(5_000_000)}] endobj`)]);
    expect(numbers.length).to.be.below(limits.countedDocument);
    const letter = (...[first, ...others]: readonly Buffer[]) =>
      ({ hoveddokument: file(first as Buffer), vedlegg: others.map((each) => file(each)) }) as never;
    expect(await pages(letter(three, numbers, three), 600), 'the time is that of a letter').to.equal(5);
    expect(await pages(letter(three))).to.equal(3);
  });

  it('R31: end with a service that is killed while they are counted, however busy their reader is', async function () {
    if (!existsSync('/proc/self/stat')) this.skip();
    const script = join(import.meta.dirname, '../support/standin/counting.ts');
    const service = spawn(process.execPath, [...process.execArgv, script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(service.stdout, 'data');
    const counter = Number(readFileSync(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8').trim());
    /** Hundredths of seconds that it has worked; undefined when it has ended. */
    const worked = (): number | undefined => {
      if (!existsSync(`/proc/${counter}/stat`)) return undefined;
      const [state, ...fields] = readFileSync(`/proc/${counter}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return state === 'Z' ? undefined : Number(fields[10]);
    };
    try {
      const before = worked() ?? 0;
      while ((worked() ?? Infinity) < before + 50) await sleep(20);
      expect(worked(), 'it is busy').to.be.a('number');
      service.kill('SIGKILL');
      for (let looks = 0; worked() !== undefined && looks < 250; looks++) await sleep(20);
      expect(worked()).to.equal(undefined);
    } finally {
      service.kill('SIGKILL');
      if (worked() !== undefined) process.kill(counter, 'SIGKILL');
    }
  });

  it('are counted although the document before could not be read from the store', async () => {
    const broken = {
      ...file(Buffer.of()),
      open: async function* () {
        yield Buffer.of();
        throw new Error('the disk is gone');
      },
    };
    const content = { hoveddokument: broken, vedlegg: [] } as unknown as Parameters<typeof pages>[0];
    const [one, two] = await Promise.all([
      pages(content),
      pages({ hoveddokument: file(await pdf(2)), vedlegg: [] } as never),
    ]);
    expect([one, two]).to.deep.equal([1, 2]);
  });
});
