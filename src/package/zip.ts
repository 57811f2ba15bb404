import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { fromBufferPromise, validateFileName, type Entry, type ZipFile } from 'yauzl';
import { ZipFile as Writer } from 'yazl';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { zipInMemory, type HeldFile } from './zipInMemory.js';

/*
 * Zip files as document packages are: whole, one reading only, nothing hidden (SECURITY.md 94 to 96). Whatever two readers could take for
 * two different things is refused.
 */

/** A file to be packed: opened once, or in memory. */
export type ZipSource = HeldFile | { readonly navn: string; open(): AsyncIterable<Uint8Array> };

const isHeld = (source: ZipSource): source is HeldFile => 'octets' in source;

export const broken = (why: string): Failure =>
  new Failure('INVALID_REQUEST', `document package: ${why}`, { reason: 'the document package is not acceptable' });

/** Octets of the central directory's end without a comment. */
const END = 22;
const ENCRYPTED = 0x2041;
const DESCRIPTOR = 0x08;
const UTF8 = 0x800;
const UNICODE_PATH = 0x7075;
const ZIP64 = 0x0001;
/** Octets that may stand between the data of an entry and the next one: a data descriptor. */
const DESCRIPTORS: readonly number[] = [12, 16];
const SYMLINK = 0xa000;
const FILE_TYPE = 0xf000;
const METHODS: readonly number[] = [0, 8];
/** An entry below this size is no bomb, however well it packs. */
const HARMLESS = 1024 * 1024;

/**
 * Packs files in their order, with names in UTF-8. Those that come as a stream are deflated: one that is stored and whose size stands
 * behind it cannot be read by everybody.
 * @param at the time that all of them carry
 */
