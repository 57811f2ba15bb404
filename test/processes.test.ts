import { expect } from 'chai';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { PATH as FORSENDELSE } from '../src/contract/forsendelse/names.js';
import type { BrevInn } from '../src/contract/forsendelse/request.js';
import { createLog } from '../src/log.js';
import { startProcesses } from '../src/processes.js';
import type { Started } from '../src/run.js';
import { brev, sendBrev, type Svar } from './support/forsendelser.js';
import { startGatewayProcess, type GatewayProcess } from './support/gatewayProcess.js';
import type { Behaviour } from './support/standin/standin.js';

/** The processes that answer, by their numbers. */
function members(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  return children.filter((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('main.ts');
    } catch {
      return false;
    }
  });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (holds()) return;
    await sleep(50);
  }
  throw new Error(`not within 60 s: ${what}`);
}

describe('processes that cannot go on', function () {
  this.timeout(60_000);
  let dir = '';
  const diary = (): string => readFileSync(join(dir, 'diary'), 'utf8');
  const lines: { readonly message: string; readonly reason?: string; readonly inMs?: number }[] = [];
  const stream = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()) as (typeof lines)[number]);
      done();
    },
  });
  const begin = (behaviour: Behaviour, count: number): Promise<Started> => {
    Object.assign(process.env, { STANDIN_GATEWAY: behaviour, STANDIN_DIARY: join(dir, 'diary') });
    const script = pathToFileURL(join(import.meta.dirname, 'support/standin/gateway.ts'));
    return startProcesses({ script, count, log: createLog({ level: 'error', stream }), replaceAfterMs: [0, 10, 20] });
  };
  const endOf = ({ ended }: Started): Promise<string> => (ended ?? Promise.resolve()).catch(String).then(String);
  const kill = (): void => Object.values(cluster.workers ?? {}).forEach((worker) => worker?.process.kill('SIGKILL'));
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'posthorn-'));
    lines.length = 0;
  });
  afterEach(() => {
    delete process.env['STANDIN_GATEWAY'];
    delete process.env['STANDIN_DIARY'];
    rmSync(dir, { recursive: true });
  });

  it('end all, with the reason that they gave, when they can never begin', async () => {
    expect(await endOf(await begin('cannot begin', 2))).to.equal('Error: The gateway can never begin.');
  });

  it('end all when none is left, with the reason of the one that was to take a place, when that lasts', async () => {
    const started = await begin('is refused the second time', 1);
    kill();
    expect(await endOf(started)).to.equal('Error: The gateway has a reason. Do something.');
  });

  it('F18: are replaced when none is left, after pauses that grow, while the reason is one that passes', async () => {
    const started = await begin('has no database the second time', 1);
    kill();
    const third = until('a third has begun', () => diary().split('gateway starts').length === 4);
    expect(await Promise.race([third, endOf(started)])).to.equal(undefined);
    await started.stop();
    expect(lines.map(({ inMs }) => inMs)).to.deep.equal([10, 20]);
    expect(lines[1]?.reason).to.match(/^Failure: UNAVAILABLE: no database/);
  });

  it('are no more than were asked for when the one that was to take a place on SIGHUP cannot start, and replaced on the next', async () => {
    const started = await begin('is refused the second time', 1);
    const [old] = Object.keys(cluster.workers ?? {});
    process.emit('SIGHUP');
    await until('the log says so', () => lines.some(({ message }) => message.includes('not all replaced')));
    expect(Object.keys(cluster.workers ?? {})).to.deep.equal([old]);
    process.emit('SIGHUP');
    await until('the old one has gone', () => !Object.keys(cluster.workers ?? {}).includes(old ?? ''));
    expect(Object.keys(cluster.workers ?? {})).to.have.length(1);
    expect(diary().split('gateway starts')).to.have.length(4);
    await started.stop();
  });

  it('are no more than were asked for when one ends by itself while it is replaced on SIGHUP', async () => {
    const started = await begin('good', 1);
    process.emit('SIGHUP');
    kill();
    const times = (what: string): number => diary().split(what).length - 1;
    await until('one of two has left', () => times('gateway starts') === 3 && times('gateway stops') === 1);
    await until('one is left', () => Object.keys(cluster.workers ?? {}).length === 1);
    await started.stop();
  });
});

