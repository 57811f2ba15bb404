import type { Ord } from './hendelsestekst.js';

/* What a service above us answers. What the other side does is an answer, never an error. */

/** Why it did not do what it was asked. innhold: the same letter is refused again. adgang: our account or token is. */
export interface Nei {
  readonly type: 'nei';
  readonly art: 'innhold' | 'adgang' | 'svarer_feil' | 'naas_ikke';
  /** Its own words, which may name anybody, or what is wrong with its answer. */
  readonly grunn: Ord;
  /** For the log only, for it may name addresses. */
  readonly detalj?: string;
  /** Milliseconds for which it asks to be left alone. */
  readonly vent?: number;
}

export type Svar<T> = { readonly type: 'ja'; readonly verdi: T } | Nei;
