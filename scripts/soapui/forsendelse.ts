import { PATH, tns } from '../../src/contract/forsendelse/names.js';
import type { Operasjon } from '../../src/contract/forsendelse/decode.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import type { Expected } from './requests.js';
import type { Attachment, Service, ServiceGroup, ServiceRequest } from './service.js';
import { block, text } from './xml.js';

/*
 * Forsendelse v1 in SoapUI. The references are fixed: whoever sends a request again gets the first answer again, so the suite can be run
 * as often as one likes.
 */

const binding = 'ForsendelseSoap11';
const names = [
  'SendForsendelse',
  'ForklarForsendelse',
  'HentStatus',
  'HentKvitteringer',
  'BekreftKvitteringer',
  'TrekkTilbakeForsendelse',
  'MeldLest',
] as const satisfies readonly Operasjon[];

const leaf = (name: string, value: string | number): string => `<f:${name}>${text(String(value))}</f:${name}>`;
const group = (name: string, children: readonly string[]): string => block(`f:${name}`, children);

const envelope = (body: string): string =>
  [
    `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:f="${tns.uri}">`,
    '  <soap:Header/>',
    '  <soap:Body>',
    ...body.split('\n').map((line) => `    ${line}`),
    '  </soap:Body>',
    '</soap:Envelope>',
  ].join('\n');

/** The number of a test person. */
export const idOf = (navn: string): string => {
  const found = testpersons(new Date(0)).find((p) => p.navn === navn);
  if (found === undefined) throw new Error(`no test person ${navn}; src/sandbox/testpersons.ts has them`);
  return found.personidentifikator;
};

const postadresse = (name: string, navn: string): string =>
  group(name, [
    leaf('navn', navn),
    leaf('adresselinje', 'Storgata 1'),
    leaf('postnummer', '0155'),
    leaf('poststed', 'OSLO'),
  ]);

const address = postadresse('postadresse', 'Kari Nordmann');
const paper = group('utskrift', [postadresse('returadresse', 'Prøve kommune')]);

const mottaker = (navn: string, ...more: readonly string[]): string =>
  group('mottaker', [leaf('id', idOf(navn)), ...more]);

/** The document is a text, so that everybody can read what was sent. */
const dokument = (content: string, name: 'innhold' | 'innholdRef' = 'innhold'): string =>
  group('hoveddokument', [
    leaf('filnavn', 'brev.txt'),
    leaf('tittel', 'Brevet'),
    leaf('mimetype', 'text/plain'),
    leaf(name, content),
  ]);
const attachment: Attachment = { file: 'brev.txt', contentType: 'text/plain', contentId: 'brev.txt' };
const letter = dokument(Buffer.from('Hei. Dette er et brev fra SoapUI.\n').toString('base64'));

const tittel = leaf('tittel', 'Brev fra SoapUI');

const send = (reference: string, to: string, more: readonly string[] = [], document = letter): string =>
  group('SendForsendelse', [leaf('eksternRef', reference), to, tittel, ...more, document]);

const answer = (...contains: readonly string[]): Expected => ({ fault: false, contains });
const fault = (...contains: readonly string[]): Expected => ({ fault: true, contains });

const request = (
  operation: Operasjon,
  what: string,
  description: string,
  body: string,
  expects: Expected,
): ServiceRequest => ({ name: what, description, operation, envelope: envelope(body), expects });

/** Beyond every calendar that a test moves: what waits for it has not been handed on. */
const later = leaf('virkningstidspunkt', '2099-01-01T12:00:00+01:00');
const nobody = '00000000-0000-4000-8000-000000000000';

