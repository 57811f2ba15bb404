import type { Generated } from 'kysely';
import type { Person } from '../domain/person.js';
import type { Legitimasjon, Leverandoer, Sektor, Tjeneste } from '../domain/sender.js';
import type { Avsenderpolicy, Dokumentvei, Prioritet } from '../domain/forsendelse.js';
import type { Art, Formidlingstilstand } from '../domain/formidling.js';
import type { Post } from '../domain/ledger.js';
import type { Hendelsestype, Tilstand } from '../domain/shipment.js';
import type { Vare } from '../domain/tariff.js';
import type { Rundenummer, Varselstand } from '../domain/varselrunde.js';
import type { MottakersystemRow, ReservasjonRow, SvarUtKontoRow, SvarUtRow } from './svarutSchema.js';

export type { MottakersystemRow, ReservasjonRow, SvarUtKontoRow, SvarUtRow } from './svarutSchema.js';

/** The tables as both databases hold them. Times are epoch milliseconds, booleans 0 and 1. */
export interface Tables {
  /** The migrations that have been run. */
  migration: { name: string; at: number };
  person: PersonRow & { endringsnummer: number };
  /** Persons of files that are being imported; invisible to every read of the register. */
  person_import: PersonRow & { file_id: string; file_row: number };
  /** One row per file being imported, with the number of its rows that are staged. */
  import_job: { file_id: string; staged: number };
  /** Units of every edition; `counter` names the one that counts. */
  unit: UnitRow;
  /** The edition that a file is being imported as, and how many of its rows are staged. */
  unit_import: { file_id: string; utgave: number; staged: number };
  /** The last number given out: 'endringsnummer' of changes, and those of what is charged for; 'enhetsregister': the edition in force. */
  counter: { name: string; value: number };
  /** One row: milliseconds that the calendar is ahead of the clock. */
  calendar: { name: string; ahead: number };
  /** Its moves, by the clock. */
  calendar_move: { at: number; ahead: number };
  replay: { digest: Buffer; expires: number };
  /** One row: the id of the key that sealed columns and payloads are written under. */
  data_key: { name: string; id: Buffer };
  audit: AuditRow;
  organisation: Period & { organisasjonsnummer: string; navn: string };
  /** How an organisation is treated, apart from who it is. */
  policy: { organisasjonsnummer: string; tillat_usignert_paa_vegne_av: number };
  /** How an organisation wants letters treated that the register does not decide. */
  letter_policy: {
    organisasjonsnummer: string;
    uten_postkasse: Avsenderpolicy['utenPostkasse'];
    egen_varsling: number;
    papir_uten_varsel: number;
  };
  sender_profile: { organisasjonsnummer: string; sektor: Sektor | null; etterfoelger: string | null };
  document_type: { organisasjonsnummer: string; dokumenttype: string; vei: Dokumentvei; vedtak: number };
  agency: { navn: string; fra: number };
  certificate: Period & { fingeravtrykk: string; organisasjonsnummer: string; pem: string };
  credential: {
    tjeneste: Legitimasjon['tjeneste'];
    brukernavn: string;
    organisasjonsnummer: string;
    passordhash: string;
    /** Networks, with commas between; null: every one. */
    nett: string | null;
  };
  delegation: Period & { leverandoer: string; oppdragsgiver: string };
  service_right: Period & { organisasjon: string; tjeneste: Tjeneste };
  supplier: { organisasjonsnummer: string; rolle: Leverandoer['rolle']; navn: string; sertifikat: Buffer };
  shipment: ShipmentRow;
  /** `skjedd`: when it happened, by the calendar, where another has reported that; null: when it was recorded. */
  shipment_event: EventRow & { nr: Generated<number>; shipment_id: string; skjedd: Generated<number | null> };
  job: JobRow;
  receipt: ReceiptRow;
  /** `shipment_id` is '' for what belongs to no letter; `ledig` is null while it is needed. */
  payload: { ref: string; shipment_id: string; ledig: number | null };
  /** Pieces of a payload, from `nr` 0 on; `siste` is 1 in the last of them. */
  payload_chunk: { ref: string; nr: number; skrevet: number; siste: number; octets: Buffer };
  /** Messages that the broker has seen, by signer and MessageId. */
  ebms_message: { noekkel: Buffer; digest: Buffer; expires: number };
  /** Answers to signed requests of mailbox providers, for those that come again. */
  mailbox_answer: { noekkel: Buffer; svar: string; expires: number };
  formidling: FormidlingRow;
  mpc_receipt: MpcReceiptRow;
  varsel: VarselRow;
  /** One row a source of receipts: from when it may be looked at, looks in a row that came to nothing, and who has it. */
  turn: { navn: string; klar: number; feil: number; fence: number };
  /** Letters that a SvarUt upstream has, and those that Altinn has. */
  svarut_upstream: OverleveringRow;
  altinn: OverleveringRow;
  svarut: SvarUtRow;
  /** Attempts to send one letter, and when the last of them was made. */
  svarut_forsoek: { likhet: Buffer; antall: number; siste: number };
  svarut_reservert: ReservasjonRow;
  svarut_konto: SvarUtKontoRow;
  svarut_type: { navn: string };
  mottakersystem: MottakersystemRow;
  /** `plan` and `leverandoer` are '' where a price is everybody's. */
  price: { plan: string; vare: Vare; leverandoer: string; fra: number; fra_nummer: number; oere: number };
  price_plan: { organisasjonsnummer: string; plan: string };
  ledger: LedgerRow;
}

