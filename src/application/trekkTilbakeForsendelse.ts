import { tekst } from '../domain/hendelsestekst.js';
import type { Tilstand } from '../domain/shipment.js';
import { transition } from '../domain/transitions.js';
import { Failure } from '../errors.js';
import { hendelse } from './hendelser.js';
import type { Caller, ShipmentDeps, Utvalg } from './shipmentDeps.js';
import { authorise, finn } from './shipmentDeps.js';

export interface Trukket {
  readonly id: string;
  readonly tilstand: Tilstand;
}

/**
 * Withdraws a letter that nobody has begun to hand on. Again gives the same answer.
 * @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN, UNKNOWN_SHIPMENT, ALREADY_DISPATCHED
 */
export const trekkTilbakeForsendelse =
  (deps: ShipmentDeps) =>
  async (caller: Caller, utvalg: Utvalg): Promise<Trukket> => {
    const owner = authorise(deps, caller);
    const [shipment] = await finn(deps, owner, utvalg);
    if (shipment === undefined) throw new Failure('UNKNOWN_SHIPMENT', 'no letter was named');
    const { id } = shipment;
    const now = deps.clock.now();
    const tilstand = await deps.unitOfWork(async (tx) => {
      const locked = (await tx.lockShipment(id))?.tilstand;
      const next = locked === undefined ? undefined : transition(locked, 'TRUKKET');
      if (locked === 'TRUKKET' || next === undefined || !(await tx.withdrawJob(id, now))) return locked;
      await tx.updateShipment(id, { tilstand: next });
      await tx.freePayloads(id, deps.calendar.now());
      await tx.appendShipmentEvent(id, hendelse('TRUKKET', now, null, tekst('TRUKKET')));
      return next;
    });
    if (tilstand !== 'TRUKKET') throw new Failure('ALREADY_DISPATCHED', `shipment ${id} is ${tilstand ?? 'gone'}`);
    return { id, tilstand };
  };
