import type { Forsendelse } from '../../domain/forsendelse.js';
import type { Kanal } from '../../domain/routing/decision.js';
import type { SvarUtKonto, SvarUtReads } from '../../domain/svarut/ports.js';
import { Failure } from '../../errors.js';
import { vurder, type Forklart, type ShipmentDeps } from '../shipmentDeps.js';
import { kontoregler } from './deps.js';
import type { AvgjoerPaaNytt } from './omdiriger.js';

type VurderDeps = Pick<ShipmentDeps, 'routing' | 'register' | 'enheter' | 'calendar'> & {
  readonly svarut: SvarUtReads;
};

/** Decides about a letter by SvarUt's rules. `proevd`: ways that it has gone already. @throws Failure UNAVAILABLE */
export async function vurderSvarUt(
  deps: VurderDeps,
  letter: Forsendelse,
  { sdp, altinn }: Pick<SvarUtKonto, 'sdp' | 'altinn'>,
  proevd: readonly Kanal[],
): Promise<Forklart> {
  const { id } = letter.mottaker;
  const mottakersystemer = id === null ? [] : await deps.svarut.mottakersystemer(id);
  const [decided] = await vurder(deps, letter.avsender, [letter], { proevd, mottakersystemer, sdp, altinn });
  if (decided === undefined) throw new Failure('INTERNAL', 'no decision for one letter');
  return decided;
}

/** Decides about a letter that is stored, by what has been tried. */
export const vurderSvarUtBrev =
  (deps: VurderDeps): AvgjoerPaaNytt =>
  async (shipment, uten) => {
    const brev = await deps.svarut.brev(shipment.id);
    if (brev === undefined) throw new Failure('INTERNAL', 'a SvarUt letter without its row');
    const konto = await kontoregler(deps.svarut, brev.konto);
    const proevd = uten === undefined ? brev.proevd : [...brev.proevd, uten];
    return (await vurderSvarUt(deps, shipment.forsendelse, konto, proevd)).beslutning;
  };
