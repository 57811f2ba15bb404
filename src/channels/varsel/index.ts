import type { Varsel, Varselsender, Varselutfall } from '../../domain/varselPorts.js';
import { Failure } from '../../errors.js';
import { avvist, type Varselvei } from './vei.js';
import { vern } from './vern.js';

/** What became of one attempt. */
export type Varseltelling = 'sent' | 'refused' | 'deferred';

export interface Varselveier extends Varselsender {
  /** Lets go of connections; what is under way fails and may be tried again. */
  close(): void;
}

const telling: Readonly<Record<Varselutfall['type'], Varseltelling>> = { sendt: 'sent', avvist: 'refused' };

/**
 * The ways out that are configured, as one; undefined where there is none. Nothing goes out that `vern` does not let pass.
 * @param counted told of each attempt
 */
export function varselveier(
  veier: readonly Varselvei[],
  counted: (kanal: Varsel['kanal'], outcome: Varseltelling) => void,
): Varselveier | undefined {
  if (veier.length === 0) return undefined;
  const ved = new Map(veier.map((vei) => [vei.kanal, vei]));
  const gaa = async (varsel: Varsel, signal: AbortSignal): Promise<Varselutfall> => {
    const vei = ved.get(varsel.kanal);
    if (vei === undefined) throw new Failure('CHANNEL_NOT_AVAILABLE', `no way out for notices by ${varsel.kanal}`);
    const feil = vern(varsel);
    return feil === undefined
      ? vei.send(varsel, signal)
      : avvist({ nb: 'adressen eller teksten kan ikke brukes til et varsel', en: feil });
  };
  return {
    kanaler: new Set(ved.keys()),
    kjennerIgjen: new Set(veier.filter((vei) => vei.kjennerIgjen).map((vei) => vei.kanal)),
    async send(varsel, signal) {
      try {
        const utfall = await gaa(varsel, signal);
        counted(varsel.kanal, telling[utfall.type]);
        return utfall;
      } catch (error) {
        counted(varsel.kanal, 'deferred');
        throw error;
      }
    },
    close: () => veier.forEach((vei) => vei.close()),
  };
}
