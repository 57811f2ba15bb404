import { tekst } from '../domain/hendelsestekst.js';
import { tidspunkt } from '../domain/routing/words.js';
import type { Shipment } from '../domain/shipment.js';
import { Failure } from '../errors.js';
import { limits } from '../limits.js';
import { hendelse } from './hendelser.js';
import type { Caller, ShipmentDeps, Utvalg } from './shipmentDeps.js';
import { authorise, finn } from './shipmentDeps.js';
import type { Trukket } from './trekkTilbakeForsendelse.js';

const sekund = 1000;

/** Senders tell whole seconds: the one in which the letter was accepted is not before that. @throws Failure INVALID_REQUEST */
function sjekk(lest: Date, { mottatt }: Pick<Shipment, 'mottatt'>, naa: Date): void {
  const wrong = (reason: string) => new Failure('INVALID_REQUEST', reason, { reason });
  if (lest.getTime() > naa.getTime() + limits.openingAhead) throw wrong('lest is in the future');
  if (lest.getTime() < mottatt.getTime() - (mottatt.getTime() % sekund))
    throw wrong('lest is before the letter was accepted');
}

/**
 * Takes a sender's word that the recipient has opened a letter in its own portal: notices that have not gone out never do. Again
 * gives the same answer. `lest`: when that was; null: now.
 * @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN, UNKNOWN_SHIPMENT, NOT_HANDED_BACK, INVALID_REQUEST
 */
export const meldLest =
  (deps: ShipmentDeps) =>
  async (caller: Caller, utvalg: Utvalg, lest: Date | null): Promise<Trukket> => {
    const owner = authorise(deps, caller);
    const [shipment] = await finn(deps, owner, utvalg);
    if (shipment === undefined) throw new Failure('UNKNOWN_SHIPMENT', 'no letter was named');
    const { id } = shipment;
    const naar = lest ?? deps.calendar.now();
    sjekk(naar, shipment, deps.calendar.now());
    const sagt = tekst('MELDT_LEST', { naar: { nb: tidspunkt(naar, 'nb'), en: tidspunkt(naar, 'en') } });
    const tilstand = await deps.unitOfWork(async (tx) => {
      const locked = (await tx.lockShipment(id))?.tilstand;
      if (locked !== 'OVERLATT') return locked;
      await tx.updateShipment(id, { tilstand: 'AAPNET' });
      await tx.freePayloads(id, deps.calendar.now());
      const event = hendelse('LEST_EKSTERNT', deps.clock.now(), null, sagt);
      await tx.appendShipmentEvent(id, { ...event, skjedd: naar });
      return 'AAPNET';
    });
    if (tilstand !== 'AAPNET') throw new Failure('NOT_HANDED_BACK', `shipment ${id} is ${tilstand ?? 'gone'}`);
    return { id, tilstand };
  };
