import { CompiledQuery } from 'kysely';
import type { Least, LeastOfEach } from './backend.js';

/*
 * MySQL and MariaDB go from one group to the next by seeks only where their statistics say that it pays, and an open table may keep those
 * of the day when it was empty: then all rows are read. The least of a range of constants they find by one seek whatever they believe, so
 * groups are asked for one by one: by the names that followed each other the last time, all in one statement, and again from where that
 * is true no more.
 */

/** Names that are remembered at the most; the one that was seen longest ago makes room. */
const MOST = 50_000;

interface Seen {
  readonly name: string;
  readonly least: number | null;
  readonly next: string | null;
}

/** As `Flavour.leastOfEach`. */
export const leastBySeeks: LeastOfEach = (table, group, value) => {
  const seek = `select ? as name, (select min(${value}) from ${table} where ${group} = ?) as least, (select min(${group}) from ${table} where ${group} > ? and ${group} <= ?) as next`;
  const followers = new Map<string, string>();
  /** `from` and those that followed it the last time, up to what is known already. */
  const guess = (from: string, upTo: string, limit: number, known: ReadonlyMap<string, Seen>): string[] => {
    const names = [from];
    for (let next = followers.get(from); next !== undefined && next <= upTo && names.length < limit;) {
      if (known.has(next)) break;
      names.push(next);
      next = followers.get(next);
    }
    return names;
  };
  const remember = (name: string, next: string): void => {
    followers.delete(name);
    followers.set(name, next);
    if (followers.size > MOST) followers.delete(followers.keys().next().value as string);
  };
  return async (db, after, upTo, limit) => {
    const seen = new Map<string, Seen>();
    const look = async (from: string): Promise<Seen> => {
      const names = guess(from, upTo, limit + 1, seen);
      const text = names.map(() => seek).join(' union all ');
      const values = names.flatMap((name) => [name, name, name, upTo]);
      const { rows } = await db.executeQuery<Seen>(CompiledQuery.raw(text, values));
      for (const row of rows) seen.set(row.name, row);
      return seen.get(from) as Seen;
    };
    const found: Least[] = [];
    for (let at = after; found.length < limit;) {
      const { next } = seen.get(at) ?? (await look(at));
      if (next === null) break;
      remember(at, next);
      const { least } = seen.get(next) ?? (await look(next));
      found.push({ group: next, least });
      at = next;
    }
    return found;
  };
};
