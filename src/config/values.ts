import { createSecretKey, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { inspect } from 'node:util';
import { z } from 'zod';
import { erEpostadresse } from '../domain/epostadresse.js';
import { innholdsart } from '../domain/mimetypes.js';
import { lesSmssvar, type Smssvar } from '../domain/smsmal.js';

/** A value that must not be printed: every way of turning it into text but `reveal` gives `[secret]`. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
    Object.freeze(this);
  }
  reveal(): string {
    return this.#value;
  }
  toJSON(): string {
    return '[secret]';
  }
  toString(): string {
    return '[secret]';
  }
  [inspect.custom](): string {
    return '[secret]';
  }
}

/** 32 octets from base64 or hex, else undefined. */
export function parseDataKey(text: string): KeyObject | undefined {
  const hex = /^[0-9a-f]{64}$/i.test(text);
  if (!hex && !/^[A-Za-z0-9+/]{43}=$/.test(text)) return undefined;
  return Object.freeze(createSecretKey(text, hex ? 'hex' : 'base64'));
}

function isHostname(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text);
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

/** `mysql:` takes the addresses of all nodes of a cluster, with commas between. */
function isDatabase(text: string): boolean {
  const [, before = '', hosts, after = ''] = /^(mysql:\/\/(?:[^@/]*@)?)([^/]*)(.*)$/.exec(text) ?? [];
  if (hosts === undefined) return /^sqlite:./.test(text);
  const nodes = hosts.split(',');
  return nodes.every((host) => {
    const url = before + host + after;
    return URL.canParse(url) && new URL(url).pathname.length > 1 && (host !== '' || nodes.length === 1);
  });
}

const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const units = ['', 'k', 'm', 'g'];

/** `4g` is 4 × 1024³. NaN for what is no number of octets. */
function octetsIn(value: string): number {
  const [, digits, unit = ''] = /^(\d{1,15})([kmg]?)$/i.exec(value) ?? [];
  return Number(digits ?? NaN) * 1024 ** units.indexOf(unit.toLowerCase());
}

const freeze = (list: string[]): readonly string[] => Object.freeze(list);

/** Organisation number and URL. */
export type Address = readonly [organisasjonsnummer: string, url: string];

/** Channels whose letters a SvarUt upstream can deliver. */
const videresendt = ['POSTKASSE', 'UTSKRIFT', 'ALTINN'] as const;
export type Videresendt = (typeof videresendt)[number];
const kanSendesVidere = (item: string): item is Videresendt => (videresendt as readonly string[]).includes(item);

const text = z.string();

/** How each kind of value is read from its text; the message says what is wrong with it. */
export const kinds = {
  text,
  secret: text.transform((value) => new Secret(value)),
  host: text.refine((value) => isIP(value) > 0 || isHostname(value), 'is neither an IP address nor a host name'),
  yesNo: text
    .refine((value) => value === 'true' || value === 'false', 'is not true or false')
    .transform((v) => v === 'true'),
  oneOf: <const T extends readonly [string, ...string[]]>(...values: T) =>
    z.enum(values, { error: `is not one of ${values.join(', ')}` }),
  whole: (from: number, to: number) =>
    text
      .refine(
        (value) => /^\d{1,15}$/.test(value) && Number(value) >= from && Number(value) <= to,
        `is not a whole number from ${from} to ${to}`,
      )
      .transform(Number),
  octets: (from: number, to: number) =>
    text
      .refine((value) => {
        const octets = octetsIn(value);
        return octets >= from && octets <= to;
      }, `is not a number of octets from ${from} to ${to}`)
      .transform(octetsIn),
  files: text
    .transform(splitList)
    .refine((list) => list.length > 0, 'names no file')
    .transform(freeze),
  networks: text
    .transform(splitList)
    .refine(
      (list) => list.length > 0 && list.every(isNetwork),
      'is not a list of IP addresses or networks (10.0.0.0/8)',
    )
    .transform(freeze),
  addresses: text
    .transform(splitList)
    .refine(
      (list) =>
        list.length > 0 && list.every((item) => isPublicUrl(item.replace(/^\d{9}=/, '')) && /^\d{9}=/.test(item)),
      'is not a list of ORGNR=URL',
    )
    .transform((list): readonly Address[] =>
      Object.freeze(list.map((item): Address => Object.freeze([item.slice(0, 9), item.slice(10)]))),
    ),
  mimetypes: text
    .transform((value) => splitList(value.toLowerCase()))
    .refine(
      (list) => list.length > 0 && list.every((type) => innholdsart(type) !== undefined),
      'is not a list of types that documents can be held against',
    )
    .transform(freeze),
  kanaler: text
    .transform((value) => splitList(value.toUpperCase()))
    .refine((list): list is Videresendt[] => list.length > 0 && list.every(kanSendesVidere), {
      error: `is not a list of ${videresendt.join(', ')}`,
    })
    .transform((list): readonly Videresendt[] => Object.freeze([...new Set(list)] as Videresendt[])),
  uuid: text.refine((value) => z.uuid().safeParse(value).success, 'is no UUID'),
  organisasjonsnummer: text.refine((value) => /^\d{9}$/.test(value), 'is not nine digits'),
  mpcId: text.refine((value) => /^[\w.-]{1,100}$/.test(value), 'is not 1 to 100 letters, digits, dots and hyphens'),
  epostadresse: text.refine(erEpostadresse, 'is not one e-mail address, without a name'),
  headerName: text.refine((value) => /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(value), 'is no name of an HTTP header'),
  smsSender: text.refine(
    (value) => /^(?:\+?\d{3,15}|[A-Za-z0-9 ]{1,11})$/.test(value),
    'is neither a name of at most 11 letters and digits nor a number',
  ),
  smssvar: text
    .transform((value) => splitList(value).map(lesSmssvar))
    .refine((list): list is Smssvar[] => list.length > 0 && !list.includes(undefined), {
      error: 'is not a list of STATUS or STATUS:member=value',
    })
    .transform((list): readonly Smssvar[] => Object.freeze(list)),
  publicUrl: text
    .refine(isPublicUrl, 'is not an http or https address without user, query and fragment')
    .transform((value) => value.replace(/\/+$/, '')),
  database: text
    .refine(isDatabase, 'is neither sqlite:FILE nor mysql://USER:PASSWORD@HOST:PORT/DATABASE')
    .transform((value) => new Secret(value)),
  dataKey: text.transform((value, context): KeyObject => {
    const key = parseDataKey(value);
    if (key !== undefined) return key;
    context.addIssue({ code: 'custom', message: 'is not 32 octets as base64 (44 characters) or hex (64 characters)' });
    return z.NEVER;
  }),
};
