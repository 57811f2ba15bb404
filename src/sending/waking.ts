import type { Tx, UnitOfWork } from '../domain/ports.js';

/** Writes that make a job due that no worker of this process knows of yet. */
const making = ['insertShipment', 'insertFormidling', 'retryJob'] as const satisfies readonly (keyof Tx)[];

/** A unit of work that calls `wake` after the commit of every transaction in which a job was made. */
export const waking =
  (unitOfWork: UnitOfWork, wake: () => void): UnitOfWork =>
  async (work) => {
    let made = false;
    const noting = (tx: Tx): Tx => {
      const watched = { ...tx };
      for (const write of making)
        watched[write] = (...args: never[]) => {
          made = true;
          return (tx[write] as (...args: never[]) => never)(...args);
        };
      return watched;
    };
    const result = await unitOfWork((tx) => work(noting(tx)));
    if (made) wake();
    return result;
  };
