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
import { freshDatabase, startServer, type PrivateServer } from '../support/mariadb.js';
import { startProviders, type TestProviders } from '../support/sending.js';
import { loopDisk, plainDisk, type Disk } from './disk.js';
import type { SvarUtBruker } from './entrances/types.js';
import { startMortal, type Mortal } from './processes.js';

export type Database = 'sqlite' | 'mariadb';

export interface WorldOptions {
  readonly database: Database;
  /** Processes that hand letters on beside one that takes them; 0: one process does both. */
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
  /** The database's process; undefined where there is none of our own. */
  readonly server: PrivateServer | undefined;
  readonly pki: DevelopmentPki;
  readonly providers: TestProviders;
  readonly accounts: readonly SvarUtBruker[];
  /** The first takes letters. */
  readonly gateways: readonly Mortal[];
  /** Where letters are taken. */
  readonly base: () => Promise<string>;
  stop(): Promise<void>;
}

async function databaseOn(disk: Disk, database: Database) {
  if (database === 'sqlite') return undefined;
  const foreign = process.env['TEST_MYSQL_URL'] !== undefined;
  const server = foreign ? undefined : await startServer(join(disk.dir, 'mariadb'));
  const { url } = await freshDatabase(server && Promise.resolve(server.url));
  return { server, url };
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

async function startGateways(environment: Readonly<Record<string, string>>, workers: number): Promise<Mortal[]> {
  const role = (name: string) => startMortal({ ...environment, POSTHORN_ROLE: name });
  const first = await role(workers === 0 ? 'all' : 'web');
  return [first, ...(await Promise.all(Array.from({ length: workers }, () => role('worker'))))];
}

/** Starts everything but the clients. */
export async function startWorld(options: WorldOptions): Promise<CrashWorld> {
  const disk = await (options.power ? loopDisk() : plainDisk());
  const database = await databaseOn(disk, options.database);
  const environment = {
    POSTHORN_PORT: '0',
    POSTHORN_DATA_DIR: join(disk.dir, 'data'),
    POSTHORN_CERTS_DIR: testCertsDir,
    POSTHORN_LOG_LEVEL: 'error',
    ...(database !== undefined && { POSTHORN_DATABASE_URL: database.url }),
    ...options.environment,
  };
  const config = loadConfig(environment);
  const pki = await prepareDevelopment(config);
  const accounts = await makeAccounts(config.databaseUrl.reveal(), options.accounts);
  const gateways: Mortal[] = [];
  const base = async (): Promise<string> => (await gateways[0]?.url()) ?? '';
  const providers = await startProviders(pki, join(disk.elsewhere, 'tray'), async () => {
    const at = await base();
    return (options.reachedBy?.(at) ?? at) + BROKER_PATH;
  });
  const started = await startGateways({ ...environment, POSTHORN_SDP_PROVIDERS: providers.addresses }, options.workers);
  gateways.push(...started);
  return {
    ...{ disk, pki, providers, accounts, gateways, base },
    server: database?.server,
    stop: async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await providers.stopProviders();
      await database?.server?.kill();
      await disk.remove();
    },
  };
}
