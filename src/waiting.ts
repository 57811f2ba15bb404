import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config.js';
import { Failure } from './errors.js';
import { startGateway, type Gateway } from './gateway.js';
import { createApp } from './http/app.js';
import { createCallerReader } from './http/caller.js';
import { createMetrics } from './http/metrics.js';
import { refuse } from './http/plain.js';
import { createEdge, type SoapHandler } from './http/server.js';
import type { Log } from './log.js';

/** Milliseconds between two tries to open the database. */
const AGAIN_MS = 1_000;

const database = {
  name: 'database',
  ok: false,
  detail: 'does not answer; see the log, and check POSTHORN_DATABASE_URL',
};
const later: SoapHandler = async (_request, response) => refuse(response, 'BUSY');

/** The database does not answer yet. */
const passes = (error: unknown): boolean => error instanceof Failure && error.code === 'UNAVAILABLE';

/** Answers as long as there is no database: alive, not ready, and come again for everything else. */
function waitingRoom(config: Config, log: Log) {
  const metrics = createMetrics();
  const app = createApp({
    services: [],
    contract: () => undefined,
    ready: async () => ({ status: 'not ready', checks: [database] }),
    metrics,
    callerOf: createCallerReader(config),
  });
  return createEdge({ config, log, soap: { get: () => later }, app, metrics });
}

/**
 * The gateway as soon as there is a database, at the port of the waiting room. Undefined when it is to stop first.
 * @throws what `startGateway` throws when it does not pass by waiting
 */
async function asSoonAsPossible(
  config: Config,
  log: Log,
  room: { close(graceMs: number): Promise<void> },
  signal: AbortSignal,
): Promise<Gateway | undefined> {
  let open = true;
  while (!signal.aborted) {
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    try {
      return await startGateway(config, log, undefined, async () => {
        if (open) await room.close(0);
        open = false;
      });
    } catch (error) {
      if (!passes(error)) {
        log.error('the gateway cannot start, and ends', { error });
        if (open) await room.close(0);
        throw error;
      }
      log.error('the gateway cannot start yet; it is tried again', { error });
    }
  }
  if (open) await room.close(0);
  return undefined;
}

/**
 * As `startGateway`, but a database server that does not answer is waited for: whoever asks meanwhile is told so, and the service begins by
 * itself when the server is there. A server that answers and is refused, as for a setting, is not waited for.
 * @throws Error with a sentence that names the address, when that is in use
 */
export async function startPatiently(config: Config, log: Log): Promise<Gateway> {
  let away: unknown;
  try {
    return await startGateway(config, log);
  } catch (error) {
    if (!passes(error) || !config.databaseUrl.reveal().startsWith('mysql:')) throw error;
    away = error;
  }
  const room = waitingRoom(config, log);
  // One that is refused its port does not wait.
  const { port, url } = await room.listen();
  log.error('the database does not answer; the gateway waits for it', { error: away });
  const stopping = new AbortController();
  const started = asSoonAsPossible({ ...config, port }, log, room, stopping.signal);
  const ended = new Promise<never>((_, reject) => void started.catch(reject));
  ended.catch(() => undefined);
  return {
    url,
    ended,
    close: async (graceMs) => {
      stopping.abort();
      await (await started.catch(() => undefined))?.close(graceMs);
    },
  };
}
