import { Failure } from '../errors.js';
import { oneLine } from './post.js';

/* A receiving system's side of SvarInn (CONTRACT.md section 8). */

export interface SvarInnKonto {
  /** Up to and including `/tjenester/svarinn`. */
  readonly url: string;
  readonly brukernavn: string;
  readonly passord: string;
}

/** What a receiver needs of an entry of the list. */
export interface NyForsendelse {
  readonly id: string;
  readonly tittel: string;
  readonly downloadUrl: string;
  readonly filmetadata: readonly { readonly filnavn: string; readonly mimetype: string; readonly sha256hash: string }[];
}

const timeout = 60_000;

/** @throws Failure UPSTREAM_UNREACHABLE for the network, UPSTREAM_FAULT for any status but 200 */
async function ask(konto: SvarInnKonto, url: string, init: RequestInit = {}): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${konto.brukernavn}:${konto.passord}`).toString('base64')}`;
  const signal = AbortSignal.timeout(timeout);
  const response = await fetch(url, { ...init, headers: { authorization }, redirect: 'error', signal }).catch(
    (error: unknown) => {
      const text = oneLine(String((error as Error).cause ?? error));
      throw new Failure('UPSTREAM_UNREACHABLE', text, { text });
    },
  );
  if (response.status === 200) return response;
  const text = `HTTP ${response.status}: ${oneLine(await response.text())}`;
  throw new Failure('UPSTREAM_FAULT', text, { text });
}

const post = async (konto: SvarInnKonto, path: string, body?: string): Promise<void> => {
  await (
    await ask(konto, `${konto.url}/${path}`, { method: 'POST', ...(body !== undefined && { body }) })
  ).arrayBuffer();
};

/** Letters that wait. @throws Failure as `ask` */
export const hentNyeForsendelser = async (konto: SvarInnKonto): Promise<readonly NyForsendelse[]> =>
  (await (await ask(konto, `${konto.url}/mottaker/hentNyeForsendelser`)).json()) as NyForsendelse[];

/** The encrypted package of a letter. @throws Failure as `ask` */
export const hentForsendelse = async (konto: SvarInnKonto, { downloadUrl }: NyForsendelse): Promise<Buffer> =>
  Buffer.from(await (await ask(konto, downloadUrl)).arrayBuffer());

/** @throws Failure as `ask` */
export const kvitterMottak = (konto: SvarInnKonto, id: string): Promise<void> =>
  post(konto, `kvitterMottak/forsendelse/${id}`);

/** @throws Failure as `ask` */
export const mottakFeilet = (
  konto: SvarInnKonto,
  id: string,
  feil: { readonly feilmelding: string; readonly permanent: boolean },
): Promise<void> => post(konto, `mottakFeilet/forsendelse/${id}`, JSON.stringify(feil));
