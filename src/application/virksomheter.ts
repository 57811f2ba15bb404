import { lesVirksomhetsliste, type Listelinje } from '../domain/agencies.js';
import type { Clock, Reads, UnitOfWork } from '../domain/ports.js';

export interface Listeimport {
  /** Lines that have a name. */
  readonly linjer: number;
  /** Names that are kept now, and those that were before. */
  readonly nye: number;
  readonly kjente: number;
  /** Lines that somebody should look at. */
  readonly merket: readonly Listelinje[];
}

/** Keeps the names of a list of agencies, each once. A name grants nothing: who calls is registered by number. */
export const importerVirksomheter =
  ({ unitOfWork, clock }: { readonly unitOfWork: UnitOfWork; readonly clock: Clock }) =>
  async (text: string): Promise<Listeimport> => {
    const linjer = lesVirksomhetsliste(text);
    const navn = linjer
      .filter(({ merknader: m }) => !m.includes('REPEATED') && !m.includes('TOO_LONG'))
      .map((linje) => linje.navn);
    const nye = await unitOfWork(async (tx) => {
      let count = 0;
      for (const one of navn) if (await tx.putAgency(one, clock.now())) count++;
      return count;
    });
    const merket = linjer.filter(({ merknader: m }) => m.length > 0);
    return { linjer: linjer.length, nye, kjente: navn.length - nye, merket };
  };

export type Sammenslaaing = 'merged' | 'unknown-old' | 'unknown-new' | 'same-organisation' | 'merged-before';

/** Lets an organisation go over into another from a time on: it may call no more, and all that it has sent and been charged for stays its own. */
export const slaaSammen =
  ({ reads, unitOfWork }: { readonly reads: Pick<Reads, 'senders'>; readonly unitOfWork: UnitOfWork }) =>
  async (gammel: string, ny: string, fra: Date): Promise<Sammenslaaing> => {
    if (gammel === ny) return 'same-organisation';
    const { organisasjoner } = await reads.senders();
    const find = (nummer: string) => organisasjoner.find(({ organisasjonsnummer: o }) => o === nummer);
    const [old, successor] = [find(gammel), find(ny)];
    if (old === undefined) return 'unknown-old';
    if (successor === undefined) return 'unknown-new';
    if (old.etterfoelger !== undefined) return old.etterfoelger === ny ? 'merged' : 'merged-before';
    await unitOfWork((tx) => tx.putOrganisation({ ...old, til: fra, etterfoelger: ny }));
    return 'merged';
  };
