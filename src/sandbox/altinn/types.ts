import type { Calendar } from '../../domain/ports.js';
import { parseMediaType } from '../../soap/mime/header.js';

/* A double of Altinn, and of the issuer of tokens before it. */

export interface Vedlegg {
  readonly id: string;
  readonly resourceId: string;
  readonly sender: string;
  readonly sendersReference: string;
  readonly fileName: string;
  /** MD5 in hexadecimal. */
  readonly checksum: string | null;
  octets: Buffer | null;
}

/** A letter as Altinn has it. */
export interface Melding {
  readonly id: string;
  /** Of Altinn 3; the shipment reference of Altinn 2. */
  readonly noekkel: string;
  readonly referanse: string;
  readonly ressurs: string;
  /** Number of the recipient. */
  readonly mottaker: string;
  readonly tittel: string;
  readonly fra: string;
  readonly tekst: string;
  readonly taushetsbelagt: boolean;
  readonly trossReservasjon: boolean;
  readonly vedlegg: readonly { readonly navn: string; readonly octets: Buffer }[];
  /** Null: none was ordered. */
  readonly varsel: {
    readonly epost: string;
    readonly sms: string;
    readonly gjentas: boolean;
    readonly sendt: boolean;
  } | null;
  readonly opprettet: Date;
  status: string;
  endret: Date;
  lest: Date | null;
}

/** What the double does otherwise than it should, on demand. */
export interface Behaviour {
  /** Closes every connection. */
  down?: boolean;
  /** Answers every question of the service with it; with `retryAfter` where that is set. */
  status?: number;
  retryAfter?: string;
  /** Number of a problem that letters are refused with. */
  refuse?: number;
  /** Takes the letter and then closes the connection. */
  loseAnswer?: boolean;
  /** Ids that are answered with 404 or 410. */
  gone?: ReadonlyMap<string, 404 | 410>;
  /** Ids that are answered with 500. */
  failing?: ReadonlySet<string>;
  /** Documents stay in processing for so many looks. */
  slowScan?: number;
  /** Documents come to nothing. */
  malware?: boolean;
}

export interface Altinntilstand {
  readonly meldinger: Melding[];
  readonly vedlegg: Map<string, Vedlegg>;
  readonly behaviour: Behaviour;
  /** Tokens that are good, with when they end. */
  readonly tokens: Map<string, number>;
  /** Why requests were refused that broke the contract. */
  readonly brudd: string[];
  /** Method and path of every question, in order. */
  readonly spurt: string[];
  readonly looks: Map<string, number>;
}

export interface Altinnoppsett {
  /** The client that may ask for tokens. */
  readonly klient: string;
  readonly scope: string;
  readonly ressurser: { readonly vanlig: string; readonly taushetsbelagt: string };
  /** Businesses without an address for notices. */
  readonly utenAdresse: ReadonlySet<string>;
  /** Persons and businesses that are not there, and persons who have opted out. */
  readonly ukjente: ReadonlySet<string>;
  readonly reserverte: ReadonlySet<string>;
  /** Of Altinn 2. */
  readonly bruker: string;
  readonly passord: string;
  readonly systemkode: string;
  readonly now: () => Date;
  /** When letters come and are read, and so when notices go out. */
  readonly calendar: Calendar;
}

/** What the double is asked: the path from its own root. */
export interface Spurt {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Address of the double itself. */
  readonly url: string;
}

export interface Svart {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A letter was taken by it. */
  readonly tatt?: true;
}

/** Why a letter is refused, with Altinn's number. */
export type Wrong = readonly [status: number, code: number | null, detail: string];

/** Whether the body is told to be of a media type, and in UTF-8. */
export function isOf({ headers }: Spurt, type: string): boolean {
  const media = parseMediaType(String(headers['content-type']));
  return media?.type === type && (media.parameters.get('charset') ?? 'utf-8').toLowerCase() === 'utf-8';
}

export const json = (status: number, value: unknown): Svart => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
};

/** A problem (RFC 7807) with Altinn's number. */
export const problem = (status: number, errorCode: number | null, detail: string): Svart => ({
  status,
  type: 'application/problem+json',
  body: JSON.stringify({
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    detail,
    ...(errorCode !== null && { errorCode }),
  }),
});
