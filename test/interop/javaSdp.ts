import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { javaTarget } from './javaBuild.js';
import type { JavaLetter } from './javaLetters.js';
import type { DevelopmentIdentity, DevelopmentPki } from '../../src/sandbox/pki/development.js';
import { developmentPassword } from '../../src/sandbox/pki/development.js';

/*
 * The driver of the published Java clients (java-sdp/): one virtual machine that carries out many orders, since it is slow to start.
 */

/** What the client threw, as its caller sees it. */
export interface Thrown {
  /** Name of the exception's class, without its package. */
  readonly type: string;
  readonly antattSkyldig?: 'KLIENT' | 'SERVER' | 'UKJENT';
  /** ebMS error code. */
  readonly kode?: string;
  readonly beskrivelse?: string;
  /** The exception and what caused it. */
  readonly tekst: string;
}

export class JavaException extends Error {
  constructor(readonly feil: Thrown) {
    super(feil.tekst);
  }
}

/** A receipt as the official client hands it to its caller. */
export interface Kvittering {
  readonly type: string;
  readonly konversasjonsId: string;
  readonly meldingsId: string;
  readonly referanseTilMeldingId: string;
  readonly tidspunkt: string;
  readonly feiltype?: string;
  readonly detaljer?: string;
  readonly varslingskanal?: string;
  readonly beskrivelse?: string;
}

export interface SendResultat {
  readonly meldingsId: string;
  readonly referanseTilMeldingsId: string;
  readonly fakturerbareBytes: number;
}

export interface JavaDriver {
  /** Carries out one order. @throws JavaException with what the client threw */
  order(hvem: string, op: string, more?: Readonly<Record<string, unknown>>): Promise<unknown>;
  stop(): Promise<void>;
}

interface Answer {
  readonly id: number;
  readonly svar?: unknown;
  readonly feil?: Thrown;
}

/** Starts the virtual machine; needs `javaSdp`. */
export function startJavaDriver(): JavaDriver {
  const classPath = [join(javaTarget, 'classes'), join(javaTarget, 'lib/*')].join(delimiter);
  const options = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];
  const child = spawn('java', [...options, '-cp', classPath, 'Driver'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = new Map<number, (answer: Answer) => void>();
  let [count, said] = [0, ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-10_000)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let gone: Thrown | undefined;
  const end = (): void => {
    gone = { type: 'Ended', tekst: `the driver has ended: ${said}` };
    for (const [id, resolve] of waiting) resolve({ id, feil: gone });
  };
  const ended = new Promise<void>((resolve) => {
    child.once('close', resolve);
    child.once('error', (error) => (said += error.message));
  }).then(end);
  // What cannot be written is answered by the end of the child.
  child.stdin.on('error', () => undefined);
  return {
    async order(hvem, op, more = {}) {
      if (gone !== undefined) throw new JavaException(gone);
      const id = ++count;
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
      child.stdin.write(`${JSON.stringify({ ...more, id, hvem, op })}\n`);
      const { svar, feil } = await answered;
      if (feil !== undefined) throw new JavaException(feil);
      return svar;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

export const sendLetter = (java: JavaDriver, letter: JavaLetter, hvem = 'avsender') =>
  java.order(hvem, 'send', letter) as Promise<SendResultat>;

/** @param asking `prioritet`, `mpcId`, and `forrige`: MessageId of a receipt to confirm in the same call */
export const fetchReceipt = (java: JavaDriver, asking: Readonly<Record<string, string>>, hvem = 'avsender') =>
  java.order(
    hvem,
    'forrige' in asking ? 'hentKvitteringOgBekreftForrige' : 'hentKvittering',
    asking,
  ) as Promise<Kvittering | null>;

/** What an order ended with that had to fail. */
export const thrownBy = (work: Promise<unknown>): Promise<Thrown> =>
  work.then(
    () => {
      throw new Error('the client was content');
    },
    (error: unknown) => {
      if (error instanceof JavaException) return error.feil;
      throw error;
    },
  );

/** What an order that sets a client up says of its keys. */
export const keysOf = ({ files, name, organisasjonsnummer }: DevelopmentIdentity, pki: DevelopmentPki) => ({
  noekler: files.p12,
  alias: name,
  tillit: pki.files.trust,
  passord: developmentPassword,
  organisasjonsnummer,
});
