import { createHash } from 'node:crypto';
import type { Henting, Kvitteringsbekreftelse, Kvitteringskilde } from '../../domain/kvitteringskilde.js';
import type { Clock } from '../../domain/ports.js';
import type { MottattKvittering } from '../../domain/receipts.js';
import { renset } from '../../domain/retry.js';
import {
  kvitteringAv,
  nesteSpoersmaal,
  type Overleveringer,
  type Overlevert,
  type Oppstroemsstatus,
  type SvarUtOppstroem,
} from '../../domain/svarut/oppstroem.js';
import type { SvarUtStatus } from '../../domain/svarut/status.js';

export interface StatuskildeDeps {
  readonly oppstroem: SvarUtOppstroem;
  readonly overleveringer: Overleveringer;
  readonly clock: Clock;
  /** Milliseconds between two looks, and at the least between two questions about a letter. */
  readonly pause: number;
  /** Letters of one question. */
  readonly antall: number;
}

/** Milliseconds that an event is remembered: longer than a letter is followed. */
const REMEMBERED = 100 * 86_400_000;

/** A letter of which something new has been found. */
interface Nytt {
  readonly letter: Overlevert;
  readonly status: SvarUtStatus;
  readonly endret: Date | null;
}

const replayOf = ({ letter: { meldingsId }, status }: Nytt, now: Date) => ({
  key: createHash('sha256').update(`svarut upstream\0${meldingsId}\0${status}`).digest(),
  expires: new Date(now.getTime() + REMEMBERED),
});

/** What a new status is as a receipt; of a failure the last words of the history are asked for. */
async function kvittering({ oppstroem, clock }: StatuskildeDeps, nytt: Nytt): Promise<MottattKvittering> {
  const { letter, status, endret } = nytt;
  const type = kvitteringAv[status] ?? 'underveis';
  const siste = type === 'feil' ? await oppstroem.sisteHendelse(letter.oppstroemsId) : undefined;
  const ord = siste?.type === 'ja' && siste.verdi !== undefined ? `: ${renset(siste.verdi)}` : '';
  return {
    type,
    feiltype: null,
    detaljer: `SvarUt: ${status}${endret === null ? '' : ` (${endret.toISOString()})`}${ord}`,
    konversasjonsId: letter.konversasjonsId,
    leverandoer: '',
    avFormidler: true,
    gjelder: letter.meldingsId,
    replay: replayOf(nytt, clock.now()),
  };
}

async function noter({ overleveringer, clock, pause }: StatuskildeDeps, { letter, status }: Nytt): Promise<void> {
  const now = clock.now();
  const funnet = { status, endret: now };
  await overleveringer.sett(letter.meldingsId, funnet, nesteSpoersmaal(funnet, now, pause));
}

/** Takes an answer apart; what tells us nothing is noted at once. @returns what is new */
async function nyeI(
  deps: StatuskildeDeps,
  letters: readonly Overlevert[],
  svar: readonly Oppstroemsstatus[],
): Promise<Nytt[]> {
  const { overleveringer, clock, pause } = deps;
  const byId = new Map(svar.map((one) => [one.id.toLowerCase(), one]));
  const now = clock.now();
  const nye: Nytt[] = [];
  for (const letter of letters) {
    const one = byId.get(letter.oppstroemsId.toLowerCase());
    if (one === undefined || one.status === letter.status) {
      await overleveringer.sett(letter.meldingsId, letter, nesteSpoersmaal(letter, now, pause));
    } else if (kvitteringAv[one.status] === null) {
      await noter(deps, { letter, status: one.status, endret: one.endret });
    } else {
      // Should it not be taken, it comes again, but not before all the others.
      await overleveringer.sett(letter.meldingsId, letter, new Date(now.getTime() + pause));
      nye.push({ letter, status: one.status, endret: one.endret });
    }
  }
  return nye;
}

/**
 * The events of letters that were handed over, found by asking for the status of many at once. What is new is handed out one by one, and noted
 * only when it is confirmed; what is as it was is asked about again, the later the longer nothing has happened.
 */
export function statuskilde(deps: StatuskildeDeps): Kvitteringskilde {
  const { oppstroem, overleveringer, clock, pause, antall } = deps;
  /** Found in the turn under way, which one process has alone, and already handed out, by MessageId. */
  let nye: Nytt[] = [];
  const ute = new Map<string, Nytt>();

  const bekreft = async ({ messageId }: Kvitteringsbekreftelse): Promise<undefined> => {
    const found = ute.get(messageId);
    ute.delete(messageId);
    if (found !== undefined) await noter(deps, found);
  };

  async function neste(): Promise<Henting> {
    for (;;) {
      const nytt = nye.shift();
      if (nytt !== undefined) {
        const { meldingsId } = nytt.letter;
        ute.set(meldingsId, nytt);
        return {
          type: 'kvittering',
          kvittering: await kvittering(deps, nytt),
          dokument: JSON.stringify({ meldingsId, status: nytt.status, endret: nytt.endret }),
          bekreftelse: { messageId: meldingsId, references: [nytt.status] },
        };
      }
      const letters = await overleveringer.forfalte(clock.now(), antall);
      if (letters.length === 0) return { type: 'tom' };
      const svar = await oppstroem.statuser(letters.map(({ oppstroemsId }) => oppstroemsId));
      if (svar.type === 'nei') return { type: 'feil', grunn: renset(`${svar.art}: ${svar.grunn}`) };
      nye = await nyeI(deps, letters, svar.verdi);
    }
  }

  return {
    navn: 'svarut-upstream',
    pause,
    async hent(forrige) {
      if (forrige === undefined) {
        // A turn begins: what an earlier one left was not noted, and is found again.
        nye = [];
        ute.clear();
      } else {
        await bekreft(forrige);
      }
      return neste();
    },
    bekreft,
  };
}
