import type { Client, IHttpClient, IOptions } from 'soap';
import type { z } from 'zod';
import type { Nei, Svar } from '../domain/svar.js';
import { feilsvar, motKontrakten, neiAvError, paaEngelsk } from './answer.js';

/* Calls of a SOAP service by its WSDL, through the package. Its way to the network is ours: time, size, redirects and words about errors are
 * those of every other client. */

/** Sends an envelope and gives the answer, or why it is none. */
export type Exchange = (
  url: string,
  envelope: string,
  headers: Readonly<Record<string, string>>,
) => Promise<Buffer | Nei>;

const httpClient = (exchange: Exchange): IHttpClient =>
  ({
    request: (
      url: string,
      body: string,
      done: (error: unknown, response?: unknown, body?: string) => void,
      headers: Readonly<Record<string, string>> = {},
    ) => {
      exchange(url, body, headers).then(
        (answer) => {
          if (!Buffer.isBuffer(answer)) return done(new Error(paaEngelsk(answer.grunn), { cause: answer }));
          const text = answer.toString();
          done(null, { status: 200, headers: {}, data: text }, text);
        },
        (error: unknown) => done(error),
      );
    },
  }) as unknown as IHttpClient;

export type Asked = (op: string, args: unknown) => Promise<unknown>;

async function clientOf(wsdl: string, options: IOptions): Promise<Client> {
  // Not before it is needed: most installations call no SOAP service, and it takes 20 MB.
  const { createClientAsync } = await import('soap');
  return createClientAsync(wsdl, options);
}

/** Calls of the WSDL in a file. The contract is read at the first. */
export function soapCalls(
  wsdl: string,
  options: { readonly endpoint: string; readonly forceSoap12Headers?: boolean },
  exchange: Exchange,
): Asked {
  let client: Promise<Client> | undefined;
  return async (op, args) => {
    client ??= clientOf(wsdl, { ...options, httpClient: httpClient(exchange) });
    const ask = (await client)[`${op}Async`] as (args: unknown) => Promise<readonly [unknown]>;
    const [answer] = await ask(args);
    return answer;
  };
}

const isNei = (value: unknown): value is Nei => (value as Partial<Nei> | undefined)?.type === 'nei';

/** Waits for an answer, and reads it as `schema` says. */
export async function answerTo<T, U>(
  asked: Promise<unknown>,
  schema: z.ZodType<T>,
  read: (answer: T) => U,
): Promise<Svar<U>> {
  try {
    const answer = schema.safeParse(await asked);
    return answer.success ? { type: 'ja', verdi: read(answer.data) } : motKontrakten(answer.error.issues[0]?.message);
  } catch (error) {
    const { cause } = error as Error;
    if (isNei(cause)) return cause;
    return error instanceof Error && error.name !== 'Failure' ? feilsvar(error.message) : neiAvError(error);
  }
}
