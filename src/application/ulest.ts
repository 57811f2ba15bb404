import { calendarAt, clockUntil } from '../domain/calendarMoves.js';
import type { Enhetsoppslag } from '../domain/enhet.js';
import type { CalendarRow } from '../domain/ports.js';
import { ulestI, type Altinnbrevgang, type Ulestoppslag, type Uleststand } from '../domain/ulest.js';

const DAY = 86_400_000;

/** A letter in the report. `levert`: of the calendar. `dager`: whole days since then. */
export type UlestBrev = Pick<Altinnbrevgang, 'shipmentId' | 'eksternRef'> & {
  readonly stand: Uleststand;
  readonly levert: Date;
  readonly dager: number;
};

/** The unread letters of one business. */
export interface UlestHos {
  readonly organisasjonsnummer: string;
  /** Of Enhetsregisteret; null where it is not known there. */
  readonly navn: string | null;
  /** Oldest first. */
  readonly brev: readonly UlestBrev[];
}

interface Deps {
  readonly ulest: Ulestoppslag;
  readonly enheter: Enhetsoppslag;
  readonly calendar: Pick<CalendarRow, 'moves'>;
}

/**
 * What a sender's businesses had not opened at `til`, in the week that began at `fra`, those with the oldest letter first: by what had happened until
 * then, whatever has become of the letters since. Both are of the calendar, and events are written by the clock.
 */
export const uleste =
  ({ ulest, enheter, calendar }: Deps) =>
  async (avsender: string, fra: Date, til: Date): Promise<readonly UlestHos[]> => {
    const moves = await calendar.moves();
    const begynt = clockUntil(moves, fra);
    const hos = new Map<string, UlestBrev[]>();
    for await (const gang of ulest.altinnbrev(avsender, clockUntil(moves, til))) {
      const found = ulestI(gang, begynt);
      if (found === undefined) continue;
      const { shipmentId, eksternRef, mottaker } = gang;
      const levert = calendarAt(moves, found.levert);
      const dager = Math.floor((til.getTime() - levert.getTime()) / DAY);
      hos.set(mottaker, [...(hos.get(mottaker) ?? []), { shipmentId, eksternRef, ...found, levert, dager }]);
    }
    const navn = new Map<string, string>();
    const ids = [...hos.keys()];
    for (let i = 0; i < ids.length; i += 1000)
      for (const [id, enhet] of await enheter.find(ids.slice(i, i + 1000))) navn.set(id, enhet.navn);
    const eldst = (brev: readonly UlestBrev[]): number => brev[0]?.levert.getTime() ?? 0;
    return [...hos]
      .map(([organisasjonsnummer, brev]) => ({
        organisasjonsnummer,
        navn: navn.get(organisasjonsnummer) ?? null,
        brev: brev.toSorted((a, b) => a.levert.getTime() - b.levert.getTime()),
      }))
      .sort((a, b) => eldst(a.brev) - eldst(b.brev));
  };
