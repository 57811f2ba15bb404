import { pointNames, points, type Point } from './points.js';

/** What was seen from outside, when all is quiet. */
export interface Seen {
  /** References of letters that a client has an answer for. */
  readonly acknowledged: readonly string[];
  /** Reference of each letter that a provider has, as often as it has it. */
  readonly committed: readonly string[];
  /** What senders were told: a receipt each. */
  readonly told: readonly { readonly ref: string; readonly type: string }[];
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
}

const times = (refs: readonly string[]): ReadonlyMap<string, number> => {
  const map = new Map<string, number>();
  for (const ref of refs) map.set(ref, (map.get(ref) ?? 0) + 1);
  return map;
};

const twice = (refs: readonly string[]): string[] => [...times(refs)].filter(([, n]) => n > 1).map(([ref]) => ref);

/** What a sender is told of a letter that arrives: `MOTTAK` by the printer only. */
const good: ReadonlySet<string> = new Set(['MOTTAK', 'LEVERING']);

export function count({ acknowledged, committed, told }: Seen): Counts {
  const there = new Set(committed);
  const toldOf = new Set(told.filter(({ type }) => type === 'LEVERING').map(({ ref }) => ref));
  const failed = new Set(told.filter(({ type }) => !good.has(type)).map(({ ref }) => ref));
  const repeated = twice(told.map(({ ref, type }) => JSON.stringify([ref, type])));
  const retold = repeated.map((key) => (JSON.parse(key) as [string])[0]);
  const lost = acknowledged.filter((ref) => !there.has(ref));
  const doubled = [...new Set([...twice(committed), ...retold])];
  const misreported = acknowledged.filter((ref) => there.has(ref) && (!toldOf.has(ref) || failed.has(ref)));
  const wrong = new Set([...lost, ...doubled, ...misreported]);
  const delivered = acknowledged.filter((ref) => !wrong.has(ref)).length;
  return { acknowledged: acknowledged.length, delivered, lost, doubled, misreported };
}

/** One kill: at random, or at a point, where it may not have come. */
export type Kill = 'random' | { readonly point: Point; readonly reached: boolean };

/** What has to hold in the end, each with what was counted. */
export function checks(
  counts: Counts,
  kills: readonly Kill[],
): readonly { readonly holds: boolean; readonly text: string }[] {
  const { lost, doubled, misreported, acknowledged, delivered } = counts;
  const random = kills.filter((kill) => kill === 'random').length;
  const at = (point: Point) =>
    kills.filter((kill) => kill !== 'random' && kill.point === point) as Exclude<Kill, string>[];
  return [
    { holds: true, text: `${random} kills at random` },
    ...pointNames
      .filter((point) => at(point).length > 0)
      .map((point) => {
        const reached = at(point).filter((kill) => kill.reached).length;
        const asked = at(point).length;
        return { holds: reached === asked, text: `${reached} of ${asked} kills at ${point}: ${points[point].stands}` };
      }),
    {
      holds: acknowledged > 0 && delivered === acknowledged,
      text: `${acknowledged} acknowledged, ${delivered} delivered`,
    },
    { holds: lost.length === 0, text: `${lost.length} lost` },
    { holds: doubled.length === 0, text: `${doubled.length} doubled` },
    { holds: misreported.length === 0, text: `${misreported.length} without the receipts that they should have` },
  ];
}
