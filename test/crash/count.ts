import type { Aim } from './plan.js';
import { pointNames, points, type EntranceName, type Point } from './points.js';

/** What was seen from outside, when all is quiet. */
export interface Seen {
  /** References of letters that a client has an answer for. */
  readonly acknowledged: readonly string[];
  /** Reference of each letter that a provider has, as often as it has it. */
  readonly committed: readonly string[];
  /** What senders were told: a receipt each. */
  readonly told: readonly { readonly ref: string; readonly type: string }[];
}

/** With what clients know of themselves. */
export interface Known extends Seen {
  /** Letters that had to be sent again, since no answer came. */
  readonly repeated: number;
  /** Letters that were sent once more in the end, and were answered otherwise than at first. */
  readonly changed: readonly string[];
}

export interface Counts {
  readonly acknowledged: number;
  /** Acknowledged letters that a provider has once, and whose sender was told so once. */
  readonly delivered: number;
  /** Acknowledged letters that no provider has. */
  readonly lost: readonly string[];
  /** Letters that providers have more than once, or of which their sender was told the same twice. */
  readonly doubled: readonly string[];
  /** Acknowledged letters that a provider has, and whose sender was not told so, or was told that they failed. */
  readonly misreported: readonly string[];
  /** What arrived, or was told, of a letter that nobody has an answer for, that is damaged, or that another was meant to have. */
  readonly unexpected: readonly string[];
  /** As `Known.changed`. */
  readonly changed: readonly string[];
  /** Letters that got their answer when they were sent again. */
  readonly recovered: number;
}

const times = (refs: readonly string[]): ReadonlyMap<string, number> => {
  const map = new Map<string, number>();
  for (const ref of refs) map.set(ref, (map.get(ref) ?? 0) + 1);
  return map;
};

const twice = (refs: readonly string[]): string[] => [...times(refs)].filter(([, n]) => n > 1).map(([ref]) => ref);

/** What a sender is told of a letter that arrives: `MOTTAK` by the printer only. */
const good: ReadonlySet<string> = new Set(['MOTTAK', 'LEVERING']);

export function count({ acknowledged, committed, told, repeated, changed }: Known): Counts {
  const ordered = new Set(acknowledged);
  const there = new Set(committed);
  const toldOf = new Set(told.filter(({ type }) => type === 'LEVERING').map(({ ref }) => ref));
  const failed = new Set(told.filter(({ type }) => !good.has(type)).map(({ ref }) => ref));
  const retold = twice(told.map(({ ref, type }) => JSON.stringify([ref, type]))).map(
    (key) => (JSON.parse(key) as [string])[0],
  );
  const lost = acknowledged.filter((ref) => !there.has(ref));
  const doubled = [...new Set([...twice(committed), ...retold])];
  const misreported = acknowledged.filter((ref) => there.has(ref) && (!toldOf.has(ref) || failed.has(ref)));
  const seen = [...committed, ...told.map(({ ref }) => ref)];
  const unexpected = [...new Set(seen.filter((ref) => !ordered.has(ref)))];
  const wrong = new Set([...lost, ...doubled, ...misreported]);
  const delivered = acknowledged.filter((ref) => !wrong.has(ref)).length;
  const found = { lost, doubled, misreported, unexpected, changed };
  return { acknowledged: acknowledged.length, delivered, ...found, recovered: repeated };
}

/** One kill. */
export interface Kill {
  readonly aim: Aim;
  /** False: what was aimed at has not come to its point, and was killed elsewhere. */
  readonly reached: boolean;
  /** Milliseconds until everything ran again. */
  readonly recovery: number;
}

/** Milliseconds within which everything runs again (SECURITY.md, I8). */
const RECOVERY_MS = 30_000;

export interface Check {
  readonly holds: boolean;
  readonly text: string;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

function killChecks(kills: readonly Kill[]): Check[] {
  const at = (aim: Aim) => kills.filter((kill) => kill.aim === aim);
  const others = [
    ['random', 'at random'],
    ['database', 'of the database'],
    ['power', 'of the power'],
  ] as const;
  const times = kills.map(({ recovery }) => recovery).sort((a, b) => a - b);
  const [median = 0, most = 0] = [times[Math.floor(times.length / 2)], times.at(-1)];
  return [
    ...others
      .filter(([aim]) => aim === 'random' || at(aim).length > 0)
      .map(([aim, words]) => ({ holds: true, text: `${at(aim).length} kills ${words}` })),
    ...pointNames
      .filter((point) => at(point).length > 0)
      .map((point: Point) => {
        const reached = at(point).filter((kill) => kill.reached).length;
        const asked = at(point).length;
        return { holds: reached === asked, text: `${reached} of ${asked} kills at ${point}: ${points[point].stands}` };
      }),
    { holds: most < RECOVERY_MS, text: `all ran again after ${seconds(median)} s (median), ${seconds(most)} s (most)` },
  ];
}

/** What has to hold of the letters of an entrance. */
export function letterChecks(name: EntranceName, counts: Counts): Check[] {
  const { lost, doubled, misreported, unexpected, changed, acknowledged, delivered, recovered } = counts;
  return [
    {
      holds: acknowledged > 0 && delivered === acknowledged,
      text: `${name}: ${acknowledged} acknowledged (${recovered} of them when sent again), ${delivered} delivered`,
    },
    { holds: lost.length === 0, text: `${name}: ${lost.length} lost` },
    { holds: doubled.length === 0, text: `${name}: ${doubled.length} doubled` },
    { holds: misreported.length === 0, text: `${name}: ${misreported.length} whose sender was not told the truth` },
    {
      holds: unexpected.length === 0,
      text: `${name}: ${unexpected.length} that nobody has sent like that, or to there`,
    },
    { holds: changed.length === 0, text: `${name}: ${changed.length} answered otherwise than at first` },
  ];
}

/** What has to hold in the end, each with what was counted. @param wrong what the gateway's own books say otherwise */
export const checks = (
  counts: Readonly<Partial<Record<EntranceName, Counts>>>,
  kills: readonly Kill[],
  wrong: readonly string[],
): readonly Check[] => [
  ...killChecks(kills),
  ...Object.entries(counts).flatMap(([name, one]) => letterChecks(name as EntranceName, one)),
  { holds: wrong.length === 0, text: `books: ${wrong.length} that do not add up` },
];
