import type { Clock, UnitOfWork } from '../domain/ports.js';
import type { Hendelse, Tilstand } from '../domain/shipment.js';
import type { ShipmentReads } from '../domain/shipmentPorts.js';
import { transition } from '../domain/transitions.js';
import { hendelse } from './hendelser.js';

export interface TakeUpAgainDeps {
  readonly shipments: Pick<ShipmentReads, 'events'>;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
}

/** `refused`: somebody would not have the letter, and why; trying again would get the same answer. */
export type TakenUp =
  | { readonly type: 'due' | 'unknown' }
  | { readonly type: 'not-given-up'; readonly tilstand: Tilstand }
  | { readonly type: 'refused'; readonly grunn: string };

/** The event that ended the attempts: given up by us, or refused by somebody. */
const ending = (events: readonly Hendelse[]): Hendelse | undefined =>
  events.filter(({ type }) => type === 'OPPGITT' || type === 'FEIL').at(-1);

/** Takes a letter up again that was given up: it is due at once, and its attempts are counted from the beginning. */
export const takeUpAgain =
  ({ shipments, unitOfWork, clock }: TakeUpAgainDeps) =>
  async (id: string): Promise<TakenUp> => {
    const last = ending(await shipments.events(id));
    return unitOfWork(async (tx): Promise<TakenUp> => {
      const shipment = await tx.lockShipment(id);
      if (shipment === undefined) return { type: 'unknown' };
      const { tilstand } = shipment;
      if (tilstand !== 'FEILET') return { type: 'not-given-up', tilstand };
      if (last?.type !== 'OPPGITT') return { type: 'refused', grunn: last?.tekst ?? 'no reason' };
      const now = clock.now();
      await tx.appendShipmentEvent(
        id,
        hendelse('FORSOEK_UTSATT', now, null, 'An operator has taken the letter up again.'),
      );
      const to = transition(tilstand, 'FORSOEK_UTSATT');
      if (to !== undefined) await tx.updateShipment(id, { tilstand: to });
      await tx.retryJob(id, now);
      return { type: 'due' };
    });
  };
