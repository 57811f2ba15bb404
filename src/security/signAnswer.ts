import { randomUUID } from 'node:crypto';
import type { SoapVersion } from '../soap/names.js';
import { envelopeNs, wsse } from '../soap/names.js';
import { canonicalise } from '../xml/c14n.js';
import type { XmlElement } from '../xml/model.js';
import { template } from '../xml/template.js';
import { element, qualified, serialise } from '../xml/write.js';
import type { SigningKey } from './sign.js';
import {
  digest,
  lifetime,
  signatureOf,
  signatureValue,
  signedInfoOf,
  timestampOf,
  tokenElement,
  wsuIdAttribute,
} from './sign.js';

/** Seconds that a message of ours says it lives. */
const LIFETIME = 120;

const mustUnderstand: Readonly<Record<SoapVersion, string>> = { '1.1': '1', '1.2': 'true' };

/*
 * An answer always has the same form around its Body, so its texts are compiled at start and filled with values here. The Ids of one answer
 * share a UUID. Body is written once: what is signed is what is sent.
 */
type Hole<H extends string> = (name: H) => string;
type Part = 'id' | 'created' | 'expires';
type Signed = 'id' | 'timestampDigest' | 'bodyDigest';
type Whole = Part | Signed | 'token' | 'signatureValue' | 'body';

const timestamp = (hole: Hole<Part>): XmlElement =>
  timestampOf(`TS-${hole('id')}`, { created: hole('created'), expires: hole('expires') });

const signedInfo = (hole: Hole<Signed>): XmlElement =>
  signedInfoOf([
    [`TS-${hole('id')}`, hole('timestampDigest')],
    [`id-${hole('id')}`, hole('bodyDigest')],
  ]);

const envelope =
  (version: SoapVersion) =>
  (hole: Hole<Whole>): XmlElement => {
    const ns = envelopeNs[version];
    const token = `X509-${hole('id')}`;
    const security = element(
      wsse,
      'Security',
      [qualified(ns, 'mustUnderstand', mustUnderstand[version])],
      [
        timestamp(hole),
        tokenElement(token, { token: hole('token') }),
        signatureOf(signedInfo(hole), hole('signatureValue'), token, hole('id')),
      ],
    );
    return element(ns, 'Envelope', {}, [element(ns, 'Header', {}, [security]), { markup: hole('body') }]);
  };

const texts = {
  timestamp: template(timestamp, canonicalise),
  signedInfo: template(signedInfo, canonicalise),
  '1.1': template(envelope('1.1')),
  '1.2': template(envelope('1.2')),
};

/**
 * An envelope with Timestamp and Body signed, the key in a BinarySecurityToken: what the column "Forsendelse v1" of PROFILES asks of a
 * message without parts, in either direction.
 */
export async function signedEnvelope(
  content: XmlElement,
  version: SoapVersion,
  key: SigningKey,
  now: Date,
): Promise<string> {
  const id = randomUUID();
  const body = canonicalise(element(envelopeNs[version], 'Body', [wsuIdAttribute(`id-${id}`)], [content]));
  const part = { id, ...lifetime(now, LIFETIME) };
  const signed = { id, timestampDigest: digest(texts.timestamp(part)), bodyDigest: digest(body) };
  const value = await signatureValue(texts.signedInfo(signed), key);
  return texts[version]({ ...part, ...signed, token: key.token, signatureValue: value, body });
}

/** An envelope that nobody signs: the answer to a caller with a password, who has TLS. */
export const plainEnvelope = (content: XmlElement, version: SoapVersion): string => {
  const ns = envelopeNs[version];
  return serialise(element(ns, 'Envelope', {}, [element(ns, 'Header'), element(ns, 'Body', {}, [content])]));
};
