import { Failure } from '../errors.js';
import { limits } from '../limits.js';

interface Count {
  guesses: number;
  /** Milliseconds since 1970. */
  ends: number;
}

/**
 * Counts wrong passwords before they are looked at, by account and by address: after `limits.passwordGuesses` in one window the next is
 * refused without cost. A right password takes its own count back.
 */
export class Guesses {
  private readonly counts = new Map<string, Count>();

  constructor(private readonly max: number = limits.passwordGuessers) {}

  /**
   * Counts one guess against every key, before its cost.
   * @returns takes the count back, for a password that was right
   * @throws Failure TOO_MANY_REQUESTS when one of the keys has none left; then nothing is counted
   */
  take(keys: readonly string[], now: number): () => void {
    const counts = keys.map((key) => this.countOf(key, now));
    if (counts.some((count) => count.guesses >= limits.passwordGuesses)) {
      throw new Failure('TOO_MANY_REQUESTS', 'too many wrong passwords');
    }
    for (const count of counts) count.guesses++;
    return () => counts.forEach((count) => count.guesses--);
  }

  private countOf(key: string, now: number): Count {
    const known = this.counts.get(key);
    if (known !== undefined && now < known.ends) return known;
    const count = { guesses: 0, ends: now + limits.passwordGuessWindow };
    this.counts.delete(key);
    this.counts.set(key, count);
    this.forget(now);
    return count;
  }

  /** The oldest windows stand first, so only they are looked at; beyond `max` the oldest is given up. */
  private forget(now: number): void {
    for (const [key, { ends }] of this.counts) {
      if (now < ends && this.counts.size <= this.max) return;
      this.counts.delete(key);
    }
  }
}
