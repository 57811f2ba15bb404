import type { Tx, UnitOfWork } from '../domain/ports.js';

/** Writes that make a job due that no worker of this process knows of yet. */
const making = [
  'insertShipment',
  'insertFormidling',
  'insertVarsel',
  'retryJob',
] as const satisfies readonly (keyof Tx)[];

/** What a transaction writes by, and whether a job was made in it. */
interface Watched {
  readonly tx: Tx;
  made: boolean;
}

function watch(tx: Tx): Watched {
  const watched = { tx: { ...tx }, made: false };
  for (const write of making)
    watched.tx[write] = (...args: never[]) => {
      watched.made = true;
      return (tx[write] as (...args: never[]) => never)(...args);
    };
  return watched;
}

/** A unit of work that calls `wake` after the commit of every transaction in which a job was made. */
export const waking = (unitOfWork: UnitOfWork, wake: () => void): UnitOfWork => {
  // SQLite has one of these for all its transactions, which come one after the other.
  const known = new WeakMap<Tx, Watched>();
  return async (work) => {
    let made = false;
    const result = await unitOfWork(async (tx) => {
      const watched = known.get(tx) ?? watch(tx);
      known.set(tx, watched);
      watched.made = false;
      const done = await work(watched.tx);
      made = watched.made;
      return done;
    });
    if (made) wake();
    return result;
  };
};
