import type { Clock } from '../../domain/ports.js';
import { tekst } from '../../domain/hendelsestekst.js';
import type { Tilstand } from '../../domain/shipment.js';
import type { Liggende, SvarUtReads } from '../../domain/svarut/ports.js';
import { limits } from '../../limits.js';
import { happen, hendelse } from '../hendelser.js';
import { kanalAv } from './noter.js';
import type { StansDeps } from './stans.js';

/* What those who run the house do about single letters (FEATURES.md 35, 37 and 42). */

/** A letter that waits for a receiving system, and that its people have got otherwise: LEST. @returns whether it waited */
export const settMottatt =
  ({ unitOfWork, clock, calendar }: StansDeps) =>
  (id: string): Promise<boolean> =>
    unitOfWork(async (tx) => {
      const shipment = await tx.lockShipment(id);
      if (shipment?.tilstand !== 'SENDT' || kanalAv(shipment) !== 'SVARINN') return false;
      const event = hendelse('AAPNING', clock.now(), null, tekst('SATT_MOTTATT'));
      await happen(tx, calendar, shipment, event, false);
      return true;
    });

/** In these a letter goes nowhere any more, whatever is done about it. */
const ferdig: ReadonlySet<Tilstand> = new Set(['LEVERT', 'AAPNET', 'RETURNERT', 'TRUKKET', 'OVERLATT']);

/** Removes the documents of a letter that is through, before their time; what else is known of it stays. */
export const slettDokumenter =
  ({ unitOfWork }: Pick<StansDeps, 'unitOfWork'>) =>
  (id: string): Promise<'removed' | 'unknown' | 'needed'> =>
    unitOfWork(async (tx) => {
      const shipment = await tx.lockShipment(id);
      if (shipment?.forsendelse.svarut === undefined) return 'unknown';
      if (!ferdig.has(shipment.tilstand)) return 'needed';
      await tx.dropPayloads(id);
      return 'removed';
    });

export interface VarsleDeps {
  readonly svarut: Pick<SvarUtReads, 'liggende'>;
  readonly clock: Clock;
  /** All of them, at each look. */
  readonly measured: (liggende: readonly Liggende[]) => void;
  /** One at a time: at once, and again while it lasts. */
  readonly warned: (liggende: Liggende) => void;
}

/** Looks for receiving systems that let their letters lie for two hours, and warns of each three times a day. */
export function varsleOmLiggende({ svarut, clock, measured, warned }: VarsleDeps): () => Promise<void> {
  const sagt = new Map<string, number>();
  return async () => {
    const now = clock.now().getTime();
    const alle = await svarut.liggende(new Date(now - limits.svarinnLying));
    measured(alle);
    for (const system of sagt.keys()) if (!alle.some((l) => l.mottakersystem === system)) sagt.delete(system);
    for (const liggende of alle) {
      if (now - (sagt.get(liggende.mottakersystem) ?? -Infinity) < limits.svarinnReminder) continue;
      sagt.set(liggende.mottakersystem, now);
      warned(liggende);
    }
  };
}
