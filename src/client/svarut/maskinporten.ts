import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Svar } from '../../domain/svarut/oppstroem.js';
import { signatureValue, type SigningKey } from '../../security/sign.js';
import { postText } from '../post.js';
import { feilsvar, jsonOf, neiAv, neiAvError } from './answer.js';

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
  const { status, octets } = await postText(`${klient.url}/token`, headers, body.toString(), klient.timeout);
  const json = jsonOf(octets);
  const token = tokenAnswer.safeParse(json);
  if (status === 200 && token.success) {
    const { access_token, expires_in } = token.data;
    return { type: 'ja', verdi: { token: access_token, utloper: asked + expires_in * 1000 - MARGIN } };
  }
  const { data } = tokenError.safeParse(json);
  const words = `Maskinporten gives no token${data === undefined ? '' : `: ${data.error} ${data.error_description}`}`;
  // What is wrong with our client or key is for the operator, whichever letter it is.
  return status >= 400 && status <= 499 && status !== 429 ? { ...neiAv(401, words), grunn: words } : feilsvar(words);
}

/** Gives tokens: one is fetched when there is none, and used until shortly before its end. */
export interface Tokenkilde {
  token(): Promise<Svar<string>>;
  /** A token that was refused is not used again. */
  glem(token: string): void;
}

/** Requests that need a token at the same time wait for the same one. */
export function maskinporten(klient: Maskinportenklient): Tokenkilde {
  let kept: Token | undefined;
  let asked: Promise<Svar<Token>> | undefined;
  return {
    async token() {
      if (kept !== undefined && klient.now().getTime() < kept.utloper) return { type: 'ja', verdi: kept.token };
      asked ??= fetchToken(klient)
        .catch(neiAvError)
        .finally(() => (asked = undefined));
      const svar = await asked;
      if (svar.type === 'nei') return svar;
      kept = svar.verdi;
      return { type: 'ja', verdi: kept.token };
    },
    glem(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}
