import type { Kanal } from '../routing/decision.js';
import type { Tilstand } from '../shipment.js';

/** What ForsendelsesService says of a letter (CONTRACT.md section 6). */
export const svarutStatuser = [
  'MOTTATT',
  'AKSEPTERT',
  'AVVIST',
  'VARSLET',
  'LEST',
  'SENDT_PRINT',
  'PRINTET',
  'MANUELT_HANDTERT',
  'SENDT_DIGITALT',
  'SENDT_SDP',
  'LEVERT_SDP',
  'KLAR_FOR_MOTTAK',
  'IKKE_LEVERT',
] as const;
export type SvarUtStatus = (typeof svarutStatuser)[number];

const sendt: Readonly<Record<Kanal, SvarUtStatus>> = {
  POSTKASSE: 'SENDT_SDP',
  UTSKRIFT: 'SENDT_PRINT',
  ALTINN: 'VARSLET',
  SVARINN: 'KLAR_FOR_MOTTAK',
  PORTAL: 'SENDT_DIGITALT',
};
const levert: Readonly<Record<Kanal, SvarUtStatus>> = {
  POSTKASSE: 'LEVERT_SDP',
  UTSKRIFT: 'PRINTET',
  ALTINN: 'SENDT_DIGITALT',
  SVARINN: 'LEST',
  PORTAL: 'SENDT_DIGITALT',
};
const uansett: Readonly<Record<Exclude<Tilstand, 'SENDT' | 'LEVERT'>, SvarUtStatus>> = {
  MOTTATT: 'AKSEPTERT',
  I_PRODUKSJON: 'SENDT_PRINT',
  VARSLET: 'VARSLET',
  AAPNET: 'LEST',
  RETURNERT: 'PRINTET',
  TRUKKET: 'MANUELT_HANDTERT',
  OVERLATT: 'SENDT_DIGITALT',
  FEILET: 'IKKE_LEVERT',
};

/**
 * The status of an accepted letter. MOTTATT and AVVIST are not among them: an id is MOTTATT from when it is given out until a letter is sent
 * with it, and AVVIST when that letter was refused. `kanal`: of the decision in force; null where it refused.
 */
export function svarutStatus(tilstand: Tilstand, kanal: Kanal | null): SvarUtStatus {
  if (tilstand === 'SENDT') return kanal === null ? 'IKKE_LEVERT' : sendt[kanal];
  if (tilstand === 'LEVERT') return kanal === null ? 'IKKE_LEVERT' : levert[kanal];
  return uansett[tilstand];
}
