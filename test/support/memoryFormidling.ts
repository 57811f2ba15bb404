import type { Formidling, Koe, Koekvittering, Utlevering } from '../../src/domain/formidling.js';
import type { FormidlingReads, FormidlingTx } from '../../src/domain/formidlingPorts.js';
import { kvitteringsmerke, utleveringsId } from '../../src/store/deliveries.js';

/* Messages that are passed on, and receipts that wait, in memory, as part of a store whose transactions work on a copy. */

interface Waiting {
  readonly kvittering: Koekvittering;
  readonly klar: number;
  readonly utleveringer: number;
  readonly hentetAv: string | undefined;
}

export interface MemoryFormidling {
  readonly seen: Map<string, string>;
  readonly formidlinger: Map<string, Formidling>;
  /** By what their deliveries have in common, in the order of arrival. */
  readonly waiting: Map<string, Waiting>;
}

export const noFormidling = (): MemoryFormidling => ({ seen: new Map(), formidlinger: new Map(), waiting: new Map() });

export const copyOfFormidling = (s: MemoryFormidling): MemoryFormidling => ({
  seen: new Map(s.seen),
  formidlinger: new Map(s.formidlinger),
  waiting: new Map(s.waiting),
});

const sameKoe = (a: Koe, b: Koe): boolean =>
  a.eier === b.eier && a.mpc.prioritet === b.mpc.prioritet && a.mpc.id === b.mpc.id;

const deliveryOf = (merke: string, { kvittering, utleveringer }: Waiting): Utlevering => ({
  meldingsId: utleveringsId(merke, utleveringer),
  instansId: kvittering.instansId,
  sbd: kvittering.sbd,
});

/** @param newJob makes the job of a message */
export function memoryFormidlingTx(s: MemoryFormidling, newJob: (f: Formidling) => void): FormidlingTx {
  return {
    rememberMessage: async ({ key, digest }) => {
      const there = s.seen.get(key.toString('hex'));
      if (there === undefined) s.seen.set(key.toString('hex'), digest.toString('hex'));
      if (there === undefined) return 'new';
      return there === digest.toString('hex') ? 'same' : 'other';
    },
    insertFormidling: async (formidling) => {
      s.formidlinger.set(formidling.id, formidling);
      newJob(formidling);
    },
    lockFormidling: async (id) => s.formidlinger.get(id)?.tilstand,
    settleFormidling: async (id, tilstand) => {
      const old = s.formidlinger.get(id);
      if (old !== undefined) s.formidlinger.set(id, { ...old, tilstand });
    },
    putKoekvittering: async (kvittering) => {
      const klar = kvittering.mottatt.getTime();
      s.waiting.set(kvitteringsmerke(kvittering.id), { kvittering, klar, utleveringer: 0, hentetAv: undefined });
    },
    leaseKoekvittering: async (koe, now, until, hentetAv) => {
      const free = [...s.waiting].filter(([, w]) => sameKoe(w.kvittering, koe) && w.klar <= now.getTime());
      const [found] = free.sort(([, a], [, b]) => a.klar - b.klar);
      if (found === undefined) return undefined;
      const [merke, old] = found;
      const lent = { ...old, klar: until.getTime(), utleveringer: old.utleveringer + 1 };
      s.waiting.set(merke, { ...lent, hentetAv: hentetAv.toString('hex') });
      return deliveryOf(merke, lent);
    },
    leasedBy: async (hentetAv, now) => {
      const by = hentetAv.toString('hex');
      const found = [...s.waiting].find(([, w]) => w.hentetAv === by && w.klar > now.getTime());
      return found && deliveryOf(...found);
    },
    confirmKoekvittering: async (eier, meldingsId) => {
      const merke = kvitteringsmerke(meldingsId);
      const found = s.waiting.get(merke);
      return found?.kvittering.eier === eier && found.utleveringer > 0 && s.waiting.delete(merke);
    },
  };
}

/** As `FormidlingReads`, on what is committed. */
export const memoryFormidlingReads = (current: () => MemoryFormidling): FormidlingReads => ({
  byId: async (id) => current().formidlinger.get(id),
  utlevert: async (eier, meldingsId) => {
    const merke = kvitteringsmerke(meldingsId);
    const found = current().waiting.get(merke);
    if (found?.kvittering.eier !== eier || found.utleveringer === 0) return undefined;
    return { ...deliveryOf(merke, found), meldingsId };
  },
  byConversation: async (id) =>
    [...current().formidlinger.values()]
      .filter((f) => f.konversasjonsId.toLowerCase() === id.toLowerCase())
      .sort((a, b) => b.mottatt.getTime() - a.mottatt.getTime()),
});
