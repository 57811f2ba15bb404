import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeMessaging } from '../../contract/ebms/decode.js';
import { encodeReceipt, payloadReferences } from '../../contract/ebms/encode.js';
import { ebmsFailure } from '../../contract/ebms/errors.js';
import { checkParts } from '../../contract/ebms/parts.js';
import { messagingBlock } from '../../contract/ebms/names.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import { decodeSbd } from '../../contract/sdp/sbd.js';
import type { BusinessDocument, DigitalPost, FysiskPost } from '../../contract/sdp/types.js';
import { Failure } from '../../errors.js';
import type { Utpakket } from '../../package/asice.js';
import { receivePackage } from '../../package/package.js';
import { verifyEnveloped } from '../../security/enveloped.js';
import { sdpPolicy } from '../../security/policy.js';
import { signingKey, type SigningKey } from '../../security/sign.js';
import { signEbms } from '../../security/signEbms.js';
import { verify, type Incoming } from '../../security/signature.js';
import type { Trusted } from '../../security/trusted.js';
import { parseCertificate } from '../../security/x509.js';
import type { DevelopmentIdentity } from '../pki/development.js';
import { DOWN_PUSHES, LATE_MS, misbehavioursOf, type Misbehaviour } from './behaviour.js';
import { send, type Reporter } from './report.js';
import type { Letter, ProviderName, Report } from './types.js';

/*
 * A provider as the other end of the contract: believes no message that it has not verified, answers with a signed receipt, opens the
 * package with its own key, and reports what becomes of the letter.
 */

export interface DoubleDeps extends Omit<Reporter, 'key' | 'organisasjonsnummer'> {
  readonly name: ProviderName;
  readonly identity: DevelopmentIdentity;
  /** Signs where a double is to sign wrongly. */
  readonly wrongKey: SigningKey;
  /** Whether a mailbox address is (still) one of this provider's. */
  readonly hasMailbox: (personidentifikator: string | null) => boolean;
  /** Called with each letter that was opened. */
  readonly opened: (letter: Letter) => Promise<void>;
}

/** The answer to a push; undefined: none, the connection is cut. */
export type Answer = string | undefined;

export interface Double {
  readonly letters: readonly Letter[];
  /** @throws Failure, to be answered as an ebMS fault */
  receive(incoming: Incoming): Promise<Answer>;
  /** Reports of a letter what its recipient did. */
  report(letter: Letter, report: Report): Promise<boolean>;
}

const policy = sdpPolicy([messagingBlock]);

/** The message, from the broker and to us. @throws Failure with an ebMS code */
function messageOf(trusted: Trusted, { identity, broker }: DoubleDeps): UserMessage {
  const messaging = decodeMessaging(trusted);
  if (messaging.type !== 'user') throw ebmsFailure('VALUE_NOT_RECOGNIZED', 'A provider takes letters only');
  const { message } = messaging;
  if (trusted.principal.certificate.fingeravtrykk !== broker.fingeravtrykk) {
    throw ebmsFailure('FAILED_AUTHENTICATION', 'The signer is not the broker');
  }
  if (message.fra.rolle !== 'meldingsformidler' || message.fra.organisasjonsnummer !== broker.organisasjonsnummer) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'From is not the broker');
  }
  if (message.til.organisasjonsnummer !== identity.organisasjonsnummer) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'To is another provider');
  }
  checkParts(message, trusted);
  return message;
}

type PostDocument = BusinessDocument & { readonly payload: DigitalPost | FysiskPost };

/** The signed document about the letter, whose package is the attachment. @throws Failure with an ebMS code */
function documentOf(trusted: Trusted, { identity, trust }: DoubleDeps, now: Date): PostDocument {
  const { signer, document } = verifyEnveloped(trusted.operation, trust, now);
  const { header, payload } = decodeSbd(document);
  if (payload.type !== 'digitalPost') throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'A provider takes letters only');
  if (signer.organisasjonsnummer !== header.sender) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The document is signed by another than its sender');
  }
  if (header.receiver !== identity.organisasjonsnummer) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The document is for another provider');
  }
  const [part, ...more] = trusted.parts;
  if (part === undefined || more.length > 0) throw ebmsFailure('MIME_INCONSISTENCY', 'A letter has one package');
  if (part.sha256.toString('hex') !== payload.fingeravtrykk) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The package is another than the document says');
  }
  return { header, payload };
}

/** The package, opened with our key. A package that is wrong is the sender's error (CONTRACT.md section 10). */
async function open(deps: DoubleDeps, cms: Buffer): Promise<readonly Utpakket[] | Report> {
  const { identity, trust, clock } = deps;
  const receiver = { privateKey: identity.privateKey, certificate: parseCertificate(identity.certificate), trust };
  try {
    return (await receivePackage(cms, receiver, clock.now())).documents;
  } catch (error) {
    const detaljer = error instanceof Failure ? `${error.code}: ${error.detail}` : 'The package cannot be opened';
    return { type: 'feil', feiltype: 'KLIENT', detaljer };
  }
}

