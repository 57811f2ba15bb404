import { parse } from 'csv-parse/sync';
import { validOrganisasjonsnummer } from '../domain/identifier.js';
import { maanedAv } from '../domain/ledger.js';
import type { LedgerReads } from '../domain/ledgerPorts.js';
import type { Calendar, Reads, UnitOfWork } from '../domain/ports.js';
import { varer, type Prisrad, type Vare } from '../domain/tariff.js';
import { parseDate } from './cells.js';

/** What is wrong with one line of a file, or with all of it (line 0). Nothing of the file has been taken then. */
export interface Linjefeil {
  readonly linje: number;
  readonly feil: string;
}

type Rad = Readonly<Record<string, string>>;
type Lest<T> =
  | { readonly rader: readonly { readonly linje: number; readonly verdi: T }[] }
  | { readonly feil: readonly Linjefeil[] };

/** Reads CSV with a header row, comma or semicolon, each row by `read`, which says what is wrong with it. */
function lesCsv<T>(text: string, columns: readonly string[], read: (rad: Rad) => T | string): Lest<T> {
  let rows: { readonly record: Rad; readonly info: { readonly lines: number } }[];
  try {
    rows = parse(text, {
      columns: true,
      delimiter: [',', ';'],
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
    });
  } catch {
    return { feil: [{ linje: 0, feil: 'is no CSV whose rows all have the cells of its header' }] };
  }
  if (rows.length === 0) return { feil: [{ linje: 0, feil: 'has no rows after its header' }] };
  const missing = columns.filter((name) => !(name in (rows[0]?.record ?? {})));
  if (missing.length > 0) return { feil: [{ linje: 1, feil: `lacks the column ${missing.join(', ')}` }] };
  const lest = rows.map(({ record, info }) => ({ linje: info.lines, verdi: read(record) }));
  const feil = lest.flatMap(({ linje, verdi }) => (typeof verdi === 'string' ? [{ linje, feil: verdi }] : []));
  return feil.length > 0 ? { feil } : { rader: lest.map(({ linje, verdi }) => ({ linje, verdi: verdi as T })) };
}

const heltall = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

const planer = /^[\p{L}\p{N}_-]{0,64}$/u;

function prisradAv(rad: Rad): Prisrad | string {
  const { vare = '', leverandoer = '', plan = '' } = rad;
  const [fra, oere] = [parseDate(rad['fra'] ?? ''), heltall(rad['oere'] ?? '')];
  const fraNummer = heltall(rad['fra_nummer'] || '1');
  if (!(varer as readonly string[]).includes(vare)) return `vare is one of ${varer.join(', ')}`;
  if (leverandoer !== '' && !validOrganisasjonsnummer(leverandoer)) return 'leverandoer is no organisation number';
  if (fra === undefined) return 'fra is a date like 2027-01-01, or an instant';
  if (oere === undefined) return 'oere is a whole number from 0';
  if (fraNummer === undefined || fraNummer < 1) return 'fra_nummer is a whole number from 1';
  if (!planer.test(plan)) return 'plan is a word of at most 64 letters and digits';
  return { plan, vare: vare as Vare, leverandoer: leverandoer === '' ? null : leverandoer, fra, fraNummer, oere };
}

export type Prisimport =
  | { readonly type: 'imported'; readonly nye: number; readonly like: number }
  | { readonly type: 'refused'; readonly feil: readonly Linjefeil[] };

/** A price that is there stays: whoever was charged by it would not know his bill again. */
class Opptatt extends Error {
  constructor(
    readonly linje: number,
    readonly rad: Prisrad,
  ) {
    super('a price that is there');
  }
}

