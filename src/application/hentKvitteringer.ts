import type { Prioritet } from '../domain/forsendelse.js';
import type { Kvittering } from '../domain/shipment.js';
import { limits } from '../limits.js';
import type { Caller, ShipmentDeps } from './shipmentDeps.js';
import { authorise, recordRead } from './shipmentDeps.js';

export interface UtlaantKvittering extends Kvittering {
  /** Null when the letter itself has been cleared away. */
  readonly eksternRef: string | null;
}

/**
 * Receipts that wait for a body, oldest first, lent for `limits.receiptLease`; those not confirmed come again.
 * @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN, REPLAYED
 */
export const hentKvitteringer =
  (deps: ShipmentDeps) =>
  async (
    caller: Caller,
    { prioritet, antall }: { readonly prioritet: Prioritet; readonly antall: number },
  ): Promise<readonly UtlaantKvittering[]> => {
    const owner = authorise(deps, caller);
    await recordRead(deps, caller, owner, 'HentKvitteringer');
    const now = deps.clock.now();
    const lent = await deps.queue.leaseReceipts(owner, prioritet, now, limits.receiptLease, antall);
    return Promise.all(
      lent.map(async (receipt) => {
        const shipment = await deps.shipments.byId(receipt.shipmentId);
        return { ...receipt, eksternRef: shipment?.forsendelse.eksternRef ?? null };
      }),
    );
  };
