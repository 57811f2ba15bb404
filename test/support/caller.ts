import { answerPolicy, openAnswer } from '../../src/security/answer.js';
import { callLookup } from '../../src/client/oppslagstjenesten.js';
import type { LookupService } from '../../src/client/oppslagstjenesten.js';
import { signRequest } from '../../src/client/request.js';
import { TJENESTE_ORGANISASJONSNUMMER } from '../../src/contract/oppslagstjenesten/names.js';
import type { IdentityName } from '../../src/sandbox/pki/development.js';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import { signingKey } from '../../src/security/sign.js';
import { createTrust } from '../../src/security/trust.js';
import type { XmlElement } from '../../src/xml/model.js';
import type { DevelopmentPki } from '../../src/sandbox/pki/development.js';

/** A gateway of a test, in this process or in one of its own. */
export interface Callable {
  readonly url: string;
  readonly pki: DevelopmentPki;
}

/** The service of a test gateway, called with the development key of `name`. */
export function serviceAs(gateway: Callable, name: IdentityName): LookupService {
  const { privateKey, certificate } = gateway.pki.identities[name];
  const anchors = [gateway.pki.root, gateway.pki.issuing];
  return {
    url: gateway.url,
    key: signingKey(privateKey, certificate),
    expected: TJENESTE_ORGANISASJONSNUMMER,
    trust: createTrust({ anchors, crls: () => [], revocation: 'off' }),
    clock: { now: () => new Date() },
  };
}

/** One call as `name`; the answering element. */
export const callAs = (
  gateway: Callable,
  name: IdentityName,
  request: XmlElement,
  paaVegneAv?: string,
): Promise<XmlElement> => callLookup(serviceAs(gateway, name), request, paaVegneAv);

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly octets: Buffer;
  readonly text: string;
}

/** Posts octets as they are. */
export async function postRaw(
  url: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = { 'Content-Type': 'application/soap+xml; charset=utf-8' },
): Promise<HttpAnswer> {
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) });
  const octets = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, octets, text: octets.toString('utf8') };
}

/** A signed request as text, with what is needed to open its answer. */
export async function signedAs(
  gateway: Callable,
  name: IdentityName,
  request: XmlElement,
  blocks: readonly XmlElement[] = [],
): Promise<{ envelope: string; open: (octets: Buffer) => XmlElement }> {
  const service = serviceAs(gateway, name);
  const { envelope, signatureValue } = await signRequest(request, blocks, service.key, new Date());
  const exceptions = { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true };
  const policy = answerPolicy(oppslagstjenestenPolicy(exceptions, []));
  return {
    envelope,
    open: (octets) => openAnswer(octets, signatureValue, service.key.privateKey, policy, service).content,
  };
}
