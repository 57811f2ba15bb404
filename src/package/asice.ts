import { createHash } from 'node:crypto';
import { decodeManifest, encodeManifest, MANIFEST, type Manifest } from '../contract/sdp/manifest.js';
import type { Pakkefil, Pakkeinnhold } from '../contract/sdp/packer.js';
import { isPacked } from '../domain/mimetypes.js';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { once } from '../once.js';
import type { SigningKey } from '../security/sign.js';
import type { Trust, TrustedCertificate } from '../security/trust.js';
import { SIGNATURES, signFiles, verifyFiles, type SignedFile } from './xades.js';
import { broken, readZip, sameName, unfit, writeZip, type ZipSource } from './zip.js';

/** Document packages: ASiC-E with a manifest and one XAdES signature, without a `mimetype` entry (CONTRACT.md of SDP, section 13). */

const MIMETYPE = 'mimetype';
const ASIC_E = 'application/vnd.etsi.asic-e+zip';
const META_INF = 'META-INF/';
const STORED = 0;
const VEDLEGG = 200;
const HREF = { shortest: 4, longest: 100 };

/** Who signs: DER of the certificates above the signer's, the issuer first. */
export interface PackageSigner {
  readonly key: SigningKey;
  readonly chain: readonly Buffer[];
}

/** @param nb the reason in Norwegian, for the history of the letter */
const refused = (reason: string, nb: string): Failure => new Failure('INVALID_REQUEST', reason, { reason, nb });

/** @throws Failure INVALID_REQUEST */
function checkNames(files: readonly Pakkefil[]): void {
  const taken = new Set([MANIFEST, MIMETYPE].map(sameName));
  for (const { filnavn } of files) {
    const { length } = [...filnavn];
    if (length < HREF.shortest || length > HREF.longest || filnavn.includes('/') || unfit(filnavn))
      throw refused(
        `a file name in a document package has ${HREF.shortest} to ${HREF.longest} characters and no path`,
        `et filnavn i en dokumentpakke har ${HREF.shortest} til ${HREF.longest} tegn og ingen sti`,
      );
    if (taken.has(sameName(filnavn)))
      throw refused('two files of a document package have the same name', 'to filer i en dokumentpakke har samme navn');
    taken.add(sameName(filnavn));
  }
}

type Read = SignedFile & { readonly size: number; readonly source: ZipSource };

/** The manifest and the signature of a letter are sent in less time than it takes to deflate them. */
const worthDeflating = (size: number): boolean => size > limits.packageStoredBytes;

/** Reads a file to its end. What fits into `memory` is kept, so that it need not be read again to be packed. */
async function read(file: Pakkefil, room: number, memory: number): Promise<Read> {
  const { filnavn: navn, mimetype } = file;
  const digest = createHash('sha256');
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const piece of file.open()) {
    size += piece.length;
    if (size > room)
      throw refused(
        'the documents are too large for a document package',
        'dokumentene er for store for en dokumentpakke',
      );
    digest.update(piece);
    if (size <= memory) kept.push(piece);
    else kept.length = 0;
  }
  const source =
    size <= memory
      ? { navn, octets: Buffer.concat(kept), deflate: worthDeflating(size) && !isPacked(mimetype) }
      : { navn, open: () => file.open() };
  return { navn, mimetype, sha256: digest.digest('base64'), size, source };
}

const manifestOf = ({ mottaker, avsender, hoveddokument, vedlegg, lenke }: Pakkeinnhold): Manifest => {
  const entry = ({ filnavn, mimetype, tittel }: Pakkefil) => ({ href: filnavn, mime: mimetype, tittel, data: null });
  return { mottaker, avsender, hoveddokument: entry(hoveddokument), vedlegg: vedlegg.map(entry), lenke };
};

const inMemory = (octets: Buffer): Pakkefil => ({
  filnavn: MANIFEST,
  mimetype: 'application/xml',
  tittel: null,
  open: () => once(octets),
});

/**
 * A signed package as a stream. Large documents are read twice: for their digests, and into the zip.
 * @throws Failure INVALID_REQUEST for a name or a size that a package cannot have
 */
