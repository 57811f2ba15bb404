import { parsePersonnummer, type Personnummer } from '../domain/identifier.js';
import type { Kontaktpunkt, Person } from '../domain/person.js';
import type { Calendar, Reads } from '../domain/ports.js';
import { ferskhet, ferskTil, varslingsstatus, type Ferskhet, type Varslingsstatus } from '../domain/varsling.js';

/** One contact channel as the rules see it now. */
export interface Kanal {
  readonly navn: 'mobiltelefonnummer' | 'epostadresse';
  readonly punkt: Kontaktpunkt | null;
  readonly ferskhet: Ferskhet;
  readonly ferskTil: Date | null;
}

export interface PersonVisning {
  readonly personidentifikator: string;
  /** Undefined when the check digits obey neither rule; the register may have the person all the same. */
  readonly nummer: Personnummer | undefined;
  readonly status: Person['status'] | 'IKKE_REGISTRERT';
  readonly varslingsstatus: Varslingsstatus;
  /** Undefined when the register has no such person. */
  readonly person: Person | undefined;
  readonly kanaler: readonly Kanal[];
}

/** A person as it stands in the register, with each channel's freshness and the varslingsstatus of now. */
export const showPerson =
  (deps: { reads: Reads; calendar: Calendar }) =>
  async (personidentifikator: string): Promise<PersonVisning> => {
    const person = (await deps.reads.persons([personidentifikator])).get(personidentifikator);
    const now = deps.calendar.now();
    const kanal = (navn: Kanal['navn']): Kanal => {
      const punkt = person?.[navn] ?? null;
      return { navn, punkt, ferskhet: ferskhet(punkt, now), ferskTil: punkt && ferskTil(punkt) };
    };
    return {
      personidentifikator,
      nummer: parsePersonnummer(personidentifikator),
      status: person?.status ?? 'IKKE_REGISTRERT',
      varslingsstatus: varslingsstatus(person, now),
      person,
      kanaler: [kanal('mobiltelefonnummer'), kanal('epostadresse')],
    };
  };
