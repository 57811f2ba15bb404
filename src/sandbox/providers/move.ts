import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { paaEngelsk } from '../../client/answer.js';
import { pushMessage } from '../../client/ebms.js';
import { pull, type Broker as Receipts, type Confirmation } from '../../client/ebmsPull.js';
import { payloadParts } from '../../contract/ebms/encode.js';
import { encodeSbd } from '../../contract/sdp/sbd.js';
import type { FlyttetDigitalPost } from '../../contract/sdp/types.js';
import { osloDate } from '../../domain/oslo.js';
import { once } from '../../once.js';
import { decryptCms, encryptCms } from '../../security/cms.js';
import { signEnveloped } from '../../security/enveloped.js';
import { parseCertificate } from '../../security/x509.js';
import type { DevelopmentIdentity } from '../pki/development.js';
import type { Reporter } from './report.js';
import type { Letter } from './types.js';

/*
 * Mail that its recipient takes along to another mailbox: the package as its sender signed it, encrypted to the new provider, goes by
 * the broker. It is let go here when the new provider has said that it lies there.
 */

/** Where mail goes: the provider, and the address there. */
export interface NewMailbox {
  readonly identity: Pick<DevelopmentIdentity, 'organisasjonsnummer' | 'certificate'>;
  readonly postkasseadresse: string;
}

interface Mover extends Reporter {
  readonly identity: DevelopmentIdentity;
}

/** Looks for the new provider's receipt, and milliseconds between them. */
const LOOKS = 100;
const PAUSE = 100;

async function collected(octets: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of octets) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The package for its new keeper. What the sender signed stays as it is. */
async function packedAnew({ pakke }: Letter, { identity }: Mover, to: NewMailbox): Promise<Buffer> {
  const clear = await collected(decryptCms(pakke, identity.privateKey, parseCertificate(identity.certificate)));
  return collected(encryptCms(once(clear), clear.length, parseCertificate(to.identity.certificate)));
}

const sha256 = (octets: Buffer): string => createHash('sha256').update(octets).digest('hex');

/** Undefined for paper, which nobody moves. */
function payloadOf({ post, received, opened }: Letter, cms: Buffer, to: NewMailbox): FlyttetDigitalPost | undefined {
  if (post.fysisk !== null) return undefined;
  const { avsender, digital, mottaker } = post;
  return {
    type: 'flyttetDigitalPost',
    avsender,
    digital,
    mottaker: { ...mottaker, postkasseadresse: to.postkasseadresse },
    fingeravtrykk: sha256(cms),
    mottaksdato: osloDate(received),
    aapnet: opened !== null,
  };
}

/** @returns why it was not taken over; undefined: it was */
async function handOver(mover: Mover, letter: Letter, to: NewMailbox, url: string): Promise<string | undefined> {
  const { organisasjonsnummer, key, broker, clock } = mover;
  const cms = await packedAnew(letter, mover, to);
  const payload = payloadOf(letter, cms, to);
  if (payload === undefined) return 'paper does not move';
  const [messageId, now] = [randomUUID(), clock.now()];
  const { conversationId } = letter;
  const { organisasjonsnummer: receiver } = to.identity;
  const header = { sender: organisasjonsnummer, receiver, instanceIdentifier: messageId, conversationId, created: now };
  const contentId = `${messageId}@${organisasjonsnummer}`;
  const outcome = await pushMessage({
    ...correspondent(mover, url),
    userMessage: {
      info: { timestamp: now, messageId, refToMessageId: undefined },
      mpc: { prioritet: letter.prioritet, id: undefined },
      fra: { organisasjonsnummer, rolle: 'postkasse' },
      til: { organisasjonsnummer: broker.organisasjonsnummer, rolle: 'meldingsformidler' },
      avtale: 'flyttet',
      action: 'FlyttetDigitalPost',
      conversationId,
      parts: payloadParts(contentId),
    },
    sbd: await signEnveloped(encodeSbd({ header, payload }), key),
    attachment: { contentId, size: cms.length, sha256: sha256(cms), open: () => once(cms) },
  });
  if (outcome.type === 'accepted') return undefined;
  return outcome.type === 'ebmsError' ? `${outcome.code} ${outcome.description}` : paaEngelsk(outcome.reason);
}

const correspondent = ({ key, broker, trust, clock }: Reporter, url: string) => ({
  url,
  key,
  trust,
  clock,
  timeout: 10_000,
  isReceiver: ({ certificate }: { certificate: { fingeravtrykk: string } }) =>
    certificate.fingeravtrykk === broker.fingeravtrykk,
});

/** Fetches our receipts until there is one of the letter, each confirmed by the next question. @returns what it says; undefined: none came */
async function reportOn(letter: Letter, mover: Mover, url: string): Promise<string | undefined> {
  const { organisasjonsnummer } = mover;
  const receipts: Receipts = { ...correspondent(mover, url), organisasjonsnummer, isReporter: () => true };
  const mpc = { prioritet: letter.prioritet, id: undefined };
  let before: Confirmation | undefined;
  let said: string | undefined;
  for (let look = 0; look < LOOKS; look++) {
    const outcome = await pull(receipts, mpc, before);
    before = outcome.type === 'message' ? outcome.pulled.confirmation : undefined;
    if (said !== undefined && before === undefined) return said;
    if (outcome.type === 'message') {
      const { header, payload } = outcome.pulled.document;
      const about = header.conversationId === letter.conversationId;
      if (about) said ??= payload.type === 'kvittering' ? payload.hendelse.type : `feil ${payload.detaljer ?? ''}`;
    } else await sleep(PAUSE, undefined, { ref: false });
  }
  return said;
}

/** Hands a letter to another mailbox provider, and waits for its receipt. @returns whether it lies there */
export async function moveLetter(mover: Mover, letter: Letter, to: NewMailbox): Promise<boolean> {
  const url = await mover.brokerUrl();
  const wrong = url === undefined ? 'nobody knows where the broker is' : await handOver(mover, letter, to, url);
  const said = wrong === undefined && url !== undefined ? await reportOn(letter, mover, url) : undefined;
  if (said === 'levering') return true;
  mover.lost(`letter ${letter.conversationId} on its way to another mailbox: ${wrong ?? said ?? 'no receipt came'}`);
  return false;
}
