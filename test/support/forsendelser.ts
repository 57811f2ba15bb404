import { PDFDocument, StandardFonts } from 'pdf-lib';
import type { ForsendelseService } from '../../src/client/forsendelse.js';
import {
  encodeHentKvitteringer,
  encodeHentStatus,
  encodeSendForsendelse,
  encodeTrekkTilbakeForsendelse,
  type BrevInn,
  type DokumentInn,
} from '../../src/contract/forsendelse/request.js';
import { tns } from '../../src/contract/forsendelse/names.js';
import { syntheticId } from '../../src/domain/identifier.js';
import type { Kontaktpunkt, Person } from '../../src/domain/person.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { plainEnvelope } from '../../src/security/signAnswer.js';
import { contentType } from '../../src/soap/names.js';
import { attribute, childElements, textOf, type XmlElement } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { postRaw } from './caller.js';

/* A client of Forsendelse v1 that shows a password, and letters for it to send. */

/** Organisation number of the client. */
export const sender = identities.sender.organisasjonsnummer;

const [{ brukernavn, passord }] = developmentAccounts;

/** The service as our own client calls it. */
export const serviceAt = (url: string): ForsendelseService => ({ url, brukernavn, passord, version: '1.2' });

export const authorization = `Basic ${Buffer.from(`${brukernavn}:${passord}`).toString('base64')}`;

const persons = new Map(testpersons(new Date()).map((t) => [t.navn, t] as const));

let residents = 0;

/** Somebody new in the register, who can be notified and has a mailbox at Digipost; good but for what a test changes. */
export function resident(changes: Partial<Person> = {}): Person {
  const n = residents++;
  const date = new Date(Date.UTC(1970, 0, 1 + (n % 5_000))).toISOString().slice(0, 10);
  const punkt = (verdi: string): Kontaktpunkt => ({ verdi, sistOppdatert: new Date(), sistVerifisert: null });
  return {
    personidentifikator: syntheticId(date, Math.floor(n / 5_000), { art: 'FNR', regel: '1964' }),
    status: 'AKTIV',
    reservasjon: false,
    mobiltelefonnummer: punkt('+4799990000'),
    epostadresse: punkt('kari@example.com'),
    postkasse: {
      postkasseadresse: `kari.nordmann#${n}`,
      postkasseleverandoerAdresse: identities.digipost.organisasjonsnummer,
    },
    spraak: null,
    ...changes,
  };
}

/** A test person by name. */
export function testperson(navn: string) {
  const found = persons.get(navn);
  if (found === undefined) throw new Error(`there is no test person ${navn}`);
  return found;
}

export const postadresse = {
  navn: 'Ola Nordmann',
  adresselinjer: ['Storgata 1'],
  postnummer: '0155',
  poststed: 'OSLO',
} as const;

/** A PDF of one page that says `text`. */
export async function pdf(text: string): Promise<Buffer> {
  const made = await PDFDocument.create();
  const font = await made.embedFont(StandardFonts.Helvetica);
  made.addPage([300, 200]).drawText(text, { x: 20, y: 100, size: 12, font });
  return Buffer.from(await made.save());
}

export const document = (innhold: Uint8Array, filnavn = 'vedtak.pdf'): DokumentInn => ({
  filnavn,
  tittel: 'Vedtak',
  mimetype: 'application/pdf',
  innhold,
});

export const vedtak = await pdf('Vedtak');

let numbers = 0;

/** A letter that goes at once, with a reference of its own, to a test person; good but for what a test changes. */
export function brev(til: string, changes: Partial<BrevInn> = {}): BrevInn {
  const eksternRef = `sak ${process.pid}-${++numbers}`;
  return {
    eksternRef,
    mottaker: { id: testperson(til).personidentifikator, postadresse: null },
    tittel: `Vedtak i ${eksternRef}`,
    spraak: 'nb',
    klasse: 'VEDTAK',
    prioritet: 'PRIORITERT',
    virkningstidspunkt: null,
    sikkerhetsnivaa: 3,
    aapningskvittering: null,
    varseltekst: { epost: null, sms: null },
    kunDigitalt: false,
    utskrift: { posttype: 'B_OEKONOMI', farge: 'SORT_HVIT', retur: 'DIREKTE_RETUR', returadresse: postadresse },
    kostnadskode: null,
    hoveddokument: document(vedtak),
    vedlegg: [],
    ...changes,
  };
}

/** What a call was answered with. */
export interface Svar {
  readonly status: number;
  readonly text: string;
  /** Texts of every element of that name, in document order. */
  all(name: string): string[];
  /** Elements of that name of the contract. */
  elements(name: string): XmlElement[];
}

function under(parent: XmlElement, name: string): XmlElement[] {
  return childElements(parent).flatMap((child) => [
    ...(child.ns === tns.uri && child.local === name ? [child] : []),
    ...under(child, name),
  ]);
}

type Headers = Readonly<Record<string, string>>;

/** One call of the service. */
export async function callDoor(url: string, content: XmlElement, more: Headers = {}): Promise<Svar> {
  const headers = { 'Content-Type': contentType['1.1'], Authorization: authorization, ...more };
  const { status, text } = await postRaw(url, plainEnvelope(content, '1.1'), headers);
  const elements = (name: string): XmlElement[] => under(parse(Buffer.from(text)), name);
  return { status, text, elements, all: (name) => elements(name).map((element) => textOf(element)) };
}

export const sendBrev = (url: string, letter: BrevInn, more: Headers = {}): Promise<Svar> =>
  callDoor(url, encodeSendForsendelse(letter), more);
export const trekkTilbake = (url: string, eksternRef: string): Promise<Svar> =>
  callDoor(url, encodeTrekkTilbakeForsendelse({ eksterneRefer: [eksternRef] }));
export const hentKvitteringer = (
  url: string,
  antall = 100,
  prioritet: 'NORMAL' | 'PRIORITERT' = 'PRIORITERT',
): Promise<Svar> => callDoor(url, encodeHentKvitteringer(prioritet, antall));

/** Where a letter stands, as its sender sees it. */
export interface Stand {
  readonly tilstand: string;
  readonly kanal: string;
  readonly leverandoer: string;
  readonly hendelser: readonly {
    readonly type: string;
    readonly tid: Date;
    readonly kode: string;
    readonly tekst: string;
  }[];
}

const member = (parent: XmlElement, name: string): string => {
  const [found] = under(parent, name);
  return found === undefined ? '' : textOf(found);
};

const textIn = (parent: XmlElement, spraak: string): string =>
  under(parent, 'tekst')
    .filter((e) => attribute(e, 'spraak') === spraak)
    .map(textOf)
    .join();

/** Texts are in English. @throws Error when the call is refused */
export async function hentStatus(url: string, eksterneRefer: readonly string[]): Promise<readonly Stand[]> {
  const svar = await callDoor(url, encodeHentStatus({ eksterneRefer }));
  if (svar.status !== 200) throw new Error(svar.text);
  // What the register says of a person is a status too.
  const letters = svar.elements('status').filter((status) => under(status, 'tilstand').length > 0);
  return letters.map((status) => ({
    tilstand: member(status, 'tilstand'),
    kanal: member(status, 'kanal'),
    leverandoer: member(status, 'leverandoer'),
    hendelser: under(status, 'hendelse').map((h) => ({
      type: member(h, 'type'),
      tid: new Date(member(h, 'tid')),
      kode: member(h, 'kode'),
      tekst: textIn(h, 'en'),
    })),
  }));
}
