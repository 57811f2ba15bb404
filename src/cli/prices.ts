import type { Command } from 'commander';
import { importerPriser, rettUtskrift, settPrisplan, type Linjefeil } from '../application/priser.js';
import type { Clock } from '../domain/ports.js';
import { textOf } from './files.js';
import { CommandError, kroner, printer, table, type Printer } from './output.js';
import { calendarOf } from './register.js';
import { instant } from './wire.js';
import { withStore, type Open } from './withStore.js';

function refuse(path: string, feil: readonly Linjefeil[], print: Printer): never {
  for (const { linje, feil: text } of feil) print.err(linje === 0 ? `the file ${text}` : `line ${linje}: ${text}`);
  throw new CommandError(`Nothing was taken from ${path}. Correct it and try again.`);
}

function addList(prices: Command, open: Open): void {
  prices
    .command('list')
    .description('Show every price with its beginning, and from which message on it holds')
    .option('--json', 'print JSON, amounts in øre')
    .action(({ json }: { json?: true }, command: Command) =>
      withStore(open, async ({ ledger }) => {
        const print = printer(command);
        const rows = await ledger.prices();
        if (json) return print.out(JSON.stringify(rows, null, 2));
        const head = ['what', 'supplier', 'plan', 'from', 'from message', 'price'];
        const cells = rows.map(({ vare, leverandoer, plan, fra, fraNummer, oere }) => [
          ...[vare, leverandoer ?? '-', plan || '-', instant(fra), String(fraNummer), kroner(oere)],
        ]);
        for (const line of table([head, ...cells])) print.out(line);
      }),
    );
}

function addImport(prices: Command, open: Open): void {
  prices
    .command('import')
    .description('Add prices from a CSV file: vare, fra, oere; leverandoer, fra_nummer and plan where they differ')
    .argument('<file>', 'the file, in UTF-8')
    .action((path: string, _: object, command: Command) =>
      withStore(open, async (store) => {
        const print = printer(command);
        const result = await importerPriser(store)(await textOf(path));
        if (result.type === 'refused') refuse(path, result.feil, print);
        print.out(`${result.nye} prices are new, ${result.like} were there.`);
      }),
    );
}

function addReturned(prices: Command, open: Open, clock: Clock): void {
  prices
    .command('returned')
    .description("Correct print by the printer's own account, a CSV file: forsendelsesId, oere")
    .argument('<file>', 'the file, in UTF-8')
    .action((path: string, _: object, command: Command) =>
      withStore(open, async (store) => {
        const print = printer(command);
        const calendar = await calendarOf({ clock }, store);
        const result = await rettUtskrift({ ...store, calendar })(await textOf(path));
        if (result.type === 'refused') refuse(path, result.feil, print);
        for (const id of result.ukjente) print.err(`${id} has not been charged for print.`);
        print.out(`${result.rettet} letters are corrected, ${result.like} were right.`);
      }),
    );
}

function addPlan(prices: Command, open: Open): void {
  prices
    .command('plan')
    .description("Give a sender the prices of a plan, or everybody's where none is named")
    .argument('<org>', 'organisation number of the sender')
    .argument('[plan]', 'name of the plan', '')
    .action((org: string, plan: string, _: object, command: Command) =>
      withStore(open, async (store) => {
        if (!(await settPrisplan(store)(org, plan)))
          throw new CommandError(`The organisation ${org} is not registered. First: posthorn senders add ${org} NAME`);
        printer(command).out(plan === '' ? `${org} has everybody's prices.` : `${org} has the prices of ${plan}.`);
      }),
    );
}

/** Adds `prices` with `list`, `import`, `returned` and `plan`, on the configured database. */
export function pricesCommands(program: Command, open: Open, clock: Clock): void {
  const prices = program.command('prices').description('What letters cost, from when');
  addList(prices, open);
  addImport(prices, open);
  addReturned(prices, open, clock);
  addPlan(prices, open);
}
