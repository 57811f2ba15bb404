import { confirmReceipts, fetchReceipts, letterStatus } from '../../src/client/forsendelse.js';
import type { KvitteringISvar } from '../../src/contract/forsendelse/answers.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';

/** Receipts that are asked for in one call. */
const PAGE = 100;

/* What senders of Forsendelse v1 ask when all is quiet. */

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