/** Adds the price rows of a CSV file, all or none: `vare`, `fra`, `oere`, and `leverandoer`, `fra_nummer`, `plan` where they differ. */
export const importerPriser =
  ({ unitOfWork }: { readonly unitOfWork: UnitOfWork }) =>
  async (text: string): Promise<Prisimport> => {
    const lest = lesCsv(text, ['vare', 'fra', 'oere'], prisradAv);
    if ('feil' in lest) return { type: 'refused', feil: lest.feil };
    try {
      const nye = await unitOfWork(async (tx) => {
        let count = 0;
        for (const { linje, verdi } of lest.rader) {
          const found = await tx.putPrice(verdi);
          if (found === 'other') throw new Opptatt(linje, verdi);
          if (found === 'new') count++;
        }
        return count;
      });
      return { type: 'imported', nye, like: lest.rader.length - nye };
    } catch (error) {
      if (!(error instanceof Opptatt)) throw error;
      const { vare, fra } = error.rad;
      const feil = `there is another price of ${vare} from ${fra.toISOString()}; give the new one a later fra`;
      return { type: 'refused', feil: [{ linje: error.linje, feil }] };
    }
  };

/** What the printer says that a letter really cost. */
interface Faktisk {
  readonly id: string;
  readonly oere: number;
}

function faktiskAv({ forsendelsesId = '', oere = '' }: Rad): Faktisk | string {
  const amount = heltall(oere);
  if (!/^[0-9a-f-]{36}$/.test(forsendelsesId)) return 'forsendelsesId is no UUID';
  return amount === undefined ? 'oere is a whole number from 0' : { id: forsendelsesId, oere: amount };
}

export type Rettelser =
  | {
      readonly type: 'corrected';
      readonly rettet: number;
      readonly like: number;
      /** Letters that have not been charged for print. */
      readonly ukjente: readonly string[];
    }
  | { readonly type: 'refused'; readonly feil: readonly Linjefeil[] };

interface RettDeps {
  readonly ledger: Pick<LedgerReads, 'lines'>;
  readonly unitOfWork: UnitOfWork;
  readonly calendar: Calendar;
}

/** Charges or credits what one printed letter's real cost differs by, once. */
async function rett({ ledger, unitOfWork, calendar }: RettDeps, { id, oere }: Faktisk) {
  const lines = await ledger.lines(id);
  const print = lines.find(({ post }) => post === 'UTSKRIFT');
  if (print === undefined) return 'unknown';
  const { oere: charged, ...line } = print;
  const difference = oere - (charged ?? 0);
  if (difference === 0) return 'same';
  const bokfoert = calendar.now();
  const rettelse = { ...line, post: 'UTSKRIFT_RETTELSE' as const, bokfoert, maaned: maanedAv(bokfoert) };
  return (await unitOfWork((tx) => tx.charge(rettelse, null, () => difference))) ? 'corrected' : 'same';
}

/** Takes over what the printer really charged, from a CSV file with `forsendelsesId` and `oere`; the same letter again changes nothing. */
export const rettUtskrift =
  (deps: RettDeps) =>
  async (text: string): Promise<Rettelser> => {
    const lest = lesCsv(text, ['forsendelsesId', 'oere'], faktiskAv);
    if ('feil' in lest) return { type: 'refused', feil: lest.feil };
    const outcomes: string[] = [];
    for (const { verdi } of lest.rader) outcomes.push(await rett(deps, verdi));
    const count = (what: string): number => outcomes.filter((outcome) => outcome === what).length;
    const ukjente = lest.rader.filter((_, i) => outcomes[i] === 'unknown').map(({ verdi }) => verdi.id);
    return { type: 'corrected', rettet: count('corrected'), like: count('same'), ukjente };
  };

/** Gives a known sender a price plan; '' is everybody's prices. @returns false when the sender is not known */
export const settPrisplan =
  ({ reads, unitOfWork }: { readonly reads: Pick<Reads, 'senders'>; readonly unitOfWork: UnitOfWork }) =>
  async (avsender: string, plan: string): Promise<boolean> => {
    const { organisasjoner } = await reads.senders();
    if (!organisasjoner.some(({ organisasjonsnummer: o }) => o === avsender)) return false;
    await unitOfWork((tx) => tx.putPricePlan(avsender, plan));
    return true;
  };
