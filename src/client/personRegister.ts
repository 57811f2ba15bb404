import type { PersonInAnswer } from '../contract/oppslagstjenesten/decode.js';
import type { Kontaktpunkt, Person } from '../domain/person.js';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { lookUpPersons, type LookupService } from './oppslagstjenesten.js';

const date = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));

function kontaktpunkt(verdi: string | undefined, oppdatert?: string, verifisert?: string): Kontaktpunkt | null {
  return verdi === undefined ? null : { verdi, sistOppdatert: date(oppdatert), sistVerifisert: date(verifisert) };
}

/** A person of an answer; undefined when the register does not know it. */
function personOf(p: PersonInAnswer): Person | undefined {
  if (p.status !== 'AKTIV' && p.status !== 'SLETTET') return undefined;
  const { postkasseadresse, postkasseleverandoerAdresse } = p;
  return {
    personidentifikator: p.personidentifikator,
    status: p.status,
    reservasjon: p.reservasjon === 'JA',
    mobiltelefonnummer: kontaktpunkt(p.mobiltelefonnummer, p.mobilSistOppdatert, p.mobilSistVerifisert),
    epostadresse: kontaktpunkt(p.epostadresse, p.epostSistOppdatert, p.epostSistVerifisert),
    postkasse:
      postkasseadresse === undefined || postkasseleverandoerAdresse === undefined
        ? null
        : { postkasseadresse, postkasseleverandoerAdresse },
    spraak: null,
  };
}

/** Everything about persons but VarslingsStatus: asked for, it would hide what is stale, and the rules judge that themselves. */
const BEHOV = ['Person', 'Kontaktinfo', 'SikkerDigitalPost'] as const;

/** A service of the 16-02 contract, and whose key it is called with. */
export interface RegisterService extends LookupService {
  /** Organisation number in the certificate of `key`. */
  readonly own: string;
}

/** Any service of the 16-02 contract as the register that letters are decided by. */
export const personRegister = (service: RegisterService) => ({
  /**
   * The persons found, by identifier; unknown ones are absent. The letter is the sender's, and so is the right to look up: the service
   * holds the pair of signer and PaaVegneAv against its tables (CONTRACT.md section 3, "Authorization"; ).
   * @throws Failure UNAVAILABLE when the service does not answer, or its answer cannot be believed
   */
  async ask(ids: readonly string[], avsender: string): Promise<{ spurt: Date; persons: ReadonlyMap<string, Person> }> {
    const spurt = service.clock.now();
    const paaVegneAv = avsender === service.own ? undefined : avsender;
    const persons = new Map<string, Person>();
    try {
      for (let from = 0; from < ids.length; from += limits.persons) {
        const answers = await lookUpPersons(service, BEHOV, ids.slice(from, from + limits.persons), paaVegneAv);
        for (const person of answers.map(personOf)) {
          if (person !== undefined) persons.set(person.personidentifikator, person);
        }
      }
    } catch (error) {
      if (error instanceof Failure) throw new Failure('UNAVAILABLE', `the register: ${error.code} ${error.detail}`);
      throw error;
    }
    return { spurt, persons };
  },
});
