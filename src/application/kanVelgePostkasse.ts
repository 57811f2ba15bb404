import type { Reads } from '../domain/ports.js';
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
  (deps: RecordDeps & { readonly reads: Pick<Reads, 'persons'> }) =>
  async (requester: Requester, leverandoer: Leverandoer, forespoersel: KanVelge): Promise<Avslag | undefined> => {
    const { personidentifikator: id, operasjon } = forespoersel;
    await record(deps, requester, leverandoer.organisasjonsnummer, operasjon, [id]);
    return hvorforIkke((await deps.reads.persons([id])).get(id), forespoersel, leverandoer);
  };
