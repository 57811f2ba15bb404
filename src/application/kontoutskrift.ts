import type { Post, Sumlinje } from '../domain/ledger.js';
import type { LedgerReads, Ledgerutvalg } from '../domain/ledgerPorts.js';
import { utskriftspris } from '../domain/tariff.js';

export interface Kontoutskrift {
  readonly linjer: readonly Sumlinje[];
  /** Øre. */
  readonly sum: number;
  /** Lines that the price list had no price for, which count as nothing. */
  readonly utenPris: number;
}

type Deps = { readonly ledger: Pick<LedgerReads, 'sums' | 'prisbilde'> };

const total = (linjer: readonly Sumlinje[]): number => linjer.reduce((oere, { sum }) => oere + sum, 0);
const antall = (linjer: readonly Sumlinje[]): number => linjer.reduce((n, linje) => n + linje.antall, 0);

/** What a month has cost, of one sender or of all. */
export const kontoutskrift =
  ({ ledger }: Deps) =>
  async (utvalg: Ledgerutvalg): Promise<Kontoutskrift> => {
    const linjer = await ledger.sums(utvalg);
    return { linjer, sum: total(linjer), utenPris: antall(linjer.filter(({ stykkpris }) => stykkpris === null)) };
  };

/** All in øre. */
export interface Besparelse {
  /** Letters that went to a mailbox. */
  readonly brev: number;
  /** What one of them would have cost on paper: one black page by economy post; null where there is no such price. */
  readonly porto: number | null;
  readonly papir: number;
  /** What they have cost. */
  readonly digitalt: number;
  readonly spart: number;
}

const digitale: ReadonlySet<Post> = new Set<Post>(['POSTKASSE', 'SMS', 'AAPNINGSKVITTERING']);

/** What a month's mailbox letters have saved: paper avoided × postage, less what they have cost themselves. */
export const besparelse =
  ({ ledger }: Deps) =>
  async (utvalg: Ledgerutvalg): Promise<Besparelse> => {
    const linjer = await ledger.sums(utvalg);
    const { liste } = await ledger.prisbilde(utvalg.avsender ?? '', utvalg.maaned);
    const forhold = { liste, at: new Date(`${utvalg.maaned}-28T12:00:00Z`), nummer: 1 };
    const porto = utskriftspris({ farge: 'SORT_HVIT', posttype: 'B_OEKONOMI' }, 1, null, forhold) ?? null;
    const brev = antall(linjer.filter(({ post }) => post === 'POSTKASSE'));
    const [papir, digitalt] = [brev * (porto ?? 0), total(linjer.filter(({ post }) => digitale.has(post)))];
    return { brev, porto, papir, digitalt, spart: papir - digitalt };
  };
