/** What the queue does to the writing connection. */
export interface Transactions {
  /** Starts a transaction, waiting its turn behind other processes. */
  readonly begin: () => Promise<void>;
  readonly run: (sql: string) => Promise<void>;
  /** Makes the transaction durable, off the main thread. */
  readonly commit: () => Promise<void>;
  /** Leaves the database to other processes for a moment. */
  readonly rest: () => Promise<void>;
}

/**
 * Milliseconds after which a transaction takes up no further unit. Reads of a unit wait for the event loop, so under load a large batch
 * would keep other processes from writing for longer than they wait.
 */
export const LONGEST = 250;

/** Carries out one caller's work; what it returns answers the caller. */
type Unit = () => Promise<() => void>;

interface Waiting {
  readonly unit: Unit;
  readonly reject: (reason: unknown) => void;
}

/**
 * One queue for all writes of this process, so that they share commits, and so the disk's fsync, which is nearly all
 * that a small write costs. What arrives while a commit is going on makes up the next transaction: its units run one
 * after the other, each in a savepoint of its own, so that a unit that fails takes back its own writes only. Callers are
 * answered after the commit; when that fails they are all told so. The order of arrival is the order of writing. What a transaction has
 * no time for is left to the next, and between the two other processes have their chance.
 */
export function groupCommit({ begin, run, commit, rest }: Transactions): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: Waiting[] = [];
  let draining = false;

  const commitBatch = async () => {
    await begin();
    const end = performance.now() + LONGEST;
    const batch: Waiting[] = [];
    let left = queue.length;
    try {
      const answers: (() => void)[] = [];
      for (; left > 0 && (batch.length === 0 || performance.now() < end); left--) {
        batch.push(queue.shift() as Waiting);
        answers.push(await (batch.at(-1) as Waiting).unit());
      }
      await commit();
      answers.forEach((answer) => answer());
    } catch (error) {
      // After some errors SQLite has rolled back by itself, and says so here.
      await run('rollback').catch(() => undefined);
      batch.forEach(({ reject }) => reject(error));
    }
    if (left > 0) await rest();
  };

  const drain = async () => {
    draining = true;
    while (queue.length > 0)
      await commitBatch().catch((error: unknown) => queue.splice(0).forEach((u) => u.reject(error)));
    draining = false;
  };

  return (work) =>
    new Promise((resolve, reject) => {
      const unit = async () => {
        await run('savepoint unit');
        const outcome = Promise.resolve().then(work);
        const failed = await outcome.then(
          () => false,
          () => true,
        );
        // When SQLite has already rolled everything back, the whole batch fails for this unit's reason.
        if (failed) await run('rollback to unit').catch(() => outcome);
        await run('release unit');
        return () => resolve(outcome);
      };
      queue.push({ unit, reject });
      if (!draining) void drain();
    });
}
