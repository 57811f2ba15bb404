import { randomUUID } from 'node:crypto';
import type { Forsendelse } from '../../domain/forsendelse.js';
import { tekst } from '../../domain/hendelsestekst.js';
import { mottakertype } from '../../domain/identifier.js';
import type { Tx } from '../../domain/ports.js';
import type { Shipment } from '../../domain/shipment.js';
import type { SvarUtBestilling } from '../../domain/svarut/bestilling.js';
import { forsendelseAv } from '../../domain/svarut/forsendelse.js';
import { mottattlinjer, veivalg } from '../../domain/svarut/historikk.js';
import type { SvarUtBrev, SvarUtKonto } from '../../domain/svarut/ports.js';
import { validerBestilling } from '../../domain/svarut/validering.js';
import { errorText, Failure } from '../../errors.js';
import { limits } from '../../limits.js';
import { hendelse } from '../hendelser.js';
import { audit, spurtOm, type Caller, type Forklart } from '../shipmentDeps.js';
import { shipmentDigest } from '../shipmentDigest.js';
import { timedId } from '../timedId.js';
import { avsendernavn, erUuid, kontoregler, mottakermerke, referansemerke, ugyldig, type SvarUtDeps } from './deps.js';
import { Beholdning, iKlartekst, sjekkLesbare, sjekkStoerrelse } from './dokumenter.js';
import { ikkeLevert } from './omdiriger.js';
import type { Konto, SvarUtTjeneste } from './tjenester.js';
import { vurderSvarUt } from './vurder.js';

const brukt = (id: string, detail: string): Failure => new Failure('SVARUT_ID_USED', detail, { id });

/** The id of a letter that is there already, when it is this one. @throws Failure SVARUT_ID_USED */
async function igjen(deps: SvarUtDeps, konto: Konto, there: Shipment, digest: Buffer): Promise<string> {
  const brev = await deps.svarut.brev(there.id);
  if (brev?.konto !== konto.brukernavn) throw brukt(there.id, 'the id is in use elsewhere');
  if (!there.digest.equals(digest)) throw brukt(there.id, 'the letter has other content');
  return there.id;
}

/** @throws Failure SVARUT_CONTENT, SVARUT_ID_USED */
async function sjekkId(deps: SvarUtDeps, konto: Konto, id: string): Promise<void> {
  if (!erUuid(id)) throw ugyldig('forsendelsesid må være en UUID');
  const reservasjon = await deps.svarut.reservasjon(id);
  if (reservasjon !== undefined && reservasjon.konto !== konto.brukernavn) throw brukt(id, 'reserved by another');
}

/** What the same letter sent again has in common with it: sender, title, all of the address, and the files. */
const likhetAv = (deps: SvarUtDeps, konto: Konto, { tittel, mottaker, dokumenter }: SvarUtBestilling): Buffer =>
  deps.merke(
    `likhet ${JSON.stringify([konto.brukernavn, tittel, mottaker, dokumenter.map(({ innhold }) => innhold.sha256)])}`,
  );

const anrop = ({ organisasjonsnummer }: Konto, id: string): Caller => ({
  organisasjon: organisasjonsnummer,
  avsender: undefined,
  signature: null,
  correlationId: id,
});

interface Klar {
  readonly letter: Forsendelse;
  readonly digest: Buffer;
  readonly bestilling: SvarUtBestilling;
  readonly decided: Forklart;
  readonly regler: SvarUtKonto;
}

/** Decides about a new letter; that no digital way is there is no refusal here. @throws Failure SVARUT_CONTENT, CHANNEL_NOT_AVAILABLE, UNAVAILABLE */
async function avgjoer(deps: SvarUtDeps, konto: Konto, id: string, letter: Forsendelse, regler: SvarUtKonto) {
  const decided = await vurderSvarUt(deps, letter, regler, []);
  const { beslutning } = decided;
  if (beslutning.utfall === 'SEND' || beslutning.kode === 'ONLY_DIGITAL') return decided;
  const { avsender } = letter;
  const ids = spurtOm([letter.mottaker], deps.routing(avsender));
  await deps.unitOfWork((tx) => audit(tx, deps, anrop(konto, id), avsender, 'SvarUt', ids));
  if (beslutning.kode === 'CHANNEL_NOT_AVAILABLE') throw new Failure(beslutning.kode, 'the rules refuse the letter');
  throw ugyldig(beslutning.spor.at(-1)?.tekst.nb ?? beslutning.kode);
}

/** Reads, judges and decides. A letter that is there already is answered. */
async function forbered(
  deps: SvarUtDeps,
  konto: Konto,
  ordered: SvarUtBestilling,
  given: string | null,
  id: string,
  beholdning: Beholdning,
): Promise<Klar | string> {
  avsendernavn(deps, konto);
  if (given !== null) await sjekkId(deps, konto, given);
  const there = given === null ? undefined : await deps.shipments.byId(id);
  if (there === undefined) {
    const typer = await deps.svarut.forsendelseTyper();
    validerBestilling(ordered, { now: deps.calendar.now(), typer });
    sjekkStoerrelse(ordered);
  }
  const bestilling = await iKlartekst(deps, ordered, beholdning);
  const regler = await kontoregler(deps.svarut, konto.brukernavn);
  const { organisasjonsnummer } = konto;
  const letter = forsendelseAv(bestilling, { organisasjonsnummer, ...regler }, id);
  const digest = shipmentDigest(letter);
  if (there !== undefined) return igjen(deps, konto, there, digest);
  await sjekkLesbare(deps, bestilling);
  return { letter, digest, bestilling, regler, decided: await avgjoer(deps, konto, id, letter, regler) };
}

