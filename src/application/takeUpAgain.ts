import { tekst } from '../domain/hendelsestekst.js';
import type { Clock, Tx, UnitOfWork } from '../domain/ports.js';
import type { Hendelse, Tilstand } from '../domain/shipment.js';
import type { ShipmentReads } from '../domain/shipmentPorts.js';
import { transition } from '../domain/transitions.js';
import type { VarselReads, Varselrunde } from '../domain/varselrunde.js';
import { hendelse } from './hendelser.js';

export interface TakeUpAgainDeps {
  readonly shipments: Pick<ShipmentReads, 'events'>;
  readonly varsler: VarselReads;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
}

/** `refused`: somebody would not have the letter, and why; trying again would get the same answer. */
export type TakenUp =
  | { readonly type: 'due' | 'unknown' }
  | { readonly type: 'not-given-up'; readonly tilstand: Tilstand }
  | { readonly type: 'refused'; readonly grunn: string };

/** What was said last against the letter. */
const refusal = (events: readonly Hendelse[]): string =>
  events.findLast(({ type }) => type === 'FEIL')?.tekst.en ?? 'no reason';

/** What is no letter: notices of one, whose time to reach somebody begins anew, or a message of the broker's. */
async function jobAgain(tx: Tx, id: string, runde: Varselrunde | undefined, now: Date): Promise<TakenUp> {
  if (!(await tx.retryGivenUp(id, now))) return { type: 'unknown' };
  if (runde !== undefined) {
    await tx.updateVarsel(id, { ...runde, begynt: null, utenSvar: null });
    const event = hendelse('FORSOEK_UTSATT', now, null, tekst('VARSEL_TATT_OPP_IGJEN'));
    await tx.appendShipmentEvent(runde.shipmentId, event);
  }
  return { type: 'due' };
}

/**
 * Takes a letter up again that was given up: it is due at once, and its attempts are counted from the beginning. Only such a letter has a job
 * that was given up; one that somebody refused has none, whatever else its history holds. So does it a job that is no letter, by its id in the queue.
 */
export const takeUpAgain =
  ({ shipments, varsler, unitOfWork, clock }: TakeUpAgainDeps) =>
  async (id: string): Promise<TakenUp> => {
    const grunn = refusal(await shipments.events(id));
    const runde = await varsler.byId(id);
    return unitOfWork(async (tx): Promise<TakenUp> => {
      const shipment = await tx.lockShipment(id);
      if (shipment === undefined) return jobAgain(tx, id, runde, clock.now());
      const { tilstand } = shipment;
      // One that could not be read when it was given up is still what it was.
      if (tilstand !== 'FEILET' && tilstand !== 'MOTTATT') return { type: 'not-given-up', tilstand };
      if (!(await tx.endGivenUp(id)))
        return tilstand === 'FEILET' ? { type: 'refused', grunn } : { type: 'not-given-up', tilstand };
      const now = clock.now();
      await tx.appendShipmentEvent(id, hendelse('FORSOEK_UTSATT', now, null, tekst('TATT_OPP_IGJEN')));
      const to = transition(tilstand, 'FORSOEK_UTSATT');
      if (to !== undefined) await tx.updateShipment(id, { tilstand: to });
      await tx.retryJob(id, now);
      return { type: 'due' };
    });
  };
