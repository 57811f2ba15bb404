import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import Libsql from 'libsql';
import { seedRegister } from '../../../src/application/seedRegister.js';
import { loadConfig } from '../../../src/config.js';
import { prepareDevelopment } from '../../../src/development.js';
import { resident } from '../../../src/sandbox/residents.js';
import { openStore } from '../../../src/store/index.js';
import { testCertsDir } from '../../support/gateway.js';

/** Share of reserved residents in 2014. */
const reservedShare = 1801 / 3_800_000;

export interface Data {
  readonly certsDir: string;
  /** Settings of a gateway that uses the data. */
  readonly env: Readonly<Record<string, string>>;
}

/** Development keys, senders and test persons in `dataDir`, and so many synthetic residents; what is there already is kept. */
export async function prepareData(
  dataDir: string,
  persons: number,
  databaseUrl?: string,
  onProgress?: (written: number) => void,
): Promise<Data> {
  const env = {
    POSTHORN_PORT: '0',
    POSTHORN_LOG_LEVEL: 'error',
    POSTHORN_DATA_DIR: dataDir,
    POSTHORN_CERTS_DIR: testCertsDir,
    ...(databaseUrl === undefined ? {} : { POSTHORN_DATABASE_URL: databaseUrl }),
  };
  const config = loadConfig(env);
  await prepareDevelopment(config);
  const store = await openStore({ url: config.databaseUrl.reveal() });
  try {
    const seed = seedRegister({ unitOfWork: store.unitOfWork, calendar: { now: () => new Date() }, resident });
    const reserved = Math.ceil(persons * reservedShare);
    const { seneste } = await store.reads.changesFrom(Number.MAX_SAFE_INTEGER, 1);
    if (seneste < persons) await seed({ persons, reserved, ...(onProgress && { onProgress }) });
  } finally {
    await store.close();
  }
  return { certsDir: testCertsDir, env };
}

/** The same data for another server. */
export async function copyOf(data: Data, dir: string, name: string): Promise<Data> {
  const from = data.env['POSTHORN_DATA_DIR'] ?? '';
  const db = new Libsql(join(from, 'posthorn.db'));
  db.pragma('wal_checkpoint(truncate)');
  db.close();
  const to = join(dir, name);
  await cp(from, to, { recursive: true });
  return { ...data, env: { ...data.env, POSTHORN_DATA_DIR: to, POSTHORN_DATABASE_URL: `sqlite:${to}/posthorn.db` } };
}

/** Identifiers of synthetic residents, far apart and all different for `persons` calls, then again from the first. */
export function residentIds(persons: number): () => string {
  const step = 7_368_787 % persons || 1;
  let at = 0;
  const now = new Date();
  return () => {
    at = (at + step) % persons;
    return resident(at, now).personidentifikator;
  };
}
