import { tekst } from '../../domain/hendelsestekst.js';
import { renset } from '../../domain/retry.js';
import { dato } from '../../domain/routing/words.js';
import { LEST_AV } from '../../domain/svarut/historikk.js';
import { limits } from '../../limits.js';
import { happen, hendelse } from '../hendelser.js';
import { avsendernavn, ugyldig, type SvarUtDeps } from './deps.js';
import { brevAv } from './lesing.js';
import type { SvarUtTjeneste } from './tjenester.js';

/** Words of a caller as they may stand in a history: short, without what could be a national id or a mark of ours. */
export const ord = (sagt: string): string => renset(sagt.replace(/[{}]/g, '')).slice(0, limits.svarutWords);

/** As `SvarUtTjeneste.settLest`: from every state, for the recipient has read it. */
export const settLest =
  (deps: SvarUtDeps): SvarUtTjeneste['settLest'] =>
  async (konto, { forsendelsesid: id, lestAvFodselsnummer: fnr, navnPaEksterntSystem, datoLest }) => {
    if (fnr !== null && !/^\d{11}$/.test(fnr)) throw ugyldig('lestAvFodselsnummer må ha elleve sifre');
    const navn = avsendernavn(deps, konto);
    await brevAv(deps, konto, id);
    const now = deps.clock.now();
    await deps.unitOfWork(async (tx) => {
      const [shipment, brev] = [await tx.lockShipment(id), await tx.lockSvarUt(id)];
      if (shipment === undefined || brev === undefined) return;
      // Another reader has no place of its own: the line that was written first must stay true.
      const sagt = fnr !== null && (brev.lestAv ?? fnr) === fnr;
      const naar = datoLest ?? deps.calendar.now();
      const lest = tekst('LEST_EKSTERNT', {
        dato: { nb: dato(naar, 'nb'), en: dato(naar, 'en') },
        av: sagt ? { nb: ` av ${LEST_AV}`, en: ` by ${LEST_AV}` } : '',
        avsender: ord(navn),
        system: ord(navnPaEksterntSystem ?? ''),
      });
      await tx.updateSvarUt(id, { lestAv: brev.lestAv ?? fnr });
      await happen(tx, deps.calendar, shipment, hendelse('LEST_EKSTERNT', now, null, lest), false);
    });
  };
