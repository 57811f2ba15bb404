import type { KeyObject } from 'node:crypto';
import { encodePersoner } from '../../../src/contract/oppslagstjenesten/encode.js';
import type { ErrorCode } from '../../../src/errors.js';
import { answerPolicy, openAnswer } from '../../../src/security/answer.js';
import {
  newId,
  signatureElement,
  signingKey,
  timestampElement,
  tokenElement,
  wsuIdAttribute,
} from '../../../src/security/sign.js';
import { parseCertificate } from '../../../src/security/x509.js';
import { encryptContent } from '../../support/encrypt.js';
import { asFailure } from '../../../src/soap/fault.js';
import { env, wsse, wsse11 } from '../../../src/soap/names.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { element, plain, qualified, serialise } from '../../../src/xml/write.js';
import { testTime } from '../../support/pki.js';
import { base, lookupPolicy, trust } from './judge.js';

/* Answers of a look-up service, good but for what a test changes, and what a caller makes of them. The other party is the server. */

const server = signingKey(base.other.privateKey, base.other.certificate);
const client = parseCertificate(base.key.certificate);
/** The SignatureValue that the caller sent. */
export const sent = 'c2VudA==';

/** What to put into an answer. */
export interface AnswerSpec {
  readonly at?: Date;
  /** SignatureConfirmations, by their Value. */
  readonly confirm?: readonly string[];
  /** Which parts the signature covers; all of them when left out. */
  readonly covers?: (part: 'timestamp' | 'body' | 'confirmation') => boolean;
  /** What is encrypted, when it is not what is signed. */
  readonly hidden?: string;
  /** Changes what stands in the Body in the clear; the default encrypts it. */
  readonly clear?: boolean;
}

const persons = encodePersoner(
  [{ personidentifikator: '23863814839', status: 'AKTIV', reservasjon: 'NEI' }],
  new Map(),
);

interface Pieces {
  readonly encryptedKey: XmlElement;
  readonly encryptedData: XmlElement;
}

const envelope = (children: readonly XmlElement[], body: XmlElement): string =>
  serialise(
    element(env, 'Envelope', {}, [
      element(env, 'Header', {}, [element(wsse, 'Security', [qualified(env, 'mustUnderstand', 'true')], children)]),
      body,
    ]),
  );

/** The text of an answer. */
export async function answer({
  at = testTime,
  confirm = [sent],
  covers = () => true,
  hidden,
  clear = false,
}: AnswerSpec = {}): Promise<string> {
  const token = newId('X509');
  const timestamp = { id: newId('TS'), kind: 'timestamp' } as const;
  const body = { id: newId('id'), kind: 'body' } as const;
  const confirmations = confirm.map((Value) => {
    const id = newId('SC');
    return {
      id,
      kind: 'confirmation',
      element: element(wsse11, 'SignatureConfirmation', [...plain({ Value }), wsuIdAttribute(id)]),
    } as const;
  });
  const bodyOf = (child: XmlElement): XmlElement => element(env, 'Body', [wsuIdAttribute(body.id)], [child]);
  const time = timestampElement(timestamp.id, at, 60);
  const parts = [{ ...timestamp, element: time }, { ...body, element: bodyOf(persons) }, ...confirmations];
  const signature = await signatureElement(
    parts.filter(({ kind }) => covers(kind)),
    server,
    token,
  );
  const { encryptedKey, encryptedData }: Pieces = encryptContent(hidden ?? serialise(persons), client);
  return envelope(
    [encryptedKey, tokenElement(token, server), signature, time, ...confirmations.map((c) => c.element)],
    bodyOf(clear ? persons : encryptedData),
  );
}

/** The name of the element that a caller reads from an answer, or the code that it is refused with. */
export function opened(text: string, privateKey: KeyObject = base.key.privateKey, waiting = sent): string {
  try {
    const clock = { now: () => testTime };
    return openAnswer(Buffer.from(text), waiting, privateKey, answerPolicy(lookupPolicy()), { trust, clock }).content
      .local;
  } catch (error) {
    return asFailure(error).code;
  }
}

/** One thing wrong with an answer. */
export interface AnswerAttack {
  readonly security: number;
  readonly wrong: string;
  readonly code: ErrorCode;
  readonly before?: AnswerSpec;
  readonly after?: (text: string) => string;
}
