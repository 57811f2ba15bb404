import type { Oppstroemsstatus } from '../../domain/svarut/oppstroem.js';
import type { SvarUtStatus } from '../../domain/svarut/status.js';

/** The values of both contracts (CONTRACT.md section 6). */
const verdier: Readonly<Record<SvarUtStatus, true>> = {
  MOTTATT: true,
  AKSEPTERT: true,
  AVVIST: true,
  VARSLET: true,
  LEST: true,
  SENDT_PRINT: true,
  PRINTET: true,
  MANUELT_HANDTERT: true,
  SENDT_DIGITALT: true,
  SENDT_SDP: true,
  LEVERT_SDP: true,
  KLAR_FOR_MOTTAK: true,
  IKKE_LEVERT: true,
};

/** A status as it came; one that no contract has is none, so that a new value hides no other letter. */
export const statusverdi = (one: Omit<Oppstroemsstatus, 'status'> & { readonly status: string }): Oppstroemsstatus[] =>
  Object.hasOwn(verdier, one.status) ? [{ ...one, status: one.status as SvarUtStatus }] : [];
