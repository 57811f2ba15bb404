import type { Informasjonsbehov } from '../domain/person.js';
import type { PersonSvar } from '../domain/varsling.js';
import { endringSvar } from '../domain/varsling.js';
import { limits } from '../limits.js';
import type { LookupDeps, Requester } from './lookup.js';
import { authorise, readNothing, record } from './lookup.js';

export interface HentEndringer {
  readonly behov: ReadonlySet<Informasjonsbehov>;
  readonly fraEndringsNummer: number;
}

export interface Endringer {
  readonly fraEndringsNummer: number;
  /** The last change that this answer covers; the next one to ask from is one more. */
  readonly tilEndringsNummer: number;
  readonly senesteEndringsNummer: number;
  readonly personer: readonly PersonSvar[];
}

/**
 * Everyone changed at `fraEndringsNummer` or later, each once with its present state, at most 1000 an answer. Fewer than that
 * means that the answer reaches the last change. @throws Failure as `authorise` and `record`
 */
export const hentEndringer =
  (deps: LookupDeps) =>
  async (requester: Requester, { behov, fraEndringsNummer }: HentEndringer): Promise<Endringer> => {
    const owner = authorise(deps, requester, 'ENDRINGSTJENESTEN');
    const { personer, seneste } = await deps.reads.changesFrom(fraEndringsNummer, limits.persons);
    const ids = personer.map((p) => p.personidentifikator);
    await record(deps, requester, owner, 'HentEndringer', ids, readNothing);
    const last = personer.at(-1);
    const full = personer.length === limits.persons && last !== undefined;
    return {
      fraEndringsNummer,
      tilEndringsNummer: full ? last.endringsnummer : seneste,
      senesteEndringsNummer: seneste,
      personer: personer.map((p) => endringSvar(p, behov)),
    };
  };
