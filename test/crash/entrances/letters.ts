import { createHash } from 'node:crypto';
import { providerNames, type Letter, type ProviderName } from '../../../src/sandbox/providers/types.js';
import { pdf, testperson } from '../../support/forsendelser.js';
import type { TestProviders } from '../../support/sending.js';
import type { Chance } from '../chance.js';
import { prefixOf } from './types.js';
import { entranceNames, type EntranceName } from '../points.js';

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

const titleRef = (title: string): string | undefined => /^Vedtak ([^ ,]+)/.exec(title)?.[1];

/** Whom a letter is for. */
export interface Til {
  readonly provider: ProviderName;
  /** Personal number; null: on paper. */
  readonly person: string | null;
}

const mailboxes: Readonly<Record<string, ProviderName>> = { digipost: 'digipost', 'e-boks': 'eboks' };

/** Where letters to a test person come: those without a mailbox get paper. */
export const tilPerson = (name: string): Til => {
  const provider = mailboxes[name];
  return provider === undefined
    ? { provider: 'utskrift', person: null }
    : { provider, person: testperson(name).personidentifikator };
};

/** A letter at a provider says what its documents say. */
function isRight(provider: ProviderName, { post }: Letter, ref: string, til: Til): boolean {
  if (provider !== til.provider) return false;
  if (post.type !== 'digitalPost' || post.digital === null) return til.person === null;
  const { mottaker, digital } = post;
  return mottaker.personidentifikator === til.person && titleRef(digital.ikkeSensitivTittel.tekst) === ref;
}

/** What providers have of an entrance. */
export interface Arrivals {
  /** Reference of each letter that a provider has, as often as it has it. */
  committed(): readonly string[];
  /** Letters that are not opened yet, anybody's, and those that nobody has reported on as delivered. */
  silent(): number;
}

/** Letters at the providers that no entrance has sent. */
export const strangers = ({ doubles }: TestProviders): readonly string[] =>
  providerNames.flatMap((name) =>
    doubles[name].letters
      .map(({ documents: [main] }) => main?.filnavn ?? 'what could not be opened')
      .filter((filnavn) => !entranceNames.some((entrance) => filnavn.startsWith(prefixOf(entrance))))
      .map((filnavn) => `${filnavn} is at ${name}, and nobody has sent it`),
  );

interface There {
  readonly provider: ProviderName;
  readonly letter: Letter;
}

/**
 * Letters of an entrance at the providers, each looked at once: they are only added to.
 * @param til whom the letter of a reference is for; undefined: nobody has sent it
 */
export function arrivalsOf(
  entrance: EntranceName,
  { doubles }: TestProviders,
  til: (ref: string) => Til | undefined,
): Arrivals {
  const looked = new Map<ProviderName, number>();
  const committed: string[] = [];
  let [unopened, unreported]: [There[], There[]] = [[], []];
  const named = ({ provider, letter }: There): string => {
    const [main] = letter.documents;
    const ref = letterIn(main?.filnavn ?? '', main?.innhold ?? Buffer.alloc(0));
    const whom = til(ref);
    return whom === undefined || isRight(provider, letter, ref, whom) ? ref : `misdirected ${ref}`;
  };
  const look = (): void => {
    for (const name of providerNames) {
      const { letters } = doubles[name];
      unopened.push(...letters.slice(looked.get(name) ?? 0).map((letter) => ({ provider: name, letter })));
      looked.set(name, letters.length);
    }
    const opened = unopened.filter(({ letter }) => letter.documents.length > 0);
    unopened = unopened.filter(({ letter }) => letter.documents.length === 0);
    const own = opened.filter(({ letter }) => letter.documents[0]?.filnavn.startsWith(prefixOf(entrance)));
    committed.push(...own.map(named));
    unreported = [...unreported, ...own].filter(({ letter }) => !letter.reported.includes('levering'));
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
