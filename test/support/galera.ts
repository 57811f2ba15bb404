import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { filesIn, freePort, installDatabase, keep, onPath, serverOptions, type PrivateServer } from './mariadb.js';

/** A cluster of one's own. It ends with this process, however that ends. */
export interface Cluster {
  readonly nodes: readonly PrivateServer[];
  /** Addresses of all nodes, without a database. @param first the number of the node that stands first */
  url(first?: number): string;
  /** SIGKILL for all. */
  stop(): Promise<void>;
}

const PROVIDERS = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera-4/libgalera_smm.so'];
const provider = PROVIDERS.find(existsSync);

/** Why a cluster cannot be started here; undefined: it can. */
export function galeraMissing(): string | undefined {
  if (!onPath('mariadbd')) return 'mariadbd is not on the PATH: install mariadb-server';
  if (provider === undefined) return `none of ${PROVIDERS.join(', ')} is there: install galera-4`;
  if (!onPath('rsync'))
    return 'rsync is not on the PATH, by which nodes send their tables to each other: install rsync';
  return undefined;
}

/** Root's copies of tables could not be read by the daemon that takes them. */
const serverUser = (): string => (userInfo().uid === 0 ? 'mysql' : userInfo().username);

const idOf = (kind: '-u' | '-g', user: string): number =>
  Number(execFileSync('id', [kind, user], { encoding: 'utf8' }).trim());

/** The first life of the first node begins a cluster; all others look how far their tables have come, and join. */
const LIFE = `dir=$1; all=$2; shift 2
if [ -e "$dir/first" ]; then rm "$dir/first"; exec "$@" --wsrep-cluster-address=gcomm://; fi
at=$("$@" --wsrep-recover --log-error= 2>&1 | sed -n 's/.*Recovered position: *//p')
exec "$@" --wsrep-cluster-address="$all" \${at:+--wsrep-start-position="$at"}`;

interface Place {
  readonly dir: string;
  readonly port: number;
  readonly group: number;
}

function commandOf({ dir, port, group }: Place, all: string, [ist, sst]: readonly number[]): readonly string[] {
  // The times of the group are left as they are: with shorter ones, nodes of a busy machine lose each other with the one that was killed, and stay apart.
  const options = {
    base_host: '127.0.0.1',
    base_port: group,
    'gmcast.listen_addr': `tcp://127.0.0.1:${group}`,
    'ist.recv_addr': `127.0.0.1:${ist}`,
    'gcache.size': '256M',
  };
  const given = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const server = [
    ...['mariadbd', '--no-defaults', `--user=${serverUser()}`, ...filesIn(dir), ...serverOptions(dir, port)],
    ...['--skip-log-bin', '--binlog-format=ROW', '--innodb-autoinc-lock-mode=2'],
    ...['--wsrep-on=ON', `--wsrep-provider=${provider}`, '--wsrep-cluster-name=posthorn'],
    ...['--wsrep-node-address=127.0.0.1', '--wsrep-sst-method=rsync', `--wsrep-sst-receive-address=127.0.0.1:${sst}`],
    `--wsrep-provider-options=${given.join(';')}`,
  ];
  return ['sh', '-c', LIFE, 'sh', dir, all, ...server];
}

/** Makes the files of each node: the first's tables, copied, so that little is left to be sent. */
async function makePlaces(root: string, count: number): Promise<readonly Place[]> {
  const user = serverUser();
  await mkdir(root, { recursive: true });
  await chmod(root, 0o711);
  const places: Place[] = [];
  for (let n = 0; n < count; n++) {
    const dir = join(root, `node-${n}`);
    await mkdir(dir);
    await chown(dir, idOf('-u', user), idOf('-g', user));
    places.push({ dir, port: await freePort(), group: await freePort() });
  }
  const [first, ...others] = places.map(({ dir }) => dir) as [string, ...string[]];
  await installDatabase(['--no-defaults', `--user=${user}`, ...filesIn(first)]);
  for (const dir of others) execFileSync('cp', ['-a', `${first}/db`, dir]);
  await writeFile(join(first, 'first'), '');
  return places;
}

/** Starts a cluster, a node after the other. @param folder for all its files; undefined: a new one */
export async function startCluster(folder?: string, count = 3): Promise<Cluster> {
  const places = await makePlaces(folder ?? (await mkdtemp(join(tmpdir(), 'posthorn-galera-'))), count);
  const all = `gcomm://${places.map(({ group }) => `127.0.0.1:${group}`).join()}`;
  const nodes: PrivateServer[] = [];
  for (const place of places) {
    const node = await keep(place.dir, place.port, commandOf(place, all, [await freePort(), await freePort()]));
    await node.start();
    nodes.push(node);
  }
  return {
    nodes,
    url: (first = 0) => {
      const hosts = places.map((_, n) => `127.0.0.1:${places[(first + n) % count]?.port}`);
      return `mysql://root@${hosts.join()}/`;
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.kill()))),
  };
}