describe('processes', function () {
  this.timeout(120_000);
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await startGatewayProcess({ POSTHORN_PROCESSES: '2', POSTHORN_ROLE: 'web' });
  });
  after(() => gateway.child.kill('SIGKILL'));
  const pid = (): number => gateway.child.pid ?? 0;
  /** On a connection of its own, so that the processes take turns. */
  const call = async (path: string, body?: string): Promise<string> => {
    const headers = { connection: 'close', 'content-type': 'text/xml' };
    const signal = AbortSignal.timeout(10_000);
    const way = body === undefined ? {} : { method: 'POST', body };
    const response = await fetch(gateway.base + path, { headers, signal, ...way });
    return response.text();
  };
  const live = async (): Promise<void> => void (await call('/health/live'));
  /** On a connection of its own, too: one that is kept open may be closed just when it is used again, by any server. */
  const send = (letter: BrevInn): Promise<Svar> =>
    sendBrev(gateway.base + FORSENDELSE, letter, { connection: 'close' });

  it('are as many as asked for, behind one port, and count together', async () => {
    expect(members(pid())).to.have.length(2);
    for (let i = 0; i < 8; i++) await call('/forsendelse/v1', 'no envelope');
    const counted = [...(await call('/metrics')).matchAll(/^posthorn_faults_total\{.*\} (\d+)$/gm)];
    expect(counted.reduce((sum, [, n]) => sum + Number(n), 0)).to.equal(8);
  });

  it('are replaced when one is killed, while the other answers', async () => {
    const [first, second] = members(pid()) as [number, number];
    process.kill(first, 'SIGKILL');
    await until('the killed one has ended', () => !members(pid()).includes(first));
    for (let i = 0; i < 8; i++) await live();
    await until('another has taken its place', () => members(pid()).length === 2);
    expect(members(pid())).to.include(second);
  });

  it('F12: are all replaced on SIGHUP while letters come, each of which is answered, and the same afterwards', async () => {
    const old = members(pid());
    process.kill(pid(), 'SIGHUP');
    const accepted: { readonly letter: BrevInn; readonly id: string }[] = [];
    const idOf = async (letter: BrevInn): Promise<string> => {
      const { status, text } = await send(letter);
      expect(status, text).to.equal(200);
      return /<(?:\w+:)?forsendelseId>([^<]+)</.exec(text)?.[1] ?? text;
    };
    const gone = (): boolean => {
      const now = members(pid());
      return now.length === 2 && !now.some((member) => old.includes(member));
    };
    for (const end = Date.now() + 100_000; !gone() && Date.now() < end; await sleep(25)) {
      const letter = brev('digipost');
      accepted.push({ letter, id: await idOf(letter) });
      await live();
    }
    expect(gone()).to.equal(true);
    expect(accepted.length).to.be.above(2);
    // What the old ones accepted, the new ones answer as they did.
    for (const { letter, id } of accepted) expect(await idOf(letter)).to.equal(id);
  });

  it('F12: end with the one that started them, by SIGTERM, and answer what they have begun', async () => {
    const all = members(pid());
    const inFlight = Array.from({ length: 8 }, () => send(brev('digipost')).catch(String));
    await sleep(5);
    gateway.child.kill('SIGTERM');
    // Answered, or never heard: nobody is told that a letter failed.
    for (const svar of await Promise.all(inFlight)) if (typeof svar !== 'string') expect(svar.status).to.equal(200);
    const [code] = (await once(gateway.child, 'exit')) as [number];
    expect(code).to.equal(0);
    for (const member of all) expect(() => process.kill(member, 0)).to.throw('ESRCH');
  });
});
