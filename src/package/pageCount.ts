import { Worker } from 'node:worker_threads';
import { decodePDFRawStream, PDFContext, PDFDocument, PDFRawStream } from 'pdf-lib';
import { limits } from '../limits.js';

/*
 * Counts the pages of PDFs, in a process of its own: what a stranger has made may take all the time and memory that there is, and a process can
 * be ended. It is told octets, says a number, and ends with who began it, whose process number is its argument.
 */

/** What all filters of pdf-lib have in common: they grow by `ensureBuffer`, and `decode` gives all that they hold. */
interface Filter {
  readonly bufferLength: number;
  ensureBuffer: (this: Filter, octets: number) => Uint8Array;
  decode: (this: Filter) => Uint8Array;
}

/** Octets that have come out of filters. */
let inflated = 0;

/** Makes the filters count, and stop at the limit. pdf-lib takes a stream that fails for one that is not there, and goes on. */
function boundFilters(): void {
  const empty = PDFRawStream.of(PDFContext.create().obj({ Filter: 'FlateDecode' }), Uint8Array.of(0x78, 0x9c));
  const filter = Object.getPrototypeOf(Object.getPrototypeOf(decodePDFRawStream(empty))) as Filter;
  const { ensureBuffer, decode } = filter;
  const sizes = new WeakMap<Filter, number>();
  const grow = (one: Filter, octets: number): void => {
    const known = sizes.get(one) ?? 0;
    inflated += Math.max(0, octets - known);
    sizes.set(one, Math.max(octets, known));
    if (inflated > limits.countedInflated) throw new Error('more than is worth inflating to know a price');
  };
  filter.ensureBuffer = function (octets) {
    grow(this, octets);
    return ensureBuffer.call(this, octets);
  };
  filter.decode = function () {
    const all = decode.call(this);
    grow(this, this.bufferLength);
    return all;
  };
}

async function pagesIn(octets: Uint8Array): Promise<number> {
  inflated = 0;
  try {
    const document = await PDFDocument.load(octets, { ignoreEncryption: true, updateMetadata: false });
    const count = document.getPageCount();
    return inflated > limits.countedInflated ? 1 : Math.max(1, count);
  } catch {
    return 1;
  }
}

/** Milliseconds between two looks at whether who began it is still there. */
const LOOK_AT_PARENT_MS = 500;

/** Ends this process when its parent is gone, however it went. A thread looks, for a reader that is busy hears of nothing. */
function endWithParent(parent: number): void {
  const look = `setInterval(() => process.ppid === ${parent} || process.kill(process.pid, 'SIGKILL'), ${LOOK_AT_PARENT_MS})`;
  new Worker(look, { eval: true, execArgv: [] }).unref();
}

endWithParent(Number(process.argv[2]));
boundFilters();
// Who stops a service stops all its processes at once, and a count that was begun is waited for.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', (octets: Uint8Array) => void pagesIn(octets).then((count) => process.send?.(count)));
