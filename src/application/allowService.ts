import type { Clock, Reads, UnitOfWork } from '../domain/ports.js';
import type { Tjeneste } from '../domain/sender.js';

export { tjenester } from '../domain/sender.js';

export type AllowServiceResult = 'granted' | 'unknown-organisation';

/** Gives a known organisation the right to a service from now on; a right that has already begun keeps its beginning. */
export const allowService =
  ({ reads, unitOfWork, clock }: { reads: Reads; unitOfWork: UnitOfWork; clock: Clock }) =>
  async (organisasjon: string, tjeneste: Tjeneste): Promise<AllowServiceResult> => {
    const { organisasjoner, rettigheter } = await reads.senders();
    if (!organisasjoner.some((o) => o.organisasjonsnummer === organisasjon)) return 'unknown-organisation';
    const known = rettigheter.find((r) => r.organisasjon === organisasjon && r.tjeneste === tjeneste && r.til === null);
    const fra = known?.fra ?? clock.now();
    await unitOfWork((tx) => tx.putServiceRight({ organisasjon, tjeneste, fra, til: null }));
    return 'granted';
  };