/** What a provider reports by itself, in order. */
function reportsOf({ post }: Letter, wrongs: ReadonlySet<Misbehaviour>): Report[] {
  if (post.fysisk !== null) {
    const returned = wrongs.has('returned mail') && post.fysisk.utskrift.retur === 'MAKULERING_MED_MELDING';
    return [{ type: 'mottak' }, { type: 'levering' }, ...(returned ? [{ type: 'returpost' } as const] : [])];
  }
  const channels = [post.digital.epostVarsel && 'EPOST', post.digital.smsVarsel && 'SMS'] as const;
  const failed = wrongs.has('notice failed') ? channels.filter((channel) => channel !== null) : [];
  return [
    { type: 'levering' },
    ...failed.map((varslingskanal): Report => ({
      type: 'varslingfeilet',
      varslingskanal,
      beskrivelse: 'No such address',
    })),
  ];
}

async function receipt(deps: DoubleDeps, trusted: Trusted, ref: string, key: SigningKey): Promise<string> {
  const now = deps.clock.now();
  const info = { timestamp: now, messageId: randomUUID(), refToMessageId: ref };
  const messaging = encodeReceipt(info, payloadReferences(trusted));
  const { envelope } = await signEbms({ messaging, body: [], bodyId: `id-${randomUUID()}`, attachments: [] }, key, now);
  return envelope;
}

/** What was seen of a MessageId: the digests that it came with, and how often. */
interface Seen {
  readonly digest: string;
  pushes: number;
  letter: Letter | undefined;
}

function letterOf(message: UserMessage, { header, payload }: PostDocument, received: Date): Letter {
  return {
    messageId: message.info.messageId,
    conversationId: header.conversationId,
    sender: header.sender,
    prioritet: message.mpc.prioritet,
    received,
    post: payload,
    documents: [],
    reported: [],
    opened: null,
  };
}

/** What a provider does with a letter that it has taken over. */
async function follow(
  deps: DoubleDeps,
  reporter: Reporter,
  letter: Letter,
  cms: Buffer,
  wrongs: ReadonlySet<Misbehaviour>,
): Promise<void> {
  if (wrongs.has('late receipt')) await sleep(LATE_MS, undefined, { ref: false });
  const { post } = letter;
  if (post.fysisk === null && !deps.hasMailbox(post.mottaker.personidentifikator)) {
    await send(reporter, letter, { type: 'feil', feiltype: 'KLIENT', detaljer: 'No such mailbox address here' });
    return;
  }
  const documents = await open(deps, cms);
  if ('type' in documents) return void (await send(reporter, letter, documents));
  letter.documents = documents;
  await deps.opened(letter);
  const names = documents.map(({ filnavn }) => filnavn).join(' ');
  for (const report of reportsOf(letter, new Set([...wrongs, ...misbehavioursOf(post, names)]))) {
    await send(reporter, letter, report);
  }
}

/** The message and its document, verified, with the octets of the package. @throws Failure */
async function readPush(deps: DoubleDeps, incoming: Incoming) {
  const { trust, clock } = deps;
  const pieces: Buffer[] = [];
  const store = async (octets: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const piece of octets) pieces.push(Buffer.from(piece));
  };
  const parts = { claim: () => ({ include: null, store }) };
  const trusted = await verify(incoming, policy, { trust, clock }, { parts });
  const message = messageOf(trusted, deps);
  return { trusted, message, document: documentOf(trusted, deps, clock.now()), cms: Buffer.concat(pieces) };
}

/** Counts a push of a MessageId. @throws Failure EBMS:0003 when it came with another content before */
function countPush(seen: Map<string, Seen>, messageId: string, { header, payload }: PostDocument): Seen {
  const digest = `${payload.fingeravtrykk} ${header.instanceIdentifier}`;
  const known = seen.get(messageId) ?? { digest, pushes: 0, letter: undefined };
  if (known.digest !== digest) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The same MessageId came with another content');
  }
  known.pushes++;
  seen.set(messageId, known);
  return known;
}

/** One provider of the sandbox. Its letters are kept in memory. */
export function createDouble(deps: DoubleDeps): Double {
  const { identity, clock } = deps;
  const key = signingKey(identity.privateKey, identity.certificate);
  const reporter: Reporter = { ...deps, key, organisasjonsnummer: identity.organisasjonsnummer };
  const letters: Letter[] = [];
  const seen = new Map<string, Seen>();

  const receive = async (incoming: Incoming): Promise<Answer> => {
    const { trusted, message, document, cms } = await readPush(deps, incoming);
    const { messageId } = message.info;
    const known = countPush(seen, messageId, document);
    const wrongs = misbehavioursOf(document.payload);
    if (wrongs.has('mailbox down') && known.pushes <= DOWN_PUSHES) {
      throw ebmsFailure('OTHER', 'The mailbox is down; try again later');
    }
    if (known.letter === undefined) {
      known.letter = letterOf(message, document, clock.now());
      letters.push(known.letter);
      follow(deps, reporter, known.letter, cms, wrongs).catch((error: unknown) => deps.lost(String(error)));
    }
    const first = known.pushes === 1;
    if (first && wrongs.has('timeout after commit')) return undefined;
    if (first && wrongs.has('bad signature')) return receipt(deps, trusted, messageId, deps.wrongKey);
    return receipt(deps, trusted, first && wrongs.has('wrong ref') ? randomUUID() : messageId, key);
  };

  return { letters, receive, report: (letter, report) => send(reporter, letter, report) };
}
