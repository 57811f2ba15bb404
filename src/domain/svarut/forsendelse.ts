import type { Dokument, Forsendelse, Postadresse } from '../forsendelse.js';
import type { SvarUtAdresse, SvarUtBestilling, SvarUtDokument, SvarUtPostadresse } from './bestilling.js';

/** Characters of a title that a mailbox shows (CONTRACT.md section 7). */
const tittelTegn = 100;

/** The first so many characters, whole ones. */
const kortet = (tekst: string): string => [...tekst].slice(0, tittelTegn).join('');

const iNorge = new Set(['', 'norge', 'noreg', 'norway', 'no', 'nor']);

/** Whether an address is in Norway: nothing said, or the country's name or code. */
export const erNorsk = ({ land }: Pick<SvarUtPostadresse, 'land'>): boolean =>
  iNorge.has((land ?? '').trim().toLowerCase());

/** The address as print takes it; null when it lacks a name, a place in Norway, or any line abroad. */
export function postadresseAv(adresse: SvarUtPostadresse | null): Postadresse | null {
  if (adresse === null) return null;
  const { adresse1, adresse2, adresse3, postnr, poststed, land, navn } = adresse;
  const linjer = [adresse1, adresse2, adresse3].filter((linje) => linje !== null && linje.trim() !== '') as string[];
  if (navn === null) return null;
  if (erNorsk(adresse)) {
    if (postnr === null || !/^\d{4}$/.test(postnr) || poststed === null) return null;
    return { navn, adresselinjer: linjer, postnummer: postnr, poststed };
  }
  const sted = [postnr, poststed].filter((del) => del !== null).join(' ');
  const adresselinjer = sted === '' ? linjer : [...linjer, sted];
  return adresselinjer.length === 0 ? null : { navn, adresselinjer, land: { navn: (land ?? '').trim() } };
}

/** The number that the recipient is given with; null: none. */
export function mottakerId(mottaker: SvarUtAdresse | null): string | null {
  const digital = mottaker?.digital ?? null;
  if (digital === null) return null;
  return 'fnr' in digital ? digital.fnr : digital.orgnr;
}

/** Characters of a file name in the package for mailboxes and print (CONTRACT.md of SDP, section 13); SvarUt allows more, and fewer. */
const pakkenavn = { minst: 4, mest: 100 };

/** The name that a document has in a package: its own where that fits, or else what fits of it, with its number, so that no two are alike. */
function navnIPakke(filnavn: string, nr: number): string {
  const { length } = [...filnavn];
  if (length >= pakkenavn.minst && length <= pakkenavn.mest) return filnavn;
  const endelse = /\.[^.]{1,10}$/u.exec(filnavn)?.[0] ?? '';
  const slutt = `-dokument-${nr + 1}${endelse}`;
  const stamme = [...filnavn.slice(0, filnavn.length - endelse.length)];
  return stamme.slice(0, pakkenavn.mest - [...slutt].length).join('') + slutt;
}

const dokumentAv = ({ filnavn, mimetype, innhold, ekskluderesFraPrint }: SvarUtDokument, nr: number): Dokument => ({
  filnavn: navnIPakke(filnavn, nr),
  tittel: filnavn,
  mimetype,
  innhold,
  ...(ekskluderesFraPrint && { ikkePaaPapir: true }),
});

/** What the sender's account says. */
export interface Avsenderkonto {
  readonly organisasjonsnummer: string;
  /** Where letters come back to, when the order says nothing (FEATURES.md 29). */
  readonly returadresse: Postadresse | null;
  /** What mailboxes say in their notices. */
  readonly varsel: Forsendelse['varseltekst'];
}

/**
 * A validated order as the letter that the channels carry: a decision in the law's sense, for nobody says otherwise and nobody may be
 * reached digitally who has opted out. Its reference is the id, since SvarUt's own need not be unique.
 */
export function forsendelseAv(b: SvarUtBestilling, konto: Avsenderkonto, id: string): Forsendelse {
  const [hoveddokument, ...vedlegg] = b.dokumenter.map(dokumentAv);
  if (hoveddokument === undefined) throw new RangeError('a letter without a document has been let through');
  return {
    avsender: konto.organisasjonsnummer,
    databehandler: konto.organisasjonsnummer,
    eksternRef: `svarut:${id}`,
    mottaker: { id: mottakerId(b.mottaker), postadresse: postadresseAv(b.mottaker?.post ?? null) },
    tittel: kortet(b.tittel ?? ''),
    spraak: 'nb',
    klasse: 'VEDTAK',
    prioritet: 'NORMAL',
    virkningstidspunkt: null,
    sikkerhetsnivaa: b.krevNiva4Innlogging ? 4 : 3,
    aapningskvittering: null,
    varseltekst: konto.varsel,
    kunDigitalt: b.kunDigitalLevering,
    utskrift: {
      posttype: b.printkonfigurasjon?.brevtype === 'APOST' ? 'A_PRIORITERT' : 'B_OEKONOMI',
      farge: b.printkonfigurasjon?.fargePrint === true ? 'FARGE' : 'SORT_HVIT',
      retur: 'DIREKTE_RETUR',
      returadresse: postadresseAv(b.svarSendesTil?.post ?? null) ?? konto.returadresse,
    },
    kostnadskode: b.konteringskode,
    hoveddokument,
    vedlegg,
    svarut: b,
  };
}
