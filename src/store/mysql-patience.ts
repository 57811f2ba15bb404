import { isFromServer } from './mysql-errors.js';

/*
 * A server that is frozen, or that a network has swallowed, answers nothing and ends no connection: whoever asks it would wait for ever, and the
 * pool would fill up. A statement may take long, too; so a server is judged by whether it answers somebody new.
 */

/** A connection that somebody uses. */
export interface Held {
  readonly stream: { readonly destroyed: boolean; destroy(error: Error): unknown };
}

/** A pool, as far as it tells who has what. A connection that somebody waits for is given straight to him, and of that it tells nothing. */
export interface Lending<C extends Held> {
  getConnection: Lend<C>;
  on(event: 'release', told: (connection: C) => void): unknown;
}

export type Lend<C> = (done: (error: unknown, connection: C) => void) => void;

/** Milliseconds that a connection is in use before its server is asked, and between two times. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 5_000;

const frozen = (): Error =>
  Object.assign(new Error('the database server does not answer'), { code: 'ECONNRESET', errno: -104 });

/**
 * Cuts the connections that are in use when their server answers nobody any more: who waits for one is told, and a transaction that was at work
 * is tried again by whoever tries it again.
 * @param answers resolves when the server answers a new connection, and rejects in its own time when it does not
 * @returns how connections are to be asked for, so that each is known to be in use from the moment it is handed over
 */
export function cutWhenFrozen<C extends Held>(
  pool: Lending<C>,
  answers: () => Promise<unknown>,
  { patienceMs = PATIENCE_MS, lookMs = LOOK_MS } = {},
): Lend<C> {
  const since = new Map<C, number>();
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  const look = async (): Promise<void> => {
    const now = performance.now();
    // One that broke is not given back.
    for (const held of since.keys()) if (held.stream.destroyed) since.delete(held);
    const late = [...since].filter(([, from]) => now - from >= patienceMs);
    if (since.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    if (late.length === 0 || asking) return;
    asking = true;
    const alive = await answers().then(
      () => true,
      // A server that says why it takes no more connections, as by error 1040, is alive.
      isFromServer,
    );
    asking = false;
    if (!alive) for (const [held, from] of late) if (since.get(held) === from) held.stream.destroy(frozen());
  };
  const handed = (connection: C): void => {
    since.set(connection, performance.now());
    timer ??= setInterval(() => void look(), lookMs).unref();
  };
  pool.on('release', (connection) => void since.delete(connection));
  return (done) =>
    pool.getConnection((error, connection) => {
      if (error === null || error === undefined) handed(connection);
      done(error, connection);
    });
}
