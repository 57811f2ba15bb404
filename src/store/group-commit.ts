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

interface Waiting {
  readonly work: () => Promise<unknown>;
  readonly resolve: (outcome: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Answers a caller. */
type Answer = () => void;

/** What one transaction takes up, and how much of what waited at its beginning is left to the next. */
interface Batch {
  readonly units: Waiting[];
  left: number;
}

function* arrived(queue: Waiting[], batch: Batch): Generator<Waiting> {
  const { units } = batch;
  const end = performance.now() + LONGEST;
  for (batch.left = queue.length; batch.left > 0 && (units.length === 0 || performance.now() < end); batch.left--) {
    const unit = queue.shift() as Waiting;
    units.push(unit);
    yield unit;
  }
}

/** One transaction. @throws what `carryOut` or the commit throws, and then nothing is left of it */
const transacting =
  ({ begin, run, commit }: Transactions) =>
  async (units: Iterable<Waiting>, carryOut: (unit: Waiting) => Promise<Answer>): Promise<void> => {
    await begin();
    try {
      const answers: Answer[] = [];
      for (const unit of units) answers.push(await carryOut(unit));
      await commit();
      answers.forEach((answer) => answer());
    } catch (error) {
      // After some errors SQLite has rolled back by itself, and says so here.
      await run('rollback').catch(() => undefined);
      throw error;
    }
  };

/** Takes back its own writes only, when a unit fails. */
const inSavepoint =
  ({ run }: Transactions) =>
  async ({ work, resolve }: Waiting): Promise<Answer> => {
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

/**
 * One queue for all writes of this process, so that they share commits, and so the disk's fsync, which is nearly all
 * that a small write costs. What arrives while a commit is going on makes up the next transaction: its units run one
 * after the other. Callers are answered after the commit; when that fails they are all told so. When a unit fails, nothing is left of the
 * transaction, and those that came before it run again with it, each in a savepoint of its own, so that its own writes only are taken
 * back: it is seldom, and savepoints cost as much as a row. The order of arrival is the order of writing. What a transaction has
 * no time for is left to the next, and between the two other processes have their chance.
 */
export function groupCommit(transactions: Transactions): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: Waiting[] = [];
  let draining = false;

  const transact = transacting(transactions);
  const apart = inSavepoint(transactions);

  const commitBatch = async () => {
    const batch: Batch = { units: [], left: 0 };
    const { units } = batch;
    let failed = false;
    const plainly = async ({ work, resolve }: Waiting): Promise<Answer> => {
      try {
        const outcome = await work();
        return () => resolve(outcome);
      } catch (error) {
        failed = true;
        throw error;
      }
    };
    const tellAll = (error: unknown): void => units.forEach(({ reject }) => reject(error));
    await transact(arrived(queue, batch), plainly).catch(async (error: unknown) => {
      if (units.length === 0) throw error;
      if (failed && units.length > 1) await transact(units, apart).catch(tellAll);
      else tellAll(error);
    });
    if (batch.left > 0 && !failed) await transactions.rest();
  };

  const drain = async () => {
    draining = true;
    while (queue.length > 0)
      await commitBatch().catch((error: unknown) => queue.splice(0).forEach((u) => u.reject(error)));
    draining = false;
  };

  return <T>(work: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      queue.push({ work, resolve: (outcome) => resolve(outcome as T | Promise<T>), reject });
      if (!draining) void drain();
    });
}
