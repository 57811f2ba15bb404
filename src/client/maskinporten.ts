import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Nei, Svar } from '../domain/svar.js';
import { signatureValue, type SigningKey } from '../security/sign.js';
import { jsonOf, nei, neiAvError, ventAv } from './answer.js';
import { ask, postText } from './post.js';

/* Access tokens by a signed assertion (RFC 7521, 7523), as Maskinporten gives them to holders of a business certificate. */

export interface Maskinportenklient {
  /** The issuer, without the slash that ends it; its tokens are given out at `/token`. */
  readonly url: string;
  readonly klientId: string;
  readonly scope: string;
  readonly key: SigningKey;
  /** DER of the authorities above it, the issuer first. */
  readonly kjede: readonly Buffer[];
  readonly timeout: number;
  readonly now: () => Date;
}

/** Seconds that an assertion lives, and milliseconds before its end from which a token is not used any more. */
const ASSERTION = 60;
const MARGIN = 30_000;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The assertion, signed RS256; `aud` is the issuer as it writes itself, with a slash. */
async function assertion({ url, klientId, scope, key, kjede, now }: Maskinportenklient): Promise<string> {
  const iat = Math.floor(now().getTime() / 1000);
  const header = { alg: 'RS256', typ: 'JWT', x5c: [key.certificate, ...kjede].map((der) => der.toString('base64')) };
  const claims = { aud: `${url}/`, iss: klientId, scope, iat, exp: iat + ASSERTION, jti: randomUUID() };
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${Buffer.from(await signatureValue(signed, key), 'base64').toString('base64url')}`;
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const tokenError = z.object({ error: z.string(), error_description: z.string().default('') });

interface Token {
  readonly token: string;
  readonly utloper: number;
}

async function fetchToken(klient: Maskinportenklient): Promise<Svar<Token>> {
  const asked = klient.now().getTime();
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await assertion(klient),
  });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' };
  const { status, octets, retryAfter } = await postText(
    `${klient.url}/token`,
    headers,
    body.toString(),
    klient.timeout,
  );
  const json = jsonOf(octets);
  const token = tokenAnswer.safeParse(json);
  if (status === 200 && token.success) {
    const { access_token, expires_in } = token.data;
    return { type: 'ja', verdi: { token: access_token, utloper: asked + expires_in * 1000 - MARGIN } };
  }
  const { data } = tokenError.safeParse(json);
  const words = `Maskinporten gives no token${data === undefined ? '' : `: ${data.error} ${data.error_description}`}`;
  // What is wrong with our client or key is for the operator, whichever letter it is.
  return tokenNei(status, words, ventAv(retryAfter, klient.now()));
}

/** Why there is no token. */
const tokenNei = (status: number, words: string, vent: Pick<Nei, 'vent'>): Nei =>
  nei(status >= 400 && status <= 499 && status !== 429 ? 'adgang' : 'svarer_feil', words, vent);

/** Gives tokens: one is fetched when there is none, and used until shortly before its end. */
export interface Tokenkilde {
  token(): Promise<Svar<string>>;
  /** A token that was refused is not used again. */
  glem(token: string): void;
}

/** Requests that need a token at the same time wait for the same one. */
function kept(fetch: () => Promise<Svar<Token>>, now: () => Date): Tokenkilde {
  let current: Token | undefined;
  let asked: Promise<Svar<Token>> | undefined;
  return {
    async token() {
      if (current !== undefined && now().getTime() < current.utloper) return { type: 'ja', verdi: current.token };
      asked ??= fetch()
        .catch(neiAvError)
        .finally(() => (asked = undefined));
      const svar = await asked;
      if (svar.type === 'nei') return svar;
      current = svar.verdi;
      return { type: 'ja', verdi: current.token };
    },
    glem(token) {
      if (current?.token === token) current = undefined;
    },
  };
}

export const maskinporten = (klient: Maskinportenklient): Tokenkilde => kept(() => fetchToken(klient), klient.now);

export interface Veksling {
  /** Where a token of Maskinporten is changed into one of the service: a GET with it. */
  readonly url: string;
  readonly tokens: Tokenkilde;
  readonly timeout: number;
  readonly now: () => Date;
}

/** Milliseconds that a token is used which does not say when it ends. */
const UKJENT_LEVETID = 60_000;

const claims = z.object({ exp: z.number() });

/** When a token ends by its own words; it is not ours to verify. */
function utloperAv(jwt: string, now: Date): number {
  const found = claims.safeParse(jsonOf(Buffer.from(jwt.split('.')[1] ?? '', 'base64url')));
  return found.success ? found.data.exp * 1000 - MARGIN : now.getTime() + UKJENT_LEVETID;
}

async function exchange({ url, tokens, timeout, now }: Veksling, again = true): Promise<Svar<Token>> {
  const from = await tokens.token();
  if (from.type === 'nei') return from;
  const headers = { Authorization: `Bearer ${from.verdi}` };
  const { status, octets, retryAfter } = await ask(url, { headers }, timeout);
  // It comes as a text, which some write as JSON.
  const token = octets.toString().trim().replace(/^"|"$/g, '');
  if (status === 200 && token !== '') return { type: 'ja', verdi: { token, utloper: utloperAv(token, now()) } };
  if (status === 401) tokens.glem(from.verdi);
  if (status === 401 && again) return exchange({ url, tokens, timeout, now }, false);
  const words = `the token of Maskinporten is not changed into another: HTTP ${status}`;
  return tokenNei(status, words, ventAv(retryAfter, now()));
}

/** Tokens of a service that changes those of Maskinporten into its own. */
export const vekslet = (veksling: Veksling): Tokenkilde => kept(() => exchange(veksling), veksling.now);
