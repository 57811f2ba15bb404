import { Failure } from '../../errors.js';
import { limits } from '../../limits.js';
import type { Again, Digested, PartTaker, Place } from '../../soap/message.js';
import { XOP } from '../../soap/message.js';
import type { XmlElement } from '../../xml/model.js';
import { attribute, is } from '../../xml/model.js';
import type { TextSink } from '../../xml/tree.js';

const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

const onlySpace = /^[ \t\r\n]*$/;
const alone = 'innhold holds base64, or one xop:Include and nothing else';

/**
 * The Content-IDs that an address may mean (RFC 2392). Some clients write the id into it as it stands, percent signs and all, and some
 * encode it, so both readings are looked for; a part is bound once.
 */
function contentIds(address: string): ReadonlySet<string> {
  const raw = /^cid:(.+)$/i.exec(address)?.[1];
  if (raw === undefined) throw invalid('a document in a part is named by cid: and its Content-ID');
  try {
    return new Set([raw, decodeURIComponent(raw)]);
  } catch {
    return new Set([raw]);
  }
}

/** The address in an xop:Include, which has nothing but that. @throws Failure INVALID_REQUEST */
function hrefOf(include: XmlElement): string {
  if (!is(include, XOP, 'Include')) throw invalid(alone);
  const href = attribute(include, 'href');
  if (href === undefined || include.attributes.length > 1) throw invalid('xop:Include has an href and nothing else');
  return href;
}

/** Keeps the content of `innhold`, or takes the one xop:Include in it. `inline` is asked for when there is text. */
export class ContentSink implements TextSink {
  private text: TextSink | undefined;
  private included = false;

  constructor(
    private readonly token: string,
    private readonly parts: AwaitedParts,
    private readonly inline: () => TextSink,
  ) {}

  write(text: string): void {
    if (this.text === undefined) {
      if (onlySpace.test(text)) return;
      if (this.included) throw invalid(alone);
      this.text = this.inline();
    }
    this.text.write(text);
  }

  element(element: XmlElement): void {
    if (this.included || this.text !== undefined) throw invalid(alone);
    this.included = true;
    this.parts.await(hrefOf(element), this.token, element);
  }

  end(): string {
    this.text?.end();
    return this.token;
  }
}

/** Takes the address of an attachment. */
export class ReferenceSink implements TextSink {
  private address = '';

  constructor(
    private readonly token: string,
    private readonly parts: AwaitedParts,
  ) {}

  write(text: string): void {
    this.address += text;
    // A part whose Content-ID is longer cannot come.
    if (this.address.length > limits.mimeHeaderBytes) throw invalid('innholdRef is too long');
  }

  element(): void {
    throw invalid('innholdRef holds an address and nothing else');
  }

  end(): string {
    this.parts.await(this.address.trim(), this.token, null);
    return this.token;
  }
}

/** The contents that come in parts: each part goes to the one element that names it, whichever comes first. */
export class AwaitedParts implements PartTaker {
  /** By the Content-IDs of a part that has not come yet. */
  private readonly awaited = new Map<string, Place>();

  /** @param keep stores the content that a token stands for */
  constructor(
    private readonly keep: (token: string, octets: AsyncIterable<Uint8Array>, sha256?: Digested) => Promise<Again>,
  ) {}

  /** @throws Failure INVALID_REQUEST for what is no address of a part, and for a part that is awaited already */
  await(address: string, token: string, include: XmlElement | null): void {
    const ids = contentIds(address);
    if ([...ids].some((id) => this.awaited.has(id))) throw invalid('a part is named once');
    const store = (octets: AsyncIterable<Uint8Array>, sha256?: Digested): Promise<Again> =>
      this.keep(token, octets, sha256);
    const place: Place = include === null ? { include, store } : { include, store };
    for (const id of ids) this.awaited.set(id, place);
  }

  claim(contentId: string): Place | undefined {
    const place = this.awaited.get(contentId);
    if (place !== undefined) for (const [id, other] of this.awaited) if (other === place) this.awaited.delete(id);
    return place;
  }

  /** @throws Failure INVALID_REQUEST when a part has not come */
  end(): void {
    if (this.awaited.size > 0) throw invalid('a document is to come in a part that is not there');
  }
}
