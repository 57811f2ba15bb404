/** Failures in a row after which a provider is left alone, and for how long: doubled at each further failure up to the longest rest. */
const FAILURES = 3;
const SHORTEST_MS = 5_000;
const LONGEST_MS = 300_000;

/** Which providers are worth trying. Each process learns it for itself. */
export interface Circuits {
  /** How many letters a provider may be tried with at once: none while it rests, and one from a failure until it answers again. */
  most(leverandoer: string, now: Date): number;
  /** How an attempt went: `reached` is false when the provider did not answer as itself. */
  report(leverandoer: string, reached: boolean, now: Date): void;
}

export function createCircuits(): Circuits {
  const failed = new Map<string, { failures: number; until: number }>();
  return {
    most: (leverandoer, now) => {
      const known = failed.get(leverandoer);
      if (known === undefined) return Infinity;
      return known.until > now.getTime() ? 0 : 1;
    },
    report: (leverandoer, reached, now) => {
      if (reached) return void failed.delete(leverandoer);
      const known = failed.get(leverandoer) ?? { failures: 0, until: 0 };
      // Attempts that were under way when the rest began tell nothing new, however many there were.
      if (known.until > now.getTime()) return;
      const failures = known.failures + 1;
      const rest = failures < FAILURES ? 0 : Math.min(SHORTEST_MS * 2 ** (failures - FAILURES), LONGEST_MS);
      failed.set(leverandoer, { failures, until: now.getTime() + rest });
    },
  };
}
