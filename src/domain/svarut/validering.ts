import { Failure } from '../../errors.js';
import type { SvarUtBestilling, SvarUtDokument } from './bestilling.js';
import { erNorsk, mottakerId } from './forsendelse.js';

/** What an order is held against besides itself. */
export interface Grunnlag {
  /** Of the calendar. */
  readonly now: Date;
  /** Types that letters may have here. */
  readonly typer: readonly string[];
}

/** One rule for an order: what is wrong with it, in Norwegian for its user; undefined when nothing is. */
type Regel = (b: SvarUtBestilling, grunnlag: Grunnlag) => string | undefined;

const doegn = 86_400_000;
const PDF = 'application/pdf';

/** Characters of a file name, and those that none may have (CONTRACT.md section 2). */
const filnavnTegn = 226;
const ulovligIFilnavn = /["<>?*|:/\\`\p{Cc}]/u;

const tom = (tekst: string | null | undefined): boolean => (tekst ?? '').trim() === '';
const hvis = (galt: boolean, tekst: string): string | undefined => (galt ? tekst : undefined);

/** The first that is there twice. */
function gjentatt(navn: readonly string[]): string | undefined {
  const sett = new Set<string>();
  return navn.find((n) => sett.size === sett.add(n).size);
}

const adresseregler: readonly Regel[] = [
  (b) => hvis(b.mottaker === null, 'mottaker mangler'),
  ({ kunDigitalLevering, mottaker }) =>
    hvis(
      kunDigitalLevering && mottakerId(mottaker) === null,
      'kunDigitalLevering krever at mottakeren har digitalAdresse med fnr eller orgnr',
    ),
  ({ kunDigitalLevering, mottaker }) =>
    hvis(!kunDigitalLevering && tom(mottaker?.post?.navn), 'mottaker.postAdresse.navn mangler'),
  ({ kunDigitalLevering, mottaker }) => {
    const post = mottaker?.post ?? null;
    if (kunDigitalLevering || post === null || !erNorsk(post)) return undefined;
    return hvis(
      !/^\d{4}$/.test(post.postnr ?? '') || tom(post.poststed),
      'mottaker.postAdresse trenger postnr med fire sifre og poststed',
    );
  },
  ({ kunDigitalLevering, mottaker }) => {
    const post = mottaker?.post ?? null;
    if (kunDigitalLevering || post === null || erNorsk(post)) return undefined;
    const linjer = [post.adresse1, post.adresse2, post.adresse3, post.postnr, post.poststed];
    return hvis(linjer.every(tom), 'mottaker.postAdresse i utlandet trenger minst én adresselinje');
  },
];

const kanSkrivesUt = (d: SvarUtDokument): boolean => !d.ekskluderesFraPrint && d.mimetype === PDF;

const dokumentregler: readonly Regel[] = [
  ({ dokumenter }) => hvis(dokumenter.length === 0, 'forsendelsen har ingen dokumenter'),
  ({ dokumenter }) =>
    hvis(
      dokumenter.some((d) => tom(d.filnavn)),
      'et dokument mangler filnavn',
    ),
  ({ dokumenter }) =>
    hvis(
      dokumenter.some((d) => [...d.filnavn].length > filnavnTegn),
      `et filnavn har mer enn ${filnavnTegn} tegn`,
    ),
  ({ dokumenter }) =>
    hvis(
      dokumenter.some((d) => ulovligIFilnavn.test(d.filnavn)),
      'et filnavn har tegn som ikke er tillatt: " < > ? * | : / \\ `',
    ),
  ({ dokumenter }) => {
    const navn = gjentatt(dokumenter.map((d) => d.filnavn.toLowerCase()));
    return hvis(navn !== undefined, `filnavnet ${navn} er brukt på flere dokumenter`);
  },
  ({ dokumenter }) =>
    hvis(
      dokumenter.some((d) => tom(d.mimetype)),
      'et dokument mangler mimetype',
    ),
  ({ dokumenter, kunDigitalLevering }) => {
    const galt = dokumenter.find((d) => !kunDigitalLevering && !d.ekskluderesFraPrint && d.mimetype !== PDF);
    return hvis(
      galt !== undefined,
      `${galt?.filnavn} kan ikke skrives ut: bruk ${PDF}, ekskluderesFraPrint eller kunDigitalLevering`,
    );
  },
  ({ dokumenter, kunDigitalLevering }) =>
    hvis(
      !kunDigitalLevering && !dokumenter.some(kanSkrivesUt),
      'minst ett dokument må kunne skrives ut, ellers må kunDigitalLevering brukes',
    ),
  ({ dokumenter }) =>
    hvis(
      dokumenter.some((d) => d.giroarkSider.some((side) => side < 1)),
      'giroarkSider regnes fra 1',
    ),
];

const erSignering = (b: SvarUtBestilling): boolean =>
  b.signaturtype !== null || b.dokumenter.some((d) => d.skalSigneres);

/** A client in use orders signatures without kind and expiry, so only what is said about them is judged. */
const signeringsregler: readonly Regel[] = [
  (b) => {
    const digital = b.mottaker?.digital ?? null;
    return hvis(digital === null || !('fnr' in digital), 'signering krever at mottakeren er en person med fnr');
  },
  ({ signeringUtloper }, { now }) =>
    hvis(
      signeringUtloper !== null && signeringUtloper.getTime() < now.getTime() + doegn,
      'signeringUtloper må være minst ett døgn fram i tid',
    ),
  ({ dokumenter }) =>
    hvis(
      dokumenter.filter((d) => d.skalSigneres).length !== 1,
      'signering krever at nøyaktig ett dokument har skalSigneres',
    ),
  ({ dokumenter }) =>
    hvis(
      dokumenter.some((d) => d.skalSigneres && d.mimetype !== PDF),
      `dokumentet som skal signeres, må være ${PDF}`,
    ),
  ({ svarSendesTil }) => {
    const digital = svarSendesTil?.digital ?? null;
    return hvis(digital !== null && !('orgnr' in digital), 'signering krever at svarSendesTil er en organisasjon');
  },
];

/** A link that a reader may be sent to. */
const erLenke = (url: string | null): boolean =>
  url !== null && URL.canParse(url) && ['http:', 'https:', 'ftp:'].includes(new URL(url).protocol);

const oevrige: readonly Regel[] = [
  (b) => hvis(tom(b.tittel), 'tittel mangler'),
  ({ konteringskode }) =>
    hvis(
      !/^[a-zA-Z0-9\-._øæåØÆÅ]{0,20}$/.test(konteringskode ?? ''),
      'konteringskode kan ha høyst 20 bokstaver, sifre, bindestrek, punktum og understrek',
    ),
  ({ forsendelseType }, { typer }) =>
    hvis(
      forsendelseType !== null && !typer.includes(forsendelseType),
      `forsendelseType ${forsendelseType} finnes ikke her; se retreiveForsendelseTyper`,
    ),
  ({ krevNiva4Innlogging, kryptert }) =>
    hvis(krevNiva4Innlogging && !kryptert, 'krevNiva4Innlogging krever at dokumentene er kryptert'),
  (b, grunnlag) => (erSignering(b) ? foerste(signeringsregler, b, grunnlag) : undefined),
  ({ svarPaForsendelseLink, svarSendesTil }) => {
    const digital = svarSendesTil?.digital ?? null;
    return hvis(
      svarPaForsendelseLink && (digital === null || !('orgnr' in digital)),
      'svarPaForsendelseLink krever svarSendesTil med orgnr',
    );
  },
  ({ metadataFraAvleverendeSystem: metadata }) => {
    const noekkel = gjentatt(metadata?.ekstraMetadata.map(({ key }) => key) ?? []);
    return hvis(noekkel !== undefined, `ekstraMetadata har nøkkelen ${noekkel} flere ganger`);
  },
  ({ lenker }) =>
    hvis(
      lenker.some(({ urlLenke, urlTekst }) => !erLenke(urlLenke) || tom(urlTekst)),
      'en lenke trenger urlTekst, og urlLenke med http, https eller ftp',
    ),
];

function foerste(regler: readonly Regel[], b: SvarUtBestilling, grunnlag: Grunnlag): string | undefined {
  for (const regel of regler) {
    const galt = regel(b, grunnlag);
    if (galt !== undefined) return galt;
  }
  return undefined;
}

/**
 * Judges an order by what SvarUt says of each field (CONTRACT.md section 2, "Validation rules"), the contents apart.
 * @throws Failure SVARUT_CONTENT, SVARUT_EMPTY
 */
export function validerBestilling(b: SvarUtBestilling, grunnlag: Grunnlag): void {
  const reason = foerste([...oevrige, ...adresseregler, ...dokumentregler], b, grunnlag);
  if (reason !== undefined) throw new Failure('SVARUT_CONTENT', 'an order that SvarUt refuses', { reason });
  const tomt = b.dokumenter.find(({ innhold }) => innhold.size === 0);
  if (tomt !== undefined) throw new Failure('SVARUT_EMPTY', 'an empty document', { filnavn: tomt.filnavn });
}
