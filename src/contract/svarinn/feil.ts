import { Failure } from '../../errors.js';

/** Why a receiver could not take a letter in. */
export interface Mottaksfeil {
  readonly feilmelding: string;
  /** The letter is to go another way. */
  readonly permanent: boolean;
}

/** Characters of a receiver's words that are kept. */
const feilmeldingTegn = 1000;

/** What `mottakFeilet` brings, whatever Content-Type it comes with (CONTRACT.md section 8). @throws Failure BAD_HTTP */
export function decodeMottaksfeil(body: string): Mottaksfeil {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Failure('BAD_HTTP', 'mottakFeilet without JSON');
  }
  if (typeof value !== 'object' || value === null) throw new Failure('BAD_HTTP', 'mottakFeilet without an object');
  const { feilmelding, permanent } = value as { feilmelding?: unknown; permanent?: unknown };
  if (typeof feilmelding !== 'string') throw new Failure('BAD_HTTP', 'mottakFeilet without feilmelding');
  if (typeof permanent !== 'boolean') throw new Failure('BAD_HTTP', 'mottakFeilet without permanent');
  return { feilmelding: [...feilmelding].slice(0, feilmeldingTegn).join(''), permanent };
}
