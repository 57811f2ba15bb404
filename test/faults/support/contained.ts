import { execFile, spawn, spawnSync } from 'node:child_process';
import { createSecretKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PATH } from '../../../src/contract/forsendelse/names.js';
import { ensureDevelopmentPki } from '../../../src/sandbox/pki/development.js';
import type { ChildMessage } from '../../../src/run.js';
import { openPayloads } from '../../../src/store/payloads.js';
import { testCertsDir } from '../../support/gateway.js';
import type { FsyncMessage } from './failingFsync.js';

const run = promisify(execFile);
const source = (path: string): string => join(import.meta.dirname, '../../..', path);

/** Whether a process may have mounts of its own here. */
export const mayMount = (): boolean =>
  spawnSync('unshare', ['--mount', '--propagation', 'private', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

/** Room on each. */
const sizes = { db: '64m', payloads: '32m' } as const;
export type DiskName = keyof typeof sizes;
const disks = Object.keys(sizes) as readonly DiskName[];

/** A gateway in a process of its own, whose database and documents lie on small disks of their own, which nobody else sees. */
export interface Contained {
  /** Address of Forsendelse v1. */
  readonly url: string;
  readonly base: string;
  /** Takes what room, or how many files, a disk has left. @returns what gives it back */
  fill(disk: DiskName, by: 'octets' | 'files'): Promise<() => Promise<void>>;
  /** Lets documents not be made durable from now on. @returns what ends that */
  failFsync(): Promise<() => Promise<void>>;
  /** Documents that are stored. */
  documents(): Promise<number>;
  /** Open files at the most from now on. */
  limitFiles(most: number): Promise<void>;
  /** Open files now. */
  files(): Promise<number>;
  stop(): Promise<void>;
}

const mounting = disks
  .map((disk) => `mount -t tmpfs -o size=${sizes[disk]},nr_inodes=400 tmpfs "$DIR/${disk}"`)
  .join(' && ');

/** Starts one; its disks go with it. */
export async function startContained(): Promise<Contained> {
  const dir = await mkdtemp(join(tmpdir(), 'posthorn-contained-'));
  await ensureDevelopmentPki(testCertsDir);
  await Promise.all(disks.map((disk) => mkdir(join(dir, disk))));
  const environment = {
    POSTHORN_PORT: '0',
    POSTHORN_DATA_DIR: dir,
    POSTHORN_DATABASE_URL: `sqlite:${join(dir, 'db/posthorn.db')}`,
    POSTHORN_CERTS_DIR: testCertsDir,
    POSTHORN_LOG_LEVEL: 'error',
  };
  const inside = ['sh', '-c', `${mounting} && exec "$@"`, 'sh', process.execPath, '--import', 'tsx'];
  const preloaded = [
    '--import',
    source('test/faults/support/failingFsync.ts'),
    source('test/faults/support/gateway.ts'),
  ];
  const child = spawn('unshare', ['--mount', '--propagation', 'private', ...inside, ...preloaded], {
    env: { ...process.env, ...environment, DIR: dir },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [message] = (await once(child, 'message')) as [ChildMessage];
  if (!message.ready) throw new Error(message.reason);
  const pid = child.pid ?? 0;
  const tell = async (message: FsyncMessage): Promise<void> => {
    const heard = once(child, 'message');
    child.send(message);
    await heard;
  };
  const seen = (disk: DiskName): string => join('/proc', String(pid), 'root', dir, disk);
  const fillers: Readonly<Record<'octets' | 'files', (at: string) => Promise<void>>> = {
    octets: async (at) => {
      // In ever smaller pieces, until there is no room for one octet more.
      for (let size = 2 ** 20; size >= 1; size = Math.floor(size / 2))
        while (
          await writeFile(join(at, 'filler'), Buffer.alloc(size), { flag: 'a' }).then(
            () => true,
            () => false,
          )
        );
    },
    files: async (at) => {
      await mkdir(at, { recursive: true });
      for (
        let n = 0;
        await writeFile(join(at, String(n)), '').then(
          () => true,
          () => false,
        );
        n++
      );
    },
  };
  return {
    url: message.url + PATH,
    base: message.url,
    fill: async (disk, by) => {
      const at = join(seen(disk), 'full');
      await mkdir(at);
      await fillers[by](at);
      return () => rm(at, { recursive: true });
    },
    failFsync: async () => {
      await tell({ fsyncFails: true });
      return () => tell({ fsyncFails: false });
    },
    documents: async () => {
      const payloads = await openPayloads({ dir: seen('payloads'), key: createSecretKey(Buffer.alloc(32)) });
      const refs: string[] = [];
      for await (const { ref } of payloads.list()) refs.push(ref);
      return refs.length;
    },
    limitFiles: async (most) => void (await run('prlimit', ['--pid', String(pid), `--nofile=${most}:`])),
    files: async () => (await readdir(`/proc/${pid}/fd`)).length,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
