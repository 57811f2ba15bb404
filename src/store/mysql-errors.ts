import { Failure } from '../errors.js';

interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
}

const isDriverError = (error: unknown): error is DriverError =>
  error instanceof Error && !(error instanceof Failure) && ('errno' in error || 'fatal' in error);

/** The server itself has said so, and not the way to it. */
export const isFromServer = (error: unknown): boolean => isDriverError(error) && (error.errno ?? 0) > 0;

const numbered =
  (...numbers: readonly number[]) =>
  (error: unknown): boolean =>
    isDriverError(error) && numbers.includes(error.errno ?? 0);

const LOST = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ER_SERVER_SHUTDOWN', 'ER_CONNECTION_KILLED']);
const CLOSED = "Can't add new command when connection is in closed state";

/** The connection broke while it was in use, or had been broken in the pool. */
export const isLost = (error: unknown): boolean =>
  isDriverError(error) && (LOST.has(error.code ?? '') || error.message === CLOSED);

/**
 * Another transaction was faster: a deadlock, or on Galera a commit that another node's came before (1213); a lock that was not given in time,
 * which rolls back one statement only, we the whole (1205); a row that has changed since the snapshot (1020, `innodb_snapshot_isolation`); a
 * commit that group replication has refused (3101).
 */
export const isBeaten = numbered(1213, 1205, 1020, 3101);

/** The node is no part of its cluster now (1047), or takes no writes (1290, 1836): another may do it. */
export const isElsewhere = numbered(1047, 1290, 1836);

/** Said of a commit, nobody knows whether it was made: its node has left the cluster meanwhile. */
export const isInDoubt = numbered(1047, 1180);

/** Server errors that pass, or that an operator mends: no access, too many connections, read-only, not in the cluster, full. */
const isPassing = numbered(
  ...[1020, 1021, 1040, 1044, 1045, 1047, 1049, 1053, 1114, 1180, 1203, 1205, 1213, 1290, 1317, 1836, 3101],
);

/** Errors of the driver as a `Failure`, without the statement and its values; what others threw is left alone. */
export function failureOf(error: unknown, where = ''): unknown {
  if (!isDriverError(error)) return error;
  const unavailable = !isFromServer(error) || isLost(error) || isPassing(error);
  const text = `${error.code ?? 'database'}: ${error.message.replace(/\d{6,}|entry '.*?'/g, '…')}${where}`;
  return new Failure(unavailable ? 'UNAVAILABLE' : 'INTERNAL', text);
}
