import type { Command } from 'commander';
import { Option } from 'commander';
import type { ForsendelseService } from '../client/forsendelse.js';
import type { ErrorCode } from '../errors.js';
import { errorText, Failure } from '../errors.js';
import { CommandError, UsageError, visible } from './output.js';
import { addPasswordOptions, passwordOf, type PasswordOptions } from './password.js';

/** Holds the password of the account. No setting of the gateway, which has nothing of that name. */
export const PASSWORD = 'POSTHORN_PASSWORD';

/** What client commands of Forsendelse v1 take where nothing is said. */
export interface WireDeps {
  /** Address of the service of the gateway that runs here, when one does. */
  readonly runningUrl: () => Promise<string | undefined>;
  /** The development account; undefined in production, where there is none. */
  readonly account: () => Account | undefined;
  /** What `PASSWORD` holds. */
  readonly password: string | undefined;
}

export interface Account {
  readonly user: string;
  readonly password: string;
}

export interface WireOptions extends PasswordOptions {
  readonly url?: string;
  readonly user?: string;
  readonly onBehalfOf?: string;
}

/** The options by which a client command finds its service. */
export const addWireOptions = (command: Command): Command =>
  addPasswordOptions(
    command
      .option('--url <url>', 'address of the service (default: the gateway that runs here)')
      .option('--user <user>', 'user name of the account (default: the development account)'),
    'the account',
    `file with the password, or set ${PASSWORD}`,
  ).option('--on-behalf-of <orgnr>', 'organisation that the call is made for (avsender)');

/** The service gives its reasons in both. */
export type Language = 'nb' | 'en';

export const addLanguageOption = (command: Command): Command =>
  command.addOption(new Option('--language <language>', 'language of the reasons').choices(['nb', 'en']).default('en'));

async function accountOf(options: WireOptions, deps: WireDeps): Promise<Account> {
  const { user } = options;
  const given = await passwordOf(options);
  const password = user === undefined ? given : (given ?? deps.password);
  if (user !== undefined && password !== undefined) return { user, password };
  if (user !== undefined || password !== undefined) {
    throw new UsageError(`Give --user together with --password-file, ${PASSWORD} or --password.`);
  }
  const account = deps.account();
  if (account === undefined) {
    throw new UsageError('Give --user and --password-file: there is no account in production.');
  }
  return account;
}

/** @throws UsageError with what to give */
export async function serviceFor(options: WireOptions, deps: WireDeps): Promise<ForsendelseService> {
  const { user, password } = await accountOf(options, deps);
  const url = options.url ?? (await deps.runningUrl());
  if (url === undefined) {
    throw new UsageError(
      'No gateway runs on this data directory. Start one with npm start, or name a service with --url.',
    );
  }
  const service = { url, brukernavn: user, passord: password, version: '1.2' } as const;
  return options.onBehalfOf === undefined ? service : { ...service, avsender: options.onBehalfOf };
}

/** What to do about a refusal, in the options of the command line; by the code at its beginning. */
const advice: readonly (readonly [code: string, next: string])[] = [
  ['[P-2000]', 'Here: give --address and --return-address.'],
  ['[P-2003]', 'Here: leave --only-digital out.'],
  ['[P-2004]', 'Here: give another --ref, or none.'],
  ['[P-2005]', 'Here: check the id or --ref, and --on-behalf-of.'],
];

const sentences: Partial<Readonly<Record<ErrorCode, (url: string, failure: Failure) => string>>> = {
  UNAUTHORIZED: (url) => `${url} does not take this user name and password. Check --user and its password.`,
  MALFORMED_XML: (url, { detail }) =>
    `The answer of ${url} is not one of Forsendelse v1: ${detail}. Check --url: the path is /forsendelse/v1.`,
};

/** What happened, why, and what to do next. */
function sentence(url: string, failure: Failure): string {
  const own = sentences[failure.code];
  if (own !== undefined) return own(url, failure);
  const next = advice.find(([code]) => failure.detail.includes(code))?.[1];
  const text = errorText(failure.code, 'en', failure.values);
  return next === undefined ? text : `${text}. ${next}`;
}

/** Waits for a call. @throws CommandError with a sentence instead of a Failure */
export async function told<T>({ url }: ForsendelseService, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Failure) throw new CommandError(visible(sentence(url, error)));
    throw error;
  }
}

/** Text of others on one line of a table. */
export const cell = (text: string | null): string => visible(text ?? '').replace(/\s+/g, ' ');

/** A time as it stands in tables: to the second, UTC. */
export const instant = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');
