import type { PersonInAnswer } from '../contract/oppslagstjenesten/decode.js';
import { decodePersons } from '../contract/oppslagstjenesten/decode.js';
import { encodeHentPersoner, encodePaaVegneAv } from '../contract/oppslagstjenesten/encode.js';
import { tns } from '../contract/oppslagstjenesten/names.js';
import type { Informasjonsbehov } from '../domain/person.js';
import { Failure } from '../errors.js';
import { answerPolicy, openAnswer } from '../security/answer.js';
import { oppslagstjenestenPolicy } from '../security/policy.js';
import type { SigningKey } from '../security/sign.js';
import type { VerifyDeps } from '../security/signature.js';
import type { XmlElement } from '../xml/model.js';
import { is } from '../xml/model.js';
import { postEnvelope } from './post.js';
import { signRequest } from './request.js';

/** How to reach a 16-02 service, and what to believe of its answers. */
export interface LookupService extends VerifyDeps {
  readonly url: string;
  readonly key: SigningKey;
  /** Organisation number that must stand in the certificate of the answer; undefined takes any that the trust store vouches for. */
  readonly expected: string | undefined;
}

const policy = answerPolicy(
  oppslagstjenestenPolicy({ sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true }, []),
);

/**
 * One call: signs, posts, decrypts, and checks the answer's signature, certificate, times and SignatureConfirmation.
 * @returns the answering element
 * @throws Failure
 */
export async function callLookup(
  service: LookupService,
  request: XmlElement,
  paaVegneAv?: string,
): Promise<XmlElement> {
  const blocks = paaVegneAv === undefined ? [] : [encodePaaVegneAv(paaVegneAv)];
  const { envelope, signatureValue } = await signRequest(request, blocks, service.key, service.clock.now());
  const octets = await postEnvelope(service.url, envelope);
  const { signer, content } = openAnswer(octets, signatureValue, service.key.privateKey, policy, service);
  if (service.expected !== undefined && signer.organisasjonsnummer !== service.expected) {
    throw new Failure(
      'FAILED_AUTHENTICATION',
      `the answer is signed by ${signer.organisasjonsnummer}, not ${service.expected}`,
    );
  }
  return content;
}

/** Looks persons up. @throws Failure */
export const lookUpPersons = async (
  service: LookupService,
  behov: readonly Informasjonsbehov[],
  personer: readonly string[],
  paaVegneAv?: string,
): Promise<PersonInAnswer[]> => {
  const answer = await callLookup(service, encodeHentPersoner(behov, personer), paaVegneAv);
  if (!is(answer, tns.uri, 'HentPersonerRespons')) {
    throw new Failure('MALFORMED_XML', 'Body holds no HentPersonerRespons');
  }
  return decodePersons(answer);
};
