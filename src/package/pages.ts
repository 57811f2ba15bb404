import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
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

const script = fileURLToPath(new URL(`./pageCount${extname(fileURLToPath(import.meta.url))}`, import.meta.url));

/** Milliseconds that a counter with nothing to count is kept for the next. */
const IDLE_MS = 10_000;

let counter: ChildProcess | undefined;
let idle: NodeJS.Timeout | undefined;

/** A process that counts. It keeps nobody from ending, and is told no secret. */
function begin(): ChildProcess {
  const child = fork(script, [String(process.pid)], {
    execArgv: [...process.execArgv, `--max-old-space-size=${limits.countedHeapMb}`],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // One that ends while nobody waits is no answer to the next.
  child.once('exit', () => end(child)).on('error', () => undefined);
  child.unref();
  child.channel?.unref();
  return child;
}

const end = (child: ChildProcess): void => {
  if (child === counter) counter = undefined;
  child.kill('SIGKILL');
};

/** The pages of a PDF; one for what is not read in time, or is too much to read. One at a time. @param ms time for it */
function pagesOfPdf(pdf: Uint8Array, ms: number): Promise<number> {
  clearTimeout(idle);
  const child = (counter ??= begin());
  return new Promise((resolve) => {
    const done = (count: number): void => {
      clearTimeout(late);
      child.off('message', done).off('exit', giveUp).off('error', giveUp);
      idle = setTimeout(end, IDLE_MS, child).unref();
      resolve(count);
    };
    const giveUp = (): void => {
      end(child);
      done(1);
    };
    const late = setTimeout(giveUp, ms);
    child.once('message', done).once('error', giveUp).once('exit', giveUp);
    child.send(pdf);
  });
}

/** What is no PDF, or none that can be read, or is larger than `limits` allow to be read, is one page until its printer says otherwise. */
async function pagesOf(file: Pakkefil, ms: number): Promise<number> {
  if (file.mimetype !== 'application/pdf' || ms <= 0) return 1;
  try {
    const octets = await octetsOf(file);
    return octets === undefined ? 1 : await pagesOfPdf(octets, ms);
  } catch {
    return 1;
  }
}

async function sumOf({ hoveddokument, vedlegg }: Pakkeinnhold, ms: number): Promise<number> {
  const until = performance.now() + ms;
  let sum = 0;
  for (const file of [hoveddokument, ...vedlegg]) sum += await pagesOf(file, until - performance.now());
  return sum;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Pages of the documents of a package; one document at a time in a process, for each is read into memory.
 * @param ms time for all of them, for the letters of others wait; what is left then is one page each
 */
export function pages(content: Pakkeinnhold, ms: number = limits.countedTime): Promise<number> {
  const counted = last.then(() => sumOf(content, ms));
  last = counted.catch(() => undefined);
  return counted;
}
