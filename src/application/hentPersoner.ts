import type { Informasjonsbehov } from '../domain/person.js';
import type { PersonSvar } from '../domain/varsling.js';
import { personSvar } from '../domain/varsling.js';
import type { LookupDeps, Requester } from './lookup.js';
import { authorise, record } from './lookup.js';

export interface HentPersoner {
  readonly behov: ReadonlySet<Informasjonsbehov>;
  readonly personer: readonly string[];
}

/** The persons asked for: as many, in the same order, duplicates kept (CONTRACT.md section 3). @throws Failure as `authorise` and `record` */
export const hentPersoner =
  (deps: LookupDeps) =>
  async (requester: Requester, { behov, personer }: HentPersoner): Promise<PersonSvar[]> => {
    const owner = authorise(deps, requester, 'OPPSLAGSTJENESTEN');
    const found = await record(deps, requester, owner, 'HentPersoner', personer, (tx) => tx.persons(personer));
    const now = deps.calendar.now();
    return personer.map((id) => personSvar(id, found.get(id), behov, now));
  };
