import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Prioritet } from '../domain/forsendelse.js';
import type { ErrorCode } from '../errors.js';

/** What the parts of the service count. Labels come from closed lists, never from a message. */
export interface Metrics {
  /** One answered request of a SOAP operation; `seconds` from its header to the end of the answer. */
  request(operation: string, outcome: 'ok' | 'fault', seconds: number): void;
  /** One refusal or fault, by its row in the error table. */
  fault(code: ErrorCode): void;
  /** A signed request that was seen before. */
  replay(operation: string): void;
  /** A sender asked for receipts sooner after an empty answer than it may. */
  earlyPull(prioritet: Prioritet): void;
  /** Days until the certificate of a role expires; negative when it has. */
  certificateDays(role: string, days: number): void;
  /** How far the clock of the machine has been moved by small steps since the start, either way. */
  clockMoved(seconds: number): void;
  /** A connection that was refused because too many were open. */
  connectionRefused(): void;
  /** Stored contents that were removed: of letters that are final, or left by a crash. */
  payloadsRemoved(reason: 'retention' | 'orphan', count: number): void;
  /** One attempt to hand on a notice that we send ourselves. */
  notice(channel: 'EPOST' | 'SMS', outcome: 'sent' | 'refused' | 'deferred'): void;
  /** Letters that receiving systems have let lie, by their accounts; those that are not named have none. */
  svarinnLying(
    letters: readonly { readonly system: string; readonly letters: number; readonly seconds: number }[],
  ): void;
  /** Everything, in the Prometheus text format. */
  exposition(): Promise<{ contentType: string; body: string }>;
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What receiving systems let lie, as it is now. */
function lyingGauges(registry: Registry): Metrics['svarinnLying'] {
  const gauge = (name: string, help: string): Gauge<'system'> =>
    new Gauge({ name, help, labelNames: ['system'], registers: [registry], aggregator: 'max' });
  const letters = gauge(
    'posthorn_svarinn_lying_letters',
    'Letters that a receiving system has not fetched for two hours',
  );
  const seconds = gauge('posthorn_svarinn_lying_seconds', 'Age of the oldest of them');
  return (all) => {
    for (const one of [letters, seconds]) one.reset();
    for (const { system, ...lying } of all) {
      letters.set({ system }, lying.letters);
      seconds.set({ system }, lying.seconds);
    }
  };
}

/** How far the clock has been moved, by the process that has seen most of it. */
function clockGauge(registry: Registry): Metrics['clockMoved'] {
  const moved = new Gauge({
    name: 'posthorn_clock_moved_seconds',
    help: 'How far small steps have moved the clock since the start, told when they have come to more than 60 s again',
    registers: [registry],
    aggregator: 'max',
  });
  return (seconds) => moved.set(Math.abs(seconds));
}

/**
 * Counters in a registry of their own, so that two services in one process do not mix.
 * @param readerOf how all that is to be told is read: this registry, or those of several processes
 */
export function createMetrics(readerOf = (registry: Registry) => () => registry.metrics()): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const seconds = new Histogram({
    name: 'posthorn_request_seconds',
    help: 'Time from the header of a request to the end of its answer',
    labelNames: ['operation'],
    buckets,
    registers,
  });
  const days = new Gauge({
    name: 'posthorn_certificate_days_left',
    help: 'Days until a certificate of ours expires',
    labelNames: ['role'],
    registers,
    aggregator: 'min',
  });
  const requests = counter('posthorn_requests_total', 'Answered requests', 'operation', 'outcome');
  const faults = counter('posthorn_faults_total', 'Refusals and faults', 'code');
  const replays = counter('posthorn_replay_hits_total', 'Signed requests that were seen before', 'operation');
  const early = counter('posthorn_early_pulls_total', 'Receipts asked for too soon after an empty answer', 'priority');
  const refused = counter('posthorn_connections_refused_total', 'Connections refused because too many were open');
  const removed = counter('posthorn_payloads_removed_total', 'Stored contents that were removed', 'reason');
  const notices = counter(
    'posthorn_notices_total',
    'Attempts to hand on a notice that is sent from here',
    'channel',
    'outcome',
  );
  const read = readerOf(registry);
  return {
    request(operation, outcome, duration) {
      requests.inc({ operation, outcome });
      seconds.observe({ operation }, duration);
    },
    fault: (code) => faults.inc({ code }),
    replay: (operation) => replays.inc({ operation }),
    earlyPull: (priority) => early.inc({ priority }),
    certificateDays: (role, left) => days.set({ role }, left),
    clockMoved: clockGauge(registry),
    connectionRefused: () => refused.inc(),
    payloadsRemoved: (reason, count) => removed.inc({ reason }, count),
    notice: (channel, outcome) => notices.inc({ channel, outcome }),
    svarinnLying: lyingGauges(registry),
    exposition: async () => ({ contentType: registry.contentType, body: await read() }),
  };
}
