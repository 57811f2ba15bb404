import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signRequest } from '../../../src/client/request.js';
import { encodeHentPersoner } from '../../../src/contract/oppslagstjenesten/encode.js';
import { informasjonsbehov } from '../../../src/domain/person.js';
import { signingKey, type SigningKey } from '../../../src/security/sign.js';
import { plain, type Message } from './load.js';

export interface SignedRequest {
  readonly body: Buffer;
  /** The text of SignatureValue, which the answer must confirm. */
  readonly signatureValue: string;
}

/** The key of the development sender, who may use the look-up service. */
export async function senderKey(certsDir: string): Promise<SigningKey> {
  const [key, certificate] = await Promise.all([
    readFile(join(certsDir, 'sender.key.pem'), 'utf8'),
    readFile(join(certsDir, 'sender.cert.pem'), 'utf8'),
  ]);
  return signingKey(key, new X509Certificate(certificate).raw);
}

/** HentPersoner for `ids`, with all five informasjonsbehov. */
export async function signedLookup(key: SigningKey, ids: readonly string[]): Promise<SignedRequest> {
  const { envelope, signatureValue } = await signRequest(
    encodeHentPersoner(informasjonsbehov, ids),
    [],
    key,
    new Date(),
  );
  return { body: Buffer.from(envelope), signatureValue };
}

/** Signs at once as many as the threads of node's pool take. */
const SIGNERS = 4;

/** `count` different requests, each for the persons that `nextIds` gives. They may be used for five minutes. */
export async function signPool(key: SigningKey, count: number, nextIds: () => readonly string[]): Promise<Message[]> {
  const pool: Message[] = [];
  let left = count;
  const signer = async (): Promise<void> => {
    while (left-- > 0) {
      const { body } = await signedLookup(key, nextIds());
      pool.push(plain(body));
    }
  };
  await Promise.all(Array.from({ length: SIGNERS }, signer));
  return pool;
}