/** A-post is for what is urgent, so its paper may wait a shorter time (section 7, policies of 2013). */
const lesetimerAv = ({ letter, regler }: Klar): number =>
  letter.utskrift?.posttype === 'A_PRIORITERT' ? (regler.lesetimerApost ?? regler.lesetimer) : regler.lesetimer;

function nyttBrev(deps: SvarUtDeps, konto: Konto, shipment: Shipment, klar: Klar): SvarUtBrev {
  const { letter, regler } = klar;
  const { eksternref, konteringskode } = letter.svarut as SvarUtBestilling;
  const { id: mottaker } = letter.mottaker;
  const virksomhet = mottaker !== null && mottakertype(mottaker) === 'VIRKSOMHET';
  return {
    shipmentId: shipment.id,
    konto: konto.brukernavn,
    mottatt: shipment.mottatt,
    eksternref: eksternref === null ? null : referansemerke(deps, eksternref),
    mottaker: mottaker === null ? null : mottakermerke(deps, mottaker),
    konteringskode,
    status: shipment.tilstand === 'FEILET' ? 'IKKE_LEVERT' : 'AKSEPTERT',
    statusEndret: shipment.mottatt,
    proevd: [],
    ettersendes: !letter.kunDigitalt && (regler.ettersending || !virksomhet),
    lesetimer: lesetimerAv(klar),
    frist: null,
    mottakersystem: null,
    lestAv: null,
  };
}

/** The whole history of an accepted letter, and its end where no way is left. */
async function skrivHistorikk(tx: Tx, deps: SvarUtDeps, shipment: Shipment, { bestilling, decided }: Klar) {
  const { id, mottatt } = shipment;
  const [, ...linjer] = mottattlinjer(bestilling.dokumenter.length);
  for (const linje of [...linjer, veivalg(decided.beslutning)])
    await tx.appendShipmentEvent(id, hendelse('MOTTATT', mottatt, null, linje));
  if (shipment.tilstand !== 'FEILET') return;
  await tx.appendShipmentEvent(id, ikkeLevert(decided.beslutning, mottatt));
  await tx.withdrawJob(id, mottatt);
  await tx.freePayloads(id, deps.calendar.now());
}

/** Accepts a letter in one transaction. @returns the letter that was there before it, when there is one */
function lagre(
  deps: SvarUtDeps,
  konto: Konto,
  shipment: Shipment,
  klar: Klar,
): Promise<Shipment | 'DUPLIKAT' | undefined> {
  const { letter, bestilling } = klar;
  const likhet = likhetAv(deps, konto, bestilling);
  const ids = spurtOm([letter.mottaker], deps.routing(letter.avsender));
  return deps.unitOfWork(async (tx) => {
    const now = deps.calendar.now();
    const siden = new Date(now.getTime() - limits.svarutAttemptWindow);
    if ((await tx.countAttempt(likhet, now, siden)) > limits.svarutAttempts) return 'DUPLIKAT';
    const [foerste] = mottattlinjer(bestilling.dokumenter.length);
    const event = hendelse('MOTTATT', shipment.mottatt, null, foerste);
    const there = await tx.insertShipment(shipment, event, null, konto.brukernavn);
    if (there !== undefined) return there.konversasjonsId === shipment.konversasjonsId ? undefined : there;
    await tx.insertSvarUt(nyttBrev(deps, konto, shipment, klar));
    await audit(tx, deps, anrop(konto, shipment.id), letter.avsender, 'SvarUt', ids);
    await skrivHistorikk(tx, deps, shipment, klar);
    await tx.releaseReservation(shipment.id);
    return undefined;
  });
}

/** An id that was given out, and whose letter is refused, is AVVIST from then on, until a letter with it is accepted. */
async function avvis(deps: SvarUtDeps, konto: Konto, id: string, error: unknown): Promise<void> {
  if (!(error instanceof Failure) || !error.code.startsWith('SVARUT_') || error.code === 'SVARUT_ID_USED') return;
  const reservasjon = await deps.svarut.reservasjon(id);
  if (reservasjon?.konto !== konto.brukernavn) return;
  const avvist = {
    tid: deps.clock.now(),
    tekst: tekst('AVVIST', { grunn: errorText(error.code, 'nb', error.values) }).nb,
  };
  await deps.unitOfWork((tx) => tx.reserve({ ...reservasjon, avvist }));
}

/** As `SvarUtTjeneste.send`. When the commit itself is in doubt the contents stay. */
export const send =
  (deps: SvarUtDeps): SvarUtTjeneste['send'] =>
  async (konto, bestilling, given) => {
    const beholdning = new Beholdning(deps.payloads, bestilling);
    const id = given ?? timedId(deps.clock.now());
    const forkast = async (error: unknown): Promise<never> => {
      await beholdning.slett();
      if (given !== null) await avvis(deps, konto, id, error);
      throw error;
    };
    const klar = await forbered(deps, konto, bestilling, given, id, beholdning).catch(forkast);
    if (typeof klar === 'string') {
      await beholdning.slett();
      return klar;
    }
    const shipment: Shipment = {
      id,
      mottatt: deps.clock.now(),
      forsendelse: klar.letter,
      digest: klar.digest,
      tilstand: klar.decided.beslutning.utfall === 'SEND' ? 'MOTTATT' : 'FEILET',
      beslutning: klar.decided.beslutning,
      konversasjonsId: timedId(deps.clock.now()),
      meldingsId: randomUUID(),
    };
    const there = await lagre(deps, konto, shipment, klar);
    if (there === 'DUPLIKAT') return forkast(new Failure('SVARUT_DUPLICATE', 'sent too many times'));
    await beholdning.slett(there === undefined ? klar.bestilling : undefined);
    return there === undefined ? id : igjen(deps, konto, there, klar.digest);
  };
