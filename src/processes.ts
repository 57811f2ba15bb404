import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AggregatorRegistry, type RegistryContentType } from 'prom-client';
import type { Log } from './log.js';
import type { ChildMessage, FailedMessage, ReadyMessage, Started } from './run.js';
import { answerMetrics } from './run/metrics.js';

export interface ProcessesOptions {
  /** What each of them runs. */
  readonly script: URL;
  readonly count: number;
  readonly log: Log;
  /** Milliseconds that one gets to finish what it began before it is killed. */
  readonly graceMs?: number;
  /** Milliseconds before a process takes the place of one that ended by itself, by how many soon did so in a row. */
  readonly replaceAfterMs?: readonly number[];
}

interface Member {
  readonly worker: Worker;
  /** Rejects with a sentence when it cannot start. */
  readonly ready: Promise<ReadyMessage>;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  /** Why it could not go on, where it has said so. */
  readonly failure: () => FailedMessage | undefined;
}

const REPLACE_AFTER_MS = [0, 1_000, 2_000, 5_000, 10_000, 30_000];
/** One that lived this long ended for a reason of its own, not because it cannot start. */
const LIVED_MS = 60_000;

function begin(metrics: AggregatorRegistry<RegistryContentType>): Member {
  const worker = cluster.fork({ POSTHORN_PROCESSES: '1' });
  answerMetrics(worker, metrics);
  const ended = once(worker, 'exit').then(([code, signal]) => (signal === null ? `exit code ${code}` : String(signal)));
  let failure: FailedMessage | undefined;
  const ready = new Promise<ReadyMessage>((resolve, reject) => {
    worker.on('message', (message: ChildMessage | object) => {
      if (!('ready' in message)) return;
      if (message.ready) return resolve(message);
      failure = message;
      reject(new Error(message.reason));
    });
    void ended.then((how) => reject(new Error(`A process ended while it was starting (${how}).`)));
  });
  ready.catch(() => {});
  return { worker, ready, ended, failure: () => failure };
}

async function end({ worker, ended }: Member, graceMs: number): Promise<void> {
  const kill = setTimeout(() => worker.process.kill('SIGKILL'), graceMs);
  worker.process.kill('SIGTERM');
  await ended;
  clearTimeout(kill);
}

/** Begins one more. */
function joining(members: Set<Member>): () => Member {
  const aggregator = new AggregatorRegistry();
  return () => {
    const member = begin(aggregator);
    members.add(member);
    return member;
  };
}

type CrewOptions = Required<Pick<ProcessesOptions, 'log' | 'graceMs' | 'replaceAfterMs'>>;

/**
 * The processes that there are, and how they come and go.
 * @param over told why the last one could not go on, where that lasts: nobody is left, and another would end as it did
 */
function createCrew({ log, graceMs, replaceAfterMs }: CrewOptions, over: (error: Error) => void) {
  const members = new Set<Member>();
  const leaving = new Set<Member>();
  let stopping = false;

  const join = joining(members);
  const leave = async (member: Member): Promise<void> => {
    leaving.add(member);
    await end(member, graceMs);
    members.delete(member);
  };
  /** Watches one, and whoever takes its place, until that one is asked to end. */
  const watch = async (first: Member): Promise<void> => {
    let [member, failures, begun] = [first, 0, Date.now()];
    for (;;) {
      const how = await member.ended;
      members.delete(member);
      if (stopping || leaving.delete(member)) return;
      failures = Date.now() - begun > LIVED_MS ? 0 : failures + 1;
      const { reason, lasting } = member.failure() ?? {};
      if (reason !== undefined && lasting && members.size === 0) return over(new Error(reason));
      const inMs = replaceAfterMs[Math.min(failures, replaceAfterMs.length - 1)] ?? 0;
      log.error('a process ended by itself; another takes its place', { how, reason, inMs });
      await sleep(inMs);
      if (stopping) return;
      [member, begun] = [join(), Date.now()];
    }
  };
  const replace = async (old: Member): Promise<void> => {
    if (stopping || !members.has(old)) return;
    const fresh = join();
    const ready = await fresh.ready.catch((error: unknown) => error as Error);
    void watch(fresh);
    // One is too many: the new one where it cannot start, or where the old one died meanwhile and another is to take its place.
    await leave(ready instanceof Error || !members.has(old) ? fresh : old);
    if (ready instanceof Error && !stopping) throw ready;
  };
  return {
    join,
    watch,
    replaceAll: async () => {
      for (const old of [...members]) await replace(old);
    },
    stop: () => {
      stopping = true;
      return Promise.all([...members].map(leave));
    },
  };
}

/**
 * Several processes behind one port: one that ends by itself is replaced, and SIGHUP replaces all of them one after another, each when the
 * new one is ready, so that there is always somebody who answers. The service ends when none is left, and the last says of a reason that it lasts.
 * @throws Error with a sentence when one of them cannot start; none is left running then
 */
export async function startProcesses(options: ProcessesOptions): Promise<Started> {
  const { script, count, log, graceMs = 30_000, replaceAfterMs = REPLACE_AFTER_MS } = options;
  // Each accepts for itself: a connection that is handed to one which has just been killed would wait for ever.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: fileURLToPath(script) });
  let over: (error: Error) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => (over = reject));
  ended.catch(() => undefined);
  const crew = createCrew({ log, graceMs, replaceAfterMs }, (error) => void crew.stop().then(() => over(error)));
  const first = Array.from({ length: count }, crew.join);
  const readiness = Promise.all(first.map((member) => member.ready));
  const [ready] = await readiness.catch(async (error: unknown) => {
    await crew.stop();
    throw error;
  });
  for (const member of first) void crew.watch(member);
  let turn = Promise.resolve();
  const replaceAll = (): void => {
    turn = turn.then(crew.replaceAll).then(
      () => log.info('all processes have been replaced'),
      (error: unknown) => log.error('the processes were not all replaced', { error }),
    );
  };
  process.on('SIGHUP', replaceAll);
  log.info('processes listen', { url: ready?.url, pids: first.map(({ worker }) => worker.process.pid) });
  return { url: ready?.url ?? '', summary: ready?.summary ?? [], stop: async () => void (await crew.stop()), ended };
}
