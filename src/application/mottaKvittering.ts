import { randomUUID } from 'node:crypto';
import { tekst, type Tekstkode } from '../domain/hendelsestekst.js';
import type { Calendar, Clock, Tx, UnitOfWork } from '../domain/ports.js';
import { feilfoelge, hendelseAv, type Kvitteringstype, type MottattKvittering } from '../domain/receipts.js';
import type { Beslutning } from '../domain/routing/decision.js';
import { gjengitt } from '../domain/retry.js';
import type { Hendelse, Shipment, Tilstand } from '../domain/shipment.js';
import type { ShipmentReads } from '../domain/shipmentPorts.js';
import { linje } from '../domain/svarut/historikk.js';
import { Failure } from '../errors.js';
import { happen, hendelse } from './hendelser.js';
import { finnOmvei, harOmvei, omdiriger, type AvgjoerPaaNytt, type Omvei } from './svarut/omdiriger.js';

export interface KvitteringDeps {
  readonly shipments: ShipmentReads;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly calendar: Calendar;
  /** Where it throws UNAVAILABLE, the provider is asked to send its receipt again. */
  readonly decideAgain: AvgjoerPaaNytt;
}

const texts: Readonly<Record<Kvitteringstype, Tekstkode>> = {
  mottak: 'KVITTERING_MOTTAK',
  levering: 'KVITTERING_LEVERING',
  aapning: 'KVITTERING_AAPNING',
  varslingfeilet: 'KVITTERING_VARSLINGFEILET',
  returpost: 'KVITTERING_RETURPOST',
  feil: 'KVITTERING_FEIL',
  underveis: 'KVITTERING_UNDERVEIS',
  tilgjengelig: 'KVITTERING_TILGJENGELIG',
  vist: 'KVITTERING_VIST',
};

/** Letters that go out, or went. */
const isOurs = (shipment: Shipment | undefined): shipment is Shipment => shipment?.beslutning.utfall === 'SEND';

function eventOf({ type, feiltype, detaljer }: MottattKvittering, tid: Date): Hendelse {
  const ours = tekst(texts[type]);
  const theirs = detaljer === '' ? { nb: '', en: '' } : gjengitt(detaljer);
  const words = (language: 'nb' | 'en'): string =>
    [ours[language], feiltype === null ? '' : `${feiltype}.`, theirs[language]].filter((word) => word !== '').join(' ');
  return hendelse(hendelseAv[type], tid, type, { nb: words('nb'), en: words('en') });
}

/** record: into the history only. happen: and to where the state table says. close and resend: as `feilfoelge`. detour: a SvarUt letter goes another way. */
type Foelge =
  | { readonly type: 'record' | 'happen' | 'close' }
  | { readonly type: 'resend'; readonly beslutning: Beslutning }
  | { readonly type: 'detour'; readonly omvei: Omvei };

/** A letter that has gone out, and is not delivered. In Altinn, whose reader has been told of it, only who has that very letter knows better. */
const isUndelivered = ({ tilstand }: Shipment, { gjelder }: MottattKvittering): boolean =>
  tilstand === 'MOTTATT' || tilstand === 'SENDT' || (tilstand === 'VARSLET' && gjelder !== undefined);

/** A SvarUt letter whose mailbox fails, or cannot notify of it, before the letter is delivered (CONTRACT.md of SvarUt, section 6). */
const goesAnotherWay = (shipment: Shipment, kvittering: MottattKvittering): boolean =>
  (kvittering.type === 'feil' || kvittering.type === 'varslingfeilet') &&
  isUndelivered(shipment, kvittering) &&
  harOmvei(shipment);

const delivered: ReadonlySet<Tilstand> = new Set<Tilstand>(['LEVERT', 'AAPNET']);

/** Nobody but the addressed provider decides about a letter; only who has moved mailbox opens it in the new one. */
function isToldBy({ beslutning, tilstand }: Shipment, { leverandoer, type, avFormidler }: MottattKvittering): boolean {
  if (beslutning.utfall !== 'SEND') return false;
  if (beslutning.leverandoer === leverandoer || avFormidler === true) return true;
  return type === 'aapning' && beslutning.kanal === 'POSTKASSE' && delivered.has(tilstand);
}

/** The message in force has not left the house, so that nobody can have refused it; nor has who reports of another one. */
const isUnsent = ({ tilstand, pakke, meldingsId }: Shipment, { gjelder }: MottattKvittering): boolean =>
  gjelder === undefined ? tilstand === 'MOTTATT' && pakke?.meldingsId !== meldingsId : gjelder !== meldingsId;

const visesIAltinn = ({ type }: MottattKvittering): boolean => type === 'tilgjengelig' || type === 'vist';

