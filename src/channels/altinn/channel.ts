import {
  altinnbrevAv,
  altinnFeiltype,
  altinnKvittering,
  nesteAltinnspoersmaal,
  type Altinn,
  type Altinnavsender,
  type Altinnstatus,
} from '../../domain/altinn.js';
import type { Channel } from '../../domain/channel.js';
import { utenVarslingsadresse, type Enhetsoppslag } from '../../domain/enhet.js';
import { ordrett, tekst } from '../../domain/hendelsestekst.js';
import type { Kvitteringskilde } from '../../domain/kvitteringskilde.js';
import type { Overleveringer } from '../../domain/overlevering.js';
import type { Clock } from '../../domain/ports.js';
import type { Utfall } from '../../domain/retry.js';
import { utfallAv } from '../nei.js';
import type { Statustjeneste } from '../statuskilde.js';

export interface AltinnDeps {
  readonly altinn: Altinn;
  readonly overleveringer: Overleveringer<Altinnstatus>;
  readonly clock: Clock;
  /** Milliseconds between two questions about letters that have just moved. */
  readonly pause: number;
  readonly avsender: (organisasjonsnummer: string) => Altinnavsender;
  readonly enheter: Enhetsoppslag;
  readonly kilder: readonly Kvitteringskilde[];
}

/** Whether somebody can have been notified, by what Enhetsregisteret knows of a business; of others nothing is known. */
async function kanVarsles(enheter: Enhetsoppslag, mottaker: string): Promise<boolean> {
  const enhet = (await enheter.find([mottaker])).get(mottaker);
  return enhet === undefined || !utenVarslingsadresse(enhet);
}

/** Altinn as a service that is asked for the status of letters. */
export const altinnStatustjeneste = (altinn: Altinn): Statustjeneste<Altinnstatus> => ({
  navn: 'altinn',
  visning: 'Altinn',
  kvitteringAv: altinnKvittering,
  feiltypeAv: altinnFeiltype,
  neste: nesteAltinnspoersmaal,
  spoer: (ider) => altinn.statuser(ider),
  sisteOrd: () => Promise.resolve(undefined),
});

/**
 * Letters that are shown in Altinn (R-48…R-53). The MessageId of the push is the idempotency key, so that every attempt is the same letter; it is
 * followed from before its job ends, so that none is sent and forgotten.
 */
export const altinnChannel = ({
  altinn,
  overleveringer,
  clock,
  pause,
  avsender,
  enheter,
  kilder,
}: AltinnDeps): Channel => ({
  kilder,
  prepare: () => Promise.resolve(undefined),
  async deliver(shipment): Promise<Utfall> {
    const { meldingsId, konversasjonsId, forsendelse } = shipment;
    const { id: mottaker } = forsendelse.mottaker;
    if (mottaker === null) return { type: 'rejected', kode: 'INTERNAL', grunn: tekst('IKKE_I_ALTINN') };
    const brev = altinnbrevAv(shipment, mottaker, avsender(forsendelse.avsender));
    const svar = await altinn.send(brev, meldingsId);
    if (svar.type === 'nei') return utfallAv(svar, ordrett('Altinn'));
    const { id: oppstroemsId } = svar.verdi;
    const varslet = brev.varsel === null || (svar.verdi.varslet ?? (await kanVarsles(enheter, mottaker)));
    const endret = clock.now();
    const letter = { meldingsId, konversasjonsId, oppstroemsId, status: null, endret };
    await overleveringer.begynn(letter, nesteAltinnspoersmaal(letter, endret, pause) ?? endret);
    return { type: 'sent', til: 'altinn', ...(!varslet && { merknad: 'NO_NOTIFICATION_ADDRESS' }) };
  },
});
