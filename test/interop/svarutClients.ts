import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';
import { memoryPayloads } from '../support/memoryPayloads.js';
import { basic, passord, startSvarUt } from '../support/svarutServer.js';
import { run, succeed } from './run.js';
import { needs } from './support.js';

/** Something that takes SvarUt's letters, as its clients see it. */
export interface SvarUtHouse {
  readonly base: string;
  readonly user: string;
  readonly password: string;
  /** Documents that lie there. */
  documents(): Promise<readonly Buffer[]>;
  stop(): Promise<void>;
}

/** ForsendelsesService over a service in memory. */
export async function startSvarUtHouse(): Promise<SvarUtHouse> {
  const payloads = memoryPayloads();
  const server = await startSvarUt(payloads);
  return {
    base: server.url,
    user: Buffer.from(basic().slice('Basic '.length), 'base64').toString().split(':')[0] ?? '',
    password: passord,
    documents: async () => [...payloads.stored.values()],
    stop: () => server.edge.close(1000),
  };
}

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

/** Debian's own python has the Debian modules; another may come first on the PATH. */
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

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
