import { eb, ebbp } from '../../src/contract/ebms/names.js';
import { ds, sbdh, sdp } from '../../src/contract/sdp/names.js';
import { EC, env, wsu } from '../../src/soap/names.js';
import type { XmlAttribute, XmlElement } from '../../src/xml/model.js';
import { childElements, textOf } from '../../src/xml/model.js';

/*
 * What an element says, as lines `place = value`: everything but prefixes, layout, points in time, words for people, addresses of people,
 * and what keys and random numbers make. An identifier says only which earlier one it repeats.
 */

const prefixes: ReadonlyMap<string, string> = new Map(
  [eb, ebbp, ds, sbdh, sdp, env, wsu, { prefix: 'ec', uri: EC }].map(({ prefix, uri }) => [uri, prefix]),
);

const times = new Set(['Timestamp', 'CreationDateAndTime', 'tidspunkt']);
const octets = new Set(['DigestValue', 'SignatureValue', 'X509Certificate']);
const words = new Set([
  ...['Description', 'ErrorDetail', 'ikkeSensitivTittel', 'personidentifikator', 'postkasseadresse'],
  ...['navn', 'adresselinje1', 'adresselinje2', 'adresselinje3', 'postnummer', 'poststed'],
]);
const identifiers = new Set([
  ...['MessageId', 'RefToMessageId', 'ConversationId', 'InstanceIdentifier', 'Id', 'refToMessageInError'],
  ...['URI', 'href'],
]);

export const nameOf = ({ ns, local }: { readonly ns: string; readonly local: string }): string =>
  ns === '' ? local : `${prefixes.get(ns) ?? `{${ns}}`}:${local}`;

/** The scheme of a reference to what bears a name of its own; the sender's Body has the same name everywhere (CONTRACT.md section 3). */
const scheme = /^(?:cid:|#(?=id-))/;

class Reader {
  private readonly seen = new Map<string, string>();

  private identifier(value: string, place: string): string {
    const kind = scheme.exec(value)?.[0];
    if (kind !== undefined) return `${kind}…`;
    if (value === '' || value.startsWith('#')) return value;
    const known = this.seen.get(value);
    if (known === undefined) this.seen.set(value, place);
    return known === undefined ? 'an identifier' : `that of ${known}`;
  }

  private value(local: string, raw: string, place: string): string {
    const value = raw.trim();
    if (times.has(local)) return 'a time';
    if (octets.has(local)) return 'octets';
    if (words.has(local)) return 'words';
    return identifiers.has(local) ? this.identifier(value, place) : value;
  }

  *read(element: XmlElement, place: string): Generator<string> {
    yield place;
    const attributeLine = (a: XmlAttribute): string =>
      `${place}@${nameOf(a)} = ${this.value(a.local, a.value, `${place}@${nameOf(a)}`)}`;
    yield* element.attributes.map(attributeLine).sort();
    const children = childElements(element);
    if (children.length === 0 && textOf(element).trim() !== '') {
      yield `${place} = ${this.value(element.local, textOf(element), place)}`;
    }
    const names = children.map(nameOf);
    for (const [i, child] of children.entries()) {
      const name = names[i] as string;
      const turn = names.slice(0, i + 1).filter((one) => one === name).length;
      const several = names.filter((one) => one === name).length > 1;
      yield* this.read(child, `${place}/${name}${several ? `[${turn}]` : ''}`);
    }
  }
}

/** The lines of several elements of one message. */
export function linesOf(elements: readonly XmlElement[]): string[] {
  const reader = new Reader();
  return elements.flatMap((element) => [...reader.read(element, nameOf(element))]);
}
