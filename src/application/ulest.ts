import type { Enhetsoppslag } from '../domain/enhet.js';
import type { UlestBrev, Ulestoppslag } from '../domain/ulest.js';

const DAY = 86_400_000;

/** The unread letters of one business. */
export interface UlestHos {
  readonly organisasjonsnummer: string;
  /** Of Enhetsregisteret; null where it is not known there. */
  readonly navn: string | null;
  /** Oldest first. `dager`: whole days since it was delivered. */
  readonly brev: readonly (Pick<UlestBrev, 'shipmentId' | 'eksternRef' | 'levert'> & { readonly dager: number })[];
}

/** What a sender's businesses had not opened at `til`, those with the oldest letter first. */
export const uleste =
  ({ ulest, enheter }: { readonly ulest: Ulestoppslag; readonly enheter: Enhetsoppslag }) =>
  async (avsender: string, til: Date): Promise<readonly UlestHos[]> => {
    const found: UlestBrev[] = [];
    for await (const brev of ulest.uleste(avsender, til)) found.push(brev);
    found.sort((a, b) => a.levert.getTime() - b.levert.getTime());
    const hos = new Map<string, UlestBrev[]>();
    for (const brev of found) {
      const there = hos.get(brev.mottaker);
      if (there === undefined) hos.set(brev.mottaker, [brev]);
      else there.push(brev);
    }
    const navn = new Map<string, string>();
    const ids = [...hos.keys()];
    for (let i = 0; i < ids.length; i += 1000)
      for (const [id, enhet] of await enheter.find(ids.slice(i, i + 1000))) navn.set(id, enhet.navn);
    return [...hos].map(([organisasjonsnummer, brev]) => ({
      organisasjonsnummer,
      navn: navn.get(organisasjonsnummer) ?? null,
      brev: brev.map(({ shipmentId, eksternRef, levert }) => ({
        shipmentId,
        eksternRef,
        levert,
        dager: Math.floor((til.getTime() - levert.getTime()) / DAY),
      })),
    }));
  };
