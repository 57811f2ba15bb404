import { createCipheriv, createSecretKey, hash, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { createPrivateKey, sign, verify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serve } from '../support/serve.js';
import { answering, openFolder } from './durable.js';
import { openJournal } from './journal.js';

/*
 * The bare bound of Forsendelse: a server that reads no XML and no MIME, decides nothing and looks nobody up, but does for each letter
 * the work that no service of this contract can leave out:
 * - digest the envelope, and the document as base64, for that is what a signature over MTOM covers;
 * - digest the document itself, by which the same letter that comes again is known from another;
 * - verify the one signature;
 * - encrypt the document and what is known of its recipient under keys of their own, make the document durable as a file, its name in
 *   its folder, and then the letter, the guard against replays and the trace of who asked about whom as rows of one commit;
 * - sign the answer, and send as many octets as the real one has.
 */

const certs = process.env['BENCH_CERTS'] ?? '';
const documentOctets = Number(process.env['BENCH_DOCUMENT_OCTETS']);
const letter = randomBytes(Number(process.env['BENCH_LETTER_OCTETS']));
const answer = randomBytes(Number(process.env['BENCH_ANSWER_OCTETS']))
  .toString('latin1')
  .replace(/[^\x20-\x7e]/g, 'x');

const pem = (name: string): Buffer => readFileSync(join(certs, name));
const ownKey = createPrivateKey(pem('posthorn.key.pem'));
const caller = new X509Certificate(pem('sender.cert.pem')).publicKey;
const signedInfo = randomBytes(1200);
const signature = sign('sha256', signedInfo, pem('sender.key.pem'));
const signAsync = promisify(sign);
const dataKey = createSecretKey(randomBytes(32));

const keep = await openFolder(join(process.env['BENCH_FOLDER'] ?? '', 'documents'));
const makeDurable = await openJournal(process.env['BENCH_DATABASE'] ?? '');

/** AES-256-GCM under a key of its own: salt, cipher text, tag. */
function sealed(octets: Buffer): Buffer[] {
  const salt = randomBytes(16);
  const cipher = createCipheriv(
    'aes-256-gcm',
    Buffer.from(hkdfSync('sha256', dataKey, salt, '', 32)),
    Buffer.alloc(12),
  );
  return [salt, cipher.update(octets), cipher.final(), cipher.getAuthTag()];
}

async function work(request: Buffer): Promise<void> {
  const [envelope, document] = [request.subarray(0, -documentOctets), request.subarray(-documentOctets)];
  hash('sha256', envelope, 'buffer');
  if (!verify('sha256', signedInfo, caller, signature)) throw new Error('the signature does not verify');
  hash('sha256', document.toString('base64'), 'buffer');
  hash('sha256', document, 'buffer');
  await keep(sealed(document));
  const now = Date.now();
  await makeDurable({
    replay: [randomBytes(32), now + 360_000],
    audit: [now, randomUUID(), randomBytes(16)],
    more: [[now, randomUUID(), Buffer.concat(sealed(letter))]],
  });
  const answerDigest = hash('sha256', answer, 'buffer');
  await signAsync('sha256', Buffer.concat([signedInfo, answerDigest]), ownKey);
}

await serve(answering(work, answer));
