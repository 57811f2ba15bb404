import type { DevelopmentPki } from '../../../src/sandbox/pki/development.js';
import type { TestProviders } from '../../support/sending.js';
import type { Chance } from '../chance.js';
import type { Seen } from '../count.js';
import type { EntranceName } from '../points.js';

/** An account that sends by SvarUt, and how it shows itself. */
export interface SvarUtBruker {
  readonly bruker: string;
  readonly passord: string;
}

/** What clients of an entrance find. */
export interface World {
  /** Scheme, host and port of the gateway of the moment. */
  readonly base: () => Promise<string>;
  /** Processes that take letters. */
  readonly webs: number;
  readonly pki: DevelopmentPki;
  readonly providers: TestProviders;
  readonly accounts: readonly SvarUtBruker[];
  /** Of this entrance alone. */
  readonly chance: Chance;
  /** Letters at once. */
  readonly clients: number;
  /** Acknowledged letters that have not arrived, from which on clients wait. */
  readonly onTheirWay: number;
  /** Whether one more letter is to be sent; each is asked for once. */
  readonly more: () => boolean;
  readonly say: (line: string) => void;
}

/** Clients of one entrance, at work from the start. */
export interface Entrance {
  /** References of letters that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Letters that had to be sent again, since no answer came. */
  readonly repeated: () => number;
  /** Sends some of them once more, each by the id or reference that it is known by. @returns those that are answered otherwise than at first */
  readonly again: () => Promise<readonly string[]>;
  /** Resolves when nobody sends any more, and everybody's last letter is acknowledged. */
  readonly sent: Promise<void>;
  /** Acknowledged letters that have not arrived, and what their receivers have not got rid of. */
  readonly left: () => number;
  /** What was seen, once all is quiet. Ends the clients. */
  readonly seen: () => Promise<Seen>;
  /** How a letter stands, for whoever looks at what went wrong. */
  readonly standOf: (ref: string) => Promise<string>;
}

export type StartEntrance = (world: World) => Promise<Entrance>;

/** References begin with their entrance. */
export const prefixOf = (name: EntranceName): string => `${name}-`;
