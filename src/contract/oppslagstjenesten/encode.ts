import { osloOffset } from '../../domain/oslo.js';
import type { Informasjonsbehov, Kontaktpunkt } from '../../domain/person.js';
import type { PersonSvar } from '../../domain/varsling.js';
import { escapeText } from '../../xml/c14n.js';
import type { XmlElement } from '../../xml/model.js';
import { element } from '../../xml/write.js';
import type { Attributes } from '../../xml/write.js';
import { begrep, tns } from './names.js';

const DAY = 86_400_000;
const MINUTE = 60_000;
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

/** Texts of the days that were written last, by their number since 1970: a register has many persons and few days. */
const days = new Map<number, string>();

function dayText(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= 4096) days.clear();
  const text = new Date(day * DAY).toISOString().slice(0, -'00:00:00.000Z'.length);
  days.set(day, text);
  return text;
}

/** An instant as the real service writes it: milliseconds and Norwegian offset, `2016-02-18T13:12:00.000+01:00`. */
export function dateTime(at: Date): string {
  const offset = osloOffset(at);
  const local = at.getTime() + offset * MINUTE;
  const day = Math.floor(local / DAY);
  const ms = local - day * DAY;
  const seconds = Math.floor(ms / 1000);
  const time = `${twoDigits[Math.floor(seconds / 3600)]}:${twoDigits[Math.floor(seconds / 60) % 60]}:${twoDigits[seconds % 60]}`;
  return `${dayText(day)}${time}.${String(ms % 1000).padStart(3, '0')}+${twoDigits[offset / 60]}:00`;
}

/*
 * A Person is written as mark-up at once, since an answer may hold a thousand: all names in it have one prefix, so it is the same in the
 * canonical form that is signed and in the form that is sent.
 */

interface Tag {
  /** Without the `>`. */
  readonly start: string;
  readonly end: string;
}

const tag = (local: string): Tag => ({ start: `<${begrep.prefix}:${local}`, end: `</${begrep.prefix}:${local}>` });

const tags = {
  personidentifikator: tag('personidentifikator'),
  reservasjon: tag('reservasjon'),
  status: tag('status'),
  varslingsstatus: tag('varslingsstatus'),
  kontaktinformasjon: tag('Kontaktinformasjon'),
  mobiltelefonnummer: tag('Mobiltelefonnummer'),
  epostadresse: tag('Epostadresse'),
  sikkerDigitalPostAdresse: tag('SikkerDigitalPostAdresse'),
  postkasseadresse: tag('postkasseadresse'),
  postkasseleverandoerAdresse: tag('postkasseleverandoerAdresse'),
  x509Sertifikat: tag('X509Sertifikat'),
} as const;

const tagged = ({ start, end }: Tag, content: string, attributes = ''): string =>
  `${start}${attributes}>${content}${end}`;

const data = (to: Tag, text: string | undefined, attributes = ''): string =>
  text === undefined ? '' : tagged(to, escapeText(text), attributes);

const group = (to: Tag, content: string): string => (content === '' ? '' : tagged(to, content));

const date = (name: string, at: Date | null): string => (at === null ? '' : ` ${name}="${dateTime(at)}"`);

const contact = (to: Tag, punkt: Kontaktpunkt | undefined): string =>
  punkt === undefined
    ? ''
    : data(to, punkt.verdi, date('sistOppdatert', punkt.sistOppdatert) + date('sistVerifisert', punkt.sistVerifisert));

/** `certificates`: base64 DER by organisation number of the mailbox supplier. */
function person(svar: PersonSvar, certificates: ReadonlyMap<string, string>): XmlElement {
  const { postkasse, visSertifikat } = svar;
  const certificate = visSertifikat === undefined ? undefined : certificates.get(visSertifikat);
  // Joined, so that it is one flat text: it is written twice, once to be signed and once to be sent.
  const markup = [
    data(tags.personidentifikator, svar.personidentifikator),
    data(tags.reservasjon, svar.reservasjon),
    data(tags.status, svar.status),
    data(tags.varslingsstatus, svar.varslingsstatus),
    group(
      tags.kontaktinformasjon,
      contact(tags.mobiltelefonnummer, svar.mobiltelefonnummer) + contact(tags.epostadresse, svar.epostadresse),
    ),
    group(
      tags.sikkerDigitalPostAdresse,
      data(tags.postkasseadresse, postkasse?.postkasseadresse) +
        data(tags.postkasseleverandoerAdresse, postkasse?.postkasseleverandoerAdresse),
    ),
    certificate === undefined ? '' : tagged(tags.x509Sertifikat, certificate),
  ].join('');
  return element(begrep, 'Person', {}, [{ markup }]);
}

const message = (local: string, children: readonly XmlElement[], attributes: Attributes = {}): XmlElement =>
  element(tns, local, attributes, children, [begrep, tns]);

export const encodePersoner = (svar: readonly PersonSvar[], certificates: ReadonlyMap<string, string>): XmlElement =>
  message(
    'HentPersonerRespons',
    svar.map((s) => person(s, certificates)),
  );

export interface Endringer {
  readonly fraEndringsNummer: number;
  readonly tilEndringsNummer: number;
  readonly senesteEndringsNummer: number;
  readonly personer: readonly PersonSvar[];
}

export const encodeEndringer = (
  { personer, fraEndringsNummer, tilEndringsNummer, senesteEndringsNummer }: Endringer,
  certificates: ReadonlyMap<string, string>,
): XmlElement =>
  message(
    'HentEndringerRespons',
    personer.map((s) => person(s, certificates)),
    {
      fraEndringsNummer: String(fraEndringsNummer),
      tilEndringsNummer: String(tilEndringsNummer),
      senesteEndringsNummer: String(senesteEndringsNummer),
    },
  );

/** Its children are in the namespace of the messages, unlike Person's certificate. */
export const encodePrintSertifikat = (organisasjonsnummer: string, certificate: string): XmlElement =>
  message('HentPrintSertifikatRespons', [
    element(tns, 'postkasseleverandoerAdresse', {}, [organisasjonsnummer]),
    element(tns, 'X509Sertifikat', {}, [certificate]),
  ]);

/** Requests, for callers of a 16-02 service. */
export const encodeHentPersoner = (behov: readonly Informasjonsbehov[], personer: readonly string[]): XmlElement =>
  element(tns, 'HentPersonerForespoersel', {}, [
    ...behov.map((b) => element(tns, 'informasjonsbehov', {}, [b])),
    ...personer.map((id) => element(tns, 'personidentifikator', {}, [id])),
  ]);

export const encodeHentEndringer = (behov: readonly Informasjonsbehov[], fraEndringsNummer: number): XmlElement =>
  element(
    tns,
    'HentEndringerForespoersel',
    { fraEndringsNummer: String(fraEndringsNummer) },
    behov.map((b) => element(tns, 'informasjonsbehov', {}, [b])),
  );

export const encodeHentPrintSertifikat = (): XmlElement => element(tns, 'HentPrintSertifikatForespoersel');

/** The header block that names whom a look-up is made for. */
export const encodePaaVegneAv = (organisasjonsnummer: string): XmlElement =>
  element(tns, 'Oppslagstjenesten', {}, [element(tns, 'PaaVegneAv', {}, [organisasjonsnummer])]);
