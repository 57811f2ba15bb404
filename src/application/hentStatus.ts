import type { Hendelse, Shipment } from '../domain/shipment.js';
import type { Caller, Forklart, ShipmentDeps, Utvalg } from './shipmentDeps.js';
import { authorise, finn, forklart, recordRead } from './shipmentDeps.js';

export interface Status extends Forklart {
  readonly shipment: Shipment;
  /** Oldest first. */
  readonly hendelser: readonly Hendelse[];
}

/** Where letters stand and everything that has happened to them. @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN, REPLAYED, UNKNOWN_SHIPMENT */
export const hentStatus =
  (deps: ShipmentDeps) =>
  async (caller: Caller, utvalg: Utvalg): Promise<readonly Status[]> => {
    const owner = authorise(deps, caller);
    await recordRead(deps, caller, owner, 'HentStatus');
    const found = await finn(deps, owner, utvalg);
    return Promise.all(
      found.map(async (shipment) => ({
        shipment,
        ...forklart(shipment.beslutning, shipment.forsendelse.virkningstidspunkt, deps.brukerstoette),
        hendelser: await deps.shipments.events(shipment.id),
      })),
    );
  };
