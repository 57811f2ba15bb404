import type { Failure } from '../../errors.js';
import type { Trusted, TrustedPart } from '../../security/trusted.js';
import { parseMediaType } from '../../soap/mime.js';
import { ebmsFailure } from './errors.js';
import type { PartInfo, UserMessage } from './types.js';

const inconsistent = (reason: string): Failure => ebmsFailure('MIME_INCONSISTENCY', reason);

function checkPart(info: PartInfo, part: TrustedPart | undefined): void {
  if (part === undefined) throw inconsistent('PartInfo names an attachment that is not there');
  const said = info.properties.get('MimeType');
  const type = part.contentType === undefined ? undefined : parseMediaType(part.contentType)?.type;
  if (said !== undefined && said.toLowerCase() !== type)
    throw inconsistent('MimeType is not the type of the attachment');
}

/**
 * Holds what a message says of its parts against the parts that came with it: Body and every attachment are named, once, and nothing
 * else; the type that the signature covers is the type that the attachment has (CONTRACT.md sections 4 and 11).
 * @throws Failure EBMS:0007
 */
export function checkParts({ parts }: UserMessage, { parts: there, bodyId }: Pick<Trusted, 'parts' | 'bodyId'>): void {
  const byHref = new Map(there.map((part) => [`cid:${part.contentId}`, part]));
  const isBody = ({ href }: PartInfo): boolean => href === undefined || href === `#${bodyId}`;
  const attached = parts.filter((part) => !isBody(part));
  if (parts.length - attached.length !== 1) throw inconsistent('PayloadInfo does not name the Body once');
  for (const info of attached) checkPart(info, byHref.get(info.href ?? ''));
  if (attached.length !== there.length) throw inconsistent('PayloadInfo does not name every attachment');
}
