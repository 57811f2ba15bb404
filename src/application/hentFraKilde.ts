import type { Henting, Kvitteringsbekreftelse, Kvitteringskilde, Tur, Turer } from '../domain/kvitteringskilde.js';
import { pauseEtter } from '../domain/kvitteringskilde.js';
import type { Clock } from '../domain/ports.js';
import type { MottattKvittering } from '../domain/receipts.js';
import { Failure } from '../errors.js';

/** Milliseconds that receipts are fetched in one turn; what is left is fetched in the next, at once. */
export const TURLENGDE = 60_000;

export interface HentDeps {
  readonly clock: Clock;
  readonly turer: Turer;
  /** False: it belongs to no letter of ours. @throws Failure UNAVAILABLE, with nothing written */
  readonly motta: (kvittering: MottattKvittering) => Promise<boolean>;
  /** Keeps a receipt that nobody waits for. */
  readonly keep: (dokument: string, kvittering: MottattKvittering) => Promise<void>;
  /** Told why a look came to nothing. */
  readonly failed: (navn: string, grunn: string) => void;
}

type Funnet = Extract<Henting, { type: 'kvittering' }>;

async function take({ motta, keep }: HentDeps, { kvittering, dokument }: Funnet): Promise<void> {
  if (!(await motta(kvittering))) await keep(dokument, kvittering);
}

/** What a turn came to. */
interface Resultat {
  readonly hentet: number;
  /** Why it ended before the source was empty; undefined: it is empty, or the time was up. */
  readonly grunn: string | undefined;
  readonly tom: boolean;
  readonly vent?: number;
}

/** Our own failures make the turn come to nothing; what was not handled is not confirmed, and comes again. */
const reasonOf = (error: unknown): string => (error instanceof Failure ? error.message : String(error));

async function drain(deps: HentDeps, kilde: Kvitteringskilde): Promise<Resultat> {
  const end = deps.clock.now().getTime() + TURLENGDE;
  let hentet = 0;
  let forrige: Kvitteringsbekreftelse | undefined;
  try {
    do {
      const funnet = await kilde.hent(forrige);
      if (funnet.type !== 'kvittering') {
        if (funnet.type === 'tom') return { hentet, tom: true, grunn: undefined };
        const { grunn, vent = 0 } = funnet;
        return { hentet, tom: true, grunn, vent };
      }
      // Only what is durable here is confirmed there.
      await take(deps, funnet);
      forrige = funnet.bekreftelse;
      hentet++;
    } while (deps.clock.now().getTime() < end);
    return { hentet, tom: false, grunn: await kilde.bekreft(forrige) };
  } catch (error) {
    return { hentet, tom: true, grunn: reasonOf(error) };
  }
}

/**
 * One turn at a source: each receipt is taken in one transaction, and confirmed with the question for the next. A crash between the two
 * brings the receipt again, which changes nothing. A look that comes to nothing makes the pauses longer, one that brings something ends that.
 */
export const hentFraKilde =
  (deps: HentDeps) =>
  async (tur: Tur, kilde: Kvitteringskilde): Promise<void> => {
    const { hentet, tom, grunn, vent } = await drain(deps, kilde);
    if (grunn !== undefined) deps.failed(kilde.navn, grunn);
    const feil = grunn === undefined ? 0 : hentet > 0 ? 1 : tur.feil + 1;
    const pause = tom || grunn !== undefined ? pauseEtter(kilde.pause, feil, vent) : 0;
    await deps.turer.avslutt(tur, new Date(deps.clock.now().getTime() + pause), feil);
  };
