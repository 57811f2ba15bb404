import type { ErrorCode } from '../../../src/errors.js';
import type { Message, RequestSpec } from '../../support/messages.js';
import { body, goodRequest, token } from '../../support/messages.js';
import type { Base } from './attack.js';
import { forgedBlock, forgedBody, forgedTimestamp } from './attack.js';

/*
 * The wrapping matrix of SECURITY 31–37: a signed part goes elsewhere, its signature stays as it is, and a forged part stands in its
 * exact place.
 */

/** What is signed, and what an attacker would like to have read instead. */
interface Part {
  readonly original: (m: Message) => string;
  /** With its Id as `wsu:Id="ID"`. */
  readonly forged: (base: Base) => string;
  readonly id: (m: Message) => string;
}

const common = {
  Timestamp: {
    original: (m: Message) => m.timestamp,
    forged: ({ at }: Base) => forgedTimestamp('ID', at),
    id: (m: Message) => m.ids.timestamp,
  },
  BinarySecurityToken: {
    original: (m: Message) => m.token,
    forged: ({ other }: Base) => token('ID', other.certificate),
    id: (m: Message) => m.ids.token,
  },
} as const;

const lookups = {
  Body: { original: (m: Message) => m.body, forged: () => forgedBody('ID'), id: (m: Message) => m.ids.body },
  Oppslagstjenesten: {
    original: (m: Message) => m.block,
    forged: () => forgedBlock('ID'),
    id: (m: Message) => m.ids.block,
  },
  ...common,
} as const;

/** What stands on the forged part where its Id stood. */
const idForms: Readonly<Record<string, (id: string) => string>> = {
  'the same wsu:Id': (id) => `wsu:Id="${id}"`,
  'another wsu:Id': () => 'wsu:Id="other"',
  'no Id': () => '',
  'the value in Id': (id) => `Id="${id}"`,
  'the value in ID': (id) => `ID="${id}"`,
  'the value in id': (id) => `id="${id}"`,
  'the value in xml:id': (id) => `xml:id="${id}"`,
};

/** Where the original goes: an anchor for each order, and what stands around the original there. */
interface Position {
  readonly before: RegExp;
  readonly after: RegExp;
  readonly around?: string;
}
const positions: Readonly<Record<string, Position>> = {
  'a child of Header': { before: /(?<=<env:Header>)/, after: /(?=<\/env:Header>)/ },
  'a second Header': { before: /(?=<env:Header>)/, after: /(?<=<\/env:Header>)/, around: 'env:Header' },
  'a child of Security': { before: /(?<=<wsse:Security [^>]*>)/, after: /(?=<\/wsse:Security>)/ },
  'an Object of the signature': { before: /(?=<ds:SignedInfo>)/, after: /(?=<\/ds:Signature>)/, around: 'ds:Object' },
  'a child of Body': { before: /(?<=<env:Body [^>]*>)/, after: /(?=<\/env:Body>)/ },
  'the tail of Envelope': { before: /(?=<env:Body )/, after: /(?=<\/env:Envelope>)/ },
};

const inside = (name: string | undefined, xml: string): string =>
  name === undefined ? xml : `<${name}>${xml}</${name}>`;
const wrappers: Readonly<Record<string, (xml: string) => string>> = {
  wrapped: (xml) => `<w:Wrapper xmlns:w="urn:wrapper">${xml}</w:Wrapper>`,
  bare: (xml) => xml,
};

export interface Wrapping {
  readonly name: string;
  readonly text: string;
}

function wrap(message: Message, original: string, forged: string, anchor: RegExp, moved: string): string {
  const at = message.text.indexOf(original);
  const text = message.text.slice(0, at) + forged + message.text.slice(at + original.length);
  const place = anchor.exec(text);
  if (at < 0 || place === null) throw new Error('the message is not what the matrix is made for');
  return text.slice(0, place.index) + moved + text.slice(place.index);
}

/** What is wrapped: a good request, and its signed parts. */
interface Wrapped {
  readonly request: Partial<RequestSpec>;
  readonly parts: Readonly<Record<string, Part>>;
}

const lookup: Wrapped = { request: { paaVegneAv: '310000019' }, parts: lookups };

/** A request without header blocks of its own: `operation` is signed, `forged` stands in its place. */
export const wrappedOperation = (operation: string, forged: string): Wrapped => ({
  request: { operation },
  parts: {
    Body: { original: (m) => m.body, forged: () => body('ID', forged), id: (m) => m.ids.body },
    ...common,
  },
});

/** Every variant of one good request that has all its parts signed: part × Id form × position × order × wrapped or bare. */
export function* wrappings(base: Base, { request, parts }: Wrapped = lookup): Generator<Wrapping> {
  const message = goodRequest({
    key: base.key,
    at: base.at,
    ...request,
    references: (usual, ids) => [...usual, { id: ids.token }],
  });
  for (const [part, { original, forged, id }] of Object.entries(parts))
    for (const [form, idAttribute] of Object.entries(idForms))
      for (const [position, { around, ...anchors }] of Object.entries(positions))
        for (const order of ['before', 'after'] as const)
          for (const [wrapping, wrapper] of Object.entries(wrappers)) {
            const fake = forged(base).replace('wsu:Id="ID"', idAttribute(id(message)));
            const moved = inside(around, wrapper(original(message)));
            yield {
              name: `${part} ${wrapping} as ${position}, ${order}; in its place one with ${form}`,
              text: wrap(message, original(message), fake, anchors[order], moved),
            };
          }
}

/** Why a wrapped message may be refused; which one it is depends on what is seen first. */
export const reasons = ['MALFORMED_XML', 'INVALID_SECURITY', 'FAILED_CHECK', 'SECURITY_TOKEN_UNAVAILABLE'] as const;
export const reasonOf = (text: string): ErrorCode =>
  reasons.find((code) =>
    text.includes(
      {
        MALFORMED_XML: 'Malformed request',
        INVALID_SECURITY: 'wsse:InvalidSecurity<',
        FAILED_CHECK: 'wsse:FailedCheck',
        SECURITY_TOKEN_UNAVAILABLE: 'wsse:SecurityTokenUnavailable',
      }[code],
    ),
  ) ?? 'INTERNAL';
