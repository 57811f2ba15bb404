import type { Svar } from '../domain/svar.js';
import { jsonOf, neiAvError } from './answer.js';
import type { Tokenkilde } from './maskinporten.js';
import type { Posted } from './post.js';

export type JsonAnswer = Omit<Posted, 'contentType'>;

/** One request with a token; one that is refused is fetched anew once, for it may have ended before its time. */
export async function withToken<T>(
  tokens: Tokenkilde,
  request: (headers: Readonly<Record<string, string>>) => Promise<JsonAnswer>,
  read: (answer: JsonAnswer, json: unknown) => Svar<T>,
): Promise<Svar<T>> {
  const attempt = async (again: boolean): Promise<Svar<T>> => {
    const token = await tokens.token();
    if (token.type === 'nei') return token;
    const answer = await request({ Authorization: `Bearer ${token.verdi}`, Accept: 'application/json' });
    if (answer.status === 401) tokens.glem(token.verdi);
    if (answer.status === 401 && again) return attempt(false);
    return read(answer, jsonOf(answer.octets));
  };
  return attempt(true).catch(neiAvError);
}
