import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { BerReader, derHead } from './ber.js';
import * as asn1 from './der.js';
import { contextTag, der, tags, type Der } from './der.js';
import {
  algorithmOf,
  CONTENT_KEY,
  transportOf,
  undecipherable,
  unsupported,
  unwrapKey,
  wrapKey,
  type KeyTransport,
} from './keytransport.js';
import type { Certificate } from './x509.js';

/*
 * CMS (RFC 5652) for one recipient: EnvelopedData with AES-256-CBC, and when reading AuthEnvelopedData (RFC 5083) with AES-256-GCM too.
 * Octets stream; the structure around them is small. Every way to fail at decryption is told as the same one (SECURITY.md 99).
 */

export type { KeyTransport };

/** Whose certificate the key is encrypted to. */
export type CmsRecipient = Pick<Certificate, 'publicKey' | 'issuer' | 'serial'>;

const oids = {
  data: '1.2.840.113549.1.7.1',
  enveloped: '1.2.840.113549.1.7.3',
  authEnveloped: '1.2.840.113549.1.9.16.1.23',
  aes256cbc: '2.16.840.1.101.3.4.1.42',
  aes256gcm: '2.16.840.1.101.3.4.1.46',
} as const;

const BLOCK = 16;
const NONCE = 12;
const TAG = 16;

/** An element with a head and `content` before `rest` octets that are still to come. */
const opened = (tag: number, rest: number, ...content: Buffer[]): Buffer => {
  const known = Buffer.concat(content);
  return Buffer.concat([derHead(tag, known.length + rest), known]);
};

function recipientInfo(recipient: CmsRecipient, key: Buffer, transport: KeyTransport): Buffer {
  const { algorithm, encrypted } = wrapKey(key, recipient.publicKey, transport);
  return der.sequence(
    der.integer(0),
    der.sequence(recipient.issuer.der, der.integer(BigInt(recipient.serial))),
    algorithm,
    der.octetString(encrypted),
  );
}

/**
 * CMS EnvelopedData around `clear`, in DER, as a stream that keeps nothing.
 * @param size octets of `clear`, which decide the lengths that go ahead of them
 * @throws Failure INTERNAL when `clear` has another size
 */
export async function* encryptCms(
  clear: AsyncIterable<Uint8Array>,
  size: number,
  recipient: CmsRecipient,
  { transport = 'oaep-sha256' }: { readonly transport?: KeyTransport } = {},
): AsyncGenerator<Buffer, void> {
  const [key, iv] = [randomBytes(CONTENT_KEY), randomBytes(BLOCK)];
  const length = size - (size % BLOCK) + BLOCK;
  const algorithm = der.sequence(der.oid(oids.aes256cbc), der.octetString(iv));
  const content = opened(contextTag(0, false), length);
  const contentInfo = opened(tags.sequence, length, der.oid(oids.data), algorithm, content);
  const recipients = der.set(recipientInfo(recipient, key, transport));
  const enveloped = opened(tags.sequence, length, der.integer(0), recipients, contentInfo);
  yield opened(tags.sequence, length, der.oid(oids.enveloped), opened(contextTag(0, true), length, enveloped));
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  let seen = 0;
  for await (const piece of clear) {
    seen += piece.length;
    const encrypted = cipher.update(piece);
    if (encrypted.length > 0) yield encrypted;
  }
  if (seen !== size) throw new Failure('INTERNAL', `CMS: ${seen} octets came instead of ${size}`);
  yield cipher.final();
}

/** The one KeyTransRecipientInfo, which must name this certificate. */
function keyOf(recipients: Der, privateKey: KeyObject, certificate: CmsRecipient): Buffer {
  const [info, ...more] = asn1.children(recipients, tags.set);
  if (info?.tag !== tags.sequence || more.length > 0) throw unsupported('other than one key transport recipient');
  const [version, rid, algorithm, encrypted, ...rest] = asn1.children(info);
  if (asn1.integer(version) !== 0n || rest.length > 0) throw unsupported('recipient by other than issuer and number');
  const [issuer, serial, ...others] = asn1.children(rid);
  const ours =
    issuer?.raw.equals(certificate.issuer.der) === true &&
    asn1.integer(serial) === BigInt(certificate.serial) &&
    others.length === 0;
  if (!ours) throw undecipherable('for another recipient');
  const transport = transportOf(algorithm);
  return unwrapKey(privateKey, transport, asn1.primitive(encrypted, tags.octetString));
}

