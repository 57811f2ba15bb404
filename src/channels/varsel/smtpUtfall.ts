import type { Varselutfall } from '../../domain/varselPorts.js';
import { avvist, naasIkke, senere } from './vei.js';

/** What nodemailer says of a mail that was not taken. */
export interface Smtpfeil {
  /** Its own word, such as `EAUTH`. */
  readonly code?: string;
  /** What the network or TLS said. */
  readonly originalCode?: string;
  /** The step that failed, such as `RCPT TO`. */
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

interface Rad {
  /** Steps that it is about; where they are left out, any. */
  readonly steg?: readonly string[];
  /** Enhanced status codes (RFC 3463), or else reply codes. */
  readonly utvidet?: RegExp;
  readonly koder?: readonly number[];
  readonly utfall: 'avvist' | 'senere';
}

const mottaker = ['RCPT TO', 'DATA'];

/**
 * What an answer of the server means, the first row that fits. Only what is wrong with the recipient is final: what it says of our account, our
 * address, its own state or its policy (5.3, 5.5, 5.7, `relaying denied`) an operator must mend, and the notice waits.
 */
const rader: readonly Rad[] = [
  { steg: mottaker, utvidet: /^5\.[12]\./, utfall: 'avvist' },
  { steg: mottaker, utvidet: /^5\.[357]\./, utfall: 'senere' },
  { steg: ['RCPT TO'], koder: [501, 555], utfall: 'avvist' },
  { steg: mottaker, koder: [550, 551, 552, 553, 554, 556], utfall: 'avvist' },
  { utfall: 'senere' },
];

const utvidetI = (response: string | undefined): string | undefined =>
  /^([245])\d\d[ -](\1\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[2];

const passer = ({ steg, utvidet, koder }: Rad, { command, responseCode, response }: Smtpfeil): boolean =>
  (steg?.includes(command ?? '') ?? true) &&
  (utvidet?.test(utvidetI(response) ?? '') ?? true) &&
  (koder?.includes(responseCode ?? 0) ?? true);

/** The words that the server is quoted with: its codes, for the rest may hold the address. */
const sagt = ({ command, responseCode, response }: Smtpfeil): string =>
  [command, responseCode, utvidetI(response)].filter((ord) => ord !== undefined).join(' ');

/**
 * What became of a mail that the server did not take. Neither the address nor the server's own words are passed on.
 * @param server its host and port, for the log
 * @param lest whether the mail had been read to its end: without an answer to that nobody knows whether the server has it
 * @throws {Failure} for what may be tried again
 */
export function smtpUtfall(feil: Smtpfeil, server: string, lest = false): Varselutfall {
  if (feil.responseCode === undefined) {
    const reason = feil.originalCode ?? feil.code ?? 'network';
    throw naasIkke(`the mail server is not reached (${reason})`, server, reason, lest);
  }
  const rad = rader.find((en) => passer(en, feil));
  if (rad?.utfall === 'avvist')
    return avvist({
      nb: `e-posttjeneren avviser adressen (${sagt(feil)})`,
      en: `the mail server refuses the address (${sagt(feil)})`,
    });
  throw senere(`the mail server does not take the notice now (${sagt(feil)})`, server);
}
