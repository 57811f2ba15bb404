import type { SoapVersion } from '../soap/names.js';
import { envelopeNs, wsse } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import { element, qualified, serialise } from '../xml/write.js';
import type { SigningKey } from './sign.js';
import { newId, signatureElement, timestampElement, tokenElement, wsuIdAttribute } from './sign.js';

/** Seconds that a message of ours says it lives. */
const LIFETIME = 120;

const mustUnderstand: Readonly<Record<SoapVersion, string>> = { '1.1': '1', '1.2': 'true' };

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
  const ns = envelopeNs[version];
  const [token, times, id] = [newId('X509'), newId('TS'), newId('id')];
  const timestamp = timestampElement(times, now, LIFETIME);
  const body = element(ns, 'Body', [wsuIdAttribute(id)], [content]);
  const signature = await signatureElement(
    [
      { id: times, element: timestamp },
      { id, element: body },
    ],
    key,
    token,
  );
  const security = element(
    wsse,
    'Security',
    [qualified(ns, 'mustUnderstand', mustUnderstand[version])],
    [timestamp, tokenElement(token, key), signature],
  );
  return serialise(element(ns, 'Envelope', {}, [element(ns, 'Header', {}, [security]), body]));
}

/** An envelope that nobody signs: the answer to a caller with a password, who has TLS. */
export const plainEnvelope = (content: XmlElement, version: SoapVersion): string => {
  const ns = envelopeNs[version];
  return serialise(element(ns, 'Envelope', {}, [element(ns, 'Header'), element(ns, 'Body', {}, [content])]));
};
