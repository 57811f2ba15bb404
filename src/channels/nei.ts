import { tekst, type Tekstkode } from '../domain/hendelsestekst.js';
import { gjengitt, type Utfall } from '../domain/retry.js';
import type { Tospraaklig } from '../domain/routing/words.js';
import type { Nei } from '../domain/svar.js';

const utfall = {
  innhold: { type: 'rejected', kode: 'UPSTREAM_FAULT', tekst: 'TJENESTE_AVVISTE' },
  adgang: { type: 'deferred', kode: 'UNAUTHORIZED', tekst: 'TJENESTE_ADGANG' },
  svarer_feil: { type: 'deferred', kode: 'UPSTREAM_FAULT', tekst: 'TJENESTE_KUNNE_IKKE' },
  naas_ikke: { type: 'deferred', kode: 'TRANSPORT', tekst: 'TJENESTE_NAAS_IKKE' },
} as const satisfies Readonly<Record<Nei['art'], { type: Utfall['type']; kode: string; tekst: Tekstkode }>>;

/**
 * What each refusal of a service is to a letter: one that is about us or the network waits until an operator or the network has mended it.
 * @param hvem the service, as the beginning of a sentence
 */
export function utfallAv({ art, grunn, detalj, vent }: Nei, hvem: Tospraaklig): Exclude<Utfall, { type: 'sent' }> {
  const { type, kode, tekst: tekstkode } = utfall[art];
  const said = { kode, grunn: tekst(tekstkode, { hvem, ord: gjengitt(grunn) }) };
  if (type === 'rejected') return { type, ...said };
  return { type, ...said, ...(vent !== undefined && { vent }), ...(detalj !== undefined && { detalj }) };
}