/** What a receipt leads to. An error leads to at most one new look-up, and the letter goes out again under a new MessageId. */
async function foelgeOf(deps: KvitteringDeps, shipment: Shipment, kvittering: MottattKvittering): Promise<Foelge> {
  const { beslutning, tilstand } = shipment;
  if (beslutning.utfall !== 'SEND' || !isToldBy(shipment, kvittering)) return { type: 'record' };
  if (kvittering.type === 'underveis') return { type: 'record' };
  // Its reader was told when it went there, and has until the end of the time that began then.
  if (visesIAltinn(kvittering) && tilstand === 'VARSLET') return { type: 'record' };
  if (kvittering.type === 'feil' && isUnsent(shipment, kvittering)) return { type: 'record' };
  if (goesAnotherWay(shipment, kvittering))
    return { type: 'detour', omvei: await finnOmvei(deps.decideAgain, shipment) };
  if (kvittering.type !== 'feil') return { type: 'happen' };
  const events = await deps.shipments.events(shipment.id);
  const foelge = feilfoelge({
    tilstand,
    kanal: beslutning.kanal,
    sendtPaaNytt: events.some(({ type, kode }) => type === 'NYTT_OPPSLAG' && kode === 'feil'),
    feiltype: kvittering.feiltype ?? 'SERVER',
  });
  if (foelge.type !== 'resend') return { type: foelge.type === 'fail' ? 'happen' : foelge.type };
  const ny = await deps.decideAgain(shipment);
  return ny.utfall === 'SEND' ? { type: 'resend', beslutning: ny } : { type: 'happen' };
}

/** The event as it stands in the history: that a SvarUt letter can be read in Altinn its sender is told in Norwegian. */
const innfoert = (shipment: Shipment, kvittering: MottattKvittering, event: Hendelse): Hendelse =>
  visesIAltinn(kvittering) && shipment.forsendelse.svarut !== undefined ? linje(event, 'ALTINN', ULEST) : event;

/** What a line of the history is told that does not depend on it. */
const ULEST = { ettersendes: true, lesetimer: 0 };

async function detour({ calendar }: KvitteringDeps, tx: Tx, shipment: Shipment, omvei: Omvei, event: Hendelse) {
  const grunn = linje(event, omvei.fra, ULEST);
  if (await omdiriger(tx, calendar, shipment, omvei, grunn)) await tx.retryJob(shipment.id, grunn.tid);
}

/** Writes a receipt and what it leads to. False, with nothing written, when the letter is not any more as it was judged. */
const write = (
  deps: KvitteringDeps,
  judged: Shipment,
  kvittering: MottattKvittering,
  foelge: Foelge,
): Promise<boolean> =>
  deps.unitOfWork(async (tx) => {
    const shipment = await tx.lockShipment(judged.id);
    if (shipment?.tilstand !== judged.tilstand || shipment.meldingsId !== judged.meldingsId) return false;
    const { melding } = kvittering;
    const seen = melding === undefined ? 'new' : await tx.rememberMessage(melding);
    if (seen === 'other') throw new Failure('MESSAGE_ID_USED', 'a receipt with other content');
    if (!(await tx.remember(kvittering.replay))) return true;
    const now = deps.clock.now();
    const event = eventOf(kvittering, now);
    if (foelge.type === 'resend') {
      const { beslutning } = foelge;
      const text = tekst('SENDT_PAA_NYTT', { kvittering: event.tekst });
      await tx.updateShipment(shipment.id, { beslutning, meldingsId: randomUUID() });
      await happen(tx, deps.calendar, shipment, hendelse('NYTT_OPPSLAG', now, 'feil', text), false);
      await tx.retryJob(shipment.id, (beslutning.utfall === 'SEND' ? beslutning.tidligst : null) ?? now);
    } else if (foelge.type === 'detour') {
      await detour(deps, tx, shipment, foelge.omvei, event);
    } else if (foelge.type === 'record' || (foelge.type === 'close' && !(await tx.endGivenUp(shipment.id)))) {
      await tx.appendShipmentEvent(shipment.id, innfoert(shipment, kvittering, event));
    } else {
      await happen(tx, deps.calendar, shipment, event, true);
    }
    return true;
  });

/** How often a receipt is judged anew, because another about the same letter was faster. */
const JUDGEMENTS = 5;

/**
 * Records a provider's receipt and what it leads to. Receipts may come twice and in any order; the same message changes nothing the
 * second time.
 * @returns whether it belonged to a letter of ours
 * @throws Failure UNAVAILABLE when the register does not answer, MESSAGE_ID_USED, both with nothing written
 */
export const mottaKvittering =
  (deps: KvitteringDeps) =>
  async (kvittering: MottattKvittering): Promise<boolean> => {
    for (let judgement = 0; judgement < JUDGEMENTS; judgement++) {
      const found = await deps.shipments.byConversation(kvittering.konversasjonsId.toLowerCase());
      if (!isOurs(found)) return false;
      if (await write(deps, found, kvittering, await foelgeOf(deps, found, kvittering))) return true;
    }
    throw new Failure('UNAVAILABLE', 'others write about the same letter all the time');
  };
