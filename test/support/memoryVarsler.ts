import type { VarselReads, Varselrunde, VarselTx } from '../../src/domain/varselrunde.js';
import { NOTICES } from '../../src/store/lanes.js';
import type { MemoryShipments } from './memoryShipments.js';
import { memoryJob } from './memoryShipments.js';

/* Rounds of notices in memory, beside the shipments whose turns stand in the same queue. */

export const memoryVarselReads = (state: () => MemoryShipments): VarselReads => ({
  byId: async (id) => state().varsler.get(id),
});

export const memoryVarselTx = (s: MemoryShipments): VarselTx => ({
  insertVarsel: async (runde, klar, { avsender: eier, prioritet }) => {
    const taken = (one: Varselrunde) => one.shipmentId === runde.shipmentId && one.nummer === runde.nummer;
    if ([...s.varsler.values()].some(taken)) return;
    s.varsler.set(runde.id, { ...runde, begynt: null, stand: {}, overleveres: {}, utenSvar: null });
    s.jobs.set(runde.id, memoryJob(s, { leverandoer: NOTICES, prioritet, eier }, klar));
  },
  lockVarsel: async ({ shipmentId, fence }) =>
    s.jobs.get(shipmentId)?.fence === fence ? s.varsler.get(shipmentId) : undefined,
  updateVarsel: async (id, change) => {
    const runde = s.varsler.get(id);
    if (runde !== undefined) s.varsler.set(id, { ...runde, ...change });
  },
});
