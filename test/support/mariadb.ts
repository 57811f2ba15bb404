import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
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

export const onPath = (program: string): boolean =>
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
  (started ??=
    process.env['TEST_MYSQL_URL'] === undefined
      ? startServer().then(({ url }) => url)
      : Promise.resolve(process.env['TEST_MYSQL_URL']));

/** Makes an empty database and returns its URL and the function that drops it. */
export async function freshDatabase(server = serverUrl()): Promise<{ url: string; drop: () => Promise<void> }> {
  const url = new URL(await server);
  const name = `posthorn_test_${randomBytes(6).toString('hex')}`;
  await statements(url.href, [`create database ${name} character set utf8mb4`]);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => statements(url.href, [`drop database ${name}`]) };
}

/** Runs statements on the server as its administrator. */
export const administer = async (...sql: readonly string[]): Promise<void> => statements(await serverUrl(), sql);

async function statements(server: string, sql: readonly string[]): Promise<void> {
  const url = new URL(server);
  url.pathname = '';
  const connection = await createConnection(url.href);
  try {
    for (const statement of sql) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

/** A server of one's own. It ends with this process, however that ends. */
export interface PrivateServer {
  /** Without a database; the same in each of its lives. */
  readonly url: string;
  /** SIGKILL. Resolves when it has ended. */
  kill(): Promise<void>;
  /** Starts it on what is there. Resolves when it answers. */
  start(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nobody; and SIGCONT. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

/**
 * Obeys lines of its input, says each again when it is done, and when its input ends clears up: the pipe closes when the process that holds
 * its other end is gone, killed or not.
 */
const keeper = `folder=$1; shift; while read -r word; do case $word in
  start) "$@" >>"$folder/log" 2>&1 & ;;
  kill) kill -9 $!; wait $! 2>/dev/null ;;
  freeze) kill -STOP $! ;;
  thaw) kill -CONT $! ;;
esac; echo "$word"; done; kill -9 $!; wait $!; rm -rf "$folder/db" "$folder/log"; rmdir "$folder"`;

/** Starts a server. @param folder for all its files; undefined: a new one */
export async function startServer(folder?: string): Promise<PrivateServer> {
  const dir = folder ?? (await mkdtemp(join(tmpdir(), 'posthorn-mariadb-')));
  const common = ['--no-defaults', `--user=${userInfo().username}`, ...filesIn(dir)];
  await installDatabase(common);
  const port = await freePort();
  const server = await keep(dir, port, ['mariadbd', ...common, ...serverOptions(dir, port), '--skip-log-bin']);
  await server.start();
  return server;
}

/** Temporary tables too: a server that starts clears away those that it finds, and they may be another's. */
export const filesIn = (dir: string): readonly string[] => [`--datadir=${dir}/db`, `--tmpdir=${dir}/db`];

/** Makes the files of an empty server. */
export const installDatabase = (common: readonly string[]): Promise<unknown> =>
  promisify(execFile)('mariadb-install-db', [...common, '--auth-root-authentication-method=normal', '--skip-test-db']);

export const serverOptions = (dir: string, port: number): readonly string[] => [
  `--socket=${dir}/s.sock`,
  `--port=${port}`,
  '--bind-address=127.0.0.1',
  '--innodb-flush-log-at-trx-commit=1',
];

/** A server that is not started yet. @param command what is a server from its start until it is killed */
export async function keep(dir: string, port: number, command: readonly string[]): Promise<PrivateServer> {
  const shell = spawn('sh', ['-c', keeper, 'sh', dir, ...command], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  shell.unref();
  const pipes = [shell.stdin, shell.stdout].filter((pipe) => pipe instanceof Socket);
  const obey = async (word: 'start' | 'kill' | 'freeze' | 'thaw'): Promise<void> => {
    for (const pipe of pipes) pipe.ref();
    shell.stdin.write(`${word}\n`);
    await once(shell.stdout, 'data');
    for (const pipe of pipes) pipe.unref();
  };
  const url = `mysql://root@127.0.0.1:${port}/`;
  const start = async (): Promise<void> => {
    await obey('start');
    await answers(url, `${dir}/log`);
  };
  for (const pipe of pipes) pipe.unref();
  return { url, kill: () => obey('kill'), start, freeze: () => obey('freeze'), thaw: () => obey('thaw') };
}

/** A row where a node of a cluster has not joined it. */
const OUTSIDE = `select 1 from information_schema.global_variables join information_schema.global_status
  on global_variables.variable_name = 'WSREP_ON' and global_variables.variable_value = 'ON'
  and global_status.variable_name = 'WSREP_READY' and global_status.variable_value = 'OFF'`;

async function answers(url: string, log: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      const connection = await createConnection(url);
      const [rows] = await connection.query(OUTSIDE);
      await connection.end();
      if (Array.isArray(rows) && rows.length === 0) return;
      throw new Error('it is no part of its cluster yet');
    } catch (error) {
      if (tries === 300) throw new Error(`mariadbd does not answer after 30 s; see ${log}`, { cause: error });
      await wait(100);
    }
  }
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
