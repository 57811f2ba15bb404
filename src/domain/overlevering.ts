import type { Nei } from './svar.js';

/* Letters that were handed over to a service that is asked about them, and when it is. */

/** A letter that was handed over, and what is known of it. `S`: the statuses of the service. */
export interface Overlevert<S extends string> {
  /** MessageId of the push. */
  readonly meldingsId: string;
  readonly konversasjonsId: string;
  /** Its id there. */
  readonly oppstroemsId: string;
  /** Null: none yet. */
  readonly status: S | null;
  /** When that was found; first when it was handed over. */
  readonly endret: Date;
}

/** The letters that are followed there, shared by all processes of an installation. */
export interface Overleveringer<S extends string> {
  /** Begins to follow a letter, from `klar` on; one that is followed already stays as it is. */
  begynn(letter: Overlevert<S>, klar: Date): Promise<void>;
  /** Those that are to be asked about, the longest overdue first. */
  forfalte(now: Date, antall: number): Promise<readonly Overlevert<S>[]>;
  /** What was found at `spurt` (null: nothing, the question came to nothing). `klar`: when it is asked about again; null: never. */
  sett(
    meldingsId: string,
    funnet: Pick<Overlevert<S>, 'status' | 'endret'>,
    klar: Date | null,
    spurt: Date | null,
  ): Promise<void>;
  /** When a letter was asked about last and an answer came, the time of its handing over at the least; undefined: it is not followed. */
  sistSpurt(meldingsId: string): Promise<Date | undefined>;
  /** Asks about a letter at the next look, whenever its turn would be. */
  haster(meldingsId: string, now: Date): Promise<void>;
}

const doegn = 86_400_000;
/** Milliseconds after which a letter of which nothing new is heard is not asked about any more: services keep letters for three months. */
export const foelgesLengst = 90 * doegn;
/** Milliseconds that no pause between two questions about a letter exceeds. */
export const lengsteMellomrom = doegn / 4;

/**
 * When a letter is asked about again: after an eighth of the time for which nothing new has been heard of it, `pause` milliseconds at the least.
 * Null: never, since nothing more can come after a status of `endelige`.
 */
export const nesteEtter =
  <S extends string>(endelige: ReadonlySet<S>) =>
  ({ status, endret }: Pick<Overlevert<S>, 'status' | 'endret'>, now: Date, pause: number): Date | null => {
    const stille = now.getTime() - endret.getTime();
    if ((status !== null && endelige.has(status)) || stille >= foelgesLengst) return null;
    return new Date(now.getTime() + Math.min(Math.max(pause, stille / 8), Math.max(pause, lengsteMellomrom)));
  };

/** What the service says of a letter, by the id that it knows it by. */
export interface Statussvar<S extends string> {
  readonly id: string;
  readonly status: S;
  /** Since when, by its clock; null: it does not say. */
  readonly endret: Date | null;
}

/** What came of asking about many letters. One that was asked about and is not in `svar` is not known there. */
export interface Statusrunde<S extends string> {
  readonly svar: readonly Statussvar<S>[];
  /** Those that the question came to nothing for, and those that it did not come to. */
  readonly utsatt?: readonly string[];
  readonly ubesvart: readonly string[];
  /** Why it ended before all had been asked about. */
  readonly nei: Nei | null;
}
