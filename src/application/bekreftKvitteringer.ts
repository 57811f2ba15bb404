import type { Caller, ShipmentDeps } from './shipmentDeps.js';
import { authorise } from './shipmentDeps.js';

export interface Bekreftet {
  readonly bekreftet: readonly string[];
  /** Confirmed before, or never this body's. */
  readonly ukjent: readonly string[];
}

/** Ends receipts for good, all in one transaction. Again does no harm. @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN */
export const bekreftKvitteringer =
  (deps: ShipmentDeps) =>
  async (caller: Caller, ider: readonly string[]): Promise<Bekreftet> => {
    const owner = authorise(deps, caller);
    const each = [...new Set(ider)];
    const ended = await deps.unitOfWork(async (tx) => {
      const confirmed = new Set<string>();
      for (const id of each) if (await tx.confirmReceipt(owner, id)) confirmed.add(id);
      return confirmed;
    });
    return { bekreftet: each.filter((id) => ended.has(id)), ukjent: each.filter((id) => !ended.has(id)) };
  };
