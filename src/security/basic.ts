import { Failure } from '../errors.js';
import { bodyChild, EnvelopeReader } from '../soap/envelope.js';
import { addressingBlocks, checkAddressing, checkMustUnderstand } from '../soap/header.js';
import type { Message, MessagePolicy, PartTaker } from '../soap/message.js';
import { capped, openMessage, placeOf, refuseIncludes } from '../soap/message.js';
import type { SoapVersion } from '../soap/names.js';
import { WSSE } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import { childrenNamed } from '../xml/model.js';
import type { Spill } from '../xml/tree.js';
import type { Account } from './password.js';
import type { Incoming } from './signature.js';

declare const seal: unique symbol;

/** A request whose caller has shown a password. As `Trusted`: only this file can make one. */
export interface PasswordTrusted {
  readonly [seal]: true;
  readonly principal: Account;
  readonly evidence: 'password';
  readonly version: SoapVersion;
  /** The one child of Body. */
  readonly operation: XmlElement;
  /** The content of wsa:Action, when there is one; it must agree with `operation`. */
  readonly action: string | undefined;
}

export interface BasicPolicy extends MessagePolicy {
  /** Octets of one message. */
  readonly maxBytes: number;
  /** WS-Addressing is passed over, whatever it says: the answer goes back on the connection all the same. */
  readonly passesAddressing?: boolean;
}

/** Where the octets go that are not kept. */
export interface PasswordSinks {
  readonly spill?: Spill;
  /** Undefined: no parts are taken. */
  readonly parts?: PartTaker;
}

const isSigned = (header: XmlElement | null): boolean =>
  header !== null && childrenNamed(header, WSSE, 'Security').length > 0;

/**
 * Reads the envelope of a caller who has passed the password door, and the parts that come with it. A wsse:Security header beside the
 * password is refused: who signs is judged by the signature (SECURITY.md 77).
 * @throws Failure MALFORMED_XML, VERSION_MISMATCH, MUST_UNDERSTAND, INVALID_SECURITY, INVALID_REQUEST, TOO_LARGE, and what `sinks` throw
 */
export async function readWithPassword(
  incoming: Incoming,
  principal: Account,
  policy: BasicPolicy,
  { spill, parts }: PasswordSinks = {},
): Promise<PasswordTrusted> {
  let action: string | undefined;
  const stream = capped(incoming.stream, policy.maxBytes);
  const message = incoming.multipart && (await openMessage(stream, incoming.multipart, policy));
  const reader: EnvelopeReader = new EnvelopeReader(
    { versions: policy.versions, charset: message === undefined ? incoming.charset : message.charset, spill },
    {
      bodyStarts: (header) => {
        if (isSigned(header)) throw new Failure('INVALID_SECURITY', 'a password and a Security header');
        if (message?.xop === true && header !== null) refuseIncludes(header);
        const known = policy.passesAddressing === true ? addressingBlocks : new Set<string>();
        checkMustUnderstand(header, reader.version as SoapVersion, known);
        if (policy.passesAddressing !== true) action = checkAddressing(header);
        return undefined;
      },
    },
  );
  try {
    for await (const chunk of message?.envelope ?? stream) reader.write(chunk);
    const { body, version } = reader.finish();
    const operation = bodyChild(body);
    for await (const { contentId, body: octets } of message?.parts ?? []) {
      if (parts === undefined) throw new Failure('MALFORMED_XML', 'a message with parts');
      await placeOf(message as Message, parts, contentId).store(octets);
    }
    const checked = { principal, evidence: 'password', version, operation, action } as const;
    return checked as unknown as PasswordTrusted;
  } finally {
    incoming.version = reader.version;
    incoming.partAction = message?.action;
    await message?.close();
  }
}
