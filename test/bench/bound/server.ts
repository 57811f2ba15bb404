import {
  constants,
  createCipheriv,
  createPrivateKey,
  hash,
  publicEncrypt,
  randomBytes,
  randomUUID,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serve } from '../support/serve.js';
import { answering } from './durable.js';
import { openJournal } from './journal.js';

/*
 * The bare bound: an echo server that reads no XML and looks nobody up, but does for each request the work that no server of this contract
 * can leave out: digest the request, verify one RSA signature, make two rows durable, digest and sign the answer, encrypt it, and send as
 * many octets as the real answer has.
 */

const certs = process.env['BENCH_CERTS'] ?? '';
const sizes = {
  content: Number(process.env['BENCH_CONTENT_OCTETS']),
  answer: Number(process.env['BENCH_ANSWER_OCTETS']),
};

const pem = (name: string): Buffer => readFileSync(join(certs, name));
const ownKey = createPrivateKey(pem('oppslagstjenesten.key.pem'));
const caller = new X509Certificate(pem('sender.cert.pem')).publicKey;
const signedInfo = randomBytes(1200);
const signature = sign('sha256', signedInfo, pem('sender.key.pem'));
const content = randomBytes(sizes.content - (sizes.content % 16));
const answer = randomBytes(Math.ceil((sizes.answer * 3) / 4))
  .toString('base64')
  .slice(0, sizes.answer);

const makeDurable = await openJournal(process.env['BENCH_DATABASE'] ?? '');
const personer = randomBytes(160);
const signAsync = promisify(sign);

async function work(request: Buffer): Promise<void> {
  const digest = hash('sha256', request, 'buffer');
  if (!verify('sha256', signedInfo, caller, signature)) throw new Error('the signature does not verify');
  const now = Date.now();
  await makeDurable({ replay: [digest, now + 360_000], audit: [now, randomUUID(), personer] });
  const answerDigest = hash('sha256', content, 'buffer');
  await signAsync('sha256', Buffer.concat([signedInfo, answerDigest]), ownKey);
  const key = randomBytes(32);
  publicEncrypt({ key: caller, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, key);
  const cipher = createCipheriv('aes-256-cbc', key, randomBytes(16)).setAutoPadding(false);
  Buffer.concat([cipher.update(content), cipher.final()]);
}

await serve(answering(work, answer));
