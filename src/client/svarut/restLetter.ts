import type {
  MetadataForImport,
  MetadataFraAvleverendeSystem,
  SvarUtAdresse,
  SvarUtBestilling,
  SvarUtDokument,
} from '../../domain/svarut/bestilling.js';

/* The JSON of REST V2's `send` (CONTRACT.md section 5). What is null is left out. */

/** Without the members that are null, or empty lists. */
const uten = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  );

/** Characters of a reference, and of the name of the system. */
const REFERANSE = 100;
/** Characters of a title, and links of one letter. */
const TITTEL = 1000;
const LENKER = 5;

const kort = (text: string | null, size: number): string | null =>
  text === null ? null : [...text].slice(0, size).join('');

const adresse = (value: SvarUtAdresse | null): Record<string, unknown> | null => {
  if (value === null) return null;
  const { digital, post } = value;
  return uten({
    // It must have one, which is used on paper only.
    navn: post?.navn ?? 'Mottaker',
    digitalId: digital === null ? null : 'fnr' in digital ? digital.fnr : digital.orgnr,
    adresselinje1: post?.adresse1 ?? null,
    adresselinje2: post?.adresse2 ?? null,
    adresselinje3: post?.adresse3 ?? null,
    postnummer: post?.postnr ?? null,
    poststed: post?.poststed ?? null,
    land: post?.land ?? null,
  });
};

const dokument = (d: SvarUtDokument): Record<string, unknown> =>
  uten({
    filnavn: d.filnavn,
    mimeType: d.mimetype,
    skalSigneres: d.skalSigneres,
    dokumentType: d.dokumentType,
    giroarkSider: [...new Set(d.giroarkSider)],
    skalEkskluderesFraUtskrift: d.ekskluderesFraPrint,
  });

const forImport = (m: MetadataForImport): Record<string, unknown> =>
  uten({
    saksaar: m.saksaar,
    sakssekvensnummer: m.sakssekvensnummer,
    journalposttype: m.journalposttype,
    journalstatus: m.journalstatus,
    dokumentetsDato: m.dokumentetsDato,
    tittel: m.tittel,
  });

const fraAvleverende = (m: MetadataFraAvleverendeSystem): Record<string, unknown> => ({
  ...forImport(m),
  ...uten({
    journalaar: m.journalaar,
    journalsekvensnummer: m.journalsekvensnummer,
    journalpostnummer: m.journalpostnummer,
    journaldato: m.journaldato,
    saksbehandler: m.saksbehandler,
    ekstraMetadata: m.ekstraMetadata,
  }),
});

const utskrift = (p: NonNullable<SvarUtBestilling['printkonfigurasjon']>): Record<string, unknown> => ({
  utskriftMedFarger: p.fargePrint,
  tosidig: p.tosidig,
});

/**
 * The letter. The id is its `eksternReferanse`, which letters are found again by; the sender's own reference ties letters together instead.
 */
export const sendJson = (b: SvarUtBestilling, id: string): string =>
  JSON.stringify(
    uten({
      tittel: kort(b.tittel ?? '', TITTEL),
      mottaker: adresse(b.mottaker),
      avgivendeSystem: kort(b.avgivendeSystem, REFERANSE),
      konteringskode: b.konteringskode,
      kunDigitalLevering: b.kunDigitalLevering,
      kryptert: b.kryptert,
      utskriftskonfigurasjon: b.printkonfigurasjon === null ? null : utskrift(b.printkonfigurasjon),
      krevNiva4Innlogging: b.krevNiva4Innlogging,
      metadataFraAvleverendeSystem:
        b.metadataFraAvleverendeSystem === null ? null : fraAvleverende(b.metadataFraAvleverendeSystem),
      metadataForImport: b.metadataForImport === null ? null : forImport(b.metadataForImport),
      svarSendesTil: adresse(b.svarSendesTil),
      svarPaForsendelse: b.svarPaForsendelse,
      dokumenter: b.dokumenter.map(dokument),
      lenker: b.lenker
        .slice(0, LENKER)
        .map(({ urlLenke, urlTekst, ledetekst }) => uten({ url: urlLenke, tekst: urlTekst ?? '', ledetekst })),
      forsendelsestype: kort(b.forsendelseType, REFERANSE),
      eksternReferanse: id,
      korrelasjonsid: kort(b.eksternref, REFERANSE),
      svarPaForsendelseLink: b.svarPaForsendelseLink,
      signeringUtloper: b.signeringUtloper,
      signaturType: b.signaturtype,
    }),
  );
