import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';
import { svarinnCommands } from '../../src/cli/svarinn.js';
import { hentNyeForsendelser } from '../../src/client/svarinn.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { SVARINN_PATH } from '../../src/http/svarinn.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { fetchLetters } from '../../src/sandbox/municipality/municipality.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { providerNames } from '../../src/sandbox/providers/types.js';
import { isNetwork } from '../../src/security/networks.js';
import { servicePassword } from '../../src/security/servicePassword.js';
import { startGateway, testCertsDir, type TestGateway } from '../support/gateway.js';
import { runCommand } from '../support/runCommand.js';
import { startProviders } from '../support/sending.js';
import { run, succeed } from './run.js';
import { needs, python } from './support.js';

/** A gateway as SvarUt's clients see it, with a municipality, mailboxes and a printer behind it. */
export interface SvarUtHouse {
  readonly base: string;
  readonly user: string;
  readonly password: string;
  /** Every document that has reached a mailbox, the printer or the municipality's archive. */
  documents(): Promise<readonly Buffer[]>;
  stop(): Promise<void>;
}

/** The municipality's organisation number. */
export const municipality = '310000108';

/** Registers a system that fetches the municipality's letters, as an operator does. @returns its password */
async function register(store: TestGateway['store'], certificate: string, name: string, ...more: readonly string[]) {
  const open = () => Promise.resolve({ ...store, close: () => Promise.resolve() });
  const merke = () => Promise.reject(new Error('nothing is looked for'));
  const deps = { open, openShipments: open, clock: { now: () => new Date() }, nyttPassord: servicePassword, erNett: isNetwork, merke };
  const args = ['svarinn', 'receivers', 'add', name.toLowerCase(), municipality, name, certificate, ...more];
  const { code, out, err } = await runCommand((program) => svarinnCommands(program, deps), ...args);
  const password = / (\S+)\n$/.exec(out)?.[1];
  if (code !== 0 || password === undefined) throw new Error(`${name} is not registered: ${err}${out}`);
  return password;
}

/** Starts the whole gateway and who takes its letters. */
export async function startSvarUtHouse(): Promise<SvarUtHouse> {
  const dir = await mkdtemp(join(tmpdir(), 'posthorn-svarut-'));
  const pki = await ensureDevelopmentPki(testCertsDir);
  const started: { base?: string } = {};
  const providers = await startProviders(pki, join(dir, 'tray'), async () =>
    started.base === undefined ? undefined : started.base + BROKER_PATH,
  );
  const gateway = await startGateway({ POSTHORN_SDP_PROVIDERS: providers.addresses });
  started.base = gateway.base;
  const { files, ...identity } = pki.identities.sender2;
  const kommune = { organisasjonsnummer: municipality, navn: 'Kommunen', tillatUsignertPaaVegneAv: false };
  await gateway.store.unitOfWork((tx) => tx.putOrganisation({ ...kommune, fra: new Date(0), til: null }));
  await register(gateway.store, files.certificate, 'Arkivet', '--type', 'Byggesøknad');
  const passord = await register(gateway.store, files.certificate, 'Resten');
  const konto = { url: gateway.base + SVARINN_PATH, brukernavn: 'resten', passord };
  const archive = join(dir, 'archive');
  const failed = (error: unknown): void => console.warn('the municipality cannot fetch its letters', error);
  const municipal = { konto: async () => konto, identity, dir: archive, failed, waiting: new Set<string>() };
  // Accounts are read again every other second.
  for (let known = false; !known; known = await hentNyeForsendelser(konto).then(Boolean, () => sleep(200, false)));
  const archived = async (): Promise<Buffer[]> => {
    await fetchLetters(municipal);
    const entries = existsSync(archive) ? await readdir(archive, { recursive: true, withFileTypes: true }) : [];
    const there = entries.filter((entry) => entry.isFile());
    return Promise.all(there.map((entry) => readFile(join(entry.parentPath, entry.name))));
  };
  const delivered = (): Buffer[] =>
    providerNames
      .flatMap((name) => providers.doubles[name].letters.flatMap(({ documents }) => documents))
      .map(({ innhold }) => innhold);
  return {
    base: gateway.base,
    user: account.brukernavn,
    password: account.passord,
    documents: async () => [...delivered(), ...(await archived())],
    stop: async () => {
      await gateway.stop();
      await providers.stopProviders();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const [, account] = developmentAccounts;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const addressOf = ({ base }: Pick<SvarUtHouse, 'base'>, version: number): string =>
  `${base}/tjenester/forsendelseservice/ForsendelsesServiceV${version}`;

/** What a client that has nothing but the WSDL prints. */
export interface WsdlReport {
  readonly engine: string;
  readonly sendt?: { readonly forsendelsesId: string; readonly status: string };
  /** Status when the letter had been marked as read. */
  readonly etterpaa?: string;
  readonly historikk?: readonly string[];
  readonly typer?: readonly string[];
  readonly systemer?: readonly string[];
  readonly ider?: readonly string[];
  readonly feil?: string;
}

const wsdlClients = {
  zeep: [python, here('python/svarut.py')],
  php: ['php', here('php/svarut.php')],
  gsoap: [here('gsoap-svarut/build/svarut')],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type WsdlClient = keyof typeof wsdlClients;

/** As `needs`, and makes the client. */
export const needsWsdlClient = (client: WsdlClient) =>
  async function (this: Context): Promise<void> {
    await needs(client).call(this);
    if (client === 'gsoap') await succeed('make', ['-s', '-C', here('gsoap-svarut')], 300_000);
  };

/** One letter by a client that has nothing but the WSDL; it ends with a fault, as it asks for a letter that is not there. */
export async function sendByWsdl(client: WsdlClient, house: SvarUtHouse, file: string): Promise<WsdlReport> {
  const [program, ...fixed] = wsdlClients[client];
  const args = [...fixed, addressOf(house, 9), house.user, house.password, file];
  const { code, stdout, stderr } = await run(program, args, 120_000);
  if (code !== 1 || stdout === '') throw new Error(`${client} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as WsdlReport;
}

/** A call of the published client; without a method, of that of version 4. */
export interface NpmCall {
  readonly method?: string;
  readonly query: Readonly<Record<string, unknown>>;
}

export interface NpmAnswer {
  readonly svar?: unknown;
  readonly feil?: { readonly message: string; readonly status?: number };
}

/** Calls by the published clients from npm, one after another. */
export async function callByNpm(house: SvarUtHouse, calls: readonly NpmCall[]): Promise<readonly NpmAnswer[]> {
  const urlOf = (version: number): string => {
    const url = new URL(addressOf(house, version));
    [url.username, url.password] = [house.user, house.password];
    return url.href;
  };
  const all = calls.map((call) => ({ ...call, url: urlOf(call.method === undefined ? 4 : 9) }));
  const printed = await succeed(process.execPath, [here('svarut-client/driver.cjs'), JSON.stringify(all)], 60_000);
  return JSON.parse(printed) as NpmAnswer[];
}
