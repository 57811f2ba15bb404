import { randomUUID } from 'node:crypto';
import { mayUse } from '../domain/access.js';
import type { Formidling, Koe, Mpc } from '../domain/formidling.js';
import type { FormidlingReads, Formidlingsrute } from '../domain/formidlingPorts.js';
import type { Calendar, Clock, Tx, UnitOfWork } from '../domain/ports.js';
import type { BraktKvittering } from '../domain/receipts.js';
import type { SenderData } from '../domain/sender.js';
import { Failure } from '../errors.js';
import { bokfoerFormidling } from './bokfoer.js';

export interface TilAvsenderDeps {
  readonly formidlinger: FormidlingReads;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly senders: () => SenderData;
}

/** Only the provider that was addressed reports on a message; only who has got moved mail opens it elsewhere. */
const isToldBy = ({ leverandoer }: Formidlingsrute, kvittering: BraktKvittering): boolean =>
  leverandoer === kvittering.leverandoer || kvittering.type === 'aapning';

/** The message that a receipt is about, the newest where there are several; `unknown`: nobody remembers any. */
async function messageOf(deps: TilAvsenderDeps, k: BraktKvittering): Promise<Formidlingsrute | 'unknown' | undefined> {
  const all = await deps.formidlinger.byConversation(k.konversasjonsId);
  const mine = all.filter(({ dokumentavsender }) => dokumentavsender === k.mottaker);
  if (mine.length === 0) return 'unknown';
  return mine.find(({ leverandoer }) => leverandoer === k.leverandoer) ?? mine.find((one) => isToldBy(one, k));
}

/** Where a receipt waits whose message nobody remembers: with whom it is addressed to, where its provider says. */
function elsewhere({ senders, clock }: TilAvsenderDeps, mottaker: string, mpc: Mpc): Koe | undefined {
  return mayUse(senders(), mottaker, 'SDP', clock.now()) ? { eier: mottaker, mpc } : undefined;
}

/** The provider has taken over what it reports on, whatever became of its answer to the push. */
async function settled(tx: Tx, calendar: Calendar, message: Pick<Formidling, 'id' | 'regning'>): Promise<void> {
  if ((await tx.lockFormidling(message.id)) !== 'MOTTATT') return;
  await tx.settleFormidling(message.id, 'SENDT');
  await bokfoerFormidling(tx, calendar, message);
}

/** The message, when it may be one that its provider reports on before it has answered the push. */
const unsettled = async (
  { formidlinger }: TilAvsenderDeps,
  message: Formidlingsrute | undefined,
  leverandoer: string,
) =>
  message?.tilstand === 'MOTTATT' && message.leverandoer === leverandoer ? formidlinger.byId(message.id) : undefined;

/**
 * Puts a provider's receipt where whoever sent the message fetches it. The same receipt again changes nothing.
 * @returns false when it belongs to no sender that is known here
 * @throws Failure MESSAGE_ID_USED
 */
export const kvitteringTilAvsender =
  (deps: TilAvsenderDeps) =>
  async (kvittering: BraktKvittering): Promise<boolean> => {
    const { melding, replay, mottaker, mpc, instansId, sbd } = kvittering;
    const found = await messageOf(deps, kvittering);
    const message = found === 'unknown' ? undefined : found;
    const koe = found === 'unknown' ? elsewhere(deps, mottaker, mpc) : found;
    if (koe === undefined) return false;
    const early = await unsettled(deps, message, kvittering.leverandoer);
    const waiting = { id: randomUUID(), mottatt: deps.clock.now(), eier: koe.eier, mpc: koe.mpc, instansId, sbd };
    await deps.unitOfWork(async (tx) => {
      const seen = await tx.rememberMessage(melding);
      if (seen === 'other') throw new Failure('MESSAGE_ID_USED', 'a receipt with other content');
      if (!(await tx.remember(replay))) return;
      await tx.putKoekvittering(waiting);
      if (early !== undefined) await settled(tx, deps.calendar, early);
    });
    return true;
  };
