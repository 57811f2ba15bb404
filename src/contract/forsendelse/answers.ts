import type { Tospraaklig } from '../../domain/routing/words.js';
import { Failure } from '../../errors.js';
import type { XmlElement } from '../../xml/model.js';
import { attribute, childrenNamed, is, textOf } from '../../xml/model.js';
import { tns } from './names.js';

/*
 * Answers, for callers of the service. What is not known here is passed over, so that a newer service can be asked; words of
 * enumerations stay the service's.
 */

export interface RegelISvar {
  readonly regel: string;
  readonly lovhjemmel: string | null;
  readonly traff: boolean;
  readonly tekst: Tospraaklig;
}

export interface VarselISvar {
  readonly varslingskanal: string;
  readonly tekst: string;
  readonly tidspunkter: readonly Date[];
}

export interface BeslutningISvar {
  readonly fattet: Date;
  /** Null when the letter is refused. */
  readonly kanal: string | null;
  /** Organisation number of the supplier. */
  readonly leverandoer: string | null;
  /** Not handed on before this; null: at once. */
  readonly tidligst: Date | null;
  /** Why the letter is refused: a code of the error table. */
  readonly avvist: string | null;
  /** Every rule that was asked, in order. */
  readonly regler: readonly RegelISvar[];
  readonly varsler: readonly VarselISvar[];
  readonly tekst: Tospraaklig;
}

export interface SendtSvar {
  readonly forsendelsesId: string;
  readonly mottatt: Date;
  readonly beslutning: BeslutningISvar;
}

export interface KostnadISvar {
  /** Whole øre. */
  readonly minst: number;
  readonly hoyst: number;
  readonly linjer: readonly { readonly tekst: Tospraaklig; readonly antall: number; readonly oere: number | null }[];
}

export interface ForklaringISvar {
  readonly beslutning: BeslutningISvar;
  /** Null when the letter would be refused. */
  readonly kostnad: KostnadISvar | null;
}

export interface HendelseISvar {
  readonly type: string;
  readonly tid: Date;
  /** When it happened, where its sender has reported that. */
  readonly skjedd?: Date;
  readonly kode: string | null;
  readonly tekst: Tospraaklig;
}

export interface StatusISvar {
  readonly forsendelsesId: string;
  readonly eksternRef: string;
  readonly tilstand: string;
  readonly mottatt: Date;
  readonly beslutning: BeslutningISvar;
  /** Oldest first. */
  readonly hendelser: readonly HendelseISvar[];
}

export interface KvitteringISvar {
  readonly kvitteringsId: string;
  readonly forsendelsesId: string;
  /** Null when the letter itself has been cleared away. */
  readonly eksternRef: string | null;
  readonly hendelse: HendelseISvar;
}

export interface BekreftetSvar {
  readonly bekreftet: readonly string[];
  readonly ukjent: readonly string[];
}

const malformed = (reason: string): Failure => new Failure('MALFORMED_XML', reason);

const all = (parent: XmlElement, name: string): XmlElement[] => childrenNamed(parent, tns.uri, name);

function one(parent: XmlElement, name: string): XmlElement {
  const [child] = all(parent, name);
  if (child === undefined) throw malformed(`${parent.local} holds no ${name}`);
  return child;
}

/** Reads a member that may be absent. */
function maybe<T>(parent: XmlElement, name: string, reader: (element: XmlElement) => T): T | null {
  const [child] = all(parent, name);
  return child === undefined ? null : reader(child);
}

function instant(element: XmlElement): Date {
  const date = new Date(textOf(element).trim());
  if (Number.isNaN(date.getTime())) throw malformed(`${element.local} is no time`);
  return date;
}

function whole(element: XmlElement): number {
  const text = textOf(element).trim();
  if (!/^-?\d{1,15}$/.test(text)) throw malformed(`${element.local} is no whole number`);
  return Number(text);
}

const boolean = (element: XmlElement): boolean => ['true', '1'].includes(textOf(element).trim());

const text = (parent: XmlElement, name: string): string => textOf(one(parent, name));

function tekster(parent: XmlElement): Tospraaklig {
  const found = all(parent, 'tekst');
  const inLanguage = (spraak: string): string => {
    const element = found.find((e) => attribute(e, 'spraak') === spraak);
    if (element === undefined) throw malformed(`${parent.local} holds no tekst in ${spraak}`);
    return textOf(element);
  };
  return { nb: inLanguage('nb'), en: inLanguage('en') };
}

