import type { Tospraaklig } from './routing/words.js';

/** What the histories of letters and messages say, which senders read. Values stand in braces: a text, a number, or itself in both languages. */
const tabell = {
  TATT_OVER_AV_LEVERANDOER: {
    nb: 'Leverandøren har tatt over brevet.',
    en: 'The provider has taken the letter over.',
  },
  TATT_OVER_AV_MELDINGSFORMIDLER: {
    nb: 'Meldingsformidleren oppstrøms har tatt over brevet, og gir det videre til leverandøren.',
    en: 'The broker upstream has taken the letter over, and passes it on to the provider.',
  },
  TATT_OVER_AV_SVARUT: {
    nb: 'SvarUt oppstrøms har tatt over brevet, og leverer det.',
    en: 'The SvarUt upstream has taken the letter over, and delivers it.',
  },
  IKKE_I_ALTINN: { nb: 'Brevet har ingen mottaker i Altinn', en: 'It has no recipient in Altinn' },
  TATT_OVER_AV_ALTINN: {
    nb: 'Altinn har tatt over brevet, og viser det til mottakeren.',
    en: 'Altinn has taken the letter over, and shows it to the recipient.',
  },
  MELDING_TATT_OVER: {
    nb: 'Leverandøren har tatt over meldingen.',
    en: 'The provider has taken the message over.',
  },
  GITT_TILBAKE: {
    nb: 'Brevet er gitt tilbake: avsenderen viser det og varsler.',
    en: 'The letter is handed back: its sender shows it and notifies.',
  },
  GITT_TILBAKE_VARSLES: {
    nb: 'Brevet er gitt tilbake: avsenderen viser det, og mottakeren varsles herfra.',
    en: 'The letter is handed back: its sender shows it, and the recipient is notified from here.',
  },
  VARSLET: { nb: 'Mottakeren er varslet på {kanal}.', en: 'The recipient has been notified by {kanal}.' },
  VARSLET_IGJEN: {
    nb: 'Brevet er ikke åpnet etter én uke, og mottakeren er varslet på nytt på {kanal} (R-17).',
    en: 'The letter is unread after a week, and the recipient has been notified again by {kanal} (R-17).',
  },
  VARSLET_FOER_STANS: {
    nb: 'Det er uvisst om mottakeren er varslet på {kanal}: varselet var på vei ut da en prosess stanset. Det regnes som sendt og sendes ikke igjen, for ingen skal varsles to ganger (R-17).',
    en: 'It is in doubt whether the recipient has been notified by {kanal}: the notice was on its way out when a process ended. It is taken as sent and not sent again, for nobody is to be notified twice (R-17).',
  },
  VARSLET_UTEN_SVAR: {
    nb: 'Det er uvisst om mottakeren er varslet på {kanal}: varselet er overlevert, men svaret er gått tapt. Det regnes som sendt og sendes ikke igjen, for ingen skal varsles to ganger (R-17).',
    en: 'It is in doubt whether the recipient has been notified by {kanal}: the notice was handed over, but the answer is lost. It is taken as sent and not sent again, for nobody is to be notified twice (R-17).',
  },
  VARSEL_UTSATT: {
    nb: 'Varselet på {kanal} kunne ikke sendes: {grunn}. Neste forsøk {neste}.',
    en: 'The notice by {kanal} could not be sent: {grunn}. Next attempt at {neste}.',
  },
  VARSEL_FEILET: {
    nb: 'Varselet på {kanal} nådde ikke mottakeren: {grunn}. Brevet ligger der det ligger.',
    en: 'The notice by {kanal} did not reach the recipient: {grunn}. The letter stays where it is.',
  },
  VARSLING_UTSATT: {
    nb: 'Mottakeren er ikke varslet ennå: {grunn}. Neste forsøk {neste}.',
    en: 'The recipient has not been notified yet: {grunn}. Next attempt at {neste}.',
  },
  VARSLING_OPPGITT: {
    nb: 'Varslingen er oppgitt: {grunn}. Varsle mottakeren selv.',
    en: 'The notices are given up: {grunn}. Notify the recipient yourself.',
  },
  IKKE_VARSLET: {
    nb: 'Mottakeren er ikke varslet: {grunn} ({regel}).',
    en: 'The recipient has not been notified: {grunn} ({regel}).',
  },
  UVARSLET_INGEN_ADRESSE: {
    nb: 'registeret har ingen adresse som kan brukes til det',
    en: 'the register has no address that may be used for that',
  },
  UVARSLET_IKKE_BEDT_OM: {
    nb: 'mottakeren har ikke bedt om forhåndsvarsel på e-post, og registeret har ikke noe mobilnummer som kan brukes',
    en: 'the recipient has not asked for advance notices by e-mail, and the register has no mobile number that may be used',
  },
  UVARSLET_FORELDET: {
    nb: 'adressene i registeret er foreldet',
    en: 'the addresses in the register are stale',
  },
  UVARSLET_UKJENT: {
    nb: 'registeret har ikke mottakeren mer',
    en: 'the register does not have the recipient any more',
  },
  UVARSLET_RESERVERT: {
    nb: 'mottakeren har reservert seg mot digital post',
    en: 'the recipient has opted out of digital mail',
  },
  UVARSLET_REGISTERET_TIER: {
    nb: 'registeret har ikke svart på {dager} døgn',
    en: 'the register has not answered for {dager} days',
  },
  VARSLING_ENDT: {
    nb: 'Flere varsler om brevet sendes ikke: {grunn} (R-22).',
    en: 'No more notices of the letter go out: {grunn} (R-22).',
  },
  UVARSLET_NAADDE_IKKE: { nb: 'ingen varsler nådde fram', en: 'no notice has arrived' },
  PAPIR_UTEN_VARSEL: {
    nb: 'Brevet sendes på papir, for mottakeren kunne ikke varsles (R-22).',
    en: 'The letter is sent on paper, for its recipient could not be notified (R-22).',
  },
  INGEN_VARSLINGSKANAL: {
    nb: 'denne installasjonen sender ikke varsler på den måten',
    en: 'this installation does not send notices in that way',
  },
  MELDT_LEST: {
    nb: 'Avsenderen melder at mottakeren åpnet brevet {naar}.',
    en: 'The sender reports that the recipient opened the letter on {naar}.',
  },
  TRUKKET: { nb: 'Trukket tilbake av avsenderen.', en: 'Withdrawn by the sender.' },
  STANSET: {
    nb: 'Forsendelsen er stanset av operatør, og er manuelt håndtert',
    en: 'Stopped by an operator, who handles the letter by other means',
  },
  SATT_MOTTATT: { nb: 'Satt som mottatt av operatør', en: 'Set as received by an operator' },
  VARSEL_TATT_OPP_IGJEN: {
    nb: 'En operatør har tatt opp igjen varslingen.',
    en: 'An operator has taken the notices up again.',
  },
  TATT_OPP_IGJEN: {
    nb: 'En operatør har tatt opp igjen brevet.',
    en: 'An operator has taken the letter up again.',
  },

  UTSATT: {
    nb: 'Forsøk {forsoek}: {grunn}. Neste forsøk {neste}.',
    en: 'Attempt {forsoek}: {grunn}. Next attempt at {neste}.',
  },
  SVARTE_FOER: {
    nb: 'Forsøk {forsoek}: leverandøren hadde meldt fra om brevet før den svarte.',
    en: 'Attempt {forsoek}: the provider had reported on the letter before it answered.',
  },
  OPPGITT: {
    nb: 'Oppgitt etter {forsoek} forsøk på {timer} timer. Det siste: {grunn}',
    en: 'Given up after {forsoek} attempts in {timer} hours. The last: {grunn}',
  },
  SPURT_PAA_NYTT: {
    nb: 'Registeret er spurt på nytt, siden brevet hadde ventet (R-15).',
    en: 'The register was asked again, since the letter had waited (R-15).',
  },
  SENDT_PAA_NYTT: {
    nb: '{kvittering} Registeret er spurt på nytt, og brevet sendes en gang til (R-28).',
    en: '{kvittering} The register was asked again, and the letter is sent once more (R-28).',
  },

  KAN_IKKE_PAKKES: { nb: 'Brevet kan ikke pakkes: {ord}', en: 'The letter cannot be packed: {ord}' },
  UGYLDIG_INNHOLD: { nb: 'noe i det er ikke gyldig', en: 'something in it is not valid' },
  TJENESTE_SVARER_IKKE: {
    nb: 'En tjeneste som brevet trenger, svarte ikke',
    en: 'A service that the letter needs did not answer',
  },
  EGEN_FEIL: { nb: 'En feil hos oss selv', en: 'An error of our own' },
  INGEN_KANAL: {
    nb: 'Denne installasjonen har ikke kanalen {kanal}',
    en: 'This installation has no channel {kanal}',
  },
  IKKE_TIL_SENDING: { nb: 'Det skulle ikke sendes', en: 'It was not to be sent' },
  LEVERANDOER_AVVISTE: {
    nb: 'Leverandøren avviste meldingen: {ord}',
    en: 'The provider refused the message: {ord}',
  },
  LEVERANDOER_KUNNE_IKKE: {
    nb: 'Leverandøren kunne ikke ta imot meldingen: {ord}',
    en: 'The provider could not take the message: {ord}',
  },
  SVAR_IKKE_TROVERDIG: {
    nb: 'Svaret fra leverandøren er ikke til å tro på: {ord}',
    en: "The provider's answer cannot be believed: {ord}",
  },
  LEVERANDOER_NAAS_IKKE: {
    nb: 'Leverandøren kan ikke nås: {ord}',
    en: 'The provider cannot be reached: {ord}',
  },
  TJENESTE_AVVISTE: {
    nb: '{hvem} avviste brevet: {ord}',
    en: '{hvem} refused the letter: {ord}',
  },
  TJENESTE_ADGANG: {
    nb: '{hvem} slipper oss ikke inn; kontoen der må rettes her: {ord}',
    en: '{hvem} does not let us in; its account here must be put right: {ord}',
  },
  TJENESTE_KUNNE_IKKE: {
    nb: '{hvem} kunne ikke ta imot brevet: {ord}',
    en: '{hvem} could not take the letter: {ord}',
  },
  TJENESTE_NAAS_IKKE: {
    nb: '{hvem} kan ikke nås: {ord}',
    en: '{hvem} cannot be reached: {ord}',
  },

  KVITTERING_MOTTAK: { nb: 'Printleverandøren har tatt imot brevet.', en: 'The printer has taken the letter in.' },
  KVITTERING_LEVERING: {
    nb: 'Brevet er levert: det kan leses, eller er postlagt.',
    en: 'The letter is delivered: it can be read, or is posted.',
  },
  KVITTERING_AAPNING: { nb: 'Mottakeren har åpnet brevet.', en: 'The recipient has opened the letter.' },
  KVITTERING_VARSLINGFEILET: {
    nb: 'Et varsel nådde ikke mottakeren; brevet ligger der det ligger.',
    en: 'A notice did not reach the recipient; the letter stays where it is.',
  },
  KVITTERING_RETURPOST: { nb: 'Brevet kom i retur med posten.', en: 'The letter came back by post.' },
  KVITTERING_FEIL: { nb: 'Leverandøren melder en feil.', en: 'The provider reports an error.' },
  KVITTERING_TILGJENGELIG: {
    nb: 'Mottakeren kan lese brevet i Altinn.',
    en: 'The recipient can read the letter in Altinn.',
  },
  KVITTERING_VIST: {
    nb: 'Mottakeren kan lese brevet i Altinn, som ikke sier fra når det blir åpnet.',
    en: 'The recipient can read the letter in Altinn, which does not tell when it is opened.',
  },
  KVITTERING_UNDERVEIS: {
    nb: 'SvarUt oppstrøms har sendt brevet videre.',
    en: 'The SvarUt upstream has handed the letter on.',
  },

  AVVIST: { nb: 'Avvist: {grunn}', en: 'Refused: {grunn}' },
  IKKE_LEVERT: { nb: 'Ikke levert: {grunn}', en: 'Not delivered: {grunn}' },
  LESEFRIST: { nb: 'Lesefrist utløpt.', en: 'The time to read it is up.' },
  LESEFRIST_BARE_DIGITALT: {
    nb: 'Lesefrist utløpt. Forsendelsen er bare sendt digitalt.',
    en: 'The time to read it is up. The letter is digital only.',
  },
  LEST_EKSTERNT: {
    nb: "Lest eksternt {dato}{av} hos avsender {avsender} i systemet '{system}'",
    en: "Read {dato}{av} at its sender {avsender} in the system '{system}'",
  },
  MOTTAK_KVITTERT: {
    nb: 'Mottak er kvittert av mottakersystemet {system}',
    en: 'The receiving system {system} has confirmed it',
  },
  MOTTAK_FEILET: {
    nb: 'Mottak feilet hos mottakersystemet {system}: {ord}',
    en: 'The receiving system {system} could not take it in: {ord}',
  },
  MOTTAK_FEILET_PERMANENT: {
    nb: 'Mottak feilet permanent hos mottakersystemet {system}: {ord}',
    en: 'The receiving system {system} can never take it in: {ord}',
  },
} as const satisfies Readonly<Record<string, Tospraaklig>>;

export type Tekstkode = keyof typeof tabell;

type Verdier = Readonly<Record<string, string | number | Tospraaklig>>;

function fylt(mal: string, verdier: Verdier, spraak: keyof Tospraaklig): string {
  return mal.replace(/\{(\w+)\}/g, (_, navn: string) => {
    const verdi = verdier[navn] ?? '';
    return typeof verdi === 'object' ? verdi[spraak] : String(verdi);
  });
}

/** A text of the table with its values filled in. */
export const tekst = (kode: Tekstkode, verdier: Verdier = {}): Tospraaklig => ({
  nb: fylt(tabell[kode].nb, verdier, 'nb'),
  en: fylt(tabell[kode].en, verdier, 'en'),
});

/** A reason: our own in both languages, or the words of others, in whichever language they are. */
export type Ord = string | Tospraaklig;

/** Words of others, in whichever language they are. */
export const ordrett = (ord: string): Tospraaklig => ({ nb: ord, en: ord });
