import type { Generated } from 'kysely';
import type { SvarUtStatus } from '../domain/svarut/status.js';

/* The tables of SvarUt and SvarInn, as `Tables` names them. */

export interface SvarUtRow {
  shipment_id: string;
  konto: string;
  mottatt: number;
  /** Stands for the reference. */
  eksternref: Buffer | null;
  status: SvarUtStatus;
  status_endret: number;
  /** Channels, with commas between. */
  proevd: string;
  ettersendes: number;
  lesetimer: number;
  frist: number | null;
  mottakersystem: string | null;
  /** Sealed JSON. */
  lest_av: Buffer | null;
  /** Stands for the number of the recipient. */
  mottaker: Buffer | null;
  konteringskode: string | null;
}

export interface SvarUtKontoRow {
  brukernavn: string;
  altinn: number;
  sdp: number;
  ettersending: number;
  lesetimer: number;
  /** JSON. */
  returadresse: string | null;
  lesetimer_apost: number | null;
  varsel_epost: string | null;
  varsel_sms: string | null;
}

export interface ReservasjonRow {
  id: string;
  konto: string;
  reservert: number;
  avvist: number | null;
  avvist_tekst: string;
}

export interface MottakersystemRow {
  /** Order of registration. */
  mottakerid: Generated<number>;
  brukernavn: string;
  navn: string;
  orgnr: string;
  forsendelse_type: string | null;
  nivaa: number | null;
  sertifikat: Buffer;
}
