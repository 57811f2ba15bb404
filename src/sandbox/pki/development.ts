import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseCrl } from '../../security/crl.js';
import { loadPem, type KeyStore } from '../../security/keystore.js';
import { derBlocks, parseCertificate } from '../../security/x509.js';
import { makeParent, readLasting, replaceDirectory, replaceFiles } from './files.js';
import { identities, identityNames, type IdentityName } from './identities.js';
import { withLock } from './lock.js';
import { crlFiles, developmentPassword, lastingFiles } from './make.js';

export { developmentPassword, identities, identityNames, type IdentityName };

/** One holder of a key, with the files that clients are set up with. */
export interface DevelopmentIdentity extends KeyStore {
  readonly name: IdentityName;
  readonly organisasjonsnummer: string;
  readonly files: { readonly p12: string; readonly key: string; readonly certificate: string };
}

/** The development PKI as it lies on disk; never for production. */
export interface DevelopmentPki {
  /** Absolute path. */
  readonly dir: string;
  /** True when this call made it, false when it was there. */
  readonly made: boolean;
  /** DER, as is `issuing`. */
  readonly root: Buffer;
  readonly issuing: Buffer;
  /** Revocation lists in DER, of the issuing authority and of the root. */
  readonly crls: readonly Buffer[];
  readonly identities: Readonly<Record<IdentityName, DevelopmentIdentity>>;
  /** Absolute paths: certificates in PEM, the trust store, and both revocation lists in PEM. */
  readonly files: Readonly<Record<'root' | 'issuing' | 'ca' | 'trust' | 'crl', string>>;
}

type Lasting = ReadonlyMap<string, Buffer>;

/** Revocation lists that end sooner than this are made anew. */
const crlReserveMs = 100 * 24 * 3600 * 1000;
const crlNames = ['issuing.crl', 'root.crl'] as const;

/** The lasting files, unless one is missing, changed, or holds a certificate that has expired. */
async function readWhole(dir: string, now: Date): Promise<Lasting | undefined> {
  const lasting = await readLasting(dir);
  const names = ['root.pem', 'issuing.pem', ...identityNames.map((name) => `${name}.cert.pem`)];
  const isCurrent = (name: string): boolean => {
    const [der] = derBlocks(lasting?.get(name) ?? Buffer.alloc(0), 'CERTIFICATE');
    return der !== undefined && parseCertificate(der).notAfter > now;
  };
  return names.every(isCurrent) ? lasting : undefined;
}

/** The revocation lists, unless one is missing, damaged or about to end. */
async function readCrls(dir: string, now: Date): Promise<Buffer[] | undefined> {
  try {
    await readFile(join(dir, 'crl.pem'));
    const crls = await Promise.all(crlNames.map((name) => readFile(join(dir, name))));
    const isLasting = (crl: Buffer): boolean => parseCrl(crl).nextUpdate.getTime() - now.getTime() > crlReserveMs;
    return crls.every(isLasting) ? crls : undefined;
  } catch {
    return undefined;
  }
}

function identityOf(dir: string, name: IdentityName, lasting: Lasting): DevelopmentIdentity {
  const file = (suffix: string): string => join(dir, `${name}.${suffix}`);
  const certificates = Buffer.concat([lasting.get(`${name}.cert.pem`)!, lasting.get('ca.pem')!]);
  return {
    ...loadPem(lasting.get(`${name}.key.pem`)!, certificates, name),
    name,
    organisasjonsnummer: identities[name].organisasjonsnummer,
    files: { p12: file('p12'), key: file('key.pem'), certificate: file('cert.pem') },
  };
}

async function readPki(dir: string, now: Date, made: boolean): Promise<DevelopmentPki | undefined> {
  const [lasting, crls] = await Promise.all([readWhole(dir, now), readCrls(dir, now)]);
  if (!lasting || !crls) return undefined;
  const certificate = (name: string): Buffer => derBlocks(lasting.get(name)!, 'CERTIFICATE')[0]!;
  return {
    dir,
    made,
    root: certificate('root.pem'),
    issuing: certificate('issuing.pem'),
    crls,
    identities: Object.fromEntries(
      identityNames.map((name) => [name, identityOf(dir, name, lasting)]),
    ) as DevelopmentPki['identities'],
    files: {
      root: join(dir, 'root.pem'),
      issuing: join(dir, 'issuing.pem'),
      ca: join(dir, 'ca.pem'),
      trust: join(dir, 'trust.p12'),
      crl: join(dir, 'crl.pem'),
    },
  };
}

/** Makes what is not whole: the revocation lists alone, or everything. Returns true for everything. */
async function repair(dir: string, now: Date): Promise<boolean> {
  const lasting = await readWhole(dir, now);
  const keys = (files: ReadonlyMap<string, Buffer | string>) =>
    [createPrivateKey(files.get('root.key.pem')!), createPrivateKey(files.get('issuing.key.pem')!)] as const;
  if (lasting) {
    await replaceFiles(dir, crlFiles(...keys(lasting), now));
    return false;
  }
  const files = await lastingFiles(now);
  const contents = new Map([...files].map(([name, { content }]) => [name, content]));
  await replaceDirectory(dir, files, crlFiles(...keys(contents), now));
  return true;
}

/**
 * The development PKI in `directory`: read when it is whole, otherwise made, once, however many processes ask at the same time.
 * A directory that is not whole is replaced with new keys; revocation lists that are about to end are made anew.
 * @throws Error when the directory cannot be written
 */
export async function ensureDevelopmentPki(directory: string, now = new Date()): Promise<DevelopmentPki> {
  const dir = resolve(directory);
  const there = await readPki(dir, now, false);
  if (there) return there;
  await makeParent(dir);
  return withLock(`${dir}.lock`, async () => {
    const meanwhile = await readPki(dir, now, false);
    if (meanwhile) return meanwhile;
    const made = await repair(dir, now);
    const pki = await readPki(dir, now, made);
    if (!pki) throw new Error(`The development keys in ${dir} were changed while they were made; start again`);
    return pki;
  });
}
