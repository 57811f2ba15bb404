import { stageDokumenter } from '../../../src/contract/svarut/contents.js';
import type { Kommando } from '../../../src/contract/svarut/decode.js';
import { decodeKommando } from '../../../src/contract/svarut/decode.js';
import type { Versjon } from '../../../src/contract/svarut/names.js';
import { versjoner } from '../../../src/contract/svarut/names.js';
import { readWithPassword } from '../../../src/security/basic.js';
import { envelopeNamespace } from '../../../src/soap/names.js';
import type { SoapVersion } from '../../../src/soap/names.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';

/* Requests of SvarUt's callers, written as text: as its clients do, and free to be wrong. */

/** What an element holds: a text, what stands in it by name, or what stands several times. Names that begin with @ are attributes. */
export type Verdi = string | number | boolean | readonly Verdi[] | { readonly [name: string]: Verdi };

const escaped = (text: string): string => text.replace(/[&<]/g, (c) => (c === '&' ? '&amp;' : '&lt;'));

export function skriv(name: string, verdi: Verdi): string {
  if (Array.isArray(verdi)) return verdi.map((v: Verdi) => skriv(name, v)).join('');
  if (typeof verdi !== 'object') return `<${name}>${escaped(String(verdi))}</${name}>`;
  const entries = Object.entries(verdi as Readonly<Record<string, Verdi>>);
  const attributes = entries.filter(([n]) => n.startsWith('@')).map(([n, v]) => ` ${n.slice(1)}="${v as string}"`);
  const children = entries.filter(([n]) => !n.startsWith('@')).map(([n, v]) => skriv(n, v));
  return `<${name}${attributes.join('')}>${children.join('')}</${name}>`;
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
/** An element of a type that its namespace has under the prefix `ns2`. */
export const avType = (type: string, verdi: Readonly<Record<string, Verdi>>): Verdi => ({
  '@xmlns:xsi': XSI,
  '@xsi:type': type,
  ...verdi,
});
export const nil: Verdi = { '@xmlns:xsi': XSI, '@xsi:nil': 'true' };

export const versjon = (n: 4 | 6 | 8 | 9): Versjon => {
  const found = versjoner.find(({ navn }) => navn.endsWith(`V${n}`));
  if (found === undefined) throw new Error(`no version ${n}`);
  return found;
};

export const fnr = '03823012011';
export const postadresse = { navn: 'Ola Nordmann', adresse1: 'Gata 1', postnr: '0192', poststed: 'Oslo' };
export const pdf = Buffer.from('%PDF-1.7 brevet');
export const dokument = (changes: Readonly<Record<string, Verdi>> = {}): Verdi => ({
  data: pdf.toString('base64'),
  filnavn: 'brev.pdf',
  mimetype: 'application/pdf',
  ...changes,
});

const flat = avType('ns2:privatPerson', { ...postadresse, fodselsnr: fnr });
const delt = { digitalAdresse: avType('ns2:personDigitalAdresse', { fnr }), postAdresse: postadresse };

/** A letter in the form of a version, its elements not in the order of the schema. */
export const brev = ({ adresse }: Versjon, changes: Readonly<Record<string, Verdi>> = {}): Verdi => ({
  dokumenter: dokument(),
  tittel: 'Vedtak',
  mottaker: adresse === 'flat' ? flat : delt,
  krevNiva4Innlogging: false,
  kryptert: 'false',
  avgivendeSystem: 'test',
  ...changes,
});

/** An envelope as the clients of the contract write it: children of the operation are in no namespace. */
export function konvolutt(
  { ns }: Versjon,
  operasjon: string,
  verdi: Verdi,
  soap: SoapVersion = '1.1',
  header = '',
): string {
  const children = skriv('x', verdi).slice(3, -4);
  return (
    `<soap:Envelope xmlns:soap="${envelopeNamespace[soap]}">${header}<soap:Body>` +
    `<ns2:${operasjon} xmlns:ns2="${ns.uri}">${children}</ns2:${operasjon}></soap:Body></soap:Envelope>`
  );
}

/** What an envelope asks of a version, and what was stored of it. */
export async function les(
  v: Versjon,
  envelope: string,
  octets?: number,
): Promise<{ readonly kommando: Kommando; readonly stored: readonly string[] }> {
  const payloads = memoryPayloads();
  const stage = stageDokumenter(payloads, octets);
  const stream = (async function* () {
    yield Buffer.from(envelope);
  })();
  const policy = { versions: ['1.1', '1.2'] as const, xop: true, maxBytes: 100_000_000, passesAddressing: true };
  const account = { brukernavn: 'a', organisasjonsnummer: '310000019' };
  try {
    const trusted = await readWithPassword({ stream }, account, policy, stage);
    const kommando = decodeKommando(trusted, v, await stage.settle());
    return { kommando, stored: [...payloads.stored.values()].map(String) };
  } finally {
    await stage.discard();
  }
}

/** What a request asks of a version. */
export const spoer = async (v: Versjon, operasjon: string, verdi: Verdi): Promise<Kommando> =>
  (await les(v, konvolutt(v, operasjon, verdi))).kommando;
