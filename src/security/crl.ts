import { readFile, stat } from 'node:fs/promises';
import * as asn1 from './der.js';
import { contextTag, tags, type Der } from './der.js';
import { readName, rfc2253 } from './dn.js';
import { readExtensions, readSigned, type Signed } from './signed.js';
import { derBlocks } from './x509.js';

/** A complete certificate revocation list (RFC 5280 section 5). */
export interface Crl extends Signed {
  /** DER of the issuer's name. */
  readonly issuer: Buffer;
  /** RFC 2253. */
  readonly issuerName: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Serial numbers in decimal. */
  readonly revoked: ReadonlySet<string>;
}

const isTime = (element: Der | undefined): boolean =>
  element?.tag === tags.utcTime || element?.tag === tags.generalizedTime;

/** Partitioned, indirect and delta lists say so by a critical extension; read as complete lists they would be wrong. */
function refuseCritical(list: Der | undefined): void {
  for (const [oid, { critical }] of list ? readExtensions(list) : [])
    if (critical) throw new Error(`critical extension ${oid} is not supported`);
}

function readRevoked(list: Der): ReadonlySet<string> {
  const revoked = new Set<string>();
  for (const entry of asn1.children(list)) {
    const [serial, , extensions] = asn1.children(entry);
    refuseCritical(extensions);
    revoked.add(asn1.integer(serial).toString());
  }
  return revoked;
}

function readCrl(der: Buffer): Crl {
  const { fields, ...signed } = readSigned(asn1.readDer(der), (f) => f[f[0]?.tag === tags.integer ? 1 : 0]);
  if (fields[0]?.tag === tags.integer) fields.shift();
  const [, issuer, thisUpdate, nextUpdate, ...rest] = fields;
  if (!issuer || !isTime(nextUpdate)) throw new Error('no issuer or no next update');
  const list = rest.find(({ tag }) => tag === tags.sequence);
  const extensions = rest.find(({ tag }) => tag === contextTag(0, true));
  refuseCritical(extensions && asn1.explicit(extensions));
  return {
    ...signed,
    issuer: issuer.raw,
    issuerName: rfc2253(readName(issuer.raw)),
    thisUpdate: asn1.time(thisUpdate),
    nextUpdate: asn1.time(nextUpdate),
    revoked: list ? readRevoked(list) : new Set(),
  };
}

/** Reads one CRL in DER. Throws an Error with a sentence; the signature is `trust.ts`' matter. */
export function parseCrl(der: Buffer): Crl {
  try {
    return readCrl(Buffer.from(der));
  } catch (error) {
    throw new Error(`not a revocation list that can be used: ${(error as Error).message}`, { cause: error });
  }
}

/** The revocation lists of some files, kept up with the files. */
export interface CrlSource {
  /** The newest whole set; looks for changed files in the background when the last look is long ago. */
  readonly current: () => readonly Crl[];
  /** Looks now. Resolves when the set is up to date, or kept because a file could not be read. */
  readonly refresh: () => Promise<void>;
}

export interface CrlOptions {
  /** Seconds between two looks at the files. */
  readonly everySeconds: number;
  /** Told, with a sentence, of each look at which a file could not be read; the old set stays in use. */
  readonly report: (problem: string) => void;
  /** Milliseconds that never go back. */
  readonly monotonic?: () => number;
}

interface ReadFile {
  /** Changes when the file does. */
  readonly version: string;
  readonly crls: readonly Crl[];
}

async function readCrlFile(file: string, before: ReadFile | undefined): Promise<ReadFile> {
  const { mtimeMs, size, ino } = await stat(file);
  const version = `${mtimeMs} ${size} ${ino}`;
  if (before?.version === version) return before;
  const blocks = derBlocks(await readFile(file), 'X509 CRL');
  if (blocks.length === 0) throw new Error('it holds no revocation list in DER or PEM');
  return { version, crls: blocks.map(parseCrl) };
}

/**
 * Reads CRL files (DER, or PEM with one or more) and keeps up with them: a file that changed is read again, at most every
 * `everySeconds`, and the old set stays until every file of the new one parses.
 * @throws Error when a file cannot be read the first time
 */
export async function loadCrls(files: readonly string[], options: CrlOptions): Promise<CrlSource> {
  const { everySeconds, report, monotonic = () => performance.now() } = options;
  let read = new Map<string, ReadFile>();
  let crls: readonly Crl[] = [];
  let looked = monotonic();
  let looking: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    const next = new Map<string, ReadFile>();
    for (const file of files) {
      try {
        next.set(file, await readCrlFile(file, read.get(file)));
      } catch (error) {
        throw new Error(`The revocation list ${file} cannot be used: ${(error as Error).message}`, { cause: error });
      }
    }
    read = next;
    crls = [...next.values()].flatMap((one) => one.crls);
  };
  const refresh = (): Promise<void> =>
    (looking ??= load()
      .catch((error: Error) => report(`${error.message}. The lists read before stay in use until it is repaired`))
      .finally(() => {
        looked = monotonic();
        looking = undefined;
      }));

  await load();
  return {
    refresh,
    current: () => {
      if (monotonic() - looked >= everySeconds * 1000) void refresh();
      return crls;
    },
  };
}
