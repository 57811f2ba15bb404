import type { Varsel, Varselsender, Varselutfall } from '../../src/domain/varselPorts.js';
import { Failure } from '../../src/errors.js';

/** Two notices with letters of all four languages; `change` makes another of one. */
export const epost: Varsel = {
  id: 'f1d3-0-EPOST',
  kanal: 'EPOST',
  adresse: 'kari.nordmann@example.com',
  spraak: 'se',
  emne: 'Dutnje lea boahtán mearrádus – æøå ÆØÅ čđŋšŧž ČĐŊŠŦŽ',
  tekst: 'Blåbærsyltetøy <b>& "dehálaš" \'reive\'</b>\nLogge sisa.',
};
export const sms: Varsel = {
  id: 'f1d3-0-SMS',
  kanal: 'SMS',
  adresse: '99 99 00 00',
  spraak: 'nb',
  emne: null,
  tekst: 'Du har fått "et brev" & {number} á č đ ŋ',
};

/** What came of sending: the outcome, or the failure that says that it may be tried again. */
export async function utfallAv(
  sender: Pick<Varselsender, 'send'>,
  varsel: Varsel,
  signal = new AbortController().signal,
): Promise<Varselutfall | Failure> {
  try {
    return await sender.send(varsel, signal);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** Everything that a log or a sender can learn of an outcome. */
export const alt = (utfall: Varselutfall | Failure): string =>
  utfall instanceof Failure
    ? JSON.stringify([utfall.message, utfall.detail, utfall.values, utfall.stack, utfall.cause])
    : JSON.stringify(utfall);
