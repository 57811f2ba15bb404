import { newId, signatureElement, timestampElement, tokenElement, wsuIdAttribute } from '../security/sign.js';
import type { SigningKey } from '../security/sign.js';
import { DS, env, wsse } from '../soap/names.js';
import type { XmlElement } from '../xml/model.js';
import { childrenNamed, textOf } from '../xml/model.js';
import { element, qualified, serialise } from '../xml/write.js';

/** Seconds that a request of ours says it lives: within what every known server takes. */
const REQUEST_LIFETIME = 120;

export interface SignedRequest {
  readonly envelope: string;
  /** The text of SignatureValue, which the answer confirms. */
  readonly signatureValue: string;
}

/**
 * A SOAP 1.2 request with Timestamp, Body and every header block signed (CONTRACT.md section 4: RSA-SHA256, SHA-256, exclusive C14N,
 * certificate in a BinarySecurityToken).
 */
export async function signRequest(
  content: XmlElement,
  blocks: readonly XmlElement[],
  key: SigningKey,
  now: Date,
): Promise<SignedRequest> {
  const token = newId('X509');
  const identified = (part: XmlElement, id: string): XmlElement => ({
    ...part,
    attributes: [...part.attributes, wsuIdAttribute(id)],
  });
  const ids = { timestamp: newId('TS'), body: newId('id') };
  const timestamp = timestampElement(ids.timestamp, now, REQUEST_LIFETIME);
  const body = element(env, 'Body', [wsuIdAttribute(ids.body)], [content]);
  const parts = blocks.map((block) => {
    const id = newId('id');
    return { id, element: identified(block, id) };
  });
  const signature = await signatureElement(
    [{ id: ids.timestamp, element: timestamp }, { id: ids.body, element: body }, ...parts],
    key,
    token,
  );
  const security = element(
    wsse,
    'Security',
    [qualified(env, 'mustUnderstand', 'true')],
    [timestamp, tokenElement(token, key), signature],
  );
  const header = element(env, 'Header', {}, [security, ...parts.map((p) => p.element)]);
  const [value] = childrenNamed(signature, DS, 'SignatureValue');
  return {
    envelope: serialise(element(env, 'Envelope', {}, [header, body])),
    signatureValue: value === undefined ? '' : textOf(value),
  };
}
