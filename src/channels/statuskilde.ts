import { createHash } from 'node:crypto';
import type { Henting, Kvitteringsbekreftelse, Kvitteringskilde } from '../domain/kvitteringskilde.js';
import type { Overleveringer, Overlevert, Statusrunde } from '../domain/overlevering.js';
import type { Clock } from '../domain/ports.js';
import type { Feiltype, Kvitteringstype, MottattKvittering } from '../domain/receipts.js';
import { paaEngelsk } from '../client/answer.js';
import { renset } from '../domain/retry.js';
import type { Nei } from '../domain/svar.js';

/** A service that letters were handed over to, and that is asked for their status. */
export interface Statustjeneste<S extends string> {
  /** Its row in the schedule. */
  readonly navn: string;
  /** As it stands in the history of letters. */
  readonly visning: string;
  readonly spoer: (ider: readonly string[]) => Promise<Statusrunde<S>>;
  /** The last that it says of a letter that has failed; undefined when it says nothing. */
  readonly sisteOrd: (id: string) => Promise<string | undefined>;
  /** What each status is to us; null: nothing. */
  readonly kvitteringAv: Readonly<Record<S, Kvitteringstype | null>>;
  /** Of statuses that are `feil`, who must act where that is known. */
  readonly feiltypeAv?: Partial<Readonly<Record<S, Feiltype>>>;
  /** When a letter is asked about again; null: never. */
  readonly neste: (funnet: Pick<Overlevert<S>, 'status' | 'endret'>, now: Date, pause: number) => Date | null;
}

export interface StatuskildeDeps<S extends string> {
  readonly tjeneste: Statustjeneste<S>;
  readonly overleveringer: Overleveringer<S>;
  readonly clock: Clock;
  /** Milliseconds between two looks, and at the least between two questions about a letter. */
  readonly pause: number;
  /** Letters of one question. */
  readonly antall: number;
}

/** Milliseconds that an event is remembered: longer than a letter is followed. */
const REMEMBERED = 100 * 86_400_000;

/** A letter of which something new has been found. */
interface Nytt<S extends string> {
  readonly letter: Overlevert<S>;
  readonly status: S;
  readonly endret: Date | null;
}

/** What one look has found, and why it could not find more. */
interface Funn<S extends string> {
  readonly nye: Nytt<S>[];
  readonly nei: Nei | null;
}

/** What a new status is as a receipt; of a failure the last words of the service are asked for. */
async function kvittering<S extends string>(
  { tjeneste, clock }: StatuskildeDeps<S>,
  { letter, status, endret }: Nytt<S>,
): Promise<MottattKvittering> {
  const { navn, visning, kvitteringAv, feiltypeAv = {} } = tjeneste;
  const type = kvitteringAv[status] ?? 'underveis';
  const siste = type === 'feil' ? await tjeneste.sisteOrd(letter.oppstroemsId) : undefined;
  const ord = siste === undefined ? '' : `: ${renset(siste)}`;
  const { meldingsId, konversasjonsId } = letter;
  const feiltyper: Partial<Readonly<Record<S, Feiltype>>> = feiltypeAv;
  return {
    type,
    feiltype: feiltyper[status] ?? null,
    detaljer: `${visning}: ${status}${endret === null ? '' : ` (${endret.toISOString()})`}${ord}`,
    konversasjonsId,
    leverandoer: '',
    avFormidler: true,
    gjelder: meldingsId,
    replay: {
      key: createHash('sha256').update(`${navn}\0${meldingsId}\0${status}`).digest(),
      expires: new Date(clock.now().getTime() + REMEMBERED),
    },
  };
}

async function hentet<S extends string>(deps: StatuskildeDeps<S>, nytt: Nytt<S>): Promise<Henting> {
  const { letter, status, endret } = nytt;
  const { meldingsId } = letter;
  return {
    type: 'kvittering',
    kvittering: await kvittering(deps, nytt),
    dokument: JSON.stringify({ meldingsId, status, endret }),
    bekreftelse: { messageId: meldingsId, references: [status] },
  };
}

