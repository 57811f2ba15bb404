import type { Overleveringer } from '../../domain/overlevering.js';
import { kvitteringAv, nesteSpoersmaal, type SvarUtOppstroem } from '../../domain/svarut/oppstroem.js';
import type { SvarUtStatus } from '../../domain/svarut/status.js';
import type { Statustjeneste } from '../statuskilde.js';

export type SvarUtOverleveringer = Overleveringer<SvarUtStatus>;

/** A SvarUt above us as a service that is asked for the status of letters. */
export const svarutStatustjeneste = (oppstroem: SvarUtOppstroem): Statustjeneste<SvarUtStatus> => ({
  navn: 'svarut-upstream',
  visning: 'SvarUt',
  kvitteringAv,
  neste: nesteSpoersmaal,
  async spoer(ider) {
    const svar = await oppstroem.statuser(ider);
    return svar.type === 'nei'
      ? { svar: [], ubesvart: ider, nei: svar }
      : { svar: svar.verdi, ubesvart: [], nei: null };
  },
  async sisteOrd(id) {
    const siste = await oppstroem.sisteHendelse(id);
    return siste.type === 'ja' ? siste.verdi : undefined;
  },
});
