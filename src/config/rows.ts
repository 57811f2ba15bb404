import type { z } from 'zod';

/** What other settings' defaults are made from. */
export interface Base {
  readonly production: boolean;
  readonly dataDir: string;
  readonly certsDir: string;
}

export interface Notes {
  /** The default as README shows it. */
  readonly shown: string;
  readonly meaning: string;
  /** What to do about a wrong value. */
  readonly fix: string;
  /** Its value never stands in an error. */
  readonly secret?: true;
  /** The value names files, which must be readable when they are named explicitly. */
  readonly files?: true;
}

export interface Row<T> extends Notes {
  readonly kind: z.ZodType<unknown, string>;
  readonly fallback: (base: Base) => T;
}

const samples: Base = { production: false, dataDir: 'data', certsDir: 'certs/dev' };

/** A setting with a default; `shown` is needed where the default depends on others. */
export function row<T>(
  kind: z.ZodType<T, string>,
  fallback: (base: Base) => NoInfer<T>,
  notes: Omit<Notes, 'shown'> & { shown?: string },
): Row<T> {
  return { kind, fallback, shown: String(fallback(samples)), ...notes };
}

/** A setting that may be absent. */
export function optional<T>(
  kind: z.ZodType<T, string>,
  notes: Omit<Notes, 'shown'> & { shown?: string },
): Row<T | undefined> {
  return { kind, fallback: () => undefined, shown: '', ...notes };
}
