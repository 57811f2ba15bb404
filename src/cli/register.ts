import { InvalidArgumentError, type Command } from 'commander';
import { createCalendar } from '../application/calendar.js';
import { importRegister } from '../application/importRegister.js';
import { openRegisterFile, registerFileEndings, type RegisterFile } from '../application/registerFile.js';
import { seedRegister, type ResidentSource } from '../application/seedRegister.js';
import { showPerson, type Kanal, type PersonVisning } from '../application/showPerson.js';
import type { Calendar, Clock } from '../domain/ports.js';
import { importing, readable, tellErrors, type ImportOptions } from './importing.js';
import { printer, progress, table, UsageError, type Printer } from './output.js';
import type { OpenStore } from './types.js';
import { withStore, type Open } from './withStore.js';

export interface RegisterCommandDeps {
  /** Makes synthetic persons for `register seed`. */
  readonly resident: ResidentSource;
  readonly clock: Clock;
  /** Show a moving bar rather than lines of progress; whether the error stream is a terminal when absent. */
  readonly terminal?: boolean;
}

function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a whole number from 0.');
  return value;
}

async function registerFile(path: string): Promise<RegisterFile> {
  const file = await readable(openRegisterFile(path));
  if (!file) throw new UsageError(`The name ${path} does not tell the format. It must end in ${registerFileEndings}.`);
  return file;
}

async function runImport(store: OpenStore, path: string, options: ImportOptions, print: Printer): Promise<void> {
  const result = await importing(importRegister(store), await registerFile(path), options, print);
  tellErrors(path, result, print);
  const skipped = result.rowsWithErrors > 0 ? `, ${result.rowsWithErrors} rows with errors left out` : '';
  print.out(`Imported ${path}: ${result.rows} rows, ${result.changed} persons changed${skipped}.`);
}

function kanalRow({ navn, punkt, ferskhet, ferskTil }: Kanal): string[] {
  const date = (at: Date | null | undefined) => at?.toISOString() ?? '-';
  return [navn, ferskhet, punkt?.verdi ?? '-', date(punkt?.sistOppdatert), date(punkt?.sistVerifisert), date(ferskTil)];
}

function tellPerson({ person, kanaler, ...view }: PersonVisning, print: Printer): void {
  const { nummer } = view;
  const postkasse = person?.postkasse;
  const facts = [
    ['personidentifikator', view.personidentifikator],
    ['number', nummer ? `${nummer.art}, ${nummer.serie}, rule of ${nummer.regel}` : 'wrong check digits or date'],
    ['status', view.status],
    ['reservasjon', person?.status === 'AKTIV' ? (person.reservasjon ? 'JA' : 'NEI') : '-'],
    ['varslingsstatus', view.varslingsstatus],
    ['postkasse', postkasse ? `${postkasse.postkasseadresse} at ${postkasse.postkasseleverandoerAdresse}` : '-'],
    ['spraak', person?.spraak ?? '-'],
  ];
  const head = ['channel', 'freshness', 'value', 'sistOppdatert', 'sistVerifisert', 'fresh until'];
  for (const line of table(facts)) print.out(line);
  print.out('');
  for (const line of table([head, ...kanaler.map(kanalRow)])) print.out(line);
}

/** The calendar of the database, as it is now. */
export async function calendarOf(
  { clock }: { readonly clock: Clock },
  store: Pick<OpenStore, 'calendar'>,
): Promise<Calendar> {
  const calendar = createCalendar(clock, store.calendar);
  await calendar.refresh();
  return calendar;
}

function addImport(register: Command, open: Open, { terminal }: RegisterCommandDeps): void {
  register
    .command('import')
    .description('Import persons from a file; all of it or nothing. An import that was broken off is resumed')
    .argument('<file>', `CSV or JSON Lines; the name ends in ${registerFileEndings}`)
    .option('--skip-errors', 'import the good rows although others have errors', false)
    .action((path: string, options: { skipErrors: boolean }, command: Command) =>
      withStore(open, (store) => runImport(store, path, { ...options, terminal }, printer(command))),
    );
}

function addSeed(register: Command, open: Open, deps: RegisterCommandDeps): void {
  register
    .command('seed')
    .description('Fill the register with synthetic persons')
    .requiredOption('--persons <n>', 'persons in all', count)
    .option('--reserved <n>', 'exactly so many of them are reserved', count, 0)
    .action(({ persons, reserved }: { persons: number; reserved: number }, command: Command) => {
      if (reserved > persons) throw new UsageError('--reserved is more than --persons. Give at most as many.');
      const print = printer(command);
      return withStore(open, async (store) => {
        const bar = progress('Seeding', persons, print, deps.terminal);
        const onProgress = (written: number) => bar.update(written, `${written} persons`);
        const calendar = await calendarOf(deps, store);
        const seed = seedRegister({ ...deps, ...store, calendar })({ persons, reserved, onProgress });
        const changed = await seed.finally(() => bar.stop());
        print.out(`The register has ${persons} synthetic persons, ${reserved} of them reserved; ${changed} changed.`);
      });
    });
}

function addShow(register: Command, open: Open, deps: RegisterCommandDeps): void {
  register
    .command('show')
    .description('Show a person as the register and the rules have it now')
    .argument('<id>', 'personidentifikator, 11 digits')
    .action((id: string, _options: object, command: Command) => {
      if (!/^\d{11}$/.test(id)) throw new UsageError('A personidentifikator has 11 digits. Check the number.');
      return withStore(open, async (store) => {
        const calendar = await calendarOf(deps, store);
        tellPerson(await showPerson({ ...store, calendar })(id), printer(command));
      });
    });
}

/** Adds `register import`, `register seed` and `register show`. Their actions throw; see `reportError`. */
export function registerCommands(program: Command, open: Open, deps: RegisterCommandDeps): void {
  const register = program.command('register').description('The contact and reservation register');
  addImport(register, open, deps);
  addSeed(register, open, deps);
  addShow(register, open, deps);
}
