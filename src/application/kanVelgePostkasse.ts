import type { Avslag, KanVelge } from '../domain/postkasse.js';
import { hvorforIkke } from '../domain/postkasse.js';
import type { Leverandoer } from '../domain/sender.js';
import { record, type RecordDeps, type Requester } from './lookup.js';

/**
 * Whether a person may choose a mailbox of `leverandoer`.
 * @returns the reason why not; undefined: yes
 * @throws Failure REPLAYED
 */
export const kanVelgePostkasse =
  (deps: RecordDeps) =>
  async (requester: Requester, leverandoer: Leverandoer, forespoersel: KanVelge): Promise<Avslag | undefined> => {
    const { personidentifikator: id, operasjon } = forespoersel;
    const { organisasjonsnummer } = leverandoer;
    const found = await record(deps, requester, organisasjonsnummer, operasjon, [id], (tx) => tx.persons([id]));
    return hvorforIkke(found.get(id), forespoersel, leverandoer);
  };
