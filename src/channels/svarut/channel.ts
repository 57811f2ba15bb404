import type { Channel } from '../../domain/channel.js';
import { tekst, type Tekstkode } from '../../domain/hendelsestekst.js';
import type { Kvitteringskilde } from '../../domain/kvitteringskilde.js';
import type { Clock } from '../../domain/ports.js';
import { renset, type Utfall } from '../../domain/retry.js';
import type { Kanal } from '../../domain/routing/decision.js';
import {
  nesteSpoersmaal,
  utgaaende,
  type Nei,
  type Overleveringer,
  type SvarUtOppstroem,
} from '../../domain/svarut/oppstroem.js';

export interface SvarUtDeps {
  readonly oppstroem: SvarUtOppstroem;
  readonly overleveringer: Overleveringer;
  readonly clock: Clock;
  /** Milliseconds between two questions about letters that have just moved. */
  readonly pause: number;
  /** What has been decided to go there. */
  readonly kanaler: readonly Kanal[];
  readonly kilder: readonly Kvitteringskilde[];
}

/** What each refusal is to a letter: one that is about us or the network waits until an operator or the network has mended it. */
const utfall = {
  innhold: { type: 'rejected', kode: 'UPSTREAM_FAULT', tekst: 'SVARUT_AVVISTE' },
  adgang: { type: 'deferred', kode: 'UNAUTHORIZED', tekst: 'SVARUT_ADGANG' },
  svarer_feil: { type: 'deferred', kode: 'UPSTREAM_FAULT', tekst: 'SVARUT_KUNNE_IKKE' },
  naas_ikke: { type: 'deferred', kode: 'TRANSPORT', tekst: 'SVARUT_NAAS_IKKE' },
} as const satisfies Readonly<Record<Nei['art'], { type: Utfall['type']; kode: string; tekst: Tekstkode }>>;

export function utfallAv({ art, grunn, detalj }: Nei): Utfall {
  const { type, kode, tekst: tekstkode } = utfall[art];
  const said = { kode, grunn: tekst(tekstkode, { ord: renset(grunn) }) };
  return type === 'deferred' && detalj !== undefined ? { type, ...said, detalj } : { type, ...said };
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
    const svar = await oppstroem.send(utgaaende(shipment, beslutning.kanal), meldingsId);
    if (svar.type === 'nei') return utfallAv(svar);
    const endret = clock.now();
    const letter = { meldingsId, konversasjonsId, oppstroemsId: svar.verdi, status: null, endret };
    await overleveringer.begynn(letter, nesteSpoersmaal(letter, endret, pause) ?? endret);
    return { type: 'sent', til: 'svarut' };
  },
});
