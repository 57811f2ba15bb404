import type { Hendelse, Hendelsestype } from './shipment.js';

/**
 * What a letter that was shown in Altinn is in the report of a week. UTSKREVET: it went on paper in that week, for it was not known to be opened in time.
 * IKKE_KJENT: it was shown in that week by Altinn 2, which never tells whether anybody opens it.
 */
export type Uleststand = 'ULEST' | 'UTSKREVET' | 'IKKE_KJENT';

/** A letter to a business that is in Altinn or was, and what has happened to it. */
export interface Altinnbrevgang {
  readonly shipmentId: string;
  readonly eksternRef: string;
  /** Organisation number. */
  readonly mottaker: string;
  /** In their order, by the clock. */
  readonly hendelser: readonly Pick<Hendelse, 'type' | 'tid' | 'kode'>[];
}

export interface Ulestoppslag {
  /** Letters of one sender to businesses that are or were in Altinn, with their events before `til` (of the clock); by reference, each of them once. */
  altinnbrev(avsender: string, til: Date): AsyncIterable<Altinnbrevgang>;
}

const aapnet: ReadonlySet<Hendelsestype> = new Set<Hendelsestype>(['AAPNING', 'LEST_EKSTERNT']);
/** What ends a letter's stay in Altinn. */
const slutt: ReadonlySet<Hendelsestype> = new Set<Hendelsestype>(['NYTT_OPPSLAG', 'FEIL', 'STANSET']);

/** Whether an event shows a letter: a notice with a code is one of the gateway's own, about a portal. */
const viser = ({ type, kode }: Pick<Hendelse, 'type' | 'kode'>): boolean =>
  type === 'LEVERING' || (type === 'VARSLET' && kode === null);

/** What a letter is in the report of the week that began at `fra` (of the clock), and when it was delivered; undefined: it is not in it. */
export function ulestI(
  { hendelser }: Altinnbrevgang,
  fra: Date,
): { readonly stand: Uleststand; readonly levert: Date } | undefined {
  const vist = hendelser.findIndex(viser);
  const levert = hendelser[vist]?.tid;
  if (levert === undefined) return undefined;
  const ended = hendelser.findIndex(({ type }, i) => i > vist && slutt.has(type));
  const ut = hendelser[ended];
  // What is opened afterwards was on paper already.
  const iAltinn = ut === undefined ? hendelser : hendelser.slice(0, ended);
  if (iAltinn.some(({ type }) => aapnet.has(type))) return undefined;
  if (ut !== undefined) return ut.kode === 'LESEFRIST' && ut.tid >= fra ? { stand: 'UTSKREVET', levert } : undefined;
  if (!hendelser.some(({ kode }) => kode === 'vist')) return { stand: 'ULEST', levert };
  return levert >= fra ? { stand: 'IKKE_KJENT', levert } : undefined;
}
