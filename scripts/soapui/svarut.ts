import type { Operasjon } from '../../src/contract/svarut/names.js';
import { versjoner } from '../../src/contract/svarut/names.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { envelopeNamespace } from '../../src/soap/names.js';
import type { Expected } from './requests.js';
import type { Service, ServiceGroup, ServiceRequest } from './service.js';
import { block, text } from './xml.js';

/*
 * SvarUt in SoapUI, its newest version: the others have the same operations, fewer of them. The ids are fixed: whoever sends a letter again
 * under its id gets the first answer again, so the suite can be run as often as one likes.
 */

const newest = versjoner.at(-1);
const account = developmentAccounts.find(({ tjeneste }) => tjeneste === 'SVARUT');
if (newest === undefined || account === undefined) throw new Error('SvarUt has a version and a development account');

const leaf = (name: string, value: string | boolean): string => `<${name}>${text(String(value))}</${name}>`;
const nil = (name: string): string => `<${name} xsi:nil="true"/>`;

const envelope = (operasjon: Operasjon, children: readonly string[]): string =>
  [
    `<soap:Envelope xmlns:soap="${envelopeNamespace['1.2']}" xmlns:ns2="${newest.ns.uri}"`,
    '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
    '  <soap:Header/>',
    block('soap:Body', [block(`ns2:${operasjon}`, children)])
      .split('\n')
      .map((line) => `  ${line}`)
      .join('\n'),
    '</soap:Envelope>',
  ].join('\n');

