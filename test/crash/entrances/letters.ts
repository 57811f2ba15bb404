import { createHash } from 'node:crypto';
import { providerNames, type Letter, type ProviderName } from '../../../src/sandbox/providers/types.js';
import { pdf } from '../../support/forsendelser.js';
import type { TestProviders } from '../../support/sending.js';
import type { Chance } from '../chance.js';
import { prefixOf } from './types.js';
import type { EntranceName } from '../points.js';

/* Letters that can be told by what arrives: the name of the document is the reference, and its octets follow from that. */

const suffix = '.pdf';
export const filnavnOf = (ref: string): string => ref + suffix;
/** The reference of the letter whose main document has this file name. */
export const refOf = (filnavn: string): string => filnavn.slice(0, -suffix.length);

const page = await pdf('Vedtak');
/** Octets that every so many letters have besides: they come in many pieces. */
const LARGE = 300_000;
const LARGE_TURN = 8;

const isLarge = (ref: string): boolean => (createHash('sha256').update(ref).digest()[0] ?? 0) < 256 / LARGE_TURN;

/** The document of a letter. */
export const documentOf = (ref: string): Buffer =>
  Buffer.concat([page, Buffer.from(`\n% ${ref}\n`), isLarge(ref) ? Buffer.alloc(LARGE, '%') : Buffer.alloc(0)]);

/** The reference that octets stand for under a name; what is not as it was sent is nobody's letter. */
export const letterIn = (filnavn: string, octets: Buffer): string =>
  documentOf(refOf(filnavn)).equals(octets) ? refOf(filnavn) : `damaged ${filnavn}`;

/** New references of an entrance. */
export function references(entrance: EntranceName, chance: Chance): () => string {
  const run = Math.floor(chance.next() * 2 ** 32).toString(36);
  let count = 0;
  return () => `${prefixOf(entrance)}${run}-${++count}`;
}

/** Most mailboxes report late, or a receipt would come before a dead process's letter is pushed again. */
export const titleOf = (ref: string, index: number): string =>
  index % 4 === 0 ? `Vedtak ${ref}` : `Vedtak ${ref}, late receipt`;

/** What providers have of an entrance. */
export interface Arrivals {
  /** Reference of each letter that a provider has, as often as it has it. */
  committed(): readonly string[];
  /** Letters that are not opened yet, anybody's, and those that nobody has reported on as delivered. */
  silent(): number;
}

/** Letters of an entrance at the providers, each looked at once: they are only added to. */
export function arrivalsOf(entrance: EntranceName, { doubles }: TestProviders): Arrivals {
  const looked = new Map<ProviderName, number>();
  const committed: string[] = [];
  let [unopened, unreported]: [Letter[], Letter[]] = [[], []];
  const look = (): void => {
    for (const name of providerNames) {
      const { letters } = doubles[name];
      unopened.push(...letters.slice(looked.get(name) ?? 0));
      looked.set(name, letters.length);
    }
    const opened = unopened.filter(({ documents }) => documents.length > 0);
    unopened = unopened.filter(({ documents }) => documents.length === 0);
    const own = opened.filter(({ documents }) => documents[0]?.filnavn.startsWith(prefixOf(entrance)));
    committed.push(
      ...own.map(({ documents: [main] }) => letterIn(main?.filnavn ?? '', main?.innhold ?? Buffer.alloc(0))),
    );
    unreported = [...unreported, ...own].filter(({ reported }) => !reported.includes('levering'));
  };
  return {
    committed: () => {
      look();
      return committed;
    },
    silent: () => {
      look();
      return unopened.length + unreported.length;
    },
  };
}
