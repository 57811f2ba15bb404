/**
 * National identifiers. A passing check is never proof, for from 2032 more typing errors pass; the register decides.
 * Age, century and sex are never derived from a number.
 */

/** The rule of 1964 allows one remainder of the first check digit, the rule of 2032 four; old numbers stay valid. */
export type Kontrollregel = '1964' | '2032';
export type Nummerart = 'FNR' | 'DNR';
/** EKTE is a number that a person may have; the others are the synthetic series of Tenor, NAV Dolly and Norsk helsenett. */
export type Nummerserie = 'EKTE' | 'DOLLY' | 'NHN' | 'TENOR';

export interface Personnummer {
  readonly art: Nummerart;
  readonly serie: Nummerserie;
  /** The oldest rule that the number obeys; a number of the 1964 rule obeys both. */
  readonly regel: Kontrollregel;
}

const k1Weights = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
const k2Weights = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
const orgWeights = [3, 2, 7, 6, 5, 4, 3, 2, 1];
const dNumberDays = 40;
const seriesMonths: Readonly<Record<Nummerserie, number>> = { EKTE: 0, DOLLY: 40, NHN: 65, TENOR: 80 };
const series = Object.entries(seriesMonths) as [Nummerserie, number][];

/** Weighted sum of the first digits; a shorter number uses the first weights only. */
function weigh(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * Number(digits[i] ?? 0), 0);
}

const mod11 = (n: number): number => ((n % 11) + 11) % 11;

/** Days of a month (1–12) in a year of two digits: 29 February stands where any century could have it. */
function daysInMonth(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/**
 * Reads a fødselsnummer or D-number by the 1964 and the 2032 rule in parallel; undefined when it obeys neither, or its date
 * does not exist.
 */
export function parsePersonnummer(id: string): Personnummer | undefined {
  if (!/^\d{11}$/.test(id)) return undefined;
  const [day, month, year] = [id.slice(0, 2), id.slice(2, 4), id.slice(4, 6)].map(Number) as [number, number, number];
  const art = day > dNumberDays ? 'DNR' : 'FNR';
  const dayOfMonth = art === 'DNR' ? day - dNumberDays : day;
  const serie = series.find(([, added]) => month > added && month <= added + 12);
  if (!serie || dayOfMonth < 1 || dayOfMonth > daysInMonth(month - serie[1], year)) return undefined;
  const remainder = weigh(id, k1Weights) % 11;
  if (remainder > 3 || weigh(id, k2Weights) % 11 !== 0) return undefined;
  return { art, serie: serie[0], regel: remainder === 0 ? '1964' : '2032' };
}

/** Nine digits with the right check digit. */
export function validOrganisasjonsnummer(id: string): boolean {
  return /^\d{9}$/.test(id) && weigh(id, orgWeights) % 11 === 0;
}

/** 11 digits are a person, 9 a business; anything else is neither. Check digits are not judged here. */
export function mottakertype(id: string): 'PERSON' | 'VIRKSOMHET' | undefined {
  if (/^\d{11}$/.test(id)) return 'PERSON';
  return /^\d{9}$/.test(id) ? 'VIRKSOMHET' : undefined;
}

const remainders: Readonly<Record<Kontrollregel, readonly number[]>> = { '1964': [0], '2032': [1, 2, 3] };

/** The first check digit for a weighted sum and an allowed remainder, then the second; 10 is no digit. */
const firstCheck = (sum: number, remainder: number): number => mod11(remainder - sum);
const secondCheck = (sum: number, k1: number): number => mod11(-(sum + 2 * k1));

/**
 * A synthetic number of the Tenor series (month + 80): the `serial`-th one, counted from 0, of a birth date (YYYY-MM-DD), kind
 * and rule. `2032` gives numbers that the 1964 rule refuses. The individual number is taken from the half that systems of the
 * old rule expect for the century. Throws RangeError when the date has no more numbers (there are more than 400).
 */
export function syntheticId(birthDate: string, serial: number, kind: Pick<Personnummer, 'art' | 'regel'>): string {
  const [year, month, day] = birthDate.split('-') as [string, string, string];
  const dayDigits = String(Number(day) + (kind.art === 'DNR' ? dNumberDays : 0)).padStart(2, '0');
  const date = dayDigits + String(Number(month) + seriesMonths.TENOR) + year.slice(2);
  const date1 = weigh(date, k1Weights);
  const date2 = weigh(date, k2Weights);
  const first = Number(year) < 2000 ? 0 : 500;
  let left = serial;
  for (let individual = first; individual < first + 500; individual++) {
    const a = Math.floor(individual / 100);
    const b = Math.floor(individual / 10) % 10;
    const c = individual % 10;
    for (const remainder of remainders[kind.regel]) {
      const k1 = firstCheck(date1 + 4 * a + 5 * b + 2 * c, remainder);
      const k2 = secondCheck(date2 + 5 * a + 4 * b + 3 * c, k1);
      if (k1 < 10 && k2 < 10 && left-- === 0) return `${date}${a}${b}${c}${k1}${k2}`;
    }
  }
  throw new RangeError(`The date ${birthDate} has only ${serial - left} synthetic numbers of this kind`);
}
