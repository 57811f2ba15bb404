import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { XmlReader } from '../xml/reader.js';
import type { XmlElement, XmlEvents } from '../xml/model.js';
import { is, isElement } from '../xml/model.js';
import { TreeBuilder } from '../xml/tree.js';
import type { Spill } from '../xml/tree.js';
import type { SoapVersion } from './names.js';
import { SOAP11, SOAP12 } from './names.js';

/** What stands in a Body, for those who only pass it on. */
export type Content = XmlElement;

/** What the reader of an envelope calls while the octets arrive. */
export interface EnvelopeListener {
  /** The Header is complete (null when there is none) and `body`'s start tag is read. What is returned sees all of Body's events. */
  bodyStarts(header: XmlElement | null, body: XmlElement): XmlEvents | undefined;
}

export interface EnvelopeOptions {
  readonly versions: readonly SoapVersion[];
  readonly charset?: string | undefined;
  readonly spill?: Spill | undefined;
}

export interface Envelope {
  readonly version: SoapVersion;
  readonly header: XmlElement | null;
  readonly body: XmlElement;
}

const versionOf: ReadonlyMap<string, SoapVersion> = new Map([
  [SOAP11, '1.1'],
  [SOAP12, '1.2'],
]);

const malformed = (detail: string): Failure => new Failure('MALFORMED_XML', detail);

/** Attributes that some engine would take for an Id, whatever their namespace. */
const looksLikeId = (local: string): boolean => local.length === 2 && local.toLowerCase() === 'id';

/**
 * Reads one SOAP envelope from its octets: Header (at most one), then Body (exactly one), nothing else. Shape errors are refused as they
 * come by. Every Id value is unique, whatever attribute form it has (SECURITY.md 32, 33).
 */
export class EnvelopeReader implements XmlEvents {
  /** The version of the request as soon as it is known, for the fault. */
  version: SoapVersion | undefined;
  private readonly reader: XmlReader;
  private readonly ids = new Set<string>();
  private depth = 0;
  private header: XmlElement | null = null;
  private body: XmlElement | null = null;
  private builder: TreeBuilder | null = null;
  private tap: XmlEvents | undefined;
  private headerCharacters = 0;

  constructor(
    private readonly options: EnvelopeOptions,
    private readonly listener: EnvelopeListener,
  ) {
    this.reader = new XmlReader(this, options.charset);
  }

  /** @throws Failure MALFORMED_XML, VERSION_MISMATCH, or what the listener throws */
  write(chunk: Uint8Array): void {
    this.reader.write(chunk);
  }

  /** @throws Failure MALFORMED_XML when the envelope is not complete */
  finish(): Envelope {
    this.reader.end();
    if (this.body === null || this.version === undefined) throw malformed('an envelope without Body');
    return { version: this.version, header: this.header, body: this.body };
  }

  start(element: XmlElement): void {
    for (const a of element.attributes) if (looksLikeId(a.local)) this.claimId(a.value);
    if (this.depth === 0) this.startEnvelope(element);
    else if (this.depth === 1) this.startPart(element);
    this.count(element.local.length + 8 * (element.attributes.length + element.declarations.length + 1));
    this.depth++;
    this.builder?.start(element);
    this.tap?.start(element);
  }

  end(element: XmlElement): void {
    this.builder?.end(element);
    this.tap?.end(element);
    if (--this.depth === 1) {
      this.builder = null;
      this.tap = undefined;
    }
  }

  text(text: string): void {
    if (this.builder === null) {
      if (/[^ \t\r\n]/.test(text)) throw malformed('text beside Header and Body');
      return;
    }
    this.count(text.length);
    this.builder.text(text);
    this.tap?.text(text);
  }

  comment(text: string): void {
    this.count(text.length);
    this.builder?.comment(text);
    this.tap?.comment(text);
  }

  private claimId(id: string): void {
    if (this.ids.has(id)) throw malformed('an Id that stands twice');
    this.ids.add(id);
  }

  private count(characters: number): void {
    if (this.body !== null) return;
    this.headerCharacters += characters;
    if (this.headerCharacters > limits.soapHeaderCharacters) throw malformed('a Header that is too large');
  }

  private startEnvelope(element: XmlElement): void {
    if (element.local !== 'Envelope') throw malformed('not a SOAP envelope');
    this.version = versionOf.get(element.ns);
    if (this.version === undefined || !this.options.versions.includes(this.version)) {
      throw new Failure('VERSION_MISMATCH', 'SOAP version', { versions: this.options.versions.join(' or ') });
    }
  }

  private startPart(element: XmlElement): void {
    const ns = element.parent?.ns ?? '';
    if (is(element, ns, 'Header') && this.header === null && this.body === null) {
      this.builder = new TreeBuilder();
      this.header = element;
    } else if (is(element, ns, 'Body') && this.body === null) {
      this.body = element;
      this.builder = new TreeBuilder(this.options.spill);
      this.tap = this.listener.bodyStarts(this.header, element);
    } else {
      throw malformed('an envelope is one Header, then one Body');
    }
  }
}

/** The one child of Body. @throws Failure MALFORMED_XML when there is none, another, or text beside it */
export function bodyChild(body: XmlElement): XmlElement {
  const [child, ...more] = body.children.filter(
    (node) => isElement(node) || (typeof node === 'string' && /[^ \t\r\n]/.test(node)),
  );
  if (child === undefined || more.length > 0 || !isElement(child))
    throw malformed('Body has exactly one child element');
  return child;
}
