import type { Mottakersystem } from '../../src/domain/svarut/bestilling.js';
import type {
  Reservasjon,
  Statistikkrad,
  SvarUtBrev,
  SvarUtKonto,
  SvarUtReads,
  SvarUtTx,
} from '../../src/domain/svarut/ports.js';

/** What a store keeps of SvarUt, as part of one whose transactions work on a copy. Maps keep the order of arrival. */
export interface MemorySvarUt {
  readonly brev: Map<string, SvarUtBrev>;
  readonly forsoek: Map<string, { readonly antall: number; readonly siste: number }>;
  readonly reservert: Map<string, Reservasjon>;
  readonly kontoer: Map<string, SvarUtKonto>;
  readonly typer: Set<string>;
  readonly systemer: Map<string, Mottakersystem>;
}

export const noSvarUt = (): MemorySvarUt => ({
  brev: new Map(),
  forsoek: new Map(),
  reservert: new Map(),
  kontoer: new Map(),
  typer: new Set(),
  systemer: new Map(),
});

export const copyOfSvarUt = (s: MemorySvarUt): MemorySvarUt => ({
  brev: new Map(s.brev),
  forsoek: new Map(s.forsoek),
  reservert: new Map(s.reservert),
  kontoer: new Map(s.kontoer),
  typer: new Set(s.typer),
  systemer: new Map(s.systemer),
});

/** As `SvarUtTx`, on the state of one transaction. */
export const memorySvarUtTx = (s: MemorySvarUt): SvarUtTx => ({
  insertSvarUt: async (brev) => void s.brev.set(brev.shipmentId, brev),
  updateSvarUt: async (id, change) => {
    const old = s.brev.get(id);
    if (old !== undefined) s.brev.set(id, { ...old, ...change });
  },
  lockSvarUt: async (id) => s.brev.get(id),
  countAttempt: async (likhet, now, siden) => {
    const key = likhet.toString('hex');
    const old = s.forsoek.get(key);
    const antall = old === undefined || old.siste < siden.getTime() ? 1 : old.antall + 1;
    s.forsoek.set(key, { antall, siste: now.getTime() });
    return antall;
  },
  reserve: async (reservasjon) => {
    const old = s.reservert.get(reservasjon.id);
    s.reservert.set(reservasjon.id, { ...(old ?? reservasjon), avvist: reservasjon.avvist });
  },
  releaseReservation: async (id) => void s.reservert.delete(id),
  forgetSvarUt: async (reservert, forsoekt) => {
    for (const [id, row] of s.reservert) if (row.reservert < reservert) s.reservert.delete(id);
    for (const [key, { siste }] of s.forsoek) if (siste < forsoekt.getTime()) s.forsoek.delete(key);
  },
  putSvarUtKonto: async (konto) => void s.kontoer.set(konto.brukernavn, konto),
  putForsendelseType: async (navn) => void s.typer.add(navn),
  putMottakersystem: async (system) => {
    const mottakerid = s.systemer.get(system.brukernavn)?.mottakerid ?? String(s.systemer.size + 1);
    s.systemer.set(system.brukernavn, { ...system, mottakerid });
  },
});

/** As `SvarUtReads`, on what is committed. */
export const memorySvarUtReads = (current: () => MemorySvarUt): SvarUtReads => {
  const letters = (holds: (brev: SvarUtBrev) => boolean): SvarUtBrev[] => [...current().brev.values()].filter(holds);
  return {
    brev: async (id) => current().brev.get(id),
    reservasjon: async (id) => current().reservert.get(id),
    iderForEksternref: async (konto, eksternref) =>
      letters((b) => b.konto === konto && b.eksternref?.equals(eksternref) === true)
        .reverse()
        .map((b) => b.shipmentId),
    ventende: async (mottakersystem, antall) =>
      letters((b) => b.mottakersystem === mottakersystem)
        .slice(0, antall)
        .map((b) => b.shipmentId),
    fristUte: async (now, etter, antall) =>
      letters((b) => b.frist !== null && b.frist <= now)
        .map(({ shipmentId, frist }) => ({ shipmentId, frist: frist ?? now }))
        .sort((a, b) => a.frist.getTime() - b.frist.getTime() || (a.shipmentId < b.shipmentId ? -1 : 1))
        .filter(
          ({ shipmentId, frist }) =>
            etter === undefined ||
            frist > etter.frist ||
            (frist.getTime() === etter.frist.getTime() && shipmentId > etter.shipmentId),
        )
        .slice(0, antall),
    soek: async (etter, antall) =>
      letters((b) =>
        Object.entries(etter).every(([name, value]) => {
          const held = b[name as keyof typeof etter];
          return Buffer.isBuffer(value) ? Buffer.isBuffer(held) && held.equals(value) : held === value;
        }),
      )
        .sort((a, b) => b.mottatt.getTime() - a.mottatt.getTime())
        .slice(0, antall),
    statistikk: async (fra, til) => {
      const rows = new Map<string, Statistikkrad>();
      for (const { konto, konteringskode, status } of letters((b) => b.mottatt >= fra && b.mottatt < til)) {
        const key = [konto, konteringskode ?? '', status].join('\n');
        rows.set(key, { konto, konteringskode, status, antall: (rows.get(key)?.antall ?? 0) + 1 });
      }
      return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    },
    liggende: async (foer) => {
      const waiting = letters((b) => b.mottakersystem !== null && b.mottatt < foer);
      return [...new Set(waiting.map((b) => b.mottakersystem ?? ''))].sort().map((mottakersystem) => {
        const own = waiting.filter((b) => b.mottakersystem === mottakersystem);
        const eldste = new Date(Math.min(...own.map(({ mottatt }) => mottatt.getTime())));
        return { mottakersystem, antall: own.length, eldste };
      });
    },
    mottakersystemer: async (orgnr) =>
      [...current().systemer.values()].filter((system) => orgnr === undefined || system.orgnr === orgnr),
    kontoer: async () => [...current().kontoer.values()],
    konto: async (brukernavn) => current().kontoer.get(brukernavn),
    forsendelseTyper: async () => [...current().typer].sort(),
  };
};
