import { Failure } from '../../errors.js';
import type { IncludedParts } from '../../soap/xop.js';
import { XOP } from '../../soap/xop.js';
import type { XmlElement } from '../../xml/model.js';
import { attribute, childElements, is, textOf } from '../../xml/model.js';
import { CONTENT, tns } from './names.js';

const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

/** Where the contents of a message with parts go. */
export interface ContentStore {
  /** A content that stands in the envelope as base64. @returns what stands for it in the tree */
  inline(content: XmlElement, text: string): string;
  /** A content that comes later. @returns what stands for it in the tree */
  expect(content: XmlElement): string;
  /** The octets that were expected. @throws what the store throws, and Failure INVALID_REQUEST above the limits */
  store(token: string, octets: AsyncIterable<Uint8Array>): Promise<void>;
}

const onlySpace = /^[ \t\r\n]*$/;

/**
 * The Content-IDs that an href may mean (RFC 2392). Some clients write the id into it as it stands, percent signs and all, and some
 * encode it, so both readings are looked for; a part is bound once.
 */
function contentIds(href: string): ReadonlySet<string> {
  const raw = /^cid:(.+)$/i.exec(href)?.[1];
  if (raw === undefined) throw invalid('xop:Include has an href that begins with cid:');
  try {
    return new Set([raw, decodeURIComponent(raw)]);
  } catch {
    return new Set([raw]);
  }
}

/** The one xop:Include of a content. @throws Failure INVALID_REQUEST when anything stands beside it */
function includeOf(content: XmlElement, elements: readonly XmlElement[]): XmlElement {
  const [include, ...more] = elements;
  const alone = more.length === 0 && onlySpace.test(textOf(content));
  if (include === undefined || !alone || !is(include, XOP, 'Include') || childElements(include).length > 0) {
    throw invalid('innhold holds base64, or one xop:Include and nothing else');
  }
  return include;
}

/** Binds each part to the element that includes it. Afterwards the tree is as that of a letter whose contents stood inline. */
export class IncludedContents implements IncludedParts {
  /** What stands for a content, by the Content-IDs of a part that has not come yet. */
  private readonly awaited = new Map<string, string>();

  constructor(private readonly contents: ContentStore) {}

  /** @throws Failure INVALID_REQUEST for an xop:Include in the wrong place, and for a part that is included twice */
  bind(element: XmlElement): void {
    if (element.ns === XOP) throw invalid('xop:Include stands in innhold only');
    if (!is(element, tns.uri, CONTENT)) return childElements(element).forEach((child) => this.bind(child));
    const elements = childElements(element);
    const token =
      elements.length === 0 ? this.contents.inline(element, textOf(element)) : this.included(element, elements);
    element.children.splice(0, element.children.length, token);
  }

  async take(contentId: string, octets: AsyncIterable<Uint8Array>): Promise<void> {
    const token = this.awaited.get(contentId);
    if (token === undefined) throw invalid('a part that no innhold includes');
    for (const [id, other] of this.awaited) if (other === token) this.awaited.delete(id);
    await this.contents.store(token, octets);
  }

  end(): void {
    if (this.awaited.size > 0) throw invalid('innhold includes a part that is not there');
  }

  private included(content: XmlElement, elements: readonly XmlElement[]): string {
    const ids = contentIds(attribute(includeOf(content, elements), 'href') ?? '');
    if ([...ids].some((id) => this.awaited.has(id))) throw invalid('a part is included once');
    const token = this.contents.expect(content);
    for (const id of ids) this.awaited.set(id, token);
    return token;
  }
}
