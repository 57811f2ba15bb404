import { InvalidArgumentError, type Command } from 'commander';
import { uleste, type UlestHos } from '../application/ulest.js';
import type { Enhetsoppslag } from '../domain/enhet.js';
import { isoWeek, nextWeek, weekStart } from '../domain/oslo.js';
import type { CalendarRow, Clock } from '../domain/ports.js';
import type { Ulestoppslag, Uleststand } from '../domain/ulest.js';
import { csv } from './csv.js';
import { printer, table, UsageError, type Printer } from './output.js';
import { calendarOf } from './register.js';
import { cell } from './wire.js';
import { withStore, type Open } from './withStore.js';

/** An open database, as far as this command needs it; opened with the data key. */
export interface OpenUnread {
  readonly ulest: Ulestoppslag;
  readonly enheter: Enhetsoppslag;
  readonly calendar: CalendarRow;
  close(): Promise<void>;
}

interface Options {
  readonly sender: string;
  readonly week?: string;
  readonly csv?: true;
  readonly json?: true;
}

function week(text: string): string {
  if (weekStart(text) === undefined) throw new InvalidArgumentError('Give a week of the calendar like 2026-W47.');
  return text;
}

const head = ['recipient', 'name', 'reference', 'delivered', 'days', 'state'];
const states: Readonly<Record<Uleststand, string>> = { ULEST: 'unread', UTSKREVET: 'printed', IKKE_KJENT: 'not known' };
const rowsOf = ({ organisasjonsnummer, navn, brev }: UlestHos): string[][] =>
  brev.map(({ eksternRef, levert, dager, stand }) => [
    organisasjonsnummer,
    navn ?? '',
    eksternRef,
    levert.toISOString(),
    String(dager),
    states[stand],
  ]);

function tell(found: readonly UlestHos[], uke: string, print: Printer): void {
  if (found.length === 0) return print.out(`No business had an unread letter at the end of ${uke}.`);
  for (const line of table([head, ...found.flatMap(rowsOf).map((row) => row.map((text) => cell(text) || '-'))]))
    print.out(line);
  const letters = found.flatMap(({ brev }) => brev);
  const count = (stand: Uleststand): number => letters.filter((one) => one.stand === stand).length;
  print.out(`${count('ULEST')} unread letters at ${found.length} businesses at the end of ${uke}.`);
  if (count('UTSKREVET') > 0) print.out(`${count('UTSKREVET')} went on paper in that week, not known to be read.`);
  if (count('IKKE_KJENT') > 0)
    print.out(`${count('IKKE_KJENT')} came in that week by Altinn 2, which does not tell whether they are opened.`);
}

/** `posthorn unread`: what businesses have not opened. */
export function unreadCommand(program: Command, open: Open<OpenUnread>, clock: Clock): void {
  program
    .command('unread')
    .description('Show the letters to businesses that lay unread in Altinn at the end of a week, or now in this one')
    .requiredOption('--sender <org>', 'organisation number')
    .option('--week <week>', 'like 2026-W47, in Norwegian time; this week where it is left out', week)
    .option('--csv', 'print CSV')
    .option('--json', 'print JSON')
    .action((options: Options, command: Command) =>
      withStore(open, async (store) => {
        if (options.csv && options.json) throw new UsageError('Choose either --csv or --json.');
        const now = (await calendarOf({ clock }, store)).now();
        const uke = options.week ?? isoWeek(now);
        const begins = weekStart(uke) ?? now;
        if (begins > now) throw new UsageError(`${uke} has not begun.`);
        const end = nextWeek(uke) ?? now;
        const found = await uleste(store)(options.sender, begins, end < now ? end : now);
        const print = printer(command);
        if (options.json)
          return print.out(JSON.stringify({ uke, avsender: options.sender, virksomheter: found }, null, 2));
        if (!options.csv) return tell(found, uke, print);
        for (const line of csv([head, ...found.flatMap(rowsOf)])) print.out(line);
      }),
    );
}
