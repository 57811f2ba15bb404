import type { Dokument, Forsendelse, Postadresse } from '../forsendelse.js';
import { nesteEtter, type Statussvar } from '../overlevering.js';
import type { Kvitteringstype } from '../receipts.js';
import type { Kanal } from '../routing/decision.js';
import type { Shipment } from '../shipment.js';
import type { Svar } from '../svar.js';
import type { SvarUtAdresse, SvarUtBestilling, SvarUtDokument, SvarUtPostadresse } from './bestilling.js';
import type { SvarUtStatus } from './status.js';

/*
 * A SvarUt above us, which delivers letters instead of channels of our own. What has been decided here holds there: a letter for paper goes
 * without the number of its reader, so that it is printed at once, and every other is digital only, so that nobody but us puts it on paper when
 * it is not read.
 */

export type Oppstroemsstatus = Statussvar<SvarUtStatus>;

/** What we ask of it, whichever contract it speaks. What the other side does is an answer, never an error. */
export interface SvarUtOppstroem {
  /**
   * Hands a letter over: once, however often it is called with the same id (UUID).
   * @returns the id by which its status is asked for
   */
  send(brev: SvarUtBestilling, id: string): Promise<Svar<string>>;
  /** Letters that it does not know are left out. */
  statuser(ider: readonly string[]): Promise<Svar<readonly Oppstroemsstatus[]>>;
  /** The last that its history says of a letter; undefined when it says nothing. */
  sisteHendelse(id: string): Promise<Svar<string | undefined>>;
}

/**
 * What each status is to us; null: nothing. MOTTATT and AKSEPTERT say no more than that it was handed over. SENDT_DIGITALT says that a letter was not
 * read in its time: whether it goes on paper then is our own affair.
 */
export const kvitteringAv: Readonly<Record<SvarUtStatus, Kvitteringstype | null>> = {
  MOTTATT: null,
  AKSEPTERT: null,
  AVVIST: 'feil',
  VARSLET: 'underveis',
  LEST: 'aapning',
  SENDT_PRINT: 'mottak',
  PRINTET: 'levering',
  MANUELT_HANDTERT: 'feil',
  SENDT_DIGITALT: 'underveis',
  SENDT_SDP: 'underveis',
  LEVERT_SDP: 'levering',
  KLAR_FOR_MOTTAK: 'underveis',
  IKKE_LEVERT: 'feil',
};

const endelige: ReadonlySet<SvarUtStatus> = new Set<SvarUtStatus>([
  'AVVIST',
  'LEST',
  'MANUELT_HANDTERT',
  'IKKE_LEVERT',
]);

/** When a letter is asked about again; null: never. */
export const nesteSpoersmaal = nesteEtter(endelige);

function postAv(adresse: Postadresse): SvarUtPostadresse {
  const [adresse1 = null, adresse2 = null, adresse3 = null, fjerde = null] = adresse.adresselinjer;
  const linjer = { navn: adresse.navn, adresse1, adresse2, adresse3 };
  if ('postnummer' in adresse) {
    return { ...linjer, postnr: adresse.postnummer, poststed: adresse.poststed, land: null };
  }
  // A fourth line has no field of its own: it is the place.
  const { land } = adresse;
  return { ...linjer, postnr: null, poststed: fjerde, land: 'navn' in land ? land.navn : land.kode };
}

function mottakerAv({ mottaker: { id, postadresse } }: Forsendelse): SvarUtAdresse {
  const digital = id === null ? null : id.length === 9 ? { orgnr: id } : { fnr: id };
  return { digital, post: postadresse === null ? null : postAv(postadresse) };
}

const dokumentAv = ({ filnavn, mimetype, innhold, ikkePaaPapir }: Dokument): SvarUtDokument => ({
  filnavn,
  mimetype,
  dokumentType: null,
  ekskluderesFraPrint: ikkePaaPapir === true,
  giroarkSider: [],
  skalSigneres: false,
  innhold,
});

/** The order of a letter that came another way than by SvarUt. */
const bestillingAv = (forsendelse: Forsendelse): SvarUtBestilling => ({
  tittel: forsendelse.tittel,
  mottaker: mottakerAv(forsendelse),
  dokumenter: [forsendelse.hoveddokument, ...forsendelse.vedlegg].map(dokumentAv),
  lenker: [],
  avgivendeSystem: 'Posthorn',
  eksternref: forsendelse.eksternRef,
  forsendelseType: null,
  konteringskode: forsendelse.kostnadskode,
  krevNiva4Innlogging: forsendelse.sikkerhetsnivaa === 4,
  kryptert: false,
  kunDigitalLevering: false,
  printkonfigurasjon: {
    brevtype: forsendelse.utskrift.posttype === 'A_PRIORITERT' ? 'APOST' : 'BPOST',
    fargePrint: forsendelse.utskrift.farge === 'FARGE',
    tosidig: true,
  },
  signaturtype: null,
  signeringUtloper: null,
  svarPaForsendelse: null,
  svarPaForsendelseLink: false,
  svarSendesTil:
    forsendelse.utskrift.returadresse === null
      ? null
      : { digital: null, post: postAv(forsendelse.utskrift.returadresse) },
  metadataFraAvleverendeSystem: null,
  metadataForImport: null,
});

/** On paper nobody logs in or signs, and what may not be printed is no use. */
const paaPapir = (b: SvarUtBestilling, ellers: Postadresse | undefined): SvarUtBestilling => ({
  ...b,
  mottaker: { digital: null, post: b.mottaker?.post ?? (ellers ? postAv(ellers) : null) },
  dokumenter: b.dokumenter
    .filter(({ ekskluderesFraPrint }) => !ekskluderesFraPrint)
    .map((dokument) => ({ ...dokument, skalSigneres: false })),
  krevNiva4Innlogging: false,
  kunDigitalLevering: false,
  signaturtype: null,
  signeringUtloper: null,
});

/**
 * The order that goes out for a letter, its documents in the clear and `kryptert` false. @param kanal as it was decided
 * @param papiradresse where paper goes that the sender has given no address for
 */
export function utgaaende(
  { forsendelse }: Pick<Shipment, 'forsendelse'>,
  kanal: Kanal,
  papiradresse?: Postadresse,
): SvarUtBestilling {
  const { svarut, hoveddokument, vedlegg } = forsendelse;
  const klart = [hoveddokument, ...vedlegg];
  const bestilling =
    svarut === undefined
      ? bestillingAv(forsendelse)
      : {
          ...svarut,
          kryptert: false,
          // What the channels carry is in the clear, however it came.
          dokumenter: svarut.dokumenter.map((d, i) => ({ ...d, innhold: klart[i]?.innhold ?? d.innhold })),
        };
  return kanal === 'UTSKRIFT' ? paaPapir(bestilling, papiradresse) : { ...bestilling, kunDigitalLevering: true };
}
