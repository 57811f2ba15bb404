import type { Shipment } from '../../domain/shipment.js';
import { utfylt, visesIHistorikk } from '../../domain/svarut/historikk.js';
import { mottakerId } from '../../domain/svarut/forsendelse.js';
import type { SvarUtBrev } from '../../domain/svarut/ports.js';
import { limits } from '../../limits.js';
import { referansemerke, ugyldig, ukjent, type SvarUtDeps } from './deps.js';
import type { Konto, Signeringshistorikk, Statusresultat, SvarUtTjeneste } from './tjenester.js';

type LeseDeps = Pick<SvarUtDeps, 'svarut' | 'shipments' | 'merke'>;

/** A letter of an account. @throws Failure SVARUT_UNKNOWN_ID */
export async function brevAv(
  deps: Pick<SvarUtDeps, 'svarut' | 'shipments'>,
  konto: Konto,
  id: string,
): Promise<{ readonly brev: SvarUtBrev; readonly shipment: Shipment }> {
  const [brev, shipment] = await Promise.all([deps.svarut.brev(id), deps.shipments.byId(id)]);
  if (brev?.konto !== konto.brukernavn || shipment === undefined) throw ukjent(id);
  return { brev, shipment };
}

/** An id that was given out and has no letter yet: MOTTATT, or AVVIST when its letter was refused (CONTRACT.md section 6). */
async function reservert({ svarut }: LeseDeps, konto: Konto, id: string) {
  const reservasjon = await svarut.reservasjon(id);
  return reservasjon?.konto === konto.brukernavn ? reservasjon : undefined;
}

async function statusAv(deps: LeseDeps, konto: Konto, forsendelsesid: string): Promise<Statusresultat | undefined> {
  const brev = await deps.svarut.brev(forsendelsesid);
  if (brev?.konto === konto.brukernavn)
    return { forsendelsesid, status: brev.status, sisteStatusEndring: brev.statusEndret };
  const reservasjon = await reservert(deps, konto, forsendelsesid);
  if (reservasjon === undefined) return undefined;
  const { avvist } = reservasjon;
  return avvist === null
    ? { forsendelsesid, status: 'MOTTATT', sisteStatusEndring: reservasjon.reservert }
    : { forsendelsesid, status: 'AVVIST', sisteStatusEndring: avvist.tid };
}

/**
 * As `SvarUtTjeneste.statuser`. Ids that are not known are left out, so that one letter of another installation does not hide the status of all
 * others; when it is the only one, that is said.
 */
export const statuser =
  (deps: LeseDeps): SvarUtTjeneste['statuser'] =>
  async (konto, ider) => {
    if (ider.length > limits.svarutIder) throw ugyldig(`spør om høyst ${limits.svarutIder} forsendelser`);
    const funnet = await Promise.all(ider.map((id) => statusAv(deps, konto, id)));
    const [bare] = ider;
    if (ider.length === 1 && bare !== undefined && funnet[0] === undefined) throw ukjent(bare);
    return funnet.filter((status) => status !== undefined);
  };

/** As `SvarUtTjeneste.historikk`. */
export const historikk =
  (deps: LeseDeps): SvarUtTjeneste['historikk'] =>
  async (konto, id) => {
    const reservasjon = await reservert(deps, konto, id);
    if (reservasjon !== undefined) {
      const { reservert: tidspunkt, avvist } = reservasjon;
      const tildelt = { hendelse: 'Tildelt forsendelse-id', tidspunkt };
      return [tildelt, ...(avvist === null ? [] : [{ hendelse: avvist.tekst, tidspunkt: avvist.tid }])];
    }
    const { brev, shipment } = await brevAv(deps, konto, id);
    const { mottaker } = shipment.forsendelse;
    const events = (await deps.shipments.events(id)).filter(visesIHistorikk);
    return events.map(({ tid, tekst }) => ({ hendelse: utfylt(tekst.nb, mottaker.id, brev.lestAv), tidspunkt: tid }));
  };

/** As `SvarUtTjeneste.iderForEksternRef`. */
export const iderForEksternRef =
  (deps: LeseDeps): SvarUtTjeneste['iderForEksternRef'] =>
  (konto, eksternref) =>
    deps.svarut.iderForEksternref(konto.brukernavn, referansemerke(deps, eksternref));

/** As `SvarUtTjeneste.mottakersystemer`. */
export const mottakersystemer =
  ({ svarut }: LeseDeps): SvarUtTjeneste['mottakersystemer'] =>
  async (_konto, orgnr) =>
    (await svarut.mottakersystemer(orgnr)).map(({ sertifikat: _, ...system }) => system);

/** What is known of a signing order: that it was registered. Signing itself is not offered. */
function signeringAv({ id, mottatt, forsendelse: { svarut } }: Shipment): Signeringshistorikk {
  const bestilt =
    svarut !== undefined && (svarut.signaturtype !== null || svarut.dokumenter.some((d) => d.skalSigneres));
  const mottaker = mottakerId(svarut?.mottaker ?? null) ?? '';
  const registrert = {
    tidspunkt: mottatt,
    type: 'SigneringsoppdragRegistrert',
    hendelse: `Signeringsoppdrag registrert for mottaker ${mottaker}`,
  };
  return { forsendelseid: id, logg: bestilt ? [registrert] : [] };
}

/** As `SvarUtTjeneste.signeringshistorikk`. */
export const signeringshistorikk =
  (deps: LeseDeps): SvarUtTjeneste['signeringshistorikk'] =>
  async (konto, ider) => {
    if (ider.length > limits.svarutSigneringsider)
      throw ugyldig(`spør om høyst ${limits.svarutSigneringsider} forsendelser`);
    const funnet = await Promise.all(ider.map((id) => brevAv(deps, konto, id)));
    return funnet.map(({ shipment }) => signeringAv(shipment));
  };
