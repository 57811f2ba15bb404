import type {
  BusinessDocument,
  DigitalPost,
  FlyttetDigitalPost,
  FysiskPost,
  Payload,
} from '../../../src/contract/sdp/types.js';

/** Valid business documents, to be broken one member at a time. */

const created = new Date('2026-03-02T11:59:58.123Z');
export const header = {
  sender: '310000019',
  receiver: '996460320',
  instanceIdentifier: 'E4880724-3e98-4123-8e02-70a33b1dc143',
  conversationId: '537ded9b-13b9-45d3-beca-750d1b3eed25',
  created,
};
const avsender = { organisasjonsnummer: '310000019', avsenderidentifikator: 'A-1', fakturaReferanse: '' };
const fingeravtrykk = 'ab'.repeat(32);

export const digital: DigitalPost = {
  type: 'digitalPost',
  avsender,
  fingeravtrykk,
  fysisk: null,
  mottaker: { personidentifikator: '17051400000', postkasseadresse: 'ola.nordmann#0ABC' },
  digital: {
    virkning: new Date('2026-03-04T08:00:00.000Z'),
    aapningskvittering: true,
    sikkerhetsnivaa: 4,
    ikkeSensitivTittel: { lang: 'nb', tekst: 'Brev fra <Prøve> & kommune 💌' },
    epostVarsel: { til: 'ola@example.com', tekst: { lang: 'nb', tekst: 'Du har post' }, dagerEtter: [0, 7] },
    smsVarsel: { til: '+4799999999', tekst: { lang: 'nn', tekst: 'Post' }, dagerEtter: [1] },
  },
};

export const fysisk: FysiskPost = {
  type: 'digitalPost',
  avsender: { ...avsender, avsenderidentifikator: null, fakturaReferanse: null },
  fingeravtrykk,
  digital: null,
  fysisk: {
    mottaker: {
      navn: 'Ola Nordmann',
      adresselinjer: ['Storgata 1', 'Oppgang B'],
      postnummer: '0151',
      poststed: 'OSLO',
    },
    utskrift: {
      posttype: 'A_PRIORITERT',
      farge: 'FARGE',
      retur: 'MAKULERING_MED_MELDING',
      returadresse: { navn: 'Prøve kommune', adresselinjer: ['Box 1', '2', '3', '4'], land: { kode: 'SE' } },
    },
    instruksjoner: [{ navn: 'konvolutt', verdi: 'C5' }],
  },
};

export const flyttet: FlyttetDigitalPost = {
  type: 'flyttetDigitalPost',
  avsender,
  fingeravtrykk,
  mottaker: digital.mottaker,
  digital: digital.digital,
  mottaksdato: '2026-02-01',
  aapnet: true,
};

const tidspunkt = new Date('2026-03-02T12:00:00.000Z');

/** One payload of each kind, by what it is. */
export const payloads: Readonly<Record<string, Payload>> = {
  'a letter to a mailbox': digital,
  'a letter with a date and nothing more': {
    ...digital,
    avsender: { ...avsender, avsenderidentifikator: null, fakturaReferanse: null },
    mottaker: { personidentifikator: null, postkasseadresse: '0000167396' },
    digital: { ...digital.digital, virkning: '2026-03-04', epostVarsel: null, smsVarsel: null },
  },
  'a letter at once': {
    ...digital,
    digital: { ...digital.digital, virkning: null, sikkerhetsnivaa: 3, smsVarsel: null },
  },
  'a letter to print': fysisk,
  'a letter to print abroad': {
    ...fysisk,
    fysisk: {
      mottaker: { navn: 'Kari', adresselinjer: ['Gata 2'], land: { navn: 'Sverige' } },
      utskrift: { ...fysisk.fysisk.utskrift, posttype: 'B_OEKONOMI', farge: 'SORT_HVIT', retur: 'DIREKTE_RETUR' },
      instruksjoner: [],
    },
  },
  'a letter that moves': flyttet,
  mottak: { type: 'kvittering', tidspunkt, hendelse: { type: 'mottak' } },
  levering: { type: 'kvittering', tidspunkt, hendelse: { type: 'levering' } },
  aapning: { type: 'kvittering', tidspunkt, hendelse: { type: 'aapning' } },
  returpost: { type: 'kvittering', tidspunkt, hendelse: { type: 'returpost' } },
  varslingfeilet: {
    type: 'kvittering',
    tidspunkt,
    hendelse: { type: 'varslingfeilet', varslingskanal: 'SMS', beskrivelse: 'Nummer ikke i bruk' },
  },
  'varslingfeilet without a description': {
    type: 'kvittering',
    tidspunkt,
    hendelse: { type: 'varslingfeilet', varslingskanal: 'EPOST', beskrivelse: null },
  },
  feil: { type: 'feil', tidspunkt, feiltype: 'KLIENT', detaljer: 'Ukjent postkasse' },
};

export const documentOf = (payload: Payload): BusinessDocument => ({ header, payload });
