import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { paaEngelsk } from '../../client/answer.js';
import { pushMessage, type PushOutcome } from '../../client/ebms.js';
import { payloadParts } from '../../contract/ebms/encode.js';
import { encodeSbd } from '../../contract/sdp/sbd.js';
import { signEnveloped } from '../../security/enveloped.js';
import type { SigningKey } from '../../security/sign.js';
import type { VerifyDeps } from '../../security/signature.js';
import type { Broker, Letter, Report } from './types.js';

/** Milliseconds before each attempt to hand a receipt over; after the last it is lost, and said so. */
const PAUSES = [0, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000];

export interface Reporter extends VerifyDeps {
  /** Nine digits. */
  readonly organisasjonsnummer: string;
  readonly key: SigningKey;
  readonly broker: Broker;
  /** Where the broker takes receipts; undefined while nobody knows. */
  readonly brokerUrl: () => Promise<string | undefined>;
  readonly lost: (what: string) => void;
}

/** That a letter was opened concerns whoever sent it first, wherever it lies now. */
const receiverOf = ({ flyttet, pakketAv, sender }: Letter, { type }: Report): string =>
  flyttet && type === 'aapning' ? (pakketAv ?? sender) : sender;

/** The signed document of a receipt: made once, for a message that is repeated is the same. */
function documentOf(reporter: Reporter, letter: Letter, report: Report, messageId: string): Promise<string> {
  const { organisasjonsnummer, key, clock } = reporter;
  const now = clock.now();
  const header = {
    sender: organisasjonsnummer,
    receiver: receiverOf(letter, report),
    instanceIdentifier: messageId,
    conversationId: letter.conversationId,
    created: now,
  };
  const payload =
    report.type === 'feil'
      ? ({ ...report, tidspunkt: now } as const)
      : ({ type: 'kvittering', tidspunkt: now, hendelse: report } as const);
  return signEnveloped(encodeSbd({ header, payload }), key);
}

function push(reporter: Reporter, letter: Letter, sbd: string, messageId: string, url: string) {
  const { organisasjonsnummer, key, broker, clock, trust } = reporter;
  return pushMessage({
    url,
    userMessage: {
      info: { timestamp: clock.now(), messageId, refToMessageId: undefined },
      mpc: { prioritet: letter.prioritet, id: undefined },
      fra: { organisasjonsnummer, rolle: 'postkasse' },
      til: { organisasjonsnummer: broker.organisasjonsnummer, rolle: 'meldingsformidler' },
      avtale: letter.post.fysisk === null ? 'digital' : 'fysisk',
      action: 'KvitteringsForespoersel',
      conversationId: letter.conversationId,
      parts: payloadParts(),
    },
    sbd,
    attachment: undefined,
    key,
    isReceiver: ({ certificate }) => certificate.fingeravtrykk === broker.fingeravtrykk,
    trust,
    clock,
    timeout: 10_000,
  });
}

/** Errors that may pass: the gateway's own trouble, and a message that was damaged on its way. */
const passing: ReadonlySet<string> = new Set(['EBMS:0004', 'EBMS:0101']);

const why = (outcome: PushOutcome): string =>
  outcome.type === 'ebmsError'
    ? `${outcome.code} ${outcome.description}`
    : 'reason' in outcome
      ? paaEngelsk(outcome.reason)
      : '';

/** Hands a receipt of a letter to the broker, patiently. @returns whether it was taken */
export async function send(reporter: Reporter, letter: Letter, report: Report): Promise<boolean> {
  const messageId = randomUUID();
  const sbd = await documentOf(reporter, letter, report, messageId);
  let last = 'nobody knows where the broker is';
  for (const pause of PAUSES) {
    await sleep(pause, undefined, { ref: false });
    const url = await reporter.brokerUrl();
    if (url === undefined) continue;
    const outcome = await push(reporter, letter, sbd, messageId, url);
    if (outcome.type === 'accepted') {
      letter.reported.push(report.type);
      return true;
    }
    last = why(outcome);
    if (outcome.type === 'ebmsError' && !passing.has(outcome.code)) break;
  }
  reporter.lost(`a receipt (${report.type}) of letter ${letter.conversationId}: ${last}`);
  return false;
}
