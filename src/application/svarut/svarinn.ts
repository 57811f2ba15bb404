import { tekst } from '../../domain/hendelsestekst.js';
import type { Tx } from '../../domain/ports.js';
import type { Shipment } from '../../domain/shipment.js';
import { Failure } from '../../errors.js';
import { happen, hendelse } from '../hendelser.js';
import { ukjent, type SvarUtDeps } from './deps.js';
import { finnOmvei, omdiriger, type AvgjoerPaaNytt } from './omdiriger.js';
import { ord } from './settLest.js';
import type { SvarInnForsendelse, SvarInnTjeneste } from './tjenester.js';

export interface SvarInnDeps extends Pick<
  SvarUtDeps,
  'svarut' | 'shipments' | 'unitOfWork' | 'clock' | 'calendar' | 'senders'
> {
  readonly decideAgain: AvgjoerPaaNytt;
}

/** Whether a letter goes, or went, to a receiving system. */
const gaarTil = (shipment: Shipment | undefined, brukernavn: string): shipment is Shipment =>
  shipment?.beslutning.utfall === 'SEND' &&
  shipment.beslutning.kanal === 'SVARINN' &&
  shipment.beslutning.leverandoer === brukernavn;

const venter = (shipment: Shipment | undefined, brukernavn: string): shipment is Shipment =>
  gaarTil(shipment, brukernavn) && shipment.tilstand === 'SENDT';

function somMottakerSer({ senders }: SvarInnDeps, { id, mottatt, forsendelse }: Shipment): SvarInnForsendelse {
  const { avsender, svarut } = forsendelse;
  if (svarut === undefined) throw new Failure('INTERNAL', 'a letter for SvarInn that did not come by SvarUt');
  const kjent = senders().organisasjoner.find((o) => o.organisasjonsnummer === avsender);
  return {
    id,
    dato: mottatt,
    bestilling: svarut,
    avsender: { organisasjonsnummer: avsender, navn: kjent?.navn ?? avsender },
  };
}

/** As `SvarInnTjeneste.hentNye`. */
export const hentNye =
  (deps: SvarInnDeps): SvarInnTjeneste['hentNye'] =>
  async (brukernavn, antall) => {
    const ider = await deps.svarut.ventende(brukernavn, antall);
    const brev = await Promise.all(ider.map((id) => deps.shipments.byId(id)));
    return brev.filter((s) => venter(s, brukernavn)).map((shipment) => somMottakerSer(deps, shipment));
  };

/** As `SvarInnTjeneste.hent`. */
export const hent =
  (deps: SvarInnDeps): SvarInnTjeneste['hent'] =>
  async (brukernavn, id) => {
    const shipment = await deps.shipments.byId(id);
    if (!venter(shipment, brukernavn) || shipment.pakke === undefined) throw ukjent(id);
    return { forsendelse: somMottakerSer(deps, shipment), pakke: shipment.pakke.cms };
  };

/** Does something about a letter that a receiving system has. @throws Failure SVARUT_UNKNOWN_ID for any other */
const medBrev = <T>(
  deps: SvarInnDeps,
  brukernavn: string,
  id: string,
  work: (tx: Tx, shipment: Shipment) => Promise<T>,
) =>
  deps.unitOfWork(async (tx) => {
    const shipment = await tx.lockShipment(id);
    if (!gaarTil(shipment, brukernavn) || shipment.tilstand === 'MOTTATT') throw ukjent(id);
    return work(tx, shipment);
  });

/** As `SvarInnTjeneste.kvitterMottak`. */
export const kvitterMottak =
  (deps: SvarInnDeps): SvarInnTjeneste['kvitterMottak'] =>
  (brukernavn, id) =>
    medBrev(deps, brukernavn, id, async (tx, shipment) => {
      if (shipment.tilstand !== 'SENDT') return;
      const kvittert = tekst('MOTTAK_KVITTERT', { system: ord(brukernavn) });
      await happen(tx, deps.calendar, shipment, hendelse('AAPNING', deps.clock.now(), null, kvittert), false);
    });

/** As `SvarInnTjeneste.mottakFeilet`. What is not waited for any more is only noted. */
export const mottakFeilet =
  (deps: SvarInnDeps): SvarInnTjeneste['mottakFeilet'] =>
  async (brukernavn, id, feilmelding, permanent) => {
    const judged = await deps.shipments.byId(id);
    if (!gaarTil(judged, brukernavn)) throw ukjent(id);
    const omvei = permanent && judged.tilstand === 'SENDT' ? await finnOmvei(deps.decideAgain, judged) : undefined;
    await medBrev(deps, brukernavn, id, async (tx, shipment) => {
      if (shipment.tilstand !== 'SENDT') return;
      const tid = deps.clock.now();
      const hva = permanent ? 'MOTTAK_FEILET_PERMANENT' : 'MOTTAK_FEILET';
      const feilet = tekst(hva, { system: ord(brukernavn), ord: ord(feilmelding) });
      if (omvei === undefined) {
        await happen(tx, deps.calendar, shipment, hendelse('MOTTAK_FEILET', tid, null, feilet), false);
      } else if (await omdiriger(tx, deps.calendar, shipment, omvei, { tid, kode: 'MOTTAK_FEILET', tekst: feilet })) {
        await tx.retryJob(id, tid);
      }
    });
  };
