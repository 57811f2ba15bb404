import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hentForsendelse,
  hentNyeForsendelser,
  kvitterMottak,
  mottakFeilet,
  type NyForsendelse,
  type SvarInnKonto,
} from '../../client/svarinn.js';
import { readZip } from '../../package/zip.js';
import { decryptCms } from '../../security/cms.js';
import { parseCertificate } from '../../security/x509.js';
import type { KeyStore } from '../../security/keystore.js';

/*
 * A municipality's archive that fetches its letters by SvarInn, opens them with its own key, holds each file against its digest, and puts
 * them into a folder. A title with [vent] is not taken in now, and one with [avvis] never.
 */

export interface MunicipalityOptions {
  /** Undefined while nobody knows where the gateway is. */
  readonly konto: () => Promise<SvarInnKonto | undefined>;
  readonly identity: Pick<KeyStore, 'privateKey' | 'certificate'>;
  /** Letters come into folders of their own here. */
  readonly dir: string;
  /** Told what it cannot do. */
  readonly failed: (error: unknown) => void;
  /** Letters that it has said about that it cannot take them now; it says so once. */
  readonly waiting: Set<string>;
}

/** Reasons not to take a letter in, by what its title says. */
const refusals: readonly (readonly [sign: string, feilmelding: string, permanent: boolean])[] = [
  ['[vent]', 'The archive is closed for the moment', false],
  ['[avvis]', 'The archive does not take such letters', true],
];

async function clear(octets: Buffer, { privateKey, certificate }: MunicipalityOptions['identity']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of decryptCms(octets, privateKey, parseCertificate(certificate))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The files of a letter, in order, each as the list says it is. @throws Error when one is not */
async function filesOf(package_: Buffer, ny: NyForsendelse, identity: MunicipalityOptions['identity']) {
  const files = [...(await readZip(await clear(package_, identity)))];
  const found = files.map(([name, octets]) => `${name} ${createHash('sha256').update(octets).digest('hex')}`);
  const said = ny.filmetadata.map(({ filnavn, sha256hash }) => `${filnavn} ${sha256hash}`);
  if (found.join('\n') !== said.join('\n')) throw new Error(`The files of ${ny.id} are not those of the list`);
  return files;
}

/** Writes a letter's files, whole or not at all. */
async function keep(dir: string, id: string, files: readonly (readonly [string, Buffer])[]): Promise<void> {
  const [coming, there] = [join(dir, `.${id}`), join(dir, id)];
  await rm(coming, { recursive: true, force: true });
  await mkdir(coming, { recursive: true, mode: 0o700 });
  for (const [name, octets] of files) await writeFile(join(coming, name), octets, { mode: 0o600 });
  await rm(there, { recursive: true, force: true });
  await rename(coming, there);
}

async function takeIn(options: MunicipalityOptions, konto: SvarInnKonto, ny: NyForsendelse): Promise<boolean> {
  const { identity, dir, waiting } = options;
  const refusal = refusals.find(([sign]) => ny.tittel.includes(sign));
  if (refusal === undefined) {
    await keep(dir, ny.id, await filesOf(await hentForsendelse(konto, ny), ny, identity));
    await kvitterMottak(konto, ny.id);
    return true;
  }
  const [, feilmelding, permanent] = refusal;
  if (!waiting.has(ny.id)) await mottakFeilet(konto, ny.id, { feilmelding, permanent });
  waiting.add(ny.id);
  return false;
}

/** Fetches what waits once. One letter that cannot be taken in keeps no other. @returns ids of the letters that were taken in */
export async function fetchLetters(options: MunicipalityOptions): Promise<readonly string[]> {
  const konto = await options.konto();
  if (konto === undefined) return [];
  const taken: string[] = [];
  for (const ny of await hentNyeForsendelser(konto)) {
    const done = await takeIn(options, konto, ny).catch((error: unknown) => {
      options.failed(error);
      return false;
    });
    if (done) taken.push(ny.id);
  }
  return taken;
}
