import type { Channel } from '../../domain/channel.js';
import { tekst } from '../../domain/hendelsestekst.js';
import type { Kvitteringskilde } from '../../domain/kvitteringskilde.js';
import type { Clock } from '../../domain/ports.js';
import type { Utfall } from '../../domain/retry.js';
import type { Kanal } from '../../domain/routing/decision.js';
import { nesteSpoersmaal, utgaaende, type SvarUtOppstroem } from '../../domain/svarut/oppstroem.js';
import { utfallAv } from '../nei.js';
import type { SvarUtOverleveringer } from './kilde.js';

export interface SvarUtDeps {
  readonly oppstroem: SvarUtOppstroem;
  readonly overleveringer: SvarUtOverleveringer;
  readonly clock: Clock;
  /** Milliseconds between two questions about letters that have just moved. */
  readonly pause: number;
  /** What has been decided to go there. */
  readonly kanaler: readonly Kanal[];
  readonly kilder: readonly Kvitteringskilde[];
}

/**
 * Letters that a SvarUt above us delivers (CONTRACT.md of SvarUt, sections 1 to 5). The MessageId of the push is the id that it knows the letter by,
 * so that every attempt is the same letter; it is followed from before its job ends, so that none is sent and forgotten.
 */
export const svarutChannel = ({ oppstroem, overleveringer, clock, pause, kilder }: SvarUtDeps): Channel => ({
  kilder,
  prepare: () => Promise.resolve(undefined),
  async deliver(shipment): Promise<Utfall> {
    const { meldingsId, konversasjonsId, beslutning } = shipment;
    if (beslutning.utfall !== 'SEND') return { type: 'rejected', kode: 'INTERNAL', grunn: tekst('IKKE_TIL_SENDING') };
    const svar = await oppstroem.send(utgaaende(shipment, beslutning.kanal, beslutning.papiradresse), meldingsId);
    if (svar.type === 'nei') return utfallAv(svar, { nb: 'SvarUt oppstrøms', en: 'The SvarUt upstream' });
    const endret = clock.now();
    const letter = { meldingsId, konversasjonsId, oppstroemsId: svar.verdi, status: null, endret };
    await overleveringer.begynn(letter, nesteSpoersmaal(letter, endret, pause) ?? endret);
    return { type: 'sent', til: 'svarut' };
  },
});
