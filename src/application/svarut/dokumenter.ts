import type { Blob } from '../../domain/forsendelse.js';
import type { SvarUtBestilling, SvarUtDokument } from '../../domain/svarut/bestilling.js';
import { Failure } from '../../errors.js';
import { limits } from '../../limits.js';
import { ugyldig, type SvarUtDeps } from './deps.js';

type DokumentDeps = Pick<SvarUtDeps, 'payloads' | 'dekrypter' | 'kontroll'>;

/** Contents that are removed unless a stored letter refers to them. */
export class Beholdning {
  private readonly refs: Set<string>;

  constructor(
    private readonly payloads: Pick<SvarUtDeps['payloads'], 'remove'>,
    { dokumenter }: SvarUtBestilling,
  ) {
    this.refs = new Set(dokumenter.map(({ innhold }) => innhold.ref));
  }

  add({ ref }: Blob): void {
    this.refs.add(ref);
  }

  /** Removes everything, but what is in `brev`. What cannot be removed is left to the sweep of the payload store. */
  async slett(brev?: SvarUtBestilling): Promise<void> {
    const behold = new Set(brev?.dokumenter.map(({ innhold }) => innhold.ref));
    const vekk = [...this.refs].filter((ref) => !behold.has(ref));
    await Promise.allSettled(vekk.map((ref) => this.payloads.remove(ref)));
  }
}

/** One error for all that can be wrong, so that nobody learns to decrypt by it (SECURITY 99). */
const uleselig = ({ filnavn }: SvarUtDokument, error: unknown): unknown =>
  error instanceof Failure && ['INTERNAL', 'UNAVAILABLE'].includes(error.code)
    ? error
    : new Failure('SVARUT_UNREADABLE', `a document cannot be read: ${String(error)}`, { filnavn });

async function dekryptert(
  deps: DokumentDeps,
  dokument: SvarUtDokument,
  beholdning: Beholdning,
): Promise<SvarUtDokument> {
  try {
    const innhold = await deps.payloads.put(deps.dekrypter(deps.payloads.get(dokument.innhold.ref)));
    beholdning.add(innhold);
    return { ...dokument, innhold };
  } catch (error) {
    throw uleselig(dokument, error);
  }
}

/** The order with its documents in the clear. @throws Failure SVARUT_UNREADABLE, SVARUT_EMPTY */
export async function iKlartekst(
  deps: DokumentDeps,
  bestilling: SvarUtBestilling,
  beholdning: Beholdning,
): Promise<SvarUtBestilling> {
  if (!bestilling.kryptert) return bestilling;
  const dokumenter: SvarUtDokument[] = [];
  for (const dokument of bestilling.dokumenter) {
    const klart = await dekryptert(deps, dokument, beholdning);
    if (klart.innhold.size === 0) throw new Failure('SVARUT_EMPTY', 'an empty document', { filnavn: klart.filnavn });
    dokumenter.push(klart);
  }
  return { ...bestilling, dokumenter };
}

/** Holds PDF documents against what PDF is. @throws Failure SVARUT_UNREADABLE */
export async function sjekkLesbare(deps: DokumentDeps, { dokumenter }: SvarUtBestilling): Promise<void> {
  for (const dokument of dokumenter) {
    if (dokument.mimetype !== 'application/pdf') continue;
    const kontroll = deps.kontroll(dokument.mimetype);
    try {
      for await (const octets of deps.payloads.get(dokument.innhold.ref)) kontroll?.write(octets);
      kontroll?.end();
    } catch (error) {
      throw uleselig(dokument, error);
    }
  }
}

/** @throws Failure SVARUT_CONTENT for more than can be printed */
export function sjekkStoerrelse({ dokumenter, kunDigitalLevering }: SvarUtBestilling): void {
  const octets = dokumenter.reduce((sum, { innhold }) => sum + innhold.size, 0);
  if (kunDigitalLevering || octets <= limits.svarutPrintableBytes) return;
  throw ugyldig(`dokumentene er til sammen større enn ${limits.svarutPrintableBytes / 1024 / 1024} MB`);
}
