/**
 * Judges the octets of one document while they pass. Both calls say what is wrong with them, in words for the sender, and undefined while
 * nothing is; `end` is called once, after the last octet.
 */
export interface Judge {
  write(octets: Buffer): string | undefined;
  end(): string | undefined;
}

/** Octets from their beginning, `most` at the most. */
export class Head {
  octets: Buffer = Buffer.alloc(0);

  constructor(private readonly most: number) {}

  /** True when no more is kept. */
  get full(): boolean {
    return this.octets.length >= this.most;
  }

  add(octets: Buffer): void {
    if (!this.full) this.octets = Buffer.concat([this.octets, octets.subarray(0, this.most - this.octets.length)]);
  }
}

/** The octets begin in one of the ways given. */
export function begins(reason: string, ...ways: readonly Buffer[]): Judge {
  const head = new Head(Math.max(...ways.map((way) => way.length)));
  const fits = (way: Buffer): boolean => {
    const n = Math.min(way.length, head.octets.length);
    return way.subarray(0, n).equals(head.octets.subarray(0, n));
  };
  return {
    write: (octets) => {
      head.add(octets);
      return ways.some(fits) ? undefined : reason;
    },
    end: () => (ways.some((way) => way.length <= head.octets.length && fits(way)) ? undefined : reason),
  };
}

/** All of them, each asked in turn until one has found something. */
export const all = (...judges: readonly Judge[]): Judge => ({
  write: (octets) => {
    for (const judge of judges) {
      const reason = judge.write(octets);
      if (reason !== undefined) return reason;
    }
    return undefined;
  },
  end: () => {
    for (const judge of judges) {
      const reason = judge.end();
      if (reason !== undefined) return reason;
    }
    return undefined;
  },
});
