import type { Sent } from '../../support/sdpSender.js';

/*
 * The wrapping matrix of SECURITY 31–37 for the broker's door: Body, Timestamp and eb:Messaging go elsewhere, their signature stays as it is,
 * and a forged part stands in the exact place; the same for the attachment, which is a part of the message beside the envelope.
 */

interface Part {
  readonly name: string;
  readonly original: string;
  /** With its Id as `wsu:Id="ID"`. */
  readonly forged: string;
  readonly id: string;
}

const take = (text: string, pattern: RegExp): string => {
  const found = pattern.exec(text)?.[0];
  if (found === undefined) throw new Error(`the message is not what the matrix is made for: ${pattern}`);
  return found;
};
const idOf = (part: string): string => /wsu:Id="([^"]+)"/.exec(part)?.[1] ?? '';

/** What is signed, and what an attacker would like to have read instead. */
function partsOf({ envelope }: Sent, other: Sent): readonly Part[] {
  const patterns = {
    Body: /<env:Body .*<\/env:Body>/s,
    Timestamp: /<wsu:Timestamp .*<\/wsu:Timestamp>/s,
    Messaging: /<eb:Messaging .*<\/eb:Messaging>/s,
  } as const;
  return Object.entries(patterns).map(([name, pattern]) => {
    const [original, forged] = [take(envelope, pattern), take(other.envelope, pattern)];
    return { name, original, id: idOf(original), forged: forged.replace(`wsu:Id="${idOf(forged)}"`, 'wsu:Id="ID"') };
  });
}

const idForms: Readonly<Record<string, (id: string) => string>> = {
  'the same wsu:Id': (id) => `wsu:Id="${id}"`,
  'another wsu:Id': () => 'wsu:Id="other"',
  'no Id': () => '',
  'the value in Id': (id) => `Id="${id}"`,
  'the value in xml:id': (id) => `xml:id="${id}"`,
};

interface Position {
  readonly before: RegExp;
  readonly after: RegExp;
  readonly around?: string;
}
const positions: Readonly<Record<string, Position>> = {
  'a child of Header': { before: /(?<=<env:Header>)/, after: /(?=<\/env:Header>)/ },
  'a second Header': { before: /(?=<env:Header>)/, after: /(?<=<\/env:Header>)/, around: 'env:Header' },
  'a child of Security': { before: /(?<=<wsse:Security [^>]*>)/, after: /(?=<\/wsse:Security>)/ },
  'an Object of the signature': {
    before: /(?=<ds:SignedInfo>)/,
    after: /(?=<\/ds:Signature><\/wsse:Security>)/,
    around: 'ds:Object',
  },
  'a child of Messaging': { before: /(?<=<eb:Messaging [^>]*>)/, after: /(?=<\/eb:Messaging>)/ },
  'a child of Body': { before: /(?<=<env:Body [^>]*>)/, after: /(?=<\/env:Body>)/ },
  'the tail of Envelope': { before: /(?=<env:Body )/, after: /(?=<\/env:Envelope>)/ },
};

const inside = (name: string | undefined, xml: string): string =>
  name === undefined ? xml : `<${name}>${xml}</${name}>`;
const wrappers: Readonly<Record<string, (xml: string) => string>> = {
  wrapped: (xml) => `<w:Wrapper xmlns:w="urn:wrapper">${xml}</w:Wrapper>`,
  bare: (xml) => xml,
};

/** Where the original goes is looked for in the message around it and the forged part. */
function wrap(envelope: string, original: string, forged: string, anchor: RegExp, moved: string): string | undefined {
  const at = envelope.indexOf(original);
  const text = envelope.slice(0, at) + forged + envelope.slice(at + original.length);
  const place = anchor.exec(text);
  return place === null ? undefined : text.slice(0, place.index) + moved + text.slice(place.index);
}

export interface Wrapping {
  readonly name: string;
  readonly envelope: string;
}

/** Every variant of a good letter: part × Id form × position × order × wrapped or bare. @param other another letter of the same sender */
export function* brokerWrappings(sent: Sent, other: Sent): Generator<Wrapping> {
  for (const { name, original, forged, id } of partsOf(sent, other))
    for (const [form, idAttribute] of Object.entries(idForms))
      for (const [position, { around, ...anchors }] of Object.entries(positions))
        for (const order of ['before', 'after'] as const)
          for (const [wrapping, wrapper] of Object.entries(wrappers)) {
            const fake = forged.replace('wsu:Id="ID"', idAttribute(id));
            const envelope = wrap(sent.envelope, original, fake, anchors[order], inside(around, wrapper(original)));
            if (envelope === undefined) continue;
            yield { name: `${name} ${wrapping} as ${position}, ${order}; in its place one with ${form}`, envelope };
          }
}

/** What a client without a signature sends: a name and a password (SECURITY 77). */
export const withPassword = (envelope: string): string =>
  envelope.replace(
    /<wsse:BinarySecurityToken.*?<\/ds:Signature>/s,
    `<wsse:UsernameToken><wsse:Username>sender-dev</wsse:Username><wsse:Password>x</wsse:Password></wsse:UsernameToken>`,
  );

/** The Timestamp with other instants: it is not signed any more, and is refused for its own sake. */
export const timestampWith = (envelope: string, created: string, expires: string, more = ''): string =>
  envelope.replace(
    /(<wsu:Timestamp [^>]*>).*(<\/wsu:Timestamp>)/s,
    `$1<wsu:Created>${created}</wsu:Created><wsu:Expires>${expires}</wsu:Expires>${more}$2`,
  );
