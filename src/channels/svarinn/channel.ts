import type { Channel } from '../../domain/channel.js';
import type { Blob } from '../../domain/forsendelse.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import type { Mottakersystem } from '../../domain/svarut/bestilling.js';
import { Failure } from '../../errors.js';

/** A file of what is fetched. */
interface Fil {
  readonly navn: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface SvarInnChannelDeps {
  readonly payloads: Pick<Payloads, 'get'>;
  /** Packs files in their order and encrypts them to a certificate (DER), into the payload store. */
  readonly pakk: (filer: readonly Fil[], sertifikat: Buffer) => Promise<Blob>;
  readonly mottakersystemer: () => Promise<readonly Mottakersystem[]>;
}

/** SvarInn: the recipient's own system fetches its letters. They are made ready, and nothing goes out (CONTRACT.md of SvarUt, section 8). */
export const svarinnChannel = ({ payloads, pakk, mottakersystemer }: SvarInnChannelDeps): Channel => ({
  async prepare({ meldingsId, forsendelse, beslutning }) {
    const brukernavn = beslutning.utfall === 'SEND' ? beslutning.leverandoer : null;
    const system = (await mottakersystemer()).find((s) => s.brukernavn === brukernavn);
    if (system === undefined) throw new Failure('UNAVAILABLE', 'the receiving system is not registered any more');
    // By the names that the sender gave them, which packages of other channels may not have room for.
    const dokumenter = forsendelse.svarut?.dokumenter ?? [];
    const filer = dokumenter.map(({ filnavn, innhold }) => ({ navn: filnavn, open: () => payloads.get(innhold.ref) }));
    return { meldingsId, sbd: null, cms: await pakk(filer, system.sertifikat) };
  },
  deliver: () => Promise.resolve({ type: 'sent' }),
});
