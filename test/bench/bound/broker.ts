import { hash, randomUUID, randomBytes, sign, verify, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serve } from '../support/serve.js';
import { answering, openFolder } from './durable.js';
import { openJournal } from './journal.js';

/*
 * The bare bound of the broker: a server that reads no XML and no MIME, but does for each letter the work that no broker of this contract
 * can leave out: digest what came, verify the signature of the envelope and that of the document, make the package durable as a file and
 * the document, which is passed on with it, as one of two rows beside it, sign the receipt, and send as many octets as the real receipt
 * has.
 */

const certs = process.env['BENCH_CERTS'] ?? '';
const packageOctets = Number(process.env['BENCH_PACKAGE_OCTETS']);
const documentOctets = Number(process.env['BENCH_DOCUMENT_OCTETS']);
const answer = randomBytes(Number(process.env['BENCH_ANSWER_OCTETS'])).toString('base64');
const folder = join(process.env['BENCH_FOLDER'] ?? '', 'packages');

const pem = (name: string): Buffer => readFileSync(join(certs, name));
const ownKey = createPrivateKey(pem('meldingsformidler.key.pem'));
const caller = new X509Certificate(pem('sender.cert.pem')).publicKey;
const signedInfo = randomBytes(1200);
const signature = sign('sha256', signedInfo, pem('sender.key.pem'));
const signAsync = promisify(sign);

const keep = await openFolder(folder);
const makeDurable = await openJournal(process.env['BENCH_DATABASE'] ?? '');

async function work(request: Buffer): Promise<void> {
  const [envelope, octets] = [request.subarray(0, -packageOctets), request.subarray(-packageOctets)];
  hash('sha256', octets, 'buffer');
  hash('sha256', envelope, 'buffer');
  for (let i = 0; i < 2; i++) {
    if (!verify('sha256', signedInfo, caller, signature)) throw new Error('the signature does not verify');
  }
  await keep([octets]);
  const now = Date.now();
  // Not the digest of the package, which is the same in every letter of the bench.
  const document = envelope.subarray(-documentOctets);
  await makeDurable({ replay: [randomBytes(32), now + 360_000], audit: [now, randomUUID(), document] });
  await signAsync('sha256', signedInfo, ownKey);
}

await serve(answering(work, answer));