type Opening = { readonly authenticated: boolean; readonly key: Buffer; readonly iv: Buffer };

function openingOf(authenticated: boolean, key: Buffer, algorithm: Der): Opening {
  const { oid, parameters } = algorithmOf(algorithm);
  if (oid !== (authenticated ? oids.aes256gcm : oids.aes256cbc)) throw unsupported('content encryption');
  if (!authenticated) {
    const iv = asn1.primitive(parameters, tags.octetString);
    return { authenticated, key, iv };
  }
  const [nonce, size, ...more] = asn1.children(parameters);
  const iv = asn1.primitive(nonce, tags.octetString);
  if (iv.length !== NONCE || asn1.integer(size) !== BigInt(TAG) || more.length > 0) throw unsupported('nonce or tag');
  return { authenticated, key, iv };
}

async function* cbc(reader: BerReader, { key, iv }: Opening): AsyncGenerator<Buffer, void> {
  const decipher = createDecipheriv('aes-256-cbc', key, iv);
  for await (const piece of reader.octets(0)) yield decipher.update(piece);
  yield decipher.final();
}

/** Nothing leaves before the tag has been verified; so it is kept, up to the limit. */
async function gcm(reader: BerReader, { key, iv }: Opening, tagAfter: () => Promise<Buffer>): Promise<Buffer> {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG });
  const kept: Buffer[] = [];
  let size = 0;
  for await (const piece of reader.octets(0)) {
    size += piece.length;
    if (size > limits.packageBytes) throw undecipherable('too large to hold');
    kept.push(decipher.update(piece));
  }
  decipher.setAuthTag(await tagAfter());
  kept.push(decipher.final());
  return Buffer.concat(kept);
}

const kinds: Readonly<Record<string, boolean>> = { [oids.enveloped]: false, [oids.authEnveloped]: true };

async function* opening(
  reader: BerReader,
  privateKey: KeyObject,
  certificate: CmsRecipient,
): AsyncGenerator<Buffer, void> {
  const small = async (): Promise<Der> => asn1.readDer(await reader.element(limits.cmsHeadBytes));
  const outer = await reader.open(tags.sequence);
  const authenticated = kinds[asn1.objectIdentifier(await small())];
  if (authenticated === undefined) throw unsupported('neither EnvelopedData nor AuthEnvelopedData');
  const wrapper = await reader.open(contextTag(0, true));
  const enveloped = await reader.open(tags.sequence);
  if (asn1.integer(await small()) !== 0n) throw unsupported('version');
  const key = keyOf(await small(), privateKey, certificate);
  const info = await reader.open(tags.sequence);
  if (asn1.objectIdentifier(await small()) !== oids.data) throw unsupported('content other than data');
  const how = openingOf(authenticated, key, await small());
  if (authenticated) {
    const clear = await gcm(reader, how, async () => {
      await reader.shut(info);
      return asn1.primitive(asn1.readDer(await reader.element(reader.offset + limits.cmsHeadBytes)), tags.octetString);
    });
    await ends(reader, [enveloped, wrapper, outer]);
    yield clear;
    return;
  }
  yield* cbc(reader, how);
  await ends(reader, [info, enveloped, wrapper, outer]);
}

async function ends(reader: BerReader, open: readonly Parameters<BerReader['shut']>[0][]): Promise<void> {
  for (const head of open) await reader.shut(head);
  await reader.finish();
}

/**
 * The clear octets of a CMS structure that was made for `certificate`, the holder of `privateKey`. With AES-256-CBC they come before the
 * end has been seen and prove nothing by themselves; with AES-256-GCM they come all at once, after the tag.
 * @throws Failure UNSUPPORTED_ALGORITHM for what is not of the profile, FAILED_CHECK for every other reason
 */
export async function* decryptCms(
  octets: AsyncIterable<Uint8Array> | Buffer,
  privateKey: KeyObject,
  certificate: CmsRecipient,
): AsyncGenerator<Buffer, void> {
  const reader = new BerReader(Buffer.isBuffer(octets) ? [octets] : octets);
  try {
    yield* opening(reader, privateKey, certificate);
  } catch (error) {
    throw error instanceof Failure ? error : undecipherable((error as Error).message);
  } finally {
    await reader.close();
  }
}
