import { randomUUID } from 'node:crypto';
import type {
  MetadataFraAvleverendeSystem,
  SvarUtBestilling,
  SvarUtDokument,
} from '../../src/domain/svarut/bestilling.js';
import type { SvarUtBrev } from '../../src/domain/svarut/ports.js';

export const svarutDocument = (change: Partial<SvarUtDokument> = {}): SvarUtDokument => ({
  filnavn: 'vedtak.pdf',
  mimetype: 'application/pdf',
  dokumentType: null,
  ekskluderesFraPrint: false,
  giroarkSider: [],
  skalSigneres: false,
  innhold: { ref: 'r', size: 1000, sha256: '00' },
  ...change,
});

/** An order that SvarUt accepts: one PDF to a person with a postal address. */
export const svarutOrder = (change: Partial<SvarUtBestilling> = {}): SvarUtBestilling => ({
  tittel: 'Vedtak om barnehageplass',
  mottaker: {
    digital: { fnr: '15819010029' },
    post: {
      navn: 'Kari Nordmann',
      adresse1: 'Storgata 1',
      adresse2: null,
      adresse3: null,
      postnr: '0155',
      poststed: 'Oslo',
      land: 'Norge',
    },
  },
  dokumenter: [svarutDocument()],
  lenker: [],
  avgivendeSystem: 'arkiv',
  eksternref: 'sak-1',
  forsendelseType: null,
  konteringskode: null,
  krevNiva4Innlogging: false,
  kryptert: false,
  kunDigitalLevering: false,
  printkonfigurasjon: { brevtype: 'BPOST', fargePrint: false, tosidig: true },
  signaturtype: null,
  signeringUtloper: null,
  svarPaForsendelse: null,
  svarPaForsendelseLink: false,
  svarSendesTil: null,
  metadataFraAvleverendeSystem: null,
  metadataForImport: null,
  ...change,
});

/** Metadata that say nothing. */
export const svarutMetadata: MetadataFraAvleverendeSystem = {
  sakssekvensnummer: 0,
  saksaar: 0,
  journalaar: 0,
  journalsekvensnummer: 0,
  journalpostnummer: 0,
  journalposttype: null,
  journalstatus: null,
  journaldato: null,
  dokumentetsDato: null,
  tittel: null,
  saksbehandler: null,
  ekstraMetadata: [],
};

/** What is kept of a letter that has just been accepted. */
export const svarutBrev = (change: Partial<SvarUtBrev> = {}): SvarUtBrev => ({
  shipmentId: randomUUID(),
  konto: 'arkiv',
  mottatt: new Date(0),
  eksternref: null,
  mottaker: null,
  konteringskode: null,
  status: 'AKSEPTERT',
  statusEndret: new Date(0),
  proevd: [],
  ettersendes: true,
  lesetimer: 40,
  frist: null,
  mottakersystem: null,
  lestAv: null,
  ...change,
});
