import { renset, type Utfall } from '../domain/retry.js';
import type { Nei } from '../domain/svar.js';

/**
 * What each refusal of a service is to a letter: one that is about us or the network waits until an operator or the network has mended it.
 * @param hvem the service, as the beginning of a sentence
 */
export function utfallAv({ art, grunn, detalj, vent }: Nei, hvem: string): Exclude<Utfall, { type: 'sent' }> {
  const ord = renset(grunn);
  const senere = { type: 'deferred', ...(vent !== undefined && { vent }) } as const;
  switch (art) {
    case 'innhold':
      return { type: 'rejected', kode: 'UPSTREAM_FAULT', grunn: `${hvem} refused the letter: ${ord}` };
    case 'adgang':
      return {
        ...senere,
        kode: 'UNAUTHORIZED',
        grunn: `${hvem} does not let us in; its account here must be put right: ${ord}`,
      };
    case 'svarer_feil':
      return { ...senere, kode: 'UPSTREAM_FAULT', grunn: `${hvem} could not take the letter: ${ord}` };
    case 'naas_ikke':
      return {
        ...senere,
        kode: 'TRANSPORT',
        grunn: `${hvem} cannot be reached: ${ord}`,
        ...(detalj !== undefined && { detalj }),
      };
  }
}
