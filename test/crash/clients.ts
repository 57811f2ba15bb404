import { setTimeout as sleep } from 'node:timers/promises';
import { confirmReceipts, fetchReceipts, letterStatus } from '../../src/client/forsendelse.js';
import type { KvitteringISvar } from '../../src/contract/forsendelse/answers.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { brev, postadresse, sendBrev } from '../support/forsendelser.js';

const CLIENTS = 4;
/** Acknowledged letters that no provider has, from which on clients wait. */
const ON_THEIR_WAY = 40;
/** Milliseconds that a client rests between letters, and before it sends one again. */
const REST_MS = 50;
/** Milliseconds after which whoever is not acknowledged says what the last answer was, and ends the run. */
const PATIENCE_MS = 180_000;
/** Receipts that are asked for in one call. */
const PAGE = 100;

/** Whoever sends while gateways die. */
export interface Clients {
  /** References of letters that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Letters that were sent again, since no answer came. */
  readonly repeated: () => number;
  /** Resolves when each has had its last letter acknowledged. */
  stop(): Promise<void>;
}

const suffix = '.pdf';
/** The reference of the letter whose main document has this file name. */
export const refOf = (filnavn: string): string => filnavn.slice(0, -suffix.length);

/** To mailboxes and on paper. Most mailboxes report late, or a receipt would come before a dead process's letter is pushed again. */
export function letterFor(index: number) {
  const person = ['digipost', 'e-boks', 'reserved'][index % 3] ?? 'digipost';
  const title = index % 4 === 0 ? {} : { tittel: 'Vedtak, late receipt' };
  const letter = brev(person, title);
  const filnavn = letter.eksternRef + suffix;
  const mottaker = { ...letter.mottaker, postadresse };
  return { ...letter, mottaker, hoveddokument: { ...letter.hoveddokument, filnavn } };
}

/**
 * Clients that send each letter again until somebody has answered for it, and the next while there are few on their way.
 * `url`: the address of the moment. `arrived`: letters that providers have.
 */
export function startClients(url: () => Promise<string>, arrived: () => number): Clients {
  const acknowledged = new Set<string>();
  let [stopped, repeated, index] = [false, 0, 0];
  const untilAcknowledged = async (letter: ReturnType<typeof letterFor>): Promise<void> => {
    const end = Date.now() + PATIENCE_MS;
    for (let time = 0; ; time++) {
      if (time === 1) repeated++;
      const svar = await sendBrev(await url(), letter).catch((error: unknown) => ({ status: 0, text: String(error) }));
      if (svar.status === 200) return void acknowledged.add(letter.eksternRef);
      if (Date.now() > end) throw new Error(`${letter.eksternRef} is not acknowledged: ${svar.text}`);
      await sleep(REST_MS);
    }
  };
  const client = async (): Promise<void> => {
    while (!stopped) {
      if (acknowledged.size - arrived() < ON_THEIR_WAY) await untilAcknowledged(letterFor(index++));
      await sleep(REST_MS);
    }
  };
  const all = Array.from({ length: CLIENTS }, client);
  return {
    acknowledged,
    repeated: () => repeated,
    stop: async () => {
      stopped = true;
      await Promise.all(all);
    },
  };
}

const [{ brukernavn, passord }] = developmentAccounts;
const service = (url: string) => ({ url, brukernavn, passord, version: '1.1' }) as const;

/** How a letter stands, for whoever looks at what went wrong. */
export async function standOf(url: string, ref: string): Promise<string> {
  try {
    const [stand] = await letterStatus(service(url), { eksterneRefer: [ref] });
    const events = stand?.hendelser.map(({ type, kode, tid }) => `${tid.toISOString()} ${type} ${kode ?? ''}`.trim());
    return `${ref} ${stand?.tilstand}: ${events?.join(', ')}`;
  } catch (error) {
    return `${ref}: ${String(error)}`;
  }
}

/** Fetches and confirms every receipt that waits. */
export async function allReceipts(url: string): Promise<readonly KvitteringISvar[]> {
  const all: KvitteringISvar[] = [];
  for (;;) {
    const some = await fetchReceipts(service(url), 'PRIORITERT', PAGE);
    if (some.length === 0) return all;
    await confirmReceipts(
      service(url),
      some.map(({ kvitteringsId }) => kvitteringsId),
    );
    all.push(...some);
  }
}

/** Those of the letters that are not delivered, as their sender sees it. */
export async function undelivered(url: string, refs: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (let at = 0; at < refs.length; at += PAGE) {
    const some = refs.slice(at, at + PAGE);
    const stands = await letterStatus(service(url), { eksterneRefer: some });
    const delivered = new Set(
      stands.filter(({ tilstand }) => tilstand === 'LEVERT').map(({ eksternRef }) => eksternRef),
    );
    left.push(...some.filter((ref) => !delivered.has(ref)));
  }
  return left;
}