const letters: ServiceGroup = {
  name: 'A letter',
  description: 'What would happen, sending, status, receipts, and withdrawing; as sender-dev (310000019).',
  requests: [
    request(
      'ForklarForsendelse',
      'ForklarForsendelse three test persons',
      'Dry run: one goes to a postkasse, one on paper, and one to your own portal or on paper. Nothing is sent.',
      group('ForklarForsendelse', [
        mottaker('digipost', address),
        mottaker('reserved', address),
        mottaker('fresh', address),
        tittel,
        paper,
      ]),
      answer('ForklarForsendelseResponse', 'POSTKASSE', 'UTSKRIFT', 'kostnad'),
    ),
    request(
      'SendForsendelse',
      'SendForsendelse to a postkasse',
      'The same eksternRef and content again: the same forsendelsesId.',
      send('soapui-postkasse', mottaker('digipost')),
      answer('SendForsendelseResponse', 'forsendelsesId', 'POSTKASSE', '984661185'),
    ),
    {
      ...request(
        'SendForsendelse',
        'SendForsendelse with an attachment',
        'The document is a SOAP attachment (Attachments, below the editor): innholdRef holds cid: and its ContentID.',
        send('soapui-vedlegg', mottaker('digipost'), [], dokument(`cid:${attachment.contentId}`, 'innholdRef')),
        answer('SendForsendelseResponse', 'forsendelsesId', 'POSTKASSE'),
      ),
      attachment,
    },
    request(
      'SendForsendelse',
      'SendForsendelse on paper',
      'To one who has reserved against digital mail. Withdrawn below, so it waits for its virkningstidspunkt.',
      send('soapui-utskrift', mottaker('reserved', address), [later, paper]),
      answer('SendForsendelseResponse', 'UTSKRIFT', '310000051'),
    ),
    request(
      'ForklarForsendelse',
      'ForklarForsendelse a tax return, and a business',
      'By its dokumenttype a tax return goes to Altinn, whatever mailbox there is; the business is named by Enhetsregisteret.',
      group('ForklarForsendelse', [
        mottaker('digipost'),
        group('mottaker', [leaf('id', identities.supplier.organisasjonsnummer)]),
        tittel,
        leaf('dokumenttype', 'skattemelding'),
      ]),
      answer('ForklarForsendelseResponse', 'R-53', identities.supplier.organisasjon),
    ),
    request(
      'HentStatus',
      'HentStatus',
      'By your own reference; by forsendelsesId as well.',
      group('HentStatus', [leaf('eksternRef', 'soapui-postkasse')]),
      answer('HentStatusResponse', 'soapui-postkasse', 'MOTTATT'),
    ),
    request(
      'HentKvitteringer',
      'HentKvitteringer',
      'Receipts that wait. They are lent for five minutes, and come again unless they are confirmed.',
      group('HentKvitteringer', [leaf('prioritet', 'NORMAL'), leaf('antall', 10)]),
      answer('HentKvitteringerResponse'),
    ),
    request(
      'BekreftKvitteringer',
      'BekreftKvitteringer',
      'Put in the kvitteringsId of HentKvitteringer. This one is nobody’s, and is answered as ukjent.',
      group('BekreftKvitteringer', [leaf('kvitteringsId', nobody)]),
      answer('BekreftKvitteringerResponse', 'ukjent', nobody),
    ),
    request(
      'TrekkTilbakeForsendelse',
      'TrekkTilbakeForsendelse',
      'The letter on paper waits, so it can be withdrawn.',
      group('TrekkTilbakeForsendelse', [leaf('eksternRef', 'soapui-utskrift')]),
      answer('TrekkTilbakeForsendelseResponse', 'TRUKKET'),
    ),
  ],
};

const refused: ServiceGroup = {
  name: 'Refused',
  description: 'Requests that break one rule each. Every answer is a SOAP fault that says what to do.',
  requests: [
    request(
      'SendForsendelse',
      'NEGATIVE P-2000: paper without an address',
      'The recipient has reserved, and no postal address is given (R-44).',
      send('soapui-uten-adresse', mottaker('reserved')),
      fault('[P-2000]'),
    ),
    request(
      'MeldLest',
      'NEGATIVE P-2009: MeldLest of a letter in a postkasse',
      'Only the openings of letters that were handed back to you are yours to report; lest is left out: now.',
      group('MeldLest', [leaf('eksternRef', 'soapui-postkasse')]),
      fault('[P-2009]'),
    ),
    request(
      'SendForsendelse',
      'NEGATIVE Client: the same eksternRef with another letter',
      'To be sent after "SendForsendelse to a postkasse".',
      send('soapui-postkasse', mottaker('digipost'), [], dokument('QW5uZXQ=')),
      fault('Client', 'eksternRef'),
    ),
    request(
      'SendForsendelse',
      'NEGATIVE Client: a document that is not base64',
      'The fault names the element.',
      send('soapui-ikke-base64', mottaker('digipost'), [], dokument('QUI')),
      fault('Client', 'innhold is not base64'),
    ),
    request(
      'HentStatus',
      'NEGATIVE Client: a letter that is nobody’s',
      'An id that was never given.',
      group('HentStatus', [leaf('forsendelsesId', nobody)]),
      fault('Client'),
    ),
  ],
};

const [account] = developmentAccounts;

/** Forsendelse v1 by SOAP 1.1 and HTTP Basic. */
export const forsendelse: Service = {
  name: 'Forsendelse v1',
  path: PATH,
  namespace: `${tns.uri}:wsdl`,
  binding,
  soapVersion: '1_1',
  schemas: ['forsendelse.xsd', 'swaref.xsd'],
  operations: Object.fromEntries(names.map((name) => [name, `${tns.uri}:${name}`])),
  account,
  groups: [letters, refused],
};
