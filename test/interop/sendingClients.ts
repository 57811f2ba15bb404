import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';
import { PATH } from '../../src/contract/forsendelse/names.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { providerNames } from '../../src/sandbox/providers/types.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { startGateway, testCertsDir } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { needs, python, run, succeed } from './support.js';
import type { EngineName } from './support.js';

/* Foreign clients of Forsendelse as child processes, and the house that they call: a gateway with the doubles behind it. */

export interface House {
  readonly gateway: TestGateway;
  /** Address of Forsendelse v1. */
  readonly url: string;
  /** Address of the doubles. */
  readonly sandboxUrl: string;
  stop(): Promise<void>;
}

/** Starts the doubles, and a gateway that hands letters on to them. */
export async function startHouse(): Promise<House> {
  const trayDir = await mkdtemp(join(tmpdir(), 'posthorn-tray-'));
  const pki = await ensureDevelopmentPki(testCertsDir);
  const started: { broker?: string } = {};
  const sandbox = await startSandbox(pki, 0, {
    trayDir,
    brokerUrl: () => Promise.resolve(started.broker),
    lost: (what) => console.warn(`the doubles lost ${what}`),
  });
  const addresses = providerNames.map(
    (name) => `${pki.identities[name].organisasjonsnummer}=${sandbox.url}/${name}`,
  );
  const gateway = await startGateway({ POSTHORN_SDP_PROVIDERS: addresses.join(',') });
  started.broker = gateway.base + BROKER_PATH;
  return {
    gateway,
    url: gateway.base + PATH,
    sandboxUrl: sandbox.url,
    stop: async () => {
      await gateway.stop();
      await sandbox.close();
      await rm(trayDir, { recursive: true, force: true });
    },
  };
}

/** What each client prints. */
export interface SendingReport {
  readonly engine: string;
  readonly sendt?: { readonly forsendelsesId: string; readonly kanal: string };
  readonly status?: {
    readonly forsendelsesId: string;
    readonly tilstand: string;
    readonly hendelser: readonly string[];
  };
  /** Answers whose signature the client has found right. */
  readonly signerteSvar?: number;
  readonly feil?: { readonly kode: string; readonly tekst: string };
  readonly avvist?: string;
}

export const [account] = developmentAccounts;
export const byPassword = ['--user', account.brukernavn, '--password', account.passord] as const;

const wanted: readonly (number | null)[] = [0, 1, 2];

/** One letter sent by a foreign client. @throws Error when the client itself fails */
export async function sendBy(
  [file, ...fixed]: readonly [string, ...string[]],
  args: readonly string[],
): Promise<SendingReport> {
  const { code, stdout, stderr } = await run(file, [...fixed, ...args], 120_000);
  if (!wanted.includes(code) || stdout === '') throw new Error(`${file} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as SendingReport;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Debian's own python has the Debian modules; another may come first on the PATH. */

const classes = here('java/build');
const jars = ['wss4j', 'xmlsec', 'commons-logging', 'slf4j-api', 'slf4j-nop'].map((j) => `/usr/share/java/${j}.jar`);
const classPath = [classes, ...jars].join(delimiter);
const sources = ['Json', 'Names', 'Attachments', 'Security', 'Forsendelse'].map((c) => here(`java/${c}.java`));

export const forsendelseClients = {
  zeep: [python, here('python/forsendelse.py')],
  php: ['php', here('php/forsendelse.php')],
  gsoap: [here('gsoap-forsendelse/build/forsendelse')],
  wss4j: ['java', '-cp', classPath, 'Forsendelse'],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type SendingClient = keyof typeof forsendelseClients;

const build: Readonly<Partial<Record<EngineName, () => Promise<unknown>>>> = {
  wss4j: () => succeed('javac', ['-cp', classPath, '-d', classes, ...sources]),
  gsoap: () => succeed('make', ['-s', '-C', here('gsoap-forsendelse')], 300_000),
};

/** As `needs`, and makes the client that sends. */
export const needsSending = (client: SendingClient) =>
  async function (this: Context): Promise<void> {
    await needs(client).call(this);
    await build[client]?.();
  };
