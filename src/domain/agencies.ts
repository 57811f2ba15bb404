/** What is remarkable about a name. Only a repeated one is left out; the others are for somebody to look at. */
export const merknader = [
  'REPEATED',
  'NO_BREAK_SPACE',
  'SPACES',
  'MARK',
  'HYPHEN',
  'SPELLING',
  'LOWER_CASE_FORM',
  'TOO_LONG',
] as const;
export type Merknad = (typeof merknader)[number];

export interface Listelinje {
  /** Counted from 1. */
  readonly linje: number;
  /** As it is kept: composed letters, one ordinary space between words. */
  readonly navn: string;
  readonly merknader: readonly Merknad[];
}

/** Characters of a name. */
export const navnTegn = 255;

const ryddet = (text: string): string => text.normalize('NFC').replace(/\s+/gu, ' ').trim();

/** Vowels that stand twice at the beginning of a name, and øi, are seldom meant. */
const stavet = /^\p{L}*(?:([eiouyæøå])\1|øi)/iu;

const tegn: readonly (readonly [Merknad, (text: string, navn: string) => boolean])[] = [
  ['NO_BREAK_SPACE', (text) => /[\u00a0\u2007\u202f]/.test(text)],
  ['SPACES', (text) => /^ | $| {2}|\t/.test(text)],
  ['MARK', (_, navn) => /[*?!#]/.test(navn)],
  ['HYPHEN', (_, navn) => / -\p{L}/u.test(navn)],
  ['SPELLING', (_, navn) => stavet.test(navn)],
  ['LOWER_CASE_FORM', (_, navn) => / (as|asa|iks|kf|sf|hf)$/.test(navn)],
  ['TOO_LONG', (_, navn) => [...navn].length > navnTegn],
];

/** Reads a list of agencies, one name a line. Names that differ in case or spaces only are the same. */
export function lesVirksomhetsliste(text: string): readonly Listelinje[] {
  const sett = new Set<string>();
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap((linjetekst, i): Listelinje[] => {
      const navn = ryddet(linjetekst);
      if (navn === '') return [];
      const likt = navn.toLocaleLowerCase('nb');
      const gjentatt: readonly Merknad[] = sett.has(likt) ? ['REPEATED'] : [];
      sett.add(likt);
      const funnet = tegn.filter(([, gjelder]) => gjelder(linjetekst, navn)).map(([merknad]) => merknad);
      return [{ linje: i + 1, navn, merknader: [...gjentatt, ...funnet] }];
    });
}
