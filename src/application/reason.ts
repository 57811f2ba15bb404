import { tekst } from '../domain/hendelsestekst.js';
import type { Utfall } from '../domain/retry.js';
import type { Tospraaklig } from '../domain/routing/words.js';
import { Failure } from '../errors.js';

/** Whether another service has failed, and not we. */
export const isElsewhere = (kode: string): boolean =>
  ['UNAVAILABLE', 'UPSTREAM_UNREACHABLE', 'UPSTREAM_FAULT'].includes(kode);

const ordI = ({ values: { reason: en = '', nb } }: Failure): Tospraaklig =>
  nb === undefined ? { nb: tekst('UGYLDIG_INNHOLD').nb, en } : { nb, en };

/** What an error of our own is to a letter: it waits, but for a package that nobody may make, however often it is tried. */
export function reason(error: unknown): Utfall {
  if (error instanceof Failure && error.code === 'INVALID_REQUEST') {
    return {
      type: 'rejected',
      kode: error.code,
      grunn: tekst('KAN_IKKE_PAKKES', { ord: ordI(error) }),
    };
  }
  const kode = error instanceof Failure ? error.code : 'INTERNAL';
  const grunn = tekst(isElsewhere(kode) ? 'TJENESTE_SVARER_IKKE' : 'EGEN_FEIL');
  return { type: 'deferred', kode, grunn };
}
