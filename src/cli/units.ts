import type { Command } from 'commander';
import { importInto } from '../application/importRegister.js';
import { openUnitFile } from '../application/unitFile.js';
import { unitReader } from '../application/unitRow.js';
import {
  papiradresse,
  utenVarslingsadresse,
  type Enhet,
  type Enhetsadresse,
  type Enhetsregister,
} from '../domain/enhet.js';
import { validOrganisasjonsnummer } from '../domain/identifier.js';
import { CommandError, printer, table, UsageError, type Printer } from './output.js';
import { importing, readable, tellErrors } from './importing.js';
import { cell } from './wire.js';
import { withStore, type Open } from './withStore.js';

/** An open database, as far as these commands need it. */
export interface OpenUnits {
  readonly enheter: Enhetsregister;
  close(): Promise<void>;
}

export interface UnitsCommandDeps {
  /** As for `register import`. */
  readonly terminal?: boolean;
}

async function runImport(
  store: OpenUnits,
  path: string,
  options: { skipErrors: boolean; terminal?: boolean | undefined },
  print: Printer,
) {
  const file = await readable(openUnitFile(path));
  const { read, deleted } = unitReader();
  const result = await importing(importInto(store.enheter.enhetsimport, read), file, options, print);
  tellErrors(path, result, print);
  const skipped = result.rowsWithErrors > 0 ? `; ${result.rowsWithErrors} rows with errors left out` : '';
  print.out(
    `Imported ${path}: ${result.changed} units, ${deleted()} of them deleted${skipped}. They take the place of those before.`,
  );
}

function addImport(units: Command, open: Open<OpenUnits>, { terminal }: UnitsCommandDeps): void {
  units
    .command('import')
    .description(
      'Import the open download of Enhetsregisteret (enheter), all of it or nothing; it takes the place of the one before. An import that was broken off is resumed',
    )
    .argument('<file>', 'JSON array, JSON Lines or CSV, plain or gzip, told by the content')
    .option('--skip-errors', 'import the good rows although others have errors', false)
    .action((path: string, options: { skipErrors: boolean }, command: Command) =>
      withStore(open, (store) => runImport(store, path, { ...options, terminal }, printer(command))),
    );
}

const address = (a: Enhetsadresse | null): string =>
  a === null
    ? '-'
    : [...a.adresselinjer, [a.postnummer, a.poststed].filter(Boolean).join(' '), a.landkode ?? '']
        .filter(Boolean)
        .join(', ');

function tellUnit(unit: Enhet, print: Printer): void {
  const facts: (readonly [string, string])[] = [
    ['organisasjonsnummer', unit.organisasjonsnummer],
    ['navn', unit.navn],
    ['organisasjonsform', unit.organisasjonsform ?? '-'],
    ['forretningsadresse', address(unit.forretningsadresse)],
    ['postadresse', address(unit.postadresse)],
    ['epostadresse', unit.epostadresse ?? '-'],
    ['mobil', unit.mobil ?? '-'],
    ['slettet', unit.slettet ?? '-'],
  ];
  for (const line of table(facts.map(([name, value]) => [name, cell(value)]))) print.out(line);
  if (unit.slettet !== null) print.out('The unit is deleted: no letter goes on paper by its address.');
  else if (papiradresse(unit) === null) print.out('Its addresses are no address for paper.');
  if (utenVarslingsadresse(unit)) print.out('It has neither e-mail address nor mobile number: nobody may be notified.');
}

function addShow(units: Command, open: Open<OpenUnits>): void {
  units
    .command('show')
    .description('Show a unit as Enhetsregisteret has it here')
    .argument('<org>', 'organisation number, nine digits')
    .action((id: string, _options: object, command: Command) => {
      if (!validOrganisasjonsnummer(id))
        throw new UsageError(`${id} is no organisation number: nine digits with a check digit. Check it.`);
      return withStore(open, async ({ enheter }) => {
        const unit = (await enheter.find([id])).get(id);
        if (unit === undefined)
          throw new CommandError(`${id} is not in Enhetsregisteret as it is here. See posthorn units import.`);
        tellUnit(unit, printer(command));
      });
    });
}

/** Adds `units import` and `units show`. Their actions throw; see `reportError`. */
export function unitsCommands(program: Command, open: Open<OpenUnits>, deps: UnitsCommandDeps = {}): void {
  const units = program.command('units').description('Enhetsregisteret: names and addresses of businesses');
  addImport(units, open, deps);
  addShow(units, open);
}
