import { decodeSvar, encodeForesporsel, type Svar } from '../contract/postkasse/encode.js';
import type { Foresporsel } from '../contract/postkasse/names.js';
import { Failure } from '../errors.js';
import { once } from '../once.js';
import { postkassePolicy } from '../security/policy.js';
import type { SigningKey } from '../security/sign.js';
import { signedEnvelope } from '../security/signAnswer.js';
import { verify, type VerifyDeps } from '../security/signature.js';
import { postEnvelope } from './post.js';

/** How a mailbox provider reaches the register, and what it believes of the answers. */
export interface MailboxService extends VerifyDeps {
  readonly url: string;
  readonly key: SigningKey;
  /** Organisation number that must stand in the certificate of the answer; undefined takes any that the trust store vouches for. */
  readonly expected: string | undefined;
}

/**
 * One call: signs, posts, and verifies the answer.
 * @throws Failure UPSTREAM_FAULT, UPSTREAM_UNREACHABLE, what is wrong with the answer's signature, FAILED_AUTHENTICATION for another
 * signer, MALFORMED_XML for an answer to something else
 */
export async function callMailboxes(service: MailboxService, foresporsel: Foresporsel): Promise<Svar> {
  const request = encodeForesporsel(foresporsel);
  const envelope = await signedEnvelope(request, '1.2', service.key, service.clock.now());
  const octets = await postEnvelope(service.url, envelope);
  const { principal, operation } = await verify({ stream: once(octets) }, postkassePolicy, service);
  if (service.expected !== undefined && principal.organisasjonsnummer !== service.expected) {
    const detail = `the answer is signed by ${principal.organisasjonsnummer}, not ${service.expected}`;
    throw new Failure('FAILED_AUTHENTICATION', detail);
  }
  return decodeSvar(foresporsel.operasjon, operation);
}
