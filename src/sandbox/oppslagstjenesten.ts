import type { Command } from '../contract/oppslagstjenesten/decode.js';
import { decodeCommand } from '../contract/oppslagstjenesten/decode.js';
import { encodeEndringer, encodePersoner, encodePrintSertifikat } from '../contract/oppslagstjenesten/encode.js';
import type { Person } from '../domain/person.js';
import type { Calendar } from '../domain/ports.js';
import { endringSvar, personSvar } from '../domain/varsling.js';
import { protectAnswer } from '../security/answer.js';
import type { SigningKey } from '../security/sign.js';
import type { Trusted } from '../security/trusted.js';
import type { Content } from '../soap/envelope.js';

/** The simulated national register: the test persons, in memory. */
export interface NationalRegister {
  /** In the order of their change numbers, which begin at 1. */
  readonly persons: readonly Person[];
  readonly key: SigningKey;
  /** Base64 DER by organisation number. */
  readonly certificates: ReadonlyMap<string, string>;
  readonly printSupplier: string;
  /** What the rules are judged by. */
  readonly calendar: Calendar;
}

function contentFor(register: NationalRegister, command: Command, now: Date): Content {
  const { persons, certificates, printSupplier } = register;
  switch (command.operasjon) {
    case 'HentPersoner': {
      const known = new Map(persons.map((p) => [p.personidentifikator, p]));
      const answers = command.personer.map((id) => personSvar(id, known.get(id), command.behov, now));
      return encodePersoner(answers, certificates);
    }
    case 'HentEndringer': {
      const fra = command.fraEndringsNummer;
      const seneste = persons.length;
      const changed = persons.slice(Math.max(0, fra - 1)).map((p) => endringSvar(p, command.behov));
      const numbers = { fraEndringsNummer: fra, tilEndringsNummer: seneste, senesteEndringsNummer: seneste };
      return encodeEndringer({ ...numbers, personer: changed }, certificates);
    }
    case 'HentPrintSertifikat':
      return encodePrintSertifikat(printSupplier, certificates.get(printSupplier) ?? '');
  }
}

/** The national look-up service as its callers see it: every trusted signer may ask, and asking twice is allowed. */
export const nationalLookup =
  (register: NationalRegister) =>
  async (trusted: Trusted): Promise<string> => {
    const content = contentFor(register, decodeCommand(trusted), register.calendar.now());
    return protectAnswer(content, trusted, register.key, new Date());
  };
