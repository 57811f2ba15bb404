import { tekst } from '../../domain/hendelsestekst.js';
import type { Shipment } from '../../domain/shipment.js';
import type { Fristside } from '../../domain/svarut/ports.js';
import { limits } from '../../limits.js';
import { happen, hendelse } from '../hendelser.js';
import type { SvarUtDeps } from './deps.js';
import { finnOmvei, omdiriger, type AvgjoerPaaNytt, type Omvei } from './omdiriger.js';

/** Letters of one look. */
const SIDE = 100;

export interface LesefristDeps extends Pick<SvarUtDeps, 'svarut' | 'shipments' | 'unitOfWork' | 'clock' | 'calendar'> {
  readonly decideAgain: AvgjoerPaaNytt;
  /** Told why a letter could not be moved on; it is tried again in the next round. */
  readonly failed: (error: unknown, shipmentId: string) => void;
}

/** What becomes of an unread letter: it goes another way, or stays where it is for good. */
async function foelge(deps: LesefristDeps, shipment: Shipment): Promise<Omvei | 'BLIR'> {
  const brev = await deps.svarut.brev(shipment.id);
  if (brev?.ettersendes !== true) return 'BLIR';
  const omvei = await finnOmvei(deps.decideAgain, shipment);
  return omvei.beslutning.utfall === 'AVVIS' ? 'BLIR' : omvei;
}

/** Ends the time of one letter, unless somebody else has been faster. @returns whether this was who did */
async function loepUt(deps: LesefristDeps, id: string): Promise<boolean> {
  const judged = await deps.shipments.byId(id);
  if (judged?.tilstand !== 'VARSLET') return false;
  const vei = await foelge(deps, judged);
  return deps.unitOfWork(async (tx) => {
    const [shipment, brev] = [await tx.lockShipment(id), await tx.lockSvarUt(id)];
    const due = brev?.frist !== null && brev?.frist !== undefined && brev.frist <= deps.calendar.now();
    if (shipment?.tilstand !== 'VARSLET' || shipment.meldingsId !== judged.meldingsId || !due) return false;
    const tid = deps.clock.now();
    if (vei === 'BLIR') {
      const event = hendelse('LESEFRIST', tid, null, tekst('LESEFRIST_BARE_DIGITALT'));
      await happen(tx, deps.calendar, shipment, event, false);
      return true;
    }
    const grunn = { tid, kode: 'LESEFRIST', tekst: tekst('LESEFRIST') };
    if (await omdiriger(tx, deps.calendar, shipment, vei, grunn)) await tx.retryJob(id, tid);
    return true;
  });
}

/**
 * Goes through the letters whose time to be read is up. Many processes may do it at once: each letter is moved on once. A letter that cannot be
 * decided about now keeps no other from its turn. @returns how many were moved on
 */
export const loepUtLesefrister =
  (deps: LesefristDeps) =>
  async (signal?: AbortSignal): Promise<number> => {
    let moved = 0;
    let siste: Fristside[number] | undefined;
    do {
      const side = await deps.svarut.fristUte(deps.calendar.now(), siste, SIDE);
      for (const { shipmentId } of side) {
        if (signal?.aborted === true) return moved;
        const done = await loepUt(deps, shipmentId).catch((error: unknown) => deps.failed(error, shipmentId));
        if (done === true) moved++;
      }
      siste = side.length < SIDE ? undefined : side.at(-1);
    } while (siste !== undefined);
    return moved;
  };

/** Forgets ids that nobody has sent a letter with, and attempts that count no more. */
export const glem =
  ({ unitOfWork, clock, calendar }: Pick<SvarUtDeps, 'unitOfWork' | 'clock' | 'calendar'>) =>
  (): Promise<void> => {
    const reservert = new Date(clock.now().getTime() - limits.svarutReservation);
    const forsoekt = new Date(calendar.now().getTime() - limits.svarutAttemptWindow);
    return unitOfWork((tx) => tx.forgetSvarUt(reservert, forsoekt, SIDE));
  };