const regel = (element: XmlElement): RegelISvar => ({
  regel: text(element, 'nummer'),
  lovhjemmel: maybe(element, 'lovhjemmel', textOf),
  traff: boolean(one(element, 'traff')),
  tekst: tekster(element),
});

const varsel = (element: XmlElement): VarselISvar => ({
  varslingskanal: text(element, 'varslingskanal'),
  tekst: text(element, 'tekst'),
  tidspunkter: all(element, 'tidspunkt').map(instant),
});

function beslutning(parent: XmlElement): BeslutningISvar {
  const element = one(parent, 'beslutning');
  return {
    fattet: instant(one(element, 'fattet')),
    kanal: maybe(element, 'kanal', textOf),
    leverandoer: maybe(element, 'leverandoer', textOf),
    tidligst: maybe(element, 'tidligst', instant),
    avvist: maybe(element, 'avvist', textOf),
    regler: all(element, 'regel').map(regel),
    varsler: all(element, 'varsel').map(varsel),
    tekst: tekster(element),
  };
}

const kostnad = (element: XmlElement): KostnadISvar => ({
  minst: whole(one(element, 'minst')),
  hoyst: whole(one(element, 'hoyst')),
  linjer: all(element, 'linje').map((linje) => ({
    tekst: tekster(linje),
    antall: whole(one(linje, 'antall')),
    oere: maybe(linje, 'oere', whole),
  })),
});

function hendelse(element: XmlElement): HendelseISvar {
  const skjedd = maybe(element, 'skjedd', instant);
  return {
    type: text(element, 'type'),
    tid: instant(one(element, 'tid')),
    ...(skjedd !== null && { skjedd }),
    kode: maybe(element, 'kode', textOf),
    tekst: tekster(element),
  };
}

function answerOf(content: XmlElement, operation: string): XmlElement {
  const name = `${operation}Response`;
  if (!is(content, tns.uri, name)) throw malformed(`Body holds no ${name}`);
  return content;
}

/** @throws Failure MALFORMED_XML, as all of these */
export function decodeSendt(content: XmlElement): SendtSvar {
  const answer = answerOf(content, 'SendForsendelse');
  return {
    forsendelsesId: text(answer, 'forsendelsesId'),
    mottatt: instant(one(answer, 'mottatt')),
    beslutning: beslutning(answer),
  };
}

/** One explanation for each recipient, in the order asked. */
export const decodeForklaringer = (content: XmlElement): ForklaringISvar[] =>
  all(answerOf(content, 'ForklarForsendelse'), 'forklaring').map((element) => ({
    beslutning: beslutning(element),
    kostnad: maybe(element, 'kostnad', kostnad),
  }));

export const decodeStatuser = (content: XmlElement): StatusISvar[] =>
  all(answerOf(content, 'HentStatus'), 'status').map((element) => ({
    forsendelsesId: text(element, 'forsendelsesId'),
    eksternRef: text(element, 'eksternRef'),
    tilstand: text(element, 'tilstand'),
    mottatt: instant(one(element, 'mottatt')),
    beslutning: beslutning(element),
    hendelser: all(element, 'hendelse').map(hendelse),
  }));

export const decodeKvitteringer = (content: XmlElement): KvitteringISvar[] =>
  all(answerOf(content, 'HentKvitteringer'), 'kvittering').map((element) => ({
    kvitteringsId: text(element, 'kvitteringsId'),
    forsendelsesId: text(element, 'forsendelsesId'),
    eksternRef: maybe(element, 'eksternRef', textOf),
    hendelse: hendelse(one(element, 'hendelse')),
  }));

export function decodeBekreftet(content: XmlElement): BekreftetSvar {
  const answer = answerOf(content, 'BekreftKvitteringer');
  return { bekreftet: all(answer, 'bekreftet').map(textOf), ukjent: all(answer, 'ukjent').map(textOf) };
}

interface Tilstandssvar {
  readonly forsendelsesId: string;
  /** That the letter is in now. */
  readonly tilstand: string;
}

const decodeTilstand =
  (operasjon: 'TrekkTilbakeForsendelse' | 'MeldLest') =>
  (content: XmlElement): Tilstandssvar => {
    const answer = answerOf(content, operasjon);
    return { forsendelsesId: text(answer, 'forsendelsesId'), tilstand: text(answer, 'tilstand') };
  };

export const decodeTrukket = decodeTilstand('TrekkTilbakeForsendelse');
export const decodeLest = decodeTilstand('MeldLest');
