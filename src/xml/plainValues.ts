import { attribute, type XmlElement } from './model.js';

/* Values that plainly are of a simple type: a narrower form of each, of which every schema processor says the same. */

/** Whether a value, its white space as it was written, plainly is allowed. */
export type Text = (value: string) => boolean;

/** Of what nothing is known for sure. */
export const never: Text = () => false;

/** White space as xs:token has it. */
export const collapsed = (value: string): string =>
  /[\t\n\r]|^ | $| {2}/.test(value) ? value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '') : value;

const pattern =
  (form: RegExp): Text =>
  (value) =>
    form.test(value);

const day =
  '(?!0000)\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))';
const zone = '(?:Z|[+-](?:0\\d|1[0-3]):[0-5]\\d)?';
const uri = /^(?:https?:\/\/[A-Za-z0-9.-]+(?:\/[\w./-]*)?|urn:[\w.:-]+|cid:[\w.@-]+)?(?:#[\w.-]*)?$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;
const whole = /^(?:0|[1-9]\d{0,8})$/;

/** By name; of others nothing is known for sure. White space around a value counts, but for tokens, which are given without. */
export const builtIn: ReadonlyMap<string, Text> = new Map([
  ['string', () => true],
  ['token', () => true],
  ['anyURI', pattern(uri)],
  ['boolean', pattern(/^(?:true|false|0|1)$/)],
  ['date', pattern(new RegExp(`^${day}${zone}$`))],
  ['dateTime', pattern(new RegExp(`^${day}T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?${zone}$`))],
  ['base64Binary', pattern(base64)],
  ['language', pattern(/^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/)],
  ['int', pattern(whole)],
  ['integer', pattern(whole)],
  ['nonNegativeInteger', pattern(whole)],
]);

const surrogate = /[\ud800-\udfff]/;

/** In characters, which are one or two code units. */
const length =
  (within: (length: number) => boolean): Text =>
  (value) =>
    within(surrogate.test(value) ? [...value].length : value.length);

/** Of patterns: what the two languages read alike, but for `\\w`, and classes that may hold less in ours, or when negated more, than in theirs. */
const alike =
  /^(?:[A-Za-z0-9_:,.@ (){}|?+*-]|\\[dw.+-]|\[(?!\^)(?:[^\\[\]]|\\[dw.+-])+\]|\[\^(?:[^\\[\]]|\\[\\stnr-])+\])*$/;

function matching(value: string): Text {
  if (!alike.test(value)) return never;
  // Theirs has no `_`.
  const form = value.replace(/\[[^\]]*\]/g, (c) => c.replaceAll('\\w', 'A-Za-z0-9')).replaceAll('\\w', '[A-Za-z0-9]');
  const whole = new RegExp(`^(?:${form})$`);
  return (given) => whole.test(given) && !surrogate.test(given);
}

/** What each facet of a restriction says. */
const limiting: Readonly<Record<string, (value: string, limit: number) => Text>> = {
  enumeration: (value) => (given) => given === value,
  pattern: matching,
  minLength: (_, least) => length((l) => l >= least),
  maxLength: (_, most) => length((l) => l <= most),
  minInclusive: (_, least) => (given) => Number(given) >= least,
  maxInclusive: (_, most) => (given) => Number(given) <= most,
};

/** Of these facets one is enough when there are several. */
const alternatives: ReadonlySet<string> = new Set(['enumeration', 'pattern']);
/** Types whose length is that of their text. */
const texts: ReadonlySet<string> = new Set(['string', 'token']);

const facet = (given: XmlElement, base: string): Text => {
  const known = !given.local.endsWith('Length') || texts.has(base);
  const value = attribute(given, 'value') ?? '';
  return known ? (limiting[given.local]?.(value, Number(value)) ?? never) : never;
};

/** What the facets of a restriction allow. @param base name of the type that is built in */
export function facets(list: readonly XmlElement[], base: string): Text {
  const all = list.filter(({ local }) => !alternatives.has(local)).map((given) => facet(given, base));
  for (const name of alternatives) {
    const some = list.filter(({ local }) => local === name).map((given) => facet(given, base));
    const [only] = some;
    if (only !== undefined) all.push(some.length === 1 ? only : (value) => some.some((fits) => fits(value)));
  }
  const [only] = all;
  return all.length === 1 && only !== undefined ? only : (value) => all.every((fits) => fits(value));
}
