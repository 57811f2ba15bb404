import type { Avslag, Endring } from '../domain/postkasse.js';
import { avslag, endret } from '../domain/postkasse.js';
import type { Leverandoer } from '../domain/sender.js';
import { Failure } from '../errors.js';
import { lookUpEvent, type RecordDeps, type Requester } from './lookup.js';

/** As a change is kept that was carried out. */
const OK = 'OK';

/** @throws Failure INTERNAL for what nobody has kept */
function avslagOf(kept: string): Avslag | undefined {
  if (kept === OK) return undefined;
  const known = avslag.find((one) => one === kept);
  if (known === undefined) throw new Failure('INTERNAL', `a kept answer that is none: ${kept}`);
  return known;
}

/**
 * Changes a person's mailbox at `leverandoer` in one transaction: the change number of the register, the audit trail and the answer with it.
 * The same signed request again gets the first answer, and changes nothing.
 * @returns why nothing was changed; undefined: it was
 */
export const endrePostkasse =
  ({ unitOfWork, ...deps }: RecordDeps) =>
  async (requester: Requester, leverandoer: Leverandoer, endring: Endring): Promise<Avslag | undefined> => {
    const { personidentifikator, operasjon } = endring;
    const event = lookUpEvent(deps, requester, leverandoer.organisasjonsnummer, operasjon, [personidentifikator]);
    return unitOfWork(async (tx) => {
      const utfall = endret(await tx.personToChange(personidentifikator), endring, leverandoer);
      const earlier = await tx.keepAnswer(requester.replay, 'avslag' in utfall ? utfall.avslag : OK);
      if (earlier !== undefined) return avslagOf(earlier);
      if ('person' in utfall) await tx.upsertPersons([utfall.person]);
      await tx.appendEvent(event);
      return 'avslag' in utfall ? utfall.avslag : undefined;
    });
  };
