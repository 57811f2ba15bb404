import { tekst } from '../../domain/hendelsestekst.js';
import type { Calendar, Clock, UnitOfWork } from '../../domain/ports.js';
import type { Shipment, Tilstand } from '../../domain/shipment.js';
import { happen, hendelse } from '../hendelser.js';
import { kanalAv } from './noter.js';

export interface StansDeps {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly calendar: Calendar;
}

/** `late`: it has been handed to somebody who cannot give it back. `busy`: it is being handed on at this moment. */
export type Stanset =
  { readonly type: 'stopped' | 'unknown' | 'busy' } | { readonly type: 'late'; readonly tilstand: Tilstand };

/** What lies with ourselves or in Altinn, or was given up, can be taken back; mailboxes and printers give nothing back (FEATURES.md 36). */
const kanStanses = (shipment: Shipment): boolean =>
  shipment.tilstand === 'MOTTATT' ||
  shipment.tilstand === 'VARSLET' ||
  shipment.tilstand === 'FEILET' ||
  (shipment.tilstand === 'SENDT' && kanalAv(shipment) === 'SVARINN');

/** Stops a SvarUt letter that an operator handles otherwise: MANUELT_HANDTERT. */
export const stans =
  ({ unitOfWork, clock, calendar }: StansDeps) =>
  (id: string): Promise<Stanset> =>
    unitOfWork(async (tx): Promise<Stanset> => {
      const shipment = await tx.lockShipment(id);
      if (shipment?.forsendelse.svarut === undefined) return { type: 'unknown' };
      const { tilstand } = shipment;
      if (tilstand === 'TRUKKET') return { type: 'stopped' };
      if (!kanStanses(shipment)) return { type: 'late', tilstand };
      const now = clock.now();
      if (tilstand === 'MOTTATT' && !(await tx.withdrawJob(id, now))) return { type: 'busy' };
      if (tilstand === 'FEILET') await tx.endGivenUp(id);
      await happen(tx, calendar, shipment, hendelse('STANSET', now, null, tekst('STANSET')), false);
      return { type: 'stopped' };
    });
