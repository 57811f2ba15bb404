import type { Informasjonsbehov } from '../../domain/person.js';
import { informasjonsbehov } from '../../domain/person.js';
import { Failure } from '../../errors.js';
import { limits } from '../../limits.js';
import type { Trusted } from '../../security/trusted.js';
import { attribute, childElements, childrenNamed, textOf } from '../../xml/model.js';
import type { XmlElement } from '../../xml/model.js';
import { begrep, tns } from './names.js';

/** The three operations as typed commands. */
export type Command =
  | {
      readonly operasjon: 'HentPersoner';
      readonly behov: ReadonlySet<Informasjonsbehov>;
      readonly personer: readonly string[];
    }
  | {
      readonly operasjon: 'HentEndringer';
      readonly behov: ReadonlySet<Informasjonsbehov>;
      readonly fraEndringsNummer: number;
    }
  | { readonly operasjon: 'HentPrintSertifikat' };

export type Operasjon = Command['operasjon'];

const invalid = (reason: string): Failure => new Failure('INVALID_REQUEST', reason, { reason });

const known: ReadonlySet<string> = new Set(informasjonsbehov);
const isBehov = (text: string): text is Informasjonsbehov => known.has(text);

/** What is asked for; unknown and repeated values do not count. */
const behovIn = (request: XmlElement): Set<Informasjonsbehov> =>
  new Set(
    childrenNamed(request, tns.uri, 'informasjonsbehov')
      .map((e) => textOf(e).trim())
      .filter(isBehov),
  );

function onlyChildren(request: XmlElement, names: readonly string[]): void {
  const fits = (e: XmlElement): boolean => e.ns === tns.uri && names.includes(e.local) && childElements(e).length === 0;
  if (!childElements(request).every(fits)) throw invalid('an element that the schema does not have');
}

const elevenCharacters = /^.{11}$/su;

function personerIn(request: XmlElement): string[] {
  const ids = childrenNamed(request, tns.uri, 'personidentifikator').map(textOf);
  if (ids.length < 1 || ids.length > limits.persons)
    throw invalid(`1 to ${limits.persons} personidentifikator are allowed`);
  if (!ids.every((id) => elevenCharacters.test(id))) throw invalid('personidentifikator has 11 characters');
  return ids;
}

function fraIn(request: XmlElement): number {
  const text = attribute(request, 'fraEndringsNummer')?.trim() ?? '';
  const fra = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(fra)) throw invalid('fraEndringsNummer is not a change number');
  return fra;
}

const decoders: Readonly<Record<string, (request: XmlElement) => Command>> = {
  HentPersonerForespoersel: (request) => {
    onlyChildren(request, ['informasjonsbehov', 'personidentifikator']);
    return { operasjon: 'HentPersoner', behov: behovIn(request), personer: personerIn(request) };
  },
  HentEndringerForespoersel: (request) => {
    onlyChildren(request, ['informasjonsbehov']);
    return { operasjon: 'HentEndringer', behov: behovIn(request), fraEndringsNummer: fraIn(request) };
  },
  HentPrintSertifikatForespoersel: (request) => {
    onlyChildren(request, []);
    return { operasjon: 'HentPrintSertifikat' };
  },
};

/** The operation that Body asks for. @throws Failure INVALID_REQUEST */
export function decodeCommand({ operation }: Trusted): Command {
  const decoder =
    operation.ns === tns.uri && Object.hasOwn(decoders, operation.local) ? decoders[operation.local] : undefined;
  if (decoder === undefined) throw invalid('Body holds no operation of this service');
  return decoder(operation);
}

/**
 * The organisation that the look-up is made for, when the header names one (either namespace, CONTRACT.md section 4).
 * @throws Failure INVALID_REQUEST
 */
export function decodePaaVegneAv({ blocks }: Trusted): string | undefined {
  const [block, ...more] = blocks;
  if (block === undefined) return undefined;
  const [paaVegneAv, ...others] = childElements(block);
  const fits =
    more.length === 0 && others.length === 0 && paaVegneAv?.local === 'PaaVegneAv' && paaVegneAv.ns === block.ns;
  const number = fits ? textOf(paaVegneAv).trim() : '';
  if (!/^\d{9}$/.test(number)) throw invalid('PaaVegneAv is one organisation number of nine digits');
  return number;
}

/** A decoded Person of an answer, for callers of a 16-02 service. Absent members were absent elements. */
export interface PersonInAnswer {
  readonly personidentifikator: string;
  readonly reservasjon?: string;
  readonly status?: string;
  readonly varslingsstatus?: string;
  readonly mobiltelefonnummer?: string;
  readonly mobilSistOppdatert?: string;
  readonly mobilSistVerifisert?: string;
  readonly epostadresse?: string;
  readonly epostSistOppdatert?: string;
  readonly epostSistVerifisert?: string;
  readonly postkasseadresse?: string;
  readonly postkasseleverandoerAdresse?: string;
  readonly x509Sertifikat?: string;
}

/** Where each member of PersonInAnswer stands: names of the elements on the way, then perhaps an attribute. */
const paths: Readonly<Record<keyof PersonInAnswer, readonly [path: readonly string[], attribute?: string]>> = {
  personidentifikator: [['personidentifikator']],
  reservasjon: [['reservasjon']],
  status: [['status']],
  varslingsstatus: [['varslingsstatus']],
  mobiltelefonnummer: [['Kontaktinformasjon', 'Mobiltelefonnummer']],
  mobilSistOppdatert: [['Kontaktinformasjon', 'Mobiltelefonnummer'], 'sistOppdatert'],
  mobilSistVerifisert: [['Kontaktinformasjon', 'Mobiltelefonnummer'], 'sistVerifisert'],
  epostadresse: [['Kontaktinformasjon', 'Epostadresse']],
  epostSistOppdatert: [['Kontaktinformasjon', 'Epostadresse'], 'sistOppdatert'],
  epostSistVerifisert: [['Kontaktinformasjon', 'Epostadresse'], 'sistVerifisert'],
  postkasseadresse: [['SikkerDigitalPostAdresse', 'postkasseadresse']],
  postkasseleverandoerAdresse: [['SikkerDigitalPostAdresse', 'postkasseleverandoerAdresse']],
  x509Sertifikat: [['X509Sertifikat']],
};

function valueAt(person: XmlElement, path: readonly string[], name?: string): string | undefined {
  let at: XmlElement | undefined = person;
  for (const local of path) at = at && childrenNamed(at, begrep.uri, local)[0];
  if (at === undefined) return undefined;
  return name === undefined ? textOf(at) : attribute(at, name);
}

/** Persons of a HentPersonerRespons or HentEndringerRespons, in their order. */
export const decodePersons = (answer: XmlElement): PersonInAnswer[] =>
  childrenNamed(answer, begrep.uri, 'Person').map((person) => {
    const members = Object.entries(paths).map(
      ([member, [path, name]]) => [member, valueAt(person, path, name)] as const,
    );
    return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as unknown as PersonInAnswer;
  });
