import { Failure } from '../errors.js';
import { limits } from '../limits.js';

/** Lets in so many requests of one account at once, so that one that sends more takes no place from the others (SECURITY.md 104). */
export interface AtOnce {
  /**
   * @returns what is called, once, when the request has been answered
   * @throws Failure TOO_MANY_REQUESTS
   */
  enter(account: string): () => void;
}

export function createAtOnce(most: number = limits.accountAtOnce): AtOnce {
  const inside = new Map<string, number>();
  return {
    enter: (account) => {
      const count = inside.get(account) ?? 0;
      if (count >= most) throw new Failure('TOO_MANY_REQUESTS', `more than ${most} requests of one account at once`);
      inside.set(account, count + 1);
      return () => {
        const left = (inside.get(account) ?? 0) - 1;
        if (left > 0) inside.set(account, left);
        else inside.delete(account);
      };
    },
  };
}
