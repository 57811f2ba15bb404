import { Failure } from '../errors.js';
import { bodyChild, EnvelopeReader } from '../soap/envelope.js';
import { checkAddressing, checkMustUnderstand } from '../soap/header.js';
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

export interface BasicPolicy {
  readonly versions: readonly SoapVersion[];
  /** Octets of one envelope. */
  readonly maxBytes: number;
}

/**
 * Reads the envelope of a caller who has passed the password door. A wsse:Security header beside the password is refused: who signs
 * is judged by the signature (SECURITY.md 77).
 * @throws Failure MALFORMED_XML, VERSION_MISMATCH, MUST_UNDERSTAND, INVALID_SECURITY, TOO_LARGE
 */
export async function readWithPassword(
  incoming: Incoming,
  principal: Account,
  policy: BasicPolicy,
  spill?: Spill,
): Promise<PasswordTrusted> {
  let action: string | undefined;
  const reader: EnvelopeReader = new EnvelopeReader(
    { versions: policy.versions, charset: incoming.charset, spill },
    {
      bodyStarts: (header) => {
        if (header !== null && childrenNamed(header, WSSE, 'Security').length > 0) {
          throw new Failure('INVALID_SECURITY', 'a password and a Security header');
        }
        checkMustUnderstand(header, reader.version as SoapVersion, new Set());
        action = checkAddressing(header);
        return undefined;
      },
    },
  );
  let size = 0;
  try {
    for await (const chunk of incoming.stream) {
      size += chunk.length;
      if (size > policy.maxBytes) throw new Failure('TOO_LARGE', `more than ${policy.maxBytes} octets`);
      reader.write(chunk);
    }
    const { body, version } = reader.finish();
    const checked = { principal, evidence: 'password', version, operation: bodyChild(body), action } as const;
    return checked as unknown as PasswordTrusted;
  } finally {
    incoming.version = reader.version;
  }
}