async function noter<S extends string>(
  { tjeneste, overleveringer, clock, pause }: StatuskildeDeps<S>,
  { letter, status }: Nytt<S>,
): Promise<void> {
  const now = clock.now();
  const funnet = { status, endret: now };
  await overleveringer.sett(letter.meldingsId, funnet, tjeneste.neste(funnet, now, pause), now);
}

/** Whether a new status says nothing that has not been told: nothing at all, or once more that the letter can be read. */
function erKjent<S extends string>({ kvitteringAv }: Statustjeneste<S>, forrige: S | null, ny: S): boolean {
  const type = kvitteringAv[ny];
  return type === null || (type === 'tilgjengelig' && forrige !== null && kvitteringAv[forrige] === type);
}

/** Takes an answer apart; what tells us nothing is noted at once. What was not asked about stays due. */
async function nyeI<S extends string>(
  deps: StatuskildeDeps<S>,
  letters: readonly Overlevert<S>[],
  { svar, utsatt = [], ubesvart, nei }: Statusrunde<S>,
): Promise<Funn<S>> {
  const { tjeneste, overleveringer, clock, pause } = deps;
  const byId = new Map(svar.map((one) => [one.id.toLowerCase(), one]));
  const [ikkeSpurt, forgjeves] = [ubesvart, utsatt].map((ids) => new Set(ids.map((id) => id.toLowerCase())));
  const now = clock.now();
  const nye: Nytt<S>[] = [];
  for (const letter of letters) {
    const id = letter.oppstroemsId.toLowerCase();
    if (ikkeSpurt?.has(id) === true) continue;
    const one = byId.get(id);
    if (forgjeves?.has(id) === true) {
      await overleveringer.sett(letter.meldingsId, letter, new Date(now.getTime() + pause), null);
    } else if (one === undefined || one.status === letter.status) {
      await overleveringer.sett(letter.meldingsId, letter, tjeneste.neste(letter, now, pause), now);
    } else if (erKjent(tjeneste, letter.status, one.status)) {
      await noter(deps, { letter, status: one.status, endret: one.endret });
    } else {
      // Should it not be taken, it comes again, but not before all the others.
      await overleveringer.sett(letter.meldingsId, letter, new Date(now.getTime() + pause), now);
      nye.push({ letter, status: one.status, endret: one.endret });
    }
  }
  return { nye, nei };
}

/**
 * The events of letters that were handed over, found by asking for the status of many at once. What is new is handed out one by one, and noted
 * only when it is confirmed; what is as it was is asked about again, the later the longer nothing has happened.
 */
export function statuskilde<S extends string>(deps: StatuskildeDeps<S>): Kvitteringskilde {
  const { tjeneste, overleveringer, clock, pause, antall } = deps;
  /** Found in the turn under way, which one process has alone, and already handed out, by MessageId. */
  let funn: Funn<S> = { nye: [], nei: null };
  const ute = new Map<string, Nytt<S>>();

  const bekreft = async ({ messageId }: Kvitteringsbekreftelse): Promise<undefined> => {
    const found = ute.get(messageId);
    ute.delete(messageId);
    if (found !== undefined) await noter(deps, found);
  };

  async function neste(): Promise<Henting> {
    for (;;) {
      const nytt = funn.nye.shift();
      if (nytt !== undefined) {
        ute.set(nytt.letter.meldingsId, nytt);
        return hentet(deps, nytt);
      }
      if (funn.nei !== null) {
        const { art, grunn, vent } = funn.nei;
        return { type: 'feil', grunn: renset(`${art}: ${paaEngelsk(grunn)}`), ...(vent !== undefined && { vent }) };
      }
      const letters = await overleveringer.forfalte(clock.now(), antall);
      if (letters.length === 0) return { type: 'tom' };
      funn = await nyeI(deps, letters, await tjeneste.spoer(letters.map(({ oppstroemsId }) => oppstroemsId)));
    }
  }

  return {
    navn: tjeneste.navn,
    pause,
    async hent(forrige) {
      if (forrige === undefined) {
        // A turn begins: what an earlier one left was not noted, and is found again.
        funn = { nye: [], nei: null };
        ute.clear();
      } else {
        await bekreft(forrige);
      }
      return neste();
    },
    bekreft,
  };
}
