import { mottakerId } from '../../domain/svarut/forsendelse.js';
import type {
  MetadataForImport,
  MetadataFraAvleverendeSystem,
  SvarUtAdresse,
  SvarUtBestilling,
} from '../../domain/svarut/bestilling.js';

/*
 * The list of SvarInn (CONTRACT.md section 8). Importers read it into objects that they do not check, so what they walk into is always there:
 * metadata and the address to answer to. Dates are numbers, for one of them reads nothing else.
 */

/** A letter that waits for its receiver. */
export interface Ventende {
  readonly id: string;
  readonly dato: Date;
  readonly bestilling: SvarUtBestilling;
  readonly avsender: { readonly organisasjonsnummer: string; readonly navn: string };
}

const ms = (at: Date | null | undefined): number | null => at?.getTime() ?? null;

/** An address, with the numbers beside it. */
function adresse(til: SvarUtAdresse | null) {
  const post = til?.post ?? null;
  const digital = til?.digital ?? null;
  return {
    adresse1: post?.adresse1 ?? '',
    adresse2: post?.adresse2 ?? '',
    adresse3: post?.adresse3 ?? '',
    postnr: post?.postnr ?? null,
    poststed: post?.poststed ?? null,
    navn: post?.navn ?? null,
    land: post?.land ?? null,
    orgnr: digital !== null && 'orgnr' in digital ? digital.orgnr : null,
    fnr: digital !== null && 'fnr' in digital ? digital.fnr : null,
  };
}

/** Who gets the answer: whom the order names, else its sender. A receiver knows the sender by this number only. */
function svarSendesTil({ bestilling, avsender }: Ventende) {
  const svar = adresse(bestilling.svarSendesTil);
  return {
    ...svar,
    navn: svar.navn ?? avsender.navn,
    orgnr: mottakerId(bestilling.svarSendesTil) === null ? avsender.organisasjonsnummer : svar.orgnr,
  };
}

const forImport = (m: MetadataForImport | null) => ({
  sakssekvensnummer: m?.sakssekvensnummer ?? 0,
  saksaar: m?.saksaar ?? 0,
  journalposttype: m?.journalposttype ?? null,
  journalstatus: m?.journalstatus ?? null,
  dokumentetsDato: ms(m?.dokumentetsDato),
  tittel: m?.tittel ?? null,
});

const fraAvleverendeSystem = (m: MetadataFraAvleverendeSystem | null) => ({
  ...forImport(m),
  journalaar: m?.journalaar ?? 0,
  journalsekvensnummer: m?.journalsekvensnummer ?? 0,
  journalpostnummer: m?.journalpostnummer ?? 0,
  journaldato: ms(m?.journaldato),
  saksBehandler: m?.saksbehandler ?? null,
  ekstraMetadata: m?.ekstraMetadata ?? [],
});

/** One entry of the list. `downloadUrl` is absolute. */
export function encodeForsendelse(ventende: Ventende, downloadUrl: string) {
  const { id, dato, bestilling: b, avsender } = ventende;
  return {
    avsender: {
      adresselinje1: '',
      adresselinje2: '',
      adresselinje3: '',
      navn: avsender.navn,
      poststed: null,
      postnr: null,
    },
    mottaker: adresse(b.mottaker),
    id,
    tittel: b.tittel,
    date: dato.getTime(),
    metadataFraAvleverendeSystem: fraAvleverendeSystem(b.metadataFraAvleverendeSystem),
    metadataForImport: forImport(b.metadataForImport),
    status: 'Klar for mottak',
    niva: b.krevNiva4Innlogging ? '4' : '3',
    filmetadata: b.dokumenter.map(({ filnavn, mimetype, dokumentType, innhold }) => ({
      filnavn,
      mimetype,
      sha256hash: innhold.sha256,
      dokumentType,
      size: innhold.size,
    })),
    svarSendesTil: svarSendesTil(ventende),
    svarPaForsendelse: b.svarPaForsendelse,
    forsendelseType: b.forsendelseType,
    eksternRef: b.eksternref,
    lenker: b.lenker.map(({ ledetekst, urlLenke, urlTekst }) => ({ ledetekst, urlLenke, urlTekst })),
    downloadUrl,
    avgivendeSystem: b.avgivendeSystem,
    taushetsbelagtPost: false,
  };
}
