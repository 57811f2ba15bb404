import type { Section, Setting } from '../../support/resultsPage.js';

/** The last line of a bench. */
export type Outcome = { readonly bench: string } & Readonly<Record<string, unknown>>;

/** A figure that has a goal: how it is called, where it stands in the outcome, and what it must be. */
interface Figure {
  readonly name: string;
  readonly at: readonly string[];
  readonly goal: readonly ['>=' | '<=' | '<', number];
}

const figure = (name: string, at: string, ...goal: Figure['goal']): Figure => ({ name, at: at.split('/'), goal });

const large = (way: string): Figure[] => [
  figure(`${way} to drain + SHA-256`, `${way}/ratioToBound`, '>=', 0.3),
  figure(`${way} peak MB`, `${way}/peakMB`, '<=', 192),
];

/** By bench, as it calls itself. */
const figures: Readonly<Record<string, readonly Figure[]>> = {
  lookup: [figure('to bound', 'ratioToBound', '>=', 0.6), figure('to peer', 'ratioToPeer', '>=', 10)],
  'ebms push': [figure('to bound', 'ratioToBound', '>=', 0.6)],
  'ebms pull': [figure('long queue to short', 'ratioToShort', '>=', 0.5)],
  shipment: [figure('to bound', 'ratioToBound', '>=', 0.6)],
  dispatch: [figure('to bare crypto', 'ratioToBound', '>=', 0.5)],
  large: [...['MTOM', 'SwA', 'inline'].flatMap(large), figure('SwA largest, peak MB', 'SwA largest/peakMB', '<=', 192)],
  'svarut-large': ['inline', 'MTOM'].map((way) => figure(`${way} peak MB`, `${way}/peakMB`, '<=', 192)),
  queue: [
    figure('ready s', 'readySeconds', '<', 10),
    figure('last tenth to first', 'lastToFirst', '>=', 0.8),
    figure('RSS growth MiB', 'rssGrowthMiB', '<', 16),
    figure('heap growth MiB', 'heapGrowthMiB', '<', 16),
  ],
  fairness: [
    figure('SvarUt p99', 'svarut/ratio', '<', 2.5),
    figure('Forsendelse p99', 'forsendelse/ratio', '<', 2.5),
    figure('dead provider p99', 'dead/ratio', '<', 2),
  ],
  register: [
    figure('1000 persons, p99 ms', '1000 persons, one caller/p99', '<', 250),
    figure('by two callers, p99 ms', '1000 persons, two callers/p99', '<', 250),
    figure('one person, p99 ms', 'one person in the store/p99', '<', 10),
  ],
};

export const section: Section = {
  heading: '## Benches',
  about:
    'Each row is one bench of `npm run bench -- all` (README, Tests and benchmarks), with its goals. Ratios to a bound are measured beside ' +
    'it in the same run; the load is that of the machine over the last minute, when the bench was over.',
  columns: ['date', 'commit', 'machine', 'load', 'bench', 'database', 'measured', 'met'],
};

const meets = (value: number, [relation, goal]: Figure['goal']): boolean =>
  ({ '>=': value >= goal, '<=': value <= goal, '<': value < goal })[relation];

function valueOf(outcome: unknown, at: readonly string[]): number | undefined {
  const [name, ...rest] = at;
  if (name === undefined) return typeof outcome === 'number' ? outcome : undefined;
  return typeof outcome === 'object' && outcome !== null
    ? valueOf((outcome as Readonly<Record<string, unknown>>)[name], rest)
    : undefined;
}

/** The cells of a row. A figure that is missing is not met. @param load of the machine, over the last minute */
export function rowOf({ date, commit, machine }: Setting, load: number, outcome: Outcome): string[] {
  const all = (figures[outcome.bench] ?? []).map((one) => ({ ...one, value: valueOf(outcome, one.at) }));
  const said = all.map(({ name, value, goal }) => `${name} ${value ?? 'missing'} (${goal.join(' ')})`);
  const met = all.length > 0 && all.every(({ value, goal }) => value !== undefined && meets(value, goal));
  const { database } = outcome;
  return [
    ...[date, commit, machine, load.toFixed(1), outcome.bench],
    ...[typeof database === 'string' ? database : 'sqlite', said.join('; '), met ? 'yes' : 'no'],
  ];
}

/** What the lines that a bench has printed hold of outcomes. */
export const outcomesIn = (printed: string): Outcome[] =>
  printed
    .split('\n')
    .filter((text) => text.startsWith('{"bench":'))
    .map((text) => JSON.parse(text) as Outcome);
