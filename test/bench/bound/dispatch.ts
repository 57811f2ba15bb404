import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  hash,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serve } from '../support/serve.js';
import { answering } from './durable.js';

/*
 * The bare cryptography of a letter that is handed to its provider, and nothing else: no XML, no zip, no disk, no network. Its document is
 * decrypted from where it lies and digested, the package signed (XAdES), encrypted (CMS) and digested, the document about it signed, both
 * encrypted at rest and decrypted again to be sent, the message signed (WS-Security), and the receipt verified. A request says for how many
 * letters.
 */

const certs = process.env['BENCH_CERTS'] ?? '';
const pem = (name: string): Buffer => readFileSync(join(certs, name));
const ownKey = createPrivateKey(pem('posthorn.key.pem'));
const provider = new X509Certificate(pem('digipost.cert.pem')).publicKey;
const signAsync = promisify(sign);

const octets = (name: string): Buffer => randomBytes(Number(process.env[name]));
const [document, envelope] = [octets('BENCH_DOCUMENT_OCTETS'), octets('BENCH_ENVELOPE_OCTETS')];
const signedInfo = randomBytes(1200);
const receipt = sign('sha256', signedInfo, pem('digipost.key.pem'));

interface Sealed {
  readonly key: Buffer;
  readonly tag: Buffer;
  readonly octets: Buffer;
}

const nonce = Buffer.alloc(12);

function seal(clear: Buffer): Sealed {
  const key = randomBytes(32);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return { key, octets: Buffer.concat([cipher.update(clear), cipher.final()]), tag: cipher.getAuthTag() };
}

function open({ key, tag, octets: sealed }: Sealed): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}

function encrypt(clear: Buffer): Buffer {
  const [key, iv] = [randomBytes(32), randomBytes(16)];
  publicEncrypt({ key: provider, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, key);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  return Buffer.concat([cipher.update(clear), cipher.final()]);
}

const stored = seal(document);

async function letter(): Promise<void> {
  const clear = open(stored);
  hash('sha256', clear, 'buffer');
  await signAsync('sha256', signedInfo, ownKey);
  const cms = encrypt(clear);
  hash('sha256', cms, 'buffer');
  const about = envelope.subarray(0, envelope.length / 2);
  hash('sha256', about, 'buffer');
  await signAsync('sha256', signedInfo, ownKey);
  for (const kept of [seal(cms), seal(about)]) open(kept);
  hash('sha256', envelope, 'buffer');
  await signAsync('sha256', signedInfo, ownKey);
  if (!verify('sha256', signedInfo, provider, receipt)) throw new Error('the receipt does not verify');
}

/** Letters at once. */
const CONCURRENCY = 16;

async function letters(count: number): Promise<void> {
  let left = count;
  const one = async (): Promise<void> => {
    while (left-- > 0) await letter();
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, one));
}

await serve(answering((request) => letters(Number(request.toString())), ''));