/** `leverandoer` and `kostnadskode` are '' where there is none. */
export interface LedgerRow {
  nr: Generated<number>;
  shipment_id: string;
  post: Post;
  avsender: string;
  leverandoer: string;
  kostnadskode: string;
  bokfoert: number;
  maaned: string;
  prisdato: number;
  nummer: number | null;
  oere: number | null;
}

/** A round of notices. It holds nothing of the recipient: that is asked for when the round goes out. */
export interface VarselRow {
  id: string;
  shipment_id: string;
  nummer: Rundenummer;
  /** By the calendar; null: not tried yet. */
  begynt: number | null;
  epost: Varselstand | null;
  sms: Varselstand | null;
  /** Fence of the turn that hands it over, or was lost at that. */
  epost_overleveres: number | null;
  sms_overleveres: number | null;
  /** By the calendar: since when the register has not answered about it; null: it has. */
  uten_svar: number | null;
}

/** A letter that is followed: what was said of it last, since when, when it is asked about again, and when it was last. */
export interface OverleveringRow {
  meldings_id: string;
  konversasjons_id: string;
  oppstroems_id: string;
  /** Of the service that has it. */
  status: string | null;
  endret: number;
  klar: number;
  spurt: number;
}

/** `leverandoer` is '' where the decision names none. */
export interface ShipmentRow {
  id: string;
  avsender: string;
  ekstern_ref: string;
  digest: Buffer;
  tilstand: Tilstand;
  konversasjons_id: string;
  meldings_id: string;
  prioritet: Prioritet;
  leverandoer: string;
  mottatt: number;
  /** Sealed JSON. */
  forsendelse: Buffer;
  /** Sealed JSON. */
  beslutning: Buffer;
  /** JSON; holds references and digests only. */
  pakke: string | null;
}

export interface EventRow {
  type: Hendelsestype;
  tid: number;
  kode: string | null;
  tekst: string;
  /** Null where it is the same as `tekst`. */
  tekst_en: string | null;
}

export interface JobRow {
  /** Order of arrival. */
  nr: Generated<number>;
  shipment_id: string;
  /** '' where there is none. */
  leverandoer: string;
  /** Of the letter or message. */
  prioritet: Prioritet;
  /** Who sends it: the account of a SvarUt letter, or else an organisation. */
  eier: string;
  /** Whose turn it goes by: `laneOf` the three before. */
  koe: string;
  /** When the job was put off to: by the calendar while no attempt has been made, by the clock from then on. */
  neste: number;
  /** From when it may be claimed: `neste`, or the end of the last lease; null when it has been given up. */
  klar: number | null;
  /** 0 when nobody has begun it. */
  leased_until: number;
  forsoek: number;
  foerste_forsoek: number | null;
  /** Turns in a row before this one that nobody has ended. */
  tapte: number;
  fence: number;
}

interface ReceiptRow extends EventRow {
  /** Order of arrival. */
  nr: Generated<number>;
  id: string;
  shipment_id: string;
  avsender: string;
  prioritet: Prioritet;
  /** 0 when nobody has fetched it. */
  leased_until: number;
}

export interface FormidlingRow {
  id: string;
  eier: string;
  prioritet: Prioritet;
  mpc_id: string | null;
  meldings_id: string;
  videre_id: string;
  art: Art;
  leverandoer: string;
  /** In lower case. */
  konversasjons_id: string;
  dokumentavsender: string;
  tilstand: Formidlingstilstand;
  mottatt: number;
  /** Sealed JSON. */
  innhold: Buffer;
}

export interface MpcReceiptRow {
  /** Order of arrival. */
  nr: Generated<number>;
  /** What the MessageIds of its deliveries begin with. */
  merke: string;
  eier: string;
  /** Owner, priority and channel in one. */
  koe: string;
  mottatt: number;
  /** From when it may be handed out: its arrival, or the end of the last lease. */
  klar: number;
  /** How often it has been handed out. */
  utleveringer: number;
  /** The request that it was handed out to last. */
  hentet_av: Buffer | null;
  /** Sealed JSON. */
  innhold: Buffer;
}

export interface Period {
  fra: number;
  til: number | null;
}

export interface PersonRow {
  personidentifikator: string;
  status: Person['status'];
  reservasjon: number;
  mobiltelefonnummer: string | null;
  mobil_sist_oppdatert: number | null;
  mobil_sist_verifisert: number | null;
  epostadresse: string | null;
  epost_sist_oppdatert: number | null;
  epost_sist_verifisert: number | null;
  postkasseadresse: string | null;
  postkasseleverandoer_adresse: string | null;
  spraak: Person['spraak'];
}

/** Addresses are JSON. */
export interface UnitRow {
  utgave: number;
  organisasjonsnummer: string;
  navn: string;
  organisasjonsform: string | null;
  forretningsadresse: string | null;
  postadresse: string | null;
  epostadresse: string | null;
  mobil: string | null;
  slettet: string | null;
}

interface AuditRow {
  id: Generated<number>;
  at: number;
  correlation_id: string;
  organisasjon: string;
  paa_vegne_av: string;
  operasjon: string;
  personer: Buffer;
}

/** Every column of `PersonRow`; the compiler holds the list complete. */
export const personColumns = Object.keys({
  personidentifikator: 0,
  status: 0,
  reservasjon: 0,
  mobiltelefonnummer: 0,
  mobil_sist_oppdatert: 0,
  mobil_sist_verifisert: 0,
  epostadresse: 0,
  epost_sist_oppdatert: 0,
  epost_sist_verifisert: 0,
  postkasseadresse: 0,
  postkasseleverandoer_adresse: 0,
  spraak: 0,
} satisfies Record<keyof PersonRow, 0>) as readonly (keyof PersonRow)[];
