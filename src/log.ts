import { Writable } from 'node:stream';
import winston from 'winston';
import { cleanText, cleanValues } from './log/clean.js';

export type Level = 'error' | 'warn' | 'info' | 'debug';
export type Values = Readonly<Record<string, unknown>>;
type Say = (message: string, values?: Values) => void;

/** Where parts of Posthorn tell what happened. Messages and values are masked and cut on the way out; see `createLog`. */
export interface Log {
  readonly error: Say;
  readonly warn: Say;
  readonly info: Say;
  readonly debug: Say;
  /** The same log with values (such as the correlation id) on every line. */
  child(values: Values): Log;
}

export interface LogOptions {
  readonly level: Level;
  /** Stand on every line, such as `{ role: 'gateway' }`. */
  readonly values?: Values;
  /** Default: standard output. */
  readonly stream?: Writable;
  /** Octets that may wait for a reader that does not read; beyond them lines are dropped and counted. Default: 1 MiB. */
  readonly backlog?: number;
}

/**
 * A stream in front of `target` that neither blocks, nor grows, nor throws: when the reader of the log stops, the service goes on
 * and the log says later how many lines are missing; when the reader is gone for good, the rest is dropped.
 */
function patient(target: Writable, backlog: number): Writable {
  let dropped = 0;
  let gone = false;
  target.on('error', () => {
    gone = true;
  });
  const write = (line: Buffer): void => {
    if (gone || target.destroyed || target.writableLength + line.length > backlog) {
      dropped++;
      return;
    }
    if (dropped > 0) {
      const level = 'warn';
      target.write(
        `${JSON.stringify({ time: new Date().toISOString(), level, message: 'log lines dropped', dropped })}\n`,
      );
      dropped = 0;
    }
    target.write(line);
  };
  return new Writable({
    write(line: Buffer, _encoding, done) {
      write(line);
      done();
    },
  });
}

function wrap(logger: winston.Logger, standing: () => Values): Log {
  const say =
    (level: Level): Say =>
    (message, values = {}) => {
      if (!logger.isLevelEnabled(level)) return;
      const time = new Date().toISOString();
      logger.log({ time, level, message: cleanText(message), ...standing(), ...cleanValues(values) });
    };
  return {
    error: say('error'),
    warn: say('warn'),
    info: say('info'),
    debug: say('debug'),
    child: (values) => wrap(logger, () => ({ ...standing(), ...cleanValues(values) })),
  };
}

/**
 * A log that writes one JSON object a line. National ids are masked wherever they stand, secrets are left out, control characters
 * and terminal sequences are removed, texts are cut at 200 characters (SECURITY 109, 117).
 */
export function createLog({ level, values = {}, stream = process.stdout, backlog = 1024 * 1024 }: LogOptions): Log {
  const transport = new winston.transports.Stream({ stream: patient(stream, backlog), eol: '\n' });
  const format = winston.format.json({ deterministic: false });
  return wrap(winston.createLogger({ level, format, transports: [transport] }), () => cleanValues(values));
}
