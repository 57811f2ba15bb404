import type { Ledgerlinje } from '../../src/domain/ledger.js';
import type { LedgerReads, LedgerTx, Prisbilde } from '../../src/domain/ledgerPorts.js';
import { prisliste, type Prisrad } from '../../src/domain/tariff.js';

/** What is charged, as part of a store whose transactions work on a copy. */
export interface MemoryLedger {
  readonly prices: Prisrad[];
  readonly plans: Map<string, string>;
  readonly lines: Ledgerlinje[];
  readonly counters: Map<string, number>;
}

export const noLedger = (): MemoryLedger => ({
  prices: [...prisliste],
  plans: new Map(),
  lines: [],
  counters: new Map(),
});

export const copyOfLedger = ({ prices, plans, lines, counters }: MemoryLedger): MemoryLedger => ({
  prices: [...prices],
  plans: new Map(plans),
  lines: [...lines],
  counters: new Map(counters),
});

const NATION = 'formidlet';

const listOf = ({ prices, plans }: MemoryLedger, avsender: string): readonly Prisrad[] =>
  prices.filter(({ plan }) => plan === '' || plan === plans.get(avsender));

const keyOf = ({ plan, vare, leverandoer, fra, fraNummer }: Prisrad): string =>
  JSON.stringify([plan, vare, leverandoer, fra, fraNummer]);

/** As `LedgerTx`, on the state of one transaction. */
export const memoryLedgerTx = (s: MemoryLedger): LedgerTx => ({
  priceList: async (avsender) => listOf(s, avsender),
  charged: async (id) => new Map(s.lines.filter((l) => l.shipmentId === id).map(({ post, oere }) => [post, oere])),
  charge: async (linje, teller, oere) => {
    if (s.lines.some((l) => l.shipmentId === linje.shipmentId && l.post === linje.post)) return false;
    const name = teller === 'NASJONAL' ? NATION : `${linje.avsender} ${linje.maaned}`;
    const nummer = teller === null ? null : (s.counters.get(name) ?? 0) + 1;
    if (nummer !== null) s.counters.set(name, nummer);
    s.lines.push({ ...linje, nummer, oere: oere(nummer ?? 1) });
    return true;
  },
  putPrice: async (rad) => {
    const there = s.prices.find((p) => keyOf(p) === keyOf(rad));
    if (there !== undefined) return there.oere === rad.oere ? 'same' : 'other';
    s.prices.push(rad);
    return 'new';
  },
  putPricePlan: async (avsender, plan) => void s.plans.set(avsender, plan),
});

/** As `LedgerReads`, on what is committed. */
export const memoryLedgerReads = (current: () => MemoryLedger): LedgerReads => ({
  prisbilde: async (avsender, maaned): Promise<Prisbilde> => ({
    liste: listOf(current(), avsender),
    sendt: current().counters.get(`${avsender} ${maaned}`) ?? 0,
    formidlet: current().counters.get(NATION) ?? 0,
  }),
  prices: async () => current().prices,
  sums: async ({ maaned, avsender }) => {
    const groups = new Map<string, Ledgerlinje[]>();
    for (const line of current().lines) {
      if (line.maaned !== maaned || (avsender !== undefined && line.avsender !== avsender)) continue;
      const key = JSON.stringify([line.avsender, line.post, line.leverandoer, line.kostnadskode, line.oere]);
      groups.set(key, [...(groups.get(key) ?? []), line]);
    }
    return [...groups.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, lines]) => {
        const [one] = lines;
        if (one === undefined) return [];
        const { avsender: who, post, leverandoer, kostnadskode, oere } = one;
        const sum = (oere ?? 0) * lines.length;
        return [{ avsender: who, post, leverandoer, kostnadskode, stykkpris: oere, antall: lines.length, sum }];
      });
  },
  lines: async (id) => current().lines.filter((l) => l.shipmentId === id),
});
