import { mimetypes } from '../../domain/mimetypes.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import { limits } from '../../limits.js';
import type { XmlElement } from '../../xml/model.js';
import { childrenNamed } from '../../xml/model.js';
import type { ContentPlaces, ContentStage } from '../contents/stage.js';
import { makeStage } from '../contents/stage.js';
import type { ContentCheck } from '../document/check.js';
import { contentCheck } from '../document/check.js';
import { mimetypeOf } from './documents.js';
import { invalid } from './fields.js';
import { CONTENT, CONTENT_REFERENCE, tns } from './names.js';

export interface StageLimits {
  /** Octets of all contents together. */
  readonly letterBytes: number;
  /** Attachments; the main document comes on top. */
  readonly attachments: number;
}

/** What the octets of a content must be, by the type that stands beside it; nothing where the decoder will refuse that. */
function checkFor(content: XmlElement, allowed: readonly string[]): ContentCheck | undefined {
  const [mimetype] = content.parent === null ? [] : childrenNamed(content.parent, tns.uri, 'mimetype');
  const type = mimetype === undefined ? '' : mimetypeOf(mimetype);
  return allowed.includes(type) ? contentCheck(type) : undefined;
}

const held: ReadonlyMap<string, 'content' | 'address'> = new Map([
  [CONTENT, 'content'],
  [CONTENT_REFERENCE, 'address'],
]);

const places = (allowed: readonly string[]): ContentPlaces => ({
  holds: ({ ns, local }) => (ns === tns.uri ? held.get(local) : undefined),
  check: (content) => checkFor(content, allowed),
  tooMany: (contents) => invalid(`vedlegg: 0 to ${contents - 1} are allowed`),
  tooLarge: (octets) => invalid(`innhold: ${octets} octets are allowed in all`),
});

/**
 * Makes a stage for one request. Its sinks throw INVALID_REQUEST for what is not base64, for more than `bounds` allow, and for a
 * content that is not of the type that stands before it (SECURITY 93).
 */
export const stageContents = (
  payloads: Payloads,
  { letterBytes, attachments }: StageLimits = limits,
  allowed: readonly string[] = mimetypes,
): ContentStage => makeStage(payloads, { octets: letterBytes, contents: attachments + 1 }, places(allowed));