export async function* pack(innhold: Pakkeinnhold, signer: PackageSigner, now: Date): AsyncGenerator<Buffer, void> {
  const documents = [innhold.hoveddokument, ...innhold.vedlegg];
  if (innhold.vedlegg.length > VEDLEGG)
    throw refused(`a document package has at most ${VEDLEGG} vedlegg`, `en dokumentpakke har høyst ${VEDLEGG} vedlegg`);
  checkNames(documents);
  const manifest = inMemory(Buffer.from(encodeManifest(manifestOf(innhold))));
  const files: Read[] = [];
  let room: number = limits.packageContentBytes;
  let memory: number = limits.packageMemoryBytes;
  for (const file of [...documents, manifest]) {
    const found = await read(file, room, memory);
    room -= found.size;
    if ('octets' in found.source) memory -= found.size;
    files.push(found);
  }
  const octets = Buffer.from(await signFiles(files, signer.key, signer.chain, now));
  const sources = files.map(({ source }) => source);
  yield* writeZip([...sources, { navn: SIGNATURES, octets, deflate: worthDeflating(octets.length) }], now);
}

/** A document as it lay in a package. */
export interface Utpakket {
  readonly filnavn: string;
  readonly mimetype: string;
  readonly innhold: Buffer;
}

export interface Unpacked {
  readonly manifest: Manifest;
  /** The main document, the attachments in their order, then metadata of documents. */
  readonly documents: readonly Utpakket[];
  readonly signer: TrustedCertificate;
}

/** A `mimetype` entry may be absent; where it is, it is as ASiC has it. Returns the rest. */
function withoutMimetype(files: ReadonlyMap<string, Buffer>, method: number): Map<string, Buffer> {
  const rest = new Map(files);
  const [first] = files.keys();
  const mimetype = files.get(MIMETYPE);
  if (mimetype === undefined) return rest;
  if (first !== MIMETYPE || method !== STORED || mimetype.toString('latin1') !== ASIC_E) throw broken('mimetype');
  rest.delete(MIMETYPE);
  return rest;
}

function documentsOf(manifest: Manifest, files: ReadonlyMap<string, Buffer>): Utpakket[] {
  const named = [manifest.hoveddokument, ...manifest.vedlegg];
  // The official Java client names the metadata of attachments and leaves the files out.
  const data = named.flatMap(({ data: d }, i) => (d !== null && (i === 0 || files.has(d.href)) ? [d] : []));
  const left = new Map(files);
  left.delete(MANIFEST);
  const documents = [...named, ...data].map(({ href, mime }) => {
    const innhold = left.get(href);
    if (innhold === undefined || !left.delete(href))
      throw broken('the manifest names a file that is not there, or twice');
    return { filnavn: href, mimetype: mime, innhold };
  });
  if (left.size > 0) throw broken('a file that the manifest does not name');
  return documents;
}

/** The files of a package, before anything is said about its signature. @throws Failure INVALID_REQUEST */
export async function openPackage(octets: Buffer): Promise<{
  readonly files: ReadonlyMap<string, Buffer>;
  readonly signatures: Buffer;
}> {
  const files = withoutMimetype(await readZip(octets), octets.readUInt16LE(8));
  const signatures = files.get(SIGNATURES);
  files.delete(SIGNATURES);
  const xml = [signatures, files.get(MANIFEST)];
  if (signatures === undefined || xml.some((x) => x === undefined || x.length > limits.packageXmlBytes))
    throw broken('no manifest or signature of a size that is believed');
  if ([...files.keys()].some((name) => sameName(name).startsWith(sameName(META_INF)))) throw broken('more in META-INF');
  return { files, signatures };
}

/**
 * Opens and verifies a whole package: its structure, its signature over every file, then its manifest.
 * @throws Failure INVALID_REQUEST, or what the signature failed with (INVALID_SECURITY, UNSUPPORTED_ALGORITHM, INVALID_SECURITY_TOKEN,
 * FAILED_CHECK, MALFORMED_XML)
 */
export const unpack = async (octets: Buffer, trust: Trust, now: Date): Promise<Unpacked> =>
  verifyPackage(await openPackage(octets), trust, now);

/** The second half of `unpack`. */
export function verifyPackage(
  { files, signatures }: Awaited<ReturnType<typeof openPackage>>,
  trust: Trust,
  now: Date,
): Unpacked {
  const signer = verifyFiles(signatures, files, trust, now);
  const manifest = decodeManifest(files.get(MANIFEST) ?? Buffer.alloc(0));
  return { manifest, documents: documentsOf(manifest, files), signer };
}