/** A page of PDF with one line of text. */
function pdf(line: string): string {
  const stream = `BT /F1 24 Tf 72 720 Td (${line}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ].map((object, i) => `${i + 1} 0 obj\n${object}\nendobj\n`);
  const head = '%PDF-1.4\n';
  const offsets = objects.map((_, i) => head.length + objects.slice(0, i).join('').length);
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`);
  const size = objects.length + 1;
  const end = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${head.length + objects.join('').length}\n%%EOF\n`;
  return `${head}${objects.join('')}xref\n0 ${size}\n0000000000 65535 f \n${rows.join('')}${end}`;
}
const brev = Buffer.from(pdf('Hei. Dette er et brev fra SoapUI.')).toString('base64');

const postadresse = (navn: string): string =>
  block('postAdresse', [
    leaf('adresse1', 'Storgata 1'),
    leaf('land', 'Norge'),
    leaf('navn', navn),
    leaf('postnr', '0155'),
    leaf('poststed', 'OSLO'),
  ]);
const adresse = (name: string, type: string, number: string, navn: string): string =>
  block(name, [block('digitalAdresse', [number], ` xsi:type="ns2:${type}"`), postadresse(navn)]);

interface Order {
  readonly ref: string;
  readonly data?: string;
  readonly signing?: boolean;
}

/** A letter to a test person with a mailbox, in the order of the schema. */
const forsendelse = ({ ref, data = brev, signing = false }: Order): string =>
  block('forsendelse', [
    leaf('avgivendeSystem', 'SoapUI'),
    block('dokumenter', [
      leaf('data', data),
      leaf('ekskluderesFraPrint', false),
      leaf('filnavn', 'brev.pdf'),
      leaf('mimetype', 'application/pdf'),
      leaf('skalSigneres', signing),
    ]),
    leaf('eksternref', ref),
    leaf('krevNiva4Innlogging', false),
    leaf('kryptert', false),
    leaf('kunDigitalLevering', false),
    adresse('mottaker', 'personDigitalAdresse', leaf('fnr', '03823012011'), 'Kari Nordmann'),
    ...(signing
      ? [leaf('signaturtype', 'AUTENTISERT_SIGNATUR'), leaf('signeringUtloper', '2099-01-01T12:00:00+01:00')]
      : [nil('signaturtype'), nil('signeringUtloper')]),
    leaf('svarPaForsendelseLink', false),
    adresse('svarSendesTil', 'organisasjonDigitalAdresse', leaf('orgnr', '310000019'), 'Prøve kommune'),
    leaf('tittel', 'Brev fra SoapUI'),
  ]);

const letter = '5d3a3b1e-7c60-4f5e-9d8e-0c8f6a1b2c01';
const order = '5d3a3b1e-7c60-4f5e-9d8e-0c8f6a1b2c02';
const nobody = '00000000-0000-4000-8000-000000000000';

const answer = (...contains: readonly string[]): Expected => ({ fault: false, contains });
const fault = (...contains: readonly string[]): Expected => ({ fault: true, contains });
const request = (
  operation: Operasjon,
  name: string,
  description: string,
  children: readonly string[],
  expects: Expected,
): ServiceRequest => ({ name, description, operation, envelope: envelope(operation, children), expects });

const id = (value: string): string => leaf('forsendelsesid', value);

const letters: ServiceGroup = {
  name: 'A letter by SvarUt',
  description: 'Sending, status, history, and who has read it; as svarut-dev (310000019).',
  requests: [
    request('startNyForsendelse', 'startNyForsendelse', 'Reserves an id.', [], answer('<return>')),
    request(
      'sendForsendelseMedId',
      'sendForsendelseMedId',
      'The same id and letter again: the same answer.',
      [forsendelse({ ref: 'soapui-svarut' }), id(letter)],
      answer(`<return>${letter}</return>`),
    ),
    request(
      'sendForsendelseMedId',
      'sendForsendelseMedId to be signed',
      'One document is to be signed before 2099.',
      [forsendelse({ ref: 'soapui-svarut-signering', signing: true }), id(order)],
      answer(`<return>${order}</return>`),
    ),
    request(
      'sendForsendelse',
      'sendForsendelse',
      'SvarUt chooses the id. Each time it is a new letter, up to the number that counts as duplicates.',
      [forsendelse({ ref: 'soapui-svarut-ny' })],
      answer('sendForsendelseResponse', '<return>'),
    ),
    request(
      'retrieveForsendelseStatus',
      'retrieveForsendelseStatus',
      'One of 13 words.',
      [id(letter)],
      answer('<return>'),
    ),
    request(
      'retrieveForsendelseStatuser',
      'retrieveForsendelseStatuser',
      'Two letters, with the time of their last change.',
      [letter, order].map((value) => leaf('forsendelseider', value)),
      answer(letter, order, '<forsendelseStatus>', '<sisteStatusEndring>'),
    ),
    request(
      'retrieveForsendelseHistorikk',
      'retrieveForsendelseHistorikk',
      'For people, in Norwegian time.',
      [id(letter)],
      answer('<hendelsesLogg><hendelse>', '<tidspunkt>'),
    ),
    request(
      'retrieveForsendelseIdByEksternRef',
      'retrieveForsendelseIdByEksternRef',
      'Letters by the reference of their sender.',
      [leaf('eksternRef', 'soapui-svarut')],
      answer(letter),
    ),
    request(
      'setForsendelseLestAvEksterntSystem',
      'setForsendelseLestAvEksterntSystem',
      'The recipient has read the letter in a system of the sender.',
      [id(letter), leaf('lestAvFodselsnummer', '03823012011'), leaf('navnPaEksterntSystem', 'Min side')],
      answer('setForsendelseLestAvEksterntSystemResponse'),
    ),
    request(
      'retrieveSigneringshistorikk',
      'retrieveSigneringshistorikk',
      'What has happened to the order.',
      [leaf('forsendelseid', order)],
      answer(order),
    ),
    request(
      'retrieveSigneringshistorikkForFlereForsendelser',
      'retrieveSigneringshistorikkForFlereForsendelser',
      'The same for at most ten.',
      [leaf('forsendelseider', order)],
      answer(order),
    ),
  ],
};

const routing: ServiceGroup = {
  name: 'Types and systems',
  description: 'What a sender can know of receivers beforehand.',
  requests: [
    request(
      'retreiveForsendelseTyper',
      'retreiveForsendelseTyper',
      'Spelt as in the contract.',
      [],
      answer('Byggesøknad'),
    ),
    request(
      'retrieveMottakerSystemForOrgnr',
      'retrieveMottakerSystemForOrgnr',
      'Receiving systems of sender2.',
      [leaf('organisasjonsnr', '310000027')],
      answer('retrieveMottakerSystemForOrgnrResponse'),
    ),
  ],
};

const refused: ServiceGroup = {
  name: 'Refused by SvarUt',
  description: 'Requests that break one rule each. The text of a fault is Norwegian, and for people.',
  requests: [
    request(
      'retrieveForsendelseStatus',
      'NEGATIVE Sender: a letter that is nobody’s',
      'An id that was never given.',
      [id(nobody)],
      fault('Sender', 'Fant ingen forsendelse med id'),
    ),
    request(
      'sendForsendelse',
      'NEGATIVE Sender: an empty document',
      'Clients know the text, and do not try again.',
      [forsendelse({ ref: 'soapui-svarut-tom', data: '' })],
      fault('Sender', 'Kan ikke lagre tomt dokument'),
    ),
    request(
      'sendForsendelse',
      'NEGATIVE Sender: a document that is not base64',
      'Clients know the text, and do not try again.',
      [forsendelse({ ref: 'soapui-svarut-ikke-base64', data: 'QUI' })],
      fault('Sender', 'Ugyldig innhold'),
    ),
  ],
};

/** ForsendelsesService V9 of SvarUt by SOAP 1.2 and HTTP Basic. */
export const svarut: Service = {
  name: 'SvarUt V9',
  path: newest.path,
  namespace: newest.ns.uri,
  binding: `${newest.navn}SoapBinding`,
  soapVersion: '1_2',
  schemas: [],
  operations: Object.fromEntries([...new Set(newest.operasjoner.values())].map((name) => [name, ''])),
  account,
  groups: [letters, routing, refused],
};
