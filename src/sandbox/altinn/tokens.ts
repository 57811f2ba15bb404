import { createPublicKey, randomUUID, verify, X509Certificate } from 'node:crypto';
import { json, problem, type Altinnoppsett, type Altinntilstand, type Spurt, type Svart } from './types.js';

/* Maskinporten as an issuer of tokens, and Altinn's exchange of them. */

/** Seconds that tokens live, and that an assertion may. */
const TOKEN_LIFE = 119;
const ALTINN_LIFE = 1_800;
const ASSERTION_LIFE = 120;

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const part = (jwt: string, index: number): Record<string, unknown> => {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** Whether the certificate in the header made the signature. */
function isSigned(jwt: string): boolean {
  const { alg, x5c } = part(jwt, 0);
  const der = Array.isArray(x5c) ? (x5c[0] as string) : '';
  try {
    const key = createPublicKey(
      new X509Certificate(Buffer.from(der, 'base64')).publicKey.export({ type: 'spki', format: 'pem' }),
    );
    const signed = Buffer.from(jwt.split('.').slice(0, 2).join('.'));
    return alg === 'RS256' && verify('sha256', signed, key, Buffer.from(jwt.split('.')[2] ?? '', 'base64url'));
  } catch {
    return false;
  }
}

/** What is wrong with a request for a token; undefined when it is good. */
function fault({ body, url }: Spurt, { klient, scope, now }: Altinnoppsett): string | undefined {
  const form = new URLSearchParams(body.toString());
  if (form.get('grant_type') !== GRANT) return 'unsupported_grant_type';
  const jwt = form.get('assertion') ?? '';
  const { aud, iss, scope: wanted, iat, exp, jti } = part(jwt, 1);
  if (iss !== klient) return 'invalid_client';
  if (wanted !== scope) return 'invalid_scope';
  const at = now().getTime() / 1000;
  const fresh = Number(exp) - Number(iat) <= ASSERTION_LIFE && Number(exp) > at && Number(iat) <= at + 10;
  const meant = aud === `${url}/maskinporten/` && typeof jti === 'string';
  return fresh && meant && isSigned(jwt) ? undefined : 'invalid_grant';
}

function issued({ tokens }: Altinntilstand, now: Date, life: number): string {
  const exp = Math.floor(now.getTime() / 1000) + life;
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${encode({ alg: 'none' })}.${encode({ exp, jti: randomUUID() })}.`;
  tokens.set(token, exp * 1000);
  return token;
}

const bearer = ({ headers }: Spurt): string => /^Bearer (.+)$/.exec(String(headers['authorization']))?.[1] ?? '';

/** Whether who asks has a good token. */
export const isKnown = (spurt: Spurt, { tokens }: Altinntilstand, { now }: Altinnoppsett): boolean =>
  (tokens.get(bearer(spurt)) ?? 0) > now().getTime();

export function maskinportenSvar(spurt: Spurt, tilstand: Altinntilstand, oppsett: Altinnoppsett): Svart {
  const error = fault(spurt, oppsett);
  if (error !== undefined) return json(400, { error, error_description: 'The request for a token is refused' });
  const access_token = issued(tilstand, oppsett.now(), TOKEN_LIFE);
  return json(200, { access_token, token_type: 'Bearer', expires_in: TOKEN_LIFE, scope: oppsett.scope });
}

export function vekslingSvar(spurt: Spurt, tilstand: Altinntilstand, oppsett: Altinnoppsett): Svart {
  if (!isKnown(spurt, tilstand, oppsett)) return problem(401, 4001, 'Unknown token');
  return { status: 200, type: 'text/plain', body: issued(tilstand, oppsett.now(), ALTINN_LIFE) };
}
