import { randomBytes } from 'node:crypto';
import type { Mpc } from '../../src/contract/ebms/names.js';
import { limits } from '../../src/limits.js';
import type { TestGateway } from '../support/gateway.js';

class Undone extends Error {}

/** Whether a receipt would come again when every lease has ended. @param eier organisation number of who fetches */
export async function comesAgain({ store }: TestGateway, eier: string, mpc: Mpc): Promise<boolean> {
  const later = new Date(Date.now() + 2 * limits.receiptLease);
  let again = false;
  const look = store.unitOfWork(async (tx) => {
    again = (await tx.leaseKoekvittering({ eier, mpc }, later, later, randomBytes(32))) !== undefined;
    throw new Undone();
  });
  await look.catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error;
  });
  return again;
}
