import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';

/** Where tests find a MySQL or MariaDB server, or why there is none. */
export type ServerChoice = { readonly name: string; readonly own: boolean } | { readonly missing: string };

const onPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

/** `TEST_MYSQL_URL` when it is set, else a private server when `mariadbd` is on the PATH. */
export function chooseServer(): ServerChoice {
  if (process.env['TEST_MYSQL_URL'] !== undefined) return { name: 'the server of TEST_MYSQL_URL', own: false };
  if (onPath('mariadbd')) return { name: 'MariaDB, a private server', own: true };
  return { missing: 'mariadbd is not on the PATH and TEST_MYSQL_URL is not set' };
}

let started: Promise<string> | undefined;

/** URL of the server, without a database. The private one is started once and ends with this process, however that ends. */
export const serverUrl = (): Promise<string> =>
  (started ??= process.env['TEST_MYSQL_URL'] === undefined ? start() : Promise.resolve(process.env['TEST_MYSQL_URL']));

/** Makes an empty database and returns its URL and the function that drops it. */
export async function freshDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const url = new URL(await serverUrl());
  const name = `posthorn_test_${randomBytes(6).toString('hex')}`;
  await administer(`create database ${name} character set utf8mb4`);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(`drop database ${name}`) };
}

/** Runs statements on the server as its administrator. */
export async function administer(...statements: readonly string[]): Promise<void> {
  const url = new URL(await serverUrl());
  url.pathname = '';
  const connection = await createConnection(url.href);
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

async function start(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-mariadb-'));
  const { username } = userInfo();
  const common = ['--no-defaults', `--user=${username}`, `--datadir=${folder}/db`];
  await promisify(execFile)('mariadb-install-db', [
    ...common,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  const port = await freePort();
  const server = [
    'mariadbd',
    ...common,
    `--socket=${folder}/s.sock`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-log-bin',
    '--innodb-flush-log-at-trx-commit=1',
  ];
  // The shell reads from a pipe that closes when this process ends, killed or not, and then clears up.
  const script = `"$@" >"${folder}/log" 2>&1 & read -r _; kill -9 $!; wait $!; rm -rf "${folder}"`;
  const shell = spawn('sh', ['-c', script, 'sh', ...server], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  const url = `mysql://root@127.0.0.1:${port}/`;
  await answers(url, `${folder}/log`);
  return url;
}

async function answers(url: string, log: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await (await createConnection(url)).end();
    } catch (error) {
      if (tries === 300) throw new Error(`mariadbd does not answer after 30 s; see ${log}`, { cause: error });
      await wait(100);
    }
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
