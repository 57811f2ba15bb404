import { createHash } from 'node:crypto';
import type { Dokument, Forsendelse } from '../../src/domain/forsendelse.js';
import type { Beslutning } from '../../src/domain/routing/decision.js';
import type { Shipment } from '../../src/domain/shipment.js';
import { testTime } from './pki.js';

/* A letter that has been accepted and decided about, good but for what a test changes. */

export const mailbox = '984661185';
export const printer = '310000051';
export const recipient = '23863814839';

type Send = Extract<Beslutning, { utfall: 'SEND' }>;

const felles = {
  fattet: testTime,
  register: {
    spurt: testTime,
    status: 'AKTIV',
    reservasjon: false,
    mobil: { ferskTil: null, fersk: true },
    epost: null,
    postkasseleverandoer: mailbox,
    postkasseadresse: 'ola.nordmann#6XXB',
  },
  spor: [
    { regel: 'R-11', lovhjemmel: null, traff: true, tekst: { nb: 'Har digital postkasse.', en: 'Has a mailbox.' } },
  ],
} as const;

export const toMailbox: Send = {
  ...felles,
  varsler: [
    { varslingskanal: 'SMS', adresse: '+4799999999', tekst: 'Du har post', dagerEtter: [0, 7], spraak: 'nn' },
    { varslingskanal: 'EPOST', adresse: 'ola@example.com', tekst: 'Du har brev', dagerEtter: [1], spraak: 'nb' },
  ],
  utfall: 'SEND',
  kanal: 'POSTKASSE',
  leverandoer: mailbox,
  tidligst: null,
};
export const toPrint: Send = { ...toMailbox, varsler: [], kanal: 'UTSKRIFT', leverandoer: printer };
export const toPortal: Send = { ...toMailbox, varsler: [], kanal: 'PORTAL', leverandoer: null };
export const refused: Beslutning = {
  ...felles,
  spor: [
    ...felles.spor,
    { regel: 'R-44', lovhjemmel: null, traff: true, tekst: { nb: 'Adresse.', en: 'No address.' } },
  ],
  varsler: [],
  utfall: 'AVVIS',
  kode: 'POSTAL_ADDRESS_REQUIRED',
};

const dokument = (filnavn: string, ref: string): Dokument => ({
  filnavn,
  tittel: `Om ${filnavn}`,
  mimetype: 'application/pdf',
  innhold: { ref, size: 4, sha256: createHash('sha256').update(ref).digest('hex') },
});

export const order: Forsendelse = {
  avsender: '310000019',
  databehandler: '310000035',
  eksternRef: 'sak-1',
  mottaker: {
    id: recipient,
    postadresse: { navn: 'Ola Nordmann', adresselinjer: ['Storgata 1'], postnummer: '0155', poststed: 'OSLO' },
  },
  tittel: 'Svar på søknad',
  spraak: 'nn',
  klasse: 'VEDTAK',
  prioritet: 'PRIORITERT',
  virkningstidspunkt: new Date('2026-03-04T08:00:00.000Z'),
  sikkerhetsnivaa: 4,
  aapningskvittering: { begrunnelse: 'frist' },
  varseltekst: { epost: null, sms: null },
  kunDigitalt: false,
  utskrift: {
    posttype: 'A_PRIORITERT',
    farge: 'FARGE',
    retur: 'MAKULERING_MED_MELDING',
    returadresse: { navn: 'Prøve kommune', adresselinjer: ['Box 1'], postnummer: '0001', poststed: 'OSLO' },
  },
  kostnadskode: 'K-17',
  hoveddokument: dokument('vedtak.pdf', 'doc-1'),
  vedlegg: [dokument('vedlegg 1.pdf', 'doc-2'), dokument('vedlegg 2.pdf', 'doc-3')],
};

export const ids = {
  shipment: '00000000-0000-4000-8000-000000000001',
  conversation: '00000000-0000-4000-8000-0000000000ab',
  message: '00000000-0000-4000-8000-000000000003',
} as const;

export const letter = (changes: Partial<Shipment> = {}): Shipment => ({
  id: ids.shipment,
  mottatt: testTime,
  forsendelse: order,
  digest: Buffer.alloc(32, 1),
  tilstand: 'MOTTATT',
  beslutning: toMailbox,
  konversasjonsId: ids.conversation,
  meldingsId: ids.message,
  ...changes,
});
