import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeReceipt, payloadReferences } from '../../contract/ebms/encode.js';
import { ebmsFailure } from '../../contract/ebms/errors.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import type { Calendar } from '../../domain/ports.js';
import { signingKey, type SigningKey } from '../../security/sign.js';
import { signEbms } from '../../security/signEbms.js';
import type { Incoming } from '../../security/signature.js';
import type { Trusted } from '../../security/trusted.js';
import { DOWN_PUSHES, LATE_MS, misbehavioursOf, type Misbehaviour } from './behaviour.js';
import { moveLetter, type NewMailbox } from './move.js';
import { open, readPush, type PostDocument, type ReaderDeps } from './reading.js';
import { send, type Reporter } from './report.js';
import type { Letter, Report } from './types.js';

/*
 * A provider as the other end of the contract: believes no message that it has not verified, answers with a signed receipt, opens the
 * package with its own key, and reports what becomes of the letter.
 */

export interface DoubleDeps extends ReaderDeps, Omit<Reporter, 'key' | 'organisasjonsnummer'> {
  /** When a letter came, for its reader. */
  readonly calendar: Calendar;
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
  /** Hands a letter that lies here to the mailbox that its recipient has now. @returns whether it lies there */
  move(letter: Letter, to: NewMailbox): Promise<boolean>;
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

function letterOf(message: UserMessage, { header, payload }: PostDocument, pakke: Buffer, received: Date): Letter {
  const flyttet = payload.type === 'flyttetDigitalPost';
  return {
    messageId: message.info.messageId,
    conversationId: header.conversationId,
    sender: header.sender,
    prioritet: message.mpc.prioritet,
    received,
    post: flyttet ? { ...payload, type: 'digitalPost', fysisk: null } : payload,
    flyttet,
    pakke,
    documents: [],
    pakketAv: undefined,
    reported: [],
    opened: flyttet && payload.aapnet ? received : null,
  };
}

/** What a provider does with a letter that it has taken over. */
async function follow(
  deps: DoubleDeps,
  reporter: Reporter,
  letter: Letter,
  wrongs: ReadonlySet<Misbehaviour>,
): Promise<void> {
  if (wrongs.has('late receipt')) await sleep(LATE_MS, undefined, { ref: false });
  const { post } = letter;
  if (post.fysisk === null && !deps.hasMailbox(post.mottaker.personidentifikator)) {
    await send(reporter, letter, { type: 'feil', feiltype: 'KLIENT', detaljer: 'No such mailbox address here' });
    return;
  }
  const unpacked = await open(deps, letter.pakke);
  if ('type' in unpacked) return void (await send(reporter, letter, unpacked));
  const { documents, signer } = unpacked;
  [letter.documents, letter.pakketAv] = [documents, signer.organisasjonsnummer];
  await deps.opened(letter);
  const names = documents.map(({ filnavn }) => filnavn).join(' ');
  for (const report of reportsOf(letter, new Set([...wrongs, ...misbehavioursOf(post, names)]))) {
    await send(reporter, letter, report);
  }
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
  const { identity, calendar } = deps;
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
      known.letter = letterOf(message, document, cms, calendar.now());
      letters.push(known.letter);
      follow(deps, reporter, known.letter, wrongs).catch((error: unknown) => deps.lost(String(error)));
    }
    const first = known.pushes === 1;
    if (first && wrongs.has('timeout after commit')) return undefined;
    if (first && wrongs.has('bad signature')) return receipt(deps, trusted, messageId, deps.wrongKey);
    return receipt(deps, trusted, first && wrongs.has('wrong ref') ? randomUUID() : messageId, key);
  };

  const move = async (letter: Letter, to: NewMailbox): Promise<boolean> => {
    const moved = await moveLetter({ ...reporter, identity }, letter, to);
    const at = letters.indexOf(letter);
    if (moved && at >= 0) letters.splice(at, 1);
    return moved;
  };

  return { letters, receive, report: (letter, report) => send(reporter, letter, report), move };
}
