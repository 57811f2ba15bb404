import { createHash, verify, type KeyObject } from 'node:crypto';

/* A verifier of DKIM signatures (RFC 6376), relaxed/relaxed with rsa-sha256, written from the standard alone. */

const relaxedHeader = (line: string): string => {
  const colon = line.indexOf(':');
  const value = line
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return `${line.slice(0, colon).trim().toLowerCase()}:${value}`;
};

const relaxedBody = (body: string): string => {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
};

const tagsOf = (value: string): ReadonlyMap<string, string> =>
  new Map(
    value.split(';').map((tag) => {
      const equals = tag.indexOf('=');
      return [tag.slice(0, equals).trim(), tag.slice(equals + 1).replace(/\s+/g, '')] as const;
    }),
  );

export interface Dkimverdict {
  readonly domain: string;
  readonly selector: string;
  /** Names of the headers that are signed. */
  readonly signed: readonly string[];
  readonly body: boolean;
  readonly signature: boolean;
}

/** What the first signature of a mail says, and whether it holds. */
export function verifyDkim(mail: Buffer, key: KeyObject): Dkimverdict {
  const text = mail.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const headers = text.slice(0, end).split(/\r\n(?![ \t])/);
  const own = headers.find((line) => /^dkim-signature:/i.test(line)) ?? '';
  const tags = tagsOf(own.slice(own.indexOf(':') + 1));
  const signed = (tags.get('h') ?? '').toLowerCase().split(':');
  // Of headers with the same name the last comes first (5.4.2).
  const left = [...headers].reverse();
  const take = (name: string): string[] => {
    const at = left.findIndex((line) => line.slice(0, line.indexOf(':')).trim().toLowerCase() === name);
    return at === -1 ? [] : left.splice(at, 1);
  };
  const unsigned = own.replace(/([;\s]b=)[^;]*/, '$1');
  const input = [...signed.flatMap(take).map((line) => `${relaxedHeader(line)}\r\n`), relaxedHeader(unsigned)].join('');
  const hash = createHash('sha256')
    .update(relaxedBody(text.slice(end + 4)), 'latin1')
    .digest('base64');
  return {
    domain: tags.get('d') ?? '',
    selector: tags.get('s') ?? '',
    signed,
    body: hash === tags.get('bh'),
    signature: verify('sha256', Buffer.from(input, 'latin1'), key, Buffer.from(tags.get('b') ?? '', 'base64')),
  };
}
