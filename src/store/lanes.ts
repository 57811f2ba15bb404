import { CompiledQuery } from 'kysely';
import type { Prioritet } from '../domain/forsendelse.js';
import type { Room } from '../domain/shipmentPorts.js';
import type { Db, Flavour, Least } from './backend.js';
import { inTurn, within } from './priority.js';
import type { JobRow } from './schema.js';

/*
 * Jobs of one priority, provider and sender make a lane, in which the oldest goes first. Lanes take turns in the order of their names, from
 * the one after the last that had a turn: a lane of a hundred thousand jobs gets no more turns than one of two. What is read for a
 * batch does not grow with the jobs that wait: lanes are found by seeks of the index, and no more of them than a batch needs.
 */

export type Whose = Pick<JobRow, 'leverandoer' | 'prioritet' | 'eier'>;

/** No part holds a colon. */
export const laneOf = ({ prioritet, leverandoer, eier }: Whose): string => `${prioritet}:${leverandoer}:${eier}`;

const leverandoerOf = (koe: string): string | null => koe.split(':')[1] || null;

/** Whose turn a notice's is: not a provider's, but one of its own. */
export const NOTICES = 'VARSEL';

/** Before and after the names of all lanes of a priority. */
export const beforeAll = (prioritet: Prioritet): string => `${prioritet}:`;
const afterAll = (prioritet: Prioritet): string => `${prioritet};`;

/** Lanes that are read at once: as many as are wanted, between these. */
const LANES = { least: 8, most: 64 } as const;

/** One moment by both clocks, epoch milliseconds. */
export interface Now {
  readonly clock: number;
  readonly calendar: number;
}

export interface Search {
  readonly now: Now;
  readonly limit: number;
  readonly room: Room;
  /** Jobs that others were faster at. */
  readonly beaten: readonly number[];
}

export interface Due {
  readonly nr: number;
  readonly prioritet: Prioritet;
  readonly leverandoer: string | null;
  readonly koe: string;
}

/** Where jobs are looked for; made once, for it may remember lanes. */
export interface Lanes {
  readonly flavour: Flavour;
  readonly leastOfEach: ReturnType<Flavour['leastOfEach']>;
}

export const lanesOf = (flavour: Flavour): Lanes => ({
  flavour,
  leastOfEach: flavour.leastOfEach('job', 'koe', 'klar'),
});

/** Names of lanes in which something may be due and that there is room for, each once, beginning after `last`. */
async function* lanesAfter(
  db: Db,
  { leastOfEach }: Lanes,
  prioritet: Prioritet,
  last: string,
  { now, room, limit }: Pick<Search, 'now' | 'room' | 'limit'>,
): AsyncGenerator<string> {
  const atOnce = Math.min(Math.max(limit, LANES.least), LANES.most);
  const latest = Math.max(now.clock, now.calendar);
  const ranges = [
    [last, afterAll(prioritet)],
    [beforeAll(prioritet), last],
  ] as const;
  for (const [from, upTo] of ranges) {
    for (let after: string | undefined = from; after !== undefined && after < upTo;) {
      const lanes: readonly Least[] = await leastOfEach(db, after, upTo, atOnce);
      for (const { group: koe, least: klar } of lanes)
        if (klar !== null && klar <= latest && room(leverandoerOf(koe)) > 0) yield koe;
      after = lanes.length < atOnce ? undefined : lanes.at(-1)?.group;
    }
  }
}

/** The `each` oldest due jobs of each of the lanes. */
export function oldestOf(
  { by }: Flavour,
  lanes: readonly string[],
  each: number,
  { now, beaten }: Pick<Search, 'now' | 'beaten'>,
) {
  // Where nobody has moved the calendar the index alone answers.
  const moved = now.clock !== now.calendar;
  const byBoth = moved ? 'and (forsoek = 0 and klar <= ? or forsoek > 0 and klar <= ?)' : '';
  const notBeaten = beaten.length > 0 ? `and nr not in (${beaten.map(() => '?').join(', ')})` : '';
  const lane = `select nr, klar, koe from job ${by('job_lane')} where koe = ? and klar <= ? ${byBoth} ${notBeaten} order by klar, nr limit ?`;
  const latest = Math.max(now.clock, now.calendar);
  const values = [latest, ...(moved ? [now.calendar, now.clock] : []), ...beaten, each];
  return CompiledQuery.raw(
    lanes.map((_, n) => `select * from (${lane}) l${n}`).join(' union all '),
    lanes.flatMap((koe) => [koe, ...values]),
  );
}

/** Due jobs of a priority in the order in which they go, at the most `limit`. @param last the lane that had the last turn */
export async function dueWith(db: Db, jobs: Lanes, prioritet: Prioritet, last: string, search: Search): Promise<Due[]> {
  const { limit, room } = search;
  const found: Due[] = [];
  const look = async (lanes: readonly string[]): Promise<void> => {
    const oldest = oldestOf(jobs.flavour, lanes, lanes.length < limit ? limit : 1, search);
    const { rows } = await db.executeQuery<Pick<JobRow, 'koe'> & { nr: number; klar: number }>(oldest);
    rows.sort((a, b) => a.klar - b.klar || a.nr - b.nr);
    const turns = inTurn(lanes.map((lane) => rows.filter(({ koe }) => koe === lane)));
    found.push(...turns.map(({ nr, koe }) => ({ nr, koe, prioritet, leverandoer: leverandoerOf(koe) })));
  };
  let lanes: string[] = [];
  for await (const lane of lanesAfter(db, jobs, prioritet, last, search)) {
    lanes.push(lane);
    if (lanes.length < limit) continue;
    await look(lanes);
    lanes = [];
    if (within(room, found).length >= limit) break;
  }
  if (lanes.length > 0) await look(lanes);
  return within(room, found).slice(0, limit);
}
