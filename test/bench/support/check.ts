import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { decodePersons, type PersonInAnswer } from '../../../src/contract/oppslagstjenesten/decode.js';
import { TJENESTE_ORGANISASJONSNUMMER } from '../../../src/contract/oppslagstjenesten/names.js';
import { answerPolicy, openAnswer } from '../../../src/security/answer.js';
import { parseCrl } from '../../../src/security/crl.js';
import { oppslagstjenestenPolicy } from '../../../src/security/policy.js';
import { createTrust, type Trust } from '../../../src/security/trust.js';
import { derBlocks } from '../../../src/security/x509.js';
import { serialise } from '../../../src/xml/write.js';
import { plain, post } from './load.js';
import { senderKey, signedLookup } from './requests.js';
import type { Server } from './server.js';

export interface Sizes {
  readonly request: number;
  readonly answer: number;
  /** What is encrypted in the answer. */
  readonly content: number;
}

interface Checked extends Sizes {
  readonly persons: readonly PersonInAnswer[];
}

const policy = answerPolicy(
  oppslagstjenestenPolicy({ sha1Digest: false, timestampWithoutTransforms: false, oaepSha1Cbc: true }, []),
);

async function trustOf(certsDir: string): Promise<Trust> {
  const file = (name: string): Promise<Buffer> => readFile(join(certsDir, name));
  const crls = derBlocks(await file('crl.pem'), 'X509 CRL').map((der) => parseCrl(der));
  return createTrust({
    anchors: derBlocks(await file('root.pem'), 'CERTIFICATE'),
    intermediates: derBlocks(await file('issuing.pem'), 'CERTIFICATE'),
    crls: () => crls,
    revocation: 'require',
  });
}

const LOOKUPS = 20;

/**
 * Asks every server about the same persons, opens the answers as a caller does (decrypts, verifies signature, certificate and
 * SignatureConfirmation), and compares them. @returns sizes of the first server's messages, on average
 * @throws Error when an answer does not verify or the servers disagree
 */
export async function checkAnswers(
  servers: readonly Server[],
  certsDir: string,
  nextIds: () => readonly string[],
): Promise<Sizes> {
  const key = await senderKey(certsDir);
  const trust = await trustOf(certsDir);
  const agent = new Agent();
  const ask = async (server: Server, ids: readonly string[]): Promise<Checked> => {
    const { body, signatureValue } = await signedLookup(key, ids);
    const { status, octets } = await post(agent, server.url, plain(body));
    if (status !== 200) throw new Error(`${server.url} answered ${status}: ${octets.toString('utf8', 0, 1000)}`);
    const clock = { now: () => new Date() };
    const { signer, content } = openAnswer(octets, signatureValue, key.privateKey, policy, { trust, clock });
    if (signer.organisasjonsnummer !== TJENESTE_ORGANISASJONSNUMMER) throw new Error('the answer is signed by another');
    const size = Buffer.byteLength(serialise(content));
    return { request: body.length, answer: octets.length, content: size, persons: decodePersons(content) };
  };
  const firsts: Checked[] = [];
  for (let i = 0; i < LOOKUPS; i++) {
    const ids = nextIds();
    const answers: Checked[] = [];
    for (const server of servers) answers.push(await ask(server, ids));
    for (const { persons } of answers) {
      const complete = persons.length === ids.length && persons.every((p, n) => p.personidentifikator === ids[n]);
      if (!complete || !isDeepStrictEqual(persons, answers[0]?.persons)) {
        throw new Error(
          `not the same answer: ${answers.map((a) => JSON.stringify(a.persons).slice(0, 500)).join(' and ')}`,
        );
      }
    }
    firsts.push(answers[0] as Checked);
  }
  agent.destroy();
  const mean = (member: keyof Sizes): number => Math.round(firsts.reduce((sum, c) => sum + c[member], 0) / LOOKUPS);
  return { request: mean('request'), answer: mean('answer'), content: mean('content') };
}
