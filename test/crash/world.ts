import { randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { registrerKonto } from '../../src/application/svarut/kontoer.js';
import { loadConfig } from '../../src/config.js';
import { prepareDevelopment } from '../../src/development.js';
import { lesefristTimer } from '../../src/domain/svarut/lesefrist.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import type { DevelopmentPki } from '../../src/sandbox/pki/development.js';
import { isNetwork } from '../../src/security/networks.js';
import { servicePassword } from '../../src/security/servicePassword.js';
import { openStore } from '../../src/store/index.js';
import { postadresse, sender } from '../support/forsendelser.js';
import { testCertsDir } from '../support/gateway.js';
import { galeraMissing, startCluster } from '../support/galera.js';
import { freshDatabase, startServer, type PrivateServer } from '../support/mariadb.js';
import { startProviders, type TestProviders } from '../support/sending.js';
import { letGo, loopDisk, plainDisk, type Disk } from './disk.js';
import type { SvarUtBruker } from './entrances/types.js';
import { startMortal, type Mortal } from './processes.js';

/** `galera`: three nodes, each process begins with another of them, and nothing is shared beside: contents are rows. */
export type Database = 'sqlite' | 'mariadb' | 'galera';

export interface WorldOptions {
  readonly database: Database;
  /** Processes that take letters. */
  readonly webs: number;
  /** Processes that hand letters on beside those that take them; 0: those do both. */
  readonly workers: number;
  /** Accounts that send by SvarUt. */
  readonly accounts: number;
  /** The power can be cut. */
  readonly power: boolean;
  /** Where providers find the broker, given where that is; left out: there. */
  readonly reachedBy?: (base: string) => string;
  /** Further variables of the gateways. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Gateways that can be killed, and what stands around them and cannot. */
export interface CrashWorld {
  readonly disk: Disk;
  /** As `POSTHORN_DATABASE_URL`. */
  readonly databaseUrl: string;
  /** The database's processes; none where there is none of our own. */
  readonly servers: readonly PrivateServer[];
  readonly pki: DevelopmentPki;
  readonly providers: TestProviders;
  readonly accounts: readonly SvarUtBruker[];
  /** Those that take letters come first. */
  readonly gateways: readonly Mortal[];
  /** How many take letters. */
  readonly webs: number;
  /** Where letters are taken: by turns where several take them. */
  readonly base: () => Promise<string>;
  stop(): Promise<void>;
}

interface Databases {
  readonly servers: readonly PrivateServer[];
  /** Variables of the process of that number. */
  readonly environment: (process: number) => Readonly<Record<string, string>>;
}

async function clusterOn(disk: Disk): Promise<Databases> {
  const missing = galeraMissing();
  if (missing !== undefined) throw new Error(`--database galera: ${missing}`);
  // The nodes may have another user than we.
  await chmod(disk.dir, 0o711);
  const cluster = await startCluster(join(disk.dir, 'galera'));
  const { url } = await freshDatabase(Promise.resolve(cluster.nodes[0]?.url ?? ''));
  const dataKey = randomBytes(32).toString('base64');
  return {
    servers: cluster.nodes,
    environment: (process) => ({
      POSTHORN_DATABASE_URL: cluster.url(process) + new URL(url).pathname.slice(1),
      POSTHORN_PAYLOADS: 'db',
      POSTHORN_DATA_KEY: dataKey,
      POSTHORN_DATA_DIR: join(disk.dir, `data-${process}`),
    }),
  };
}

async function databaseOn(disk: Disk, database: Database): Promise<Databases> {
  if (database === 'galera') return clusterOn(disk);
  if (database === 'sqlite') return { servers: [], environment: () => ({}) };
  const foreign = process.env['TEST_MYSQL_URL'] !== undefined;
  const server = foreign ? undefined : await startServer(join(disk.dir, 'mariadb'));
  const { url } = await freshDatabase(server && Promise.resolve(server.url));
  return { servers: server === undefined ? [] : [server], environment: () => ({ POSTHORN_DATABASE_URL: url }) };
}

/** Accounts of one sender, to which every way is open. */
async function makeAccounts(databaseUrl: string, count: number): Promise<SvarUtBruker[]> {
  const store = await openStore({ url: databaseUrl });
  const made: SvarUtBruker[] = [];
  try {
    const deps = { ...store, clock: { now: () => new Date() }, nyttPassord: servicePassword, erNett: isNetwork };
    for (let n = 1; n <= count; n++) {
      const bruker = `svarut-${n}`;
      const rules = {
        altinn: true,
        sdp: true,
        ettersending: true,
        lesetimer: lesefristTimer,
        lesetimerApost: null,
        varsel: { epost: null, sms: null },
        returadresse: postadresse,
      };
      const added = await registrerKonto(deps)(sender, { brukernavn: bruker, ...rules });
      if (added.type !== 'added') throw new Error(`${bruker} is not registered: ${added.type}`);
      made.push({ bruker, passord: added.passord });
    }
  } finally {
    await store.close();
  }
  return made;
}

type Environment = Readonly<Record<string, string>>;

async function startGateways(environment: (process: number) => Environment, { webs, workers }: WorldOptions) {
  const role = (name: string, process: number) => startMortal({ ...environment(process), POSTHORN_ROLE: name });
  // The first makes the keys and the tables.
  const started = [await role(workers === 0 ? 'all' : 'web', 0)];
  const others = Array.from({ length: webs + workers - 1 }, (_, n) =>
    role(workers === 0 ? 'all' : n + 1 < webs ? 'web' : 'worker', n + 1),
  );
  return [...started, ...(await Promise.all(others))];
}

/** Starts everything but the clients. */
export async function startWorld(options: WorldOptions): Promise<CrashWorld> {
  const { webs } = options;
  const disk = await (options.power ? loopDisk() : plainDisk());
  const database = await databaseOn(disk, options.database);
  const environment = (process: number): Environment => ({
    POSTHORN_PORT: '0',
    POSTHORN_DATA_DIR: join(disk.dir, 'data'),
    POSTHORN_CERTS_DIR: testCertsDir,
    POSTHORN_LOG_LEVEL: 'error',
    ...database.environment(process),
    ...options.environment,
  });
  const config = loadConfig(environment(0));
  const pki = await prepareDevelopment(config);
  const databaseUrl = config.databaseUrl.reveal();
  const accounts = await makeAccounts(databaseUrl, options.accounts);
  await letGo(disk.dir);
  const gateways: Mortal[] = [];
  let turn = 0;
  const base = async (): Promise<string> => (await gateways[turn++ % webs]?.url()) ?? '';
  const providers = await startProviders(pki, join(disk.elsewhere, 'tray'), async () => {
    const at = await base();
    return (options.reachedBy?.(at) ?? at) + BROKER_PATH;
  });
  const addresses = { POSTHORN_SDP_PROVIDERS: providers.addresses };
  gateways.push(...(await startGateways((process) => ({ ...environment(process), ...addresses }), options)));
  return {
    ...{ disk, databaseUrl, pki, providers, accounts, gateways, webs, base },
    servers: database.servers,
    stop: async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await providers.stopProviders();
      await Promise.all(database.servers.map((server) => server.kill()));
      await disk.remove();
    },
  };
}
