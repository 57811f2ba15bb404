import type { Clock, Reads, UnitOfWork } from '../domain/ports.js';

export type DelegateSenderResult = 'delegated' | 'unknown-supplier' | 'unknown-organisation' | 'same-organisation';

/** Lets a supplier act for another organisation from now on; a delegation that has already begun keeps its beginning. */
export const delegateSender =
  ({ reads, unitOfWork, clock }: { reads: Reads; unitOfWork: UnitOfWork; clock: Clock }) =>
  async (leverandoer: string, oppdragsgiver: string): Promise<DelegateSenderResult> => {
    if (leverandoer === oppdragsgiver) return 'same-organisation';
    const { organisasjoner, delegeringer } = await reads.senders();
    const known = new Set(organisasjoner.map((o) => o.organisasjonsnummer));
    if (!known.has(leverandoer)) return 'unknown-supplier';
    if (!known.has(oppdragsgiver)) return 'unknown-organisation';
    const same = delegeringer.find(
      (d) => d.leverandoer === leverandoer && d.oppdragsgiver === oppdragsgiver && d.til === null,
    );
    const fra = same?.fra ?? clock.now();
    await unitOfWork((tx) => tx.putDelegation({ leverandoer, oppdragsgiver, fra, til: null }));
    return 'delegated';
  };
