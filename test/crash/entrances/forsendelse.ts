import { PATH } from '../../../src/contract/forsendelse/names.js';
import type { BrevInn } from '../../../src/contract/forsendelse/request.js';
import { brev, postadresse, sendBrev } from '../../support/forsendelser.js';
import { allReceipts, standOf } from '../clients.js';
import { arrivalsOf, documentOf, filnavnOf, references, titleOf } from './letters.js';
import { startSenders } from './senders.js';
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
  const arrivals = arrivalsOf('forsendelse', providers);
  const senders = startSenders(
    world,
    async (index) => {
      const ref = newRef();
      const letter = forsendelseLetter(ref, index, chance.pick(persons));
      const send = async (): Promise<string | undefined> => {
        const { status, text } = await sendBrev(await url(), letter);
        return status === 200 ? undefined : text;
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
