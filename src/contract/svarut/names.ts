import type { Ns } from '../../xml/write.js';

/* ForsendelsesService of SvarUt: each version is a namespace and a path of its own (CONTRACT.md section 0). */

const first = [
  'sendForsendelse',
  'retrieveForsendelseStatus',
  'retrieveForsendelseHistorikk',
  'setForsendelseLestAvEksterntSystem',
] as const;
const withIds = [
  ...first,
  'sendForsendelseMedId',
  'startNyForsendelse',
  'retrieveForsendelseStatuser',
  'retrieveForsendelseIdByEksternRef',
] as const;
const withTypes = [...withIds, 'retreiveForsendelseTyper', 'retrieveMottakerSystemForOrgnr'] as const;
const all = [...withTypes, 'retrieveSigneringshistorikk', 'retrieveSigneringshistorikkForFlereForsendelser'] as const;

/** What a caller may ask, by its name in version 9. */
export type Operasjon = (typeof all)[number];

/** Names of version 10, and a correct spelling, that clients of version 9 are known to use in its namespace (section 1, rule 8). */
const aliases: readonly (readonly [string, Operasjon])[] = [
  ['retrieveForsendelsesStatus', 'retrieveForsendelseStatus'],
  ['retrieveForsendelsesStatuser', 'retrieveForsendelseStatuser'],
  ['retrieveForsendelsesHistorikk', 'retrieveForsendelseHistorikk'],
  ['retrieveForsendelsesIderByEksternRef', 'retrieveForsendelseIdByEksternRef'],
  ['retreiveForsendelsesTyper', 'retreiveForsendelseTyper'],
  ['retrieveForsendelsesTyper', 'retreiveForsendelseTyper'],
  ['retrieveForsendelseTyper', 'retreiveForsendelseTyper'],
];

export interface Versjon {
  readonly navn: string;
  readonly path: string;
  readonly ns: Ns;
  /** By the local name of Body's child. */
  readonly operasjoner: ReadonlyMap<string, Operasjon>;
  /** How a recipient is written: with the number in the address, or beside it (section 3). */
  readonly adresse: 'flat' | 'delt';
  /** Whether the four statuses are known that came with digital post (section 6). */
  readonly alleStatuser: boolean;
}

const NAMESPACE = 'http://www.ks.no/svarut/services';

const versjon = (
  n: number,
  uri: string,
  operations: readonly Operasjon[],
  rest: Pick<Versjon, 'adresse' | 'alleStatuser'>,
  also: typeof aliases = [],
): Versjon => ({
  navn: `ForsendelsesServiceV${n}`,
  path: `/tjenester/forsendelseservice/ForsendelsesServiceV${n}`,
  ns: { prefix: 'ns2', uri },
  operasjoner: new Map([...operations.map((name) => [name, name] as const), ...also]),
  ...rest,
});

/** The versions that are served: one row each. */
export const versjoner: readonly Versjon[] = [
  versjon(4, NAMESPACE, first, { adresse: 'flat', alleStatuser: false }),
  versjon(6, `${NAMESPACE}V6`, withIds, { adresse: 'flat', alleStatuser: true }),
  versjon(8, `${NAMESPACE}V8`, withTypes, { adresse: 'delt', alleStatuser: true }),
  versjon(9, `${NAMESPACE}V9`, all, { adresse: 'delt', alleStatuser: true }, aliases),
];

/** Whether a namespace is one that the children of a message may stand in: by the contract they stand in none. */
export const isOurs = (ns: string): boolean => ns === '' || versjoner.some((v) => v.ns.uri === ns);
