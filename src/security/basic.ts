import { Failure } from '../errors.js';
import { bodyChild, EnvelopeReader } from '../soap/envelope.js';
import { actionAgrees, checkAddressing, checkMustUnderstand } from '../soap/header.js';
import type { SoapVersion } from '../soap/names.js';
import { WSSE } from '../soap/names.js';
import type { IncludedParts, XopMessage } from '../soap/xop.js';
import { openXop } from '../soap/xop.js';
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

export interface BasicPolicy {
  readonly versions: readonly SoapVersion[];
  /** Octets of one message. */
  readonly maxBytes: number;
}

/** Where the octets go that are not kept. */
export interface PasswordSinks {
  /** For an envelope that comes alone. */
  readonly spill?: Spill;
  /** For an envelope that comes with parts. */
  readonly parts?: IncludedParts;
}

async function* capped(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new Failure('TOO_LARGE', `more than ${maxBytes} octets`);
    yield chunk;
  }
}

const isSigned = (header: XmlElement | null): boolean =>
  header !== null && childrenNamed(header, WSSE, 'Security').length > 0;

const open = async ({ stream, multipart }: Incoming, maxBytes: number): Promise<XopMessage | undefined> =>
  multipart && openXop(capped(stream, maxBytes), multipart);

/**
 * Reads the envelope of a caller who has passed the password door, and the parts that it includes. A wsse:Security header beside the
 * password is refused: who signs is judged by the signature (SECURITY.md 77).
 * @throws Failure MALFORMED_XML, VERSION_MISMATCH, MUST_UNDERSTAND, INVALID_SECURITY, TOO_LARGE, and what `sinks` throw
 */
export async function readWithPassword(
  incoming: Incoming,
  principal: Account,
  policy: BasicPolicy,
  { spill, parts }: PasswordSinks = {},
): Promise<PasswordTrusted> {
  let action: string | undefined;
  const message = await open(incoming, policy.maxBytes);
  const reader: EnvelopeReader = new EnvelopeReader(
    message === undefined
      ? { versions: policy.versions, charset: incoming.charset, spill }
      : { versions: policy.versions, charset: message.charset },
    {
      bodyStarts: (header) => {
        if (isSigned(header)) throw new Failure('INVALID_SECURITY', 'a password and a Security header');
        checkMustUnderstand(header, reader.version as SoapVersion, new Set());
        action = checkAddressing(header);
        return undefined;
      },
    },
  );
  try {
    for await (const chunk of message?.envelope ?? capped(incoming.stream, policy.maxBytes)) reader.write(chunk);
    const { body, version } = reader.finish();
    const operation = bodyChild(body);
    if (message !== undefined) {
      if (!actionAgrees(message.action, operation.local))
        throw new Failure('MALFORMED_XML', 'action and Body disagree');
      if (parts === undefined) throw new Failure('MALFORMED_XML', 'a message with parts');
      parts.bind(operation);
      await message.passTo(parts);
    }
    const checked = { principal, evidence: 'password', version, operation, action } as const;
    return checked as unknown as PasswordTrusted;
  } finally {
    incoming.version = reader.version;
    await message?.close();
  }
}

/**
 * Refuses a message with parts that no password came with, as soon as its Header is read. The digest of a Body by XOP is one over its
 * contents inlined, which is not computed here.
 * @throws Failure INVALID_REQUEST when it is signed, UNAUTHORIZED when it is not, and MALFORMED_XML, VERSION_MISMATCH, TOO_LARGE
 */
export async function refuseSignedParts(incoming: Incoming, policy: BasicPolicy): Promise<never> {
  const message = await open(incoming, policy.maxBytes);
  const reader = new EnvelopeReader(
    { versions: policy.versions, charset: message?.charset },
    {
      bodyStarts: (header) => {
        if (!isSigned(header)) throw new Failure('UNAUTHORIZED', 'parts, and neither password nor signature');
        const reason = 'the documents of a signed letter stand inline; parts (MTOM) are taken with user and password';
        throw new Failure('INVALID_REQUEST', reason, { reason });
      },
    },
  );
  try {
    for await (const chunk of message?.envelope ?? []) reader.write(chunk);
    reader.finish();
    throw new Failure('MALFORMED_XML', 'an envelope without Body');
  } finally {
    incoming.version = reader.version;
    await message?.close();
  }
}