export async function* writeZip(sources: readonly ZipSource[], at: Date): AsyncGenerator<Buffer, void> {
  if (sources.every(isHeld)) {
    yield await zipInMemory(sources, at);
    return;
  }
  const zip = new Writer();
  const output = zip.outputStream as Readable;
  const fail = (error: Error): void => void output.destroy(error);
  zip.on('error', fail);
  const open = new Set<Readable>();
  const file = { mtime: at, mode: 0o100644 };
  for (const source of sources) {
    if (isHeld(source)) {
      zip.addBuffer(source.octets, source.navn, { ...file, compress: source.deflate });
      continue;
    }
    zip.addReadStreamLazy(source.navn, file, (give) => {
      const stream = Readable.from(source.open(), { objectMode: false }).on('error', fail);
      open.add(stream.once('close', () => open.delete(stream)));
      give(null, stream);
    });
  }
  zip.end();
  try {
    for await (const piece of output) yield piece as Buffer;
  } finally {
    for (const stream of open) stream.destroy();
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One spelling of all names that two systems could take for one. */
export const sameName = (name: string): string => name.normalize('NFC').toLowerCase().normalize('NFC');

/** Whether a name leads elsewhere, or may not be read as it was written. */
export const unfit = (name: string): boolean =>
  name === '' ||
  // eslint-disable-next-line no-control-regex -- these are the characters that no name may have
  /[\u0000-\u001f\u007f]/.test(name) ||
  name.split('/').some((part) => part === '' || part === '.') ||
  validateFileName(name) !== null;

function nameOf(entry: Entry): string {
  let name: string;
  try {
    name = strictUtf8.decode(entry.fileNameRaw);
  } catch {
    throw broken('a name that is not UTF-8');
  }
  if (unfit(name)) throw broken('a name that leads elsewhere');
  return name;
}

/** What is true of every entry that we read; the words say what it is when not. */
const entryRules: readonly (readonly [why: string, holds: (entry: Entry) => boolean])[] = [
  ['an encrypted entry', (e) => (e.generalPurposeBitFlag & ENCRYPTED) === 0],
  ['a method other than stored and deflated', (e) => METHODS.includes(e.compressionMethod)],
  [
    'an entry of zip64, or with a second name',
    (e) => e.extraFields.every(({ id }) => ![ZIP64, UNICODE_PATH].includes(id)),
  ],
  ['a symbolic link', (e) => ((e.externalFileAttributes >>> 16) & FILE_TYPE) !== SYMLINK],
  ['an entry with a comment', (e) => e.fileCommentLength === 0],
  [
    'an entry that unpacks to too much',
    (e) => e.uncompressedSize <= HARMLESS || e.uncompressedSize <= e.compressedSize * limits.packageRatio,
  ],
];

/** Holds the two headers of an entry against each other. Returns where the data ends. */
async function endOfData(zip: ZipFile, entry: Entry): Promise<number> {
  const local = await zip.readLocalFileHeaderPromise(entry);
  const same =
    local.fileName.equals(entry.fileNameRaw) &&
    (local.generalPurposeBitFlag & ~UTF8) === (entry.generalPurposeBitFlag & ~UTF8) &&
    local.compressionMethod === entry.compressionMethod &&
    local.versionNeededToExtract === entry.versionNeededToExtract &&
    local.lastModFileTime === entry.lastModFileTime &&
    local.lastModFileDate === entry.lastModFileDate;
  const sized =
    (entry.generalPurposeBitFlag & DESCRIPTOR) !== 0 ||
    (local.crc32 === entry.crc32 &&
      local.compressedSize === entry.compressedSize &&
      local.uncompressedSize === entry.uncompressedSize);
  if (!same || !sized) throw broken('an entry whose two headers differ');
  return local.fileDataStart + entry.compressedSize;
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
  const content = Buffer.concat(pieces);
  if (content.length !== entry.uncompressedSize || crc32(content) !== entry.crc32 >>> 0)
    throw broken('an entry whose checksum is another');
  return content;
}

/** Entries lie one after another from the first octet to the central directory, and nothing lies between or behind. */
class Layout {
  private end = 0;
  private described = false;

  private gap(start: number): boolean {
    const gap = start - this.end;
    return gap === 0 || (this.described && DESCRIPTORS.includes(gap));
  }

  next(entry: Entry, end: number): void {
    if (!this.gap(entry.relativeOffsetOfLocalHeader)) throw broken('octets between entries, or entries that overlap');
    this.end = end;
    this.described = (entry.generalPurposeBitFlag & DESCRIPTOR) !== 0;
  }

  directory(start: number): void {
    if (!this.gap(start)) throw broken('octets before the central directory');
  }
}

async function readEntries(zip: ZipFile, octets: number): Promise<Map<string, Buffer>> {
  const directory = zip.readEntryCursor as unknown as number;
  const found = new Map<string, Buffer>();
  const names = new Set<string>();
  const layout = new Layout();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    const rule = entryRules.find(([, holds]) => !holds(entry));
    if (rule !== undefined) throw broken(rule[0]);
    const name = nameOf(entry);
    if (names.has(sameName(name))) throw broken('a name that is there twice');
    names.add(sameName(name));
    total += entry.uncompressedSize;
    if (total > limits.packageContentBytes) throw broken('unpacks to too much');
    layout.next(entry, await endOfData(zip, entry));
    found.set(name, await contentOf(zip, entry));
  }
  layout.directory(directory);
  if ((zip.readEntryCursor as unknown as number) + END !== octets) throw broken('octets after the central directory');
  return found;
}

/**
 * The files of a package by name, in their order.
 * @throws Failure INVALID_REQUEST
 */
export async function readZip(octets: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  if (octets.length > limits.packageBytes) throw broken('too large');
  try {
    const zip = await fromBufferPromise(octets, { lazyEntries: true, decodeStrings: false, validateEntrySizes: true });
    if (zip.entryCount > limits.packageEntries) throw broken('too many entries');
    return await readEntries(zip, octets.length);
  } catch (error) {
    throw error instanceof Failure ? error : broken((error as Error).message);
  }
}
