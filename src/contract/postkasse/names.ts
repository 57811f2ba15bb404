import type { Endring, KanVelge } from '../../domain/postkasse.js';
import type { Ns } from '../../xml/write.js';

/** Messages of providers about mailboxes, xsd/postkassetjenester.xsd: the names are the catalogue's, the schema is ours. */
export const tns: Ns = { prefix: 'p', uri: 'urn:posthorn:postkassetjenester:v1' };

export const PATH = '/postkassetjenester/v1';

/** What a provider asks. */
export type Foresporsel = KanVelge | Endring;
export type Operasjon = Foresporsel['operasjon'];

/** The elements of each operation have its name and what they are. */
export const requestOf = (operasjon: Operasjon): string => `${operasjon}Forespoersel`;
export const answerOf = (operasjon: Operasjon): string => `${operasjon}Respons`;
