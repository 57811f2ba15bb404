import { parseArgs } from 'node:util';
import { entranceNames, pointNames, pointsOf, type EntranceName, type Point } from './points.js';
import type { RunOptions } from './run.js';
import type { Database } from './world.js';

/** What is asked for on the command line. */
export interface Asked extends Omit<RunOptions, 'database' | 'say'> {
  readonly databases: readonly Database[];
  /** Rows are added to test/bench/RESULTS.md. */
  readonly results: boolean;
}

const databases: Readonly<Record<string, readonly Database[]>> = {
  sqlite: ['sqlite'],
  mariadb: ['mariadb'],
  mysql: ['mariadb'],
  both: ['sqlite', 'mariadb'],
  galera: ['galera'],
};

/** Milliseconds by unit. */
const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

function whole(name: string, text: string, from = 0): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < from) throw new Error(`--${name} is a number from ${from} on`);
  return number;
}

function duration(name: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  const ms = Number(number) * (units[unit] ?? 0);
  if (ms <= 0) throw new Error(`--${name} is a time: 500ms, 5s, 1m`);
  return ms;
}

function among<T extends string>(name: string, text: string, known: readonly T[]): readonly T[] {
  const names = text.split(',');
  const unknown = names.filter((one) => !known.some((k) => k === one));
  if (unknown.length > 0) throw new Error(`--${name}: ${unknown.join()} is none of ${known.join()}`);
  return known.filter((one) => names.includes(one));
}

/** Reads the command line. @throws Error with a sentence for people */
export function readOptions(args: readonly string[]): Asked {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { ...text, default: '25' },
      power: { ...text, default: '0' },
      'kill-every': text,
      shipments: text,
      minutes: text,
      web: { ...text, default: '1' },
      accounts: { ...text, default: '2' },
      database: { ...text, default: 'sqlite' },
      db: text,
      workers: text,
      entrances: { ...text, default: entranceNames.join() },
      points: text,
      seed: { ...text, default: String(Date.now()) },
      results: flag,
      'without-fsync': flag,
    },
  });
  const name = values.db ?? values.database;
  const chosen = databases[name];
  if (chosen === undefined) throw new Error(`--database is one of ${Object.keys(databases).join(', ')}`);
  const entrances: readonly EntranceName[] = among('entrances', values.entrances, entranceNames);
  const passed = pointsOf(entrances);
  const at: readonly Point[] = values.points === undefined ? passed : among('points', values.points, pointNames);
  const every = values['kill-every'];
  const bounds = [values.shipments, values.minutes].filter((bound) => bound !== undefined);
  if (bounds.length !== (every === undefined ? 0 : 1))
    throw new Error('--kill-every goes with --shipments, or with --minutes');
  if (values['without-fsync'] && Number(values.power) === 0) throw new Error('--without-fsync goes with --power');
  return {
    databases: chosen,
    kills: whole('kills', values.kills),
    power: whole('power', values.power),
    killEvery: every === undefined ? undefined : duration('kill-every', every),
    shipments: values.shipments === undefined ? undefined : whole('shipments', values.shipments, 1),
    time: values.minutes === undefined ? undefined : whole('minutes', values.minutes, 1) * 60_000,
    webs: whole('web', values.web, 1),
    accounts: whole('accounts', values.accounts, 1),
    workers: whole('workers', values.workers ?? (every === undefined ? '0' : '1')),
    entrances,
    at,
    seed: values.seed,
    results: values.results,
    withoutFsync: values['without-fsync'],
  };
}
