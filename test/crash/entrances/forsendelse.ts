import { PATH } from '../../../src/contract/forsendelse/names.js';
import type { BrevInn } from '../../../src/contract/forsendelse/request.js';
import { brev, postadresse, sendBrev } from '../../support/forsendelser.js';
import { allReceipts, standOf } from '../clients.js';
import { arrivalsOf, documentOf, filnavnOf, references, tilPerson, titleOf, type Til } from './letters.js';
import { refused, startSenders, taken, type Answer } from './senders.js';
import type { StartEntrance } from './types.js';

/** To mailboxes and on paper. */
export const persons = ['digipost', 'e-boks', 'reserved'] as const;

/** One letter, by its reference. */
export function forsendelseLetter(ref: string, index: number, person: (typeof persons)[number]): BrevInn {
  const letter = brev(person, { eksternRef: ref, tittel: titleOf(ref, index) });
  const hoveddokument = { ...letter.hoveddokument, filnavn: filnavnOf(ref), innhold: documentOf(ref) };
  return { ...letter, mottaker: { ...letter.mottaker, postadresse }, hoveddokument };
}

/** Forsendelse v1: whoever sends a letter again by its reference is answered as at first, and is told of it by receipts. */
export const forsendelse: StartEntrance = async (world) => {
  const { base, chance, providers } = world;
  const url = async (): Promise<string> => (await base()) + PATH;
  const newRef = references('forsendelse', chance);
  const til = new Map<string, Til>();
  const arrivals = arrivalsOf('forsendelse', providers, (ref) => til.get(ref));
  const senders = startSenders(
    world,
    async (index) => {
      const ref = newRef();
      const person = chance.pick(persons);
      til.set(ref, tilPerson(person));
      const letter = forsendelseLetter(ref, index, person);
      const send = async (): Promise<Answer> => {
        const svar = await sendBrev(await url(), letter);
        if (svar.status !== 200) return refused(svar.text);
        return taken([...svar.all('forsendelsesId'), ...svar.all('mottatt')].join());
      };
      return { ref, send };
    },
    () => arrivals.committed().length,
  );
  return {
    ...senders,
    left: () => senders.acknowledged.size - new Set(arrivals.committed()).size + arrivals.silent(),
    seen: async () => {
      const receipts = await allReceipts(await url());
      const told = receipts.map(({ eksternRef, hendelse }) => ({ ref: eksternRef ?? 'unknown', type: hendelse.type }));
      return { acknowledged: [...senders.acknowledged], committed: arrivals.committed(), told };
    },
    standOf: async (ref) => standOf(await url(), ref),
  };
};
