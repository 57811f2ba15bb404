import { InvalidArgumentError, type Command } from 'commander';
import { rotateCertificate } from '../application/addSender.js';
import { parseDate } from '../application/cells.js';
import { importerVirksomheter, slaaSammen } from '../application/virksomheter.js';
import type { Merknad } from '../domain/agencies.js';
import type { Clock } from '../domain/ports.js';
import { fileOf, textOf } from './files.js';
import { CommandError, printer, UsageError } from './output.js';
import { cell } from './wire.js';
import { withStore, type Open } from './withStore.js';

export const unknown = (organisation: string) =>
  new CommandError(
    `The organisation ${organisation} is not registered. Register it first: posthorn senders add ${organisation} NAME`,
  );

export const noCertificate =
  'The certificate file holds no certificate in PEM or DER. Export it again and try once more.';

const sentences: Readonly<Record<Merknad, string>> = {
  REPEATED: 'stands in the list already, and is left out',
  NO_BREAK_SPACE: 'has a no-break space, which is kept as an ordinary one',
  SPACES: 'has spaces too many, which are left out',
  MARK: 'has a mark that is hardly part of the name',
  HYPHEN: 'has a hyphen that lacks a space',
  SPELLING: 'may be misspelt',
  LOWER_CASE_FORM: 'ends in a form of organisation in small letters',
  TOO_LONG: 'is too long, and is left out',
};

function addImport(senders: Command, open: Open, clock: Clock): void {
  senders
    .command('import')
    .description('Keep the names of a list of agencies, one a line in UTF-8, and say which look odd')
    .argument('<file>', 'the list')
    .action((path: string, _: object, command: Command) =>
      withStore(open, async (store) => {
        const print = printer(command);
        const found = await importerVirksomheter({ ...store, clock })(await textOf(path));
        const { linjer, nye, kjente, merket } = found;
        for (const { linje, navn, merknader } of merket)
          print.err(`line ${linje}: "${cell(navn)}" ${merknader.map((m) => sentences[m]).join('; ')}`);
        print.out(`${linjer} lines: ${nye} names are new, ${kjente} were there.`);
      }),
    );
}

function addAgencies(senders: Command, open: Open): void {
  senders
    .command('agencies')
    .description('Show the names that were imported, and the number of those that are registered')
    .action((_: object, command: Command) =>
      withStore(open, async ({ reads }) => {
        const { organisasjoner } = await reads.senders();
        const numbers = new Map(organisasjoner.map(({ navn, organisasjonsnummer }) => [navn, organisasjonsnummer]));
        const print = printer(command);
        for (const navn of await reads.agencies()) print.out(`${numbers.get(navn) ?? '-'.padEnd(9)} ${navn}`);
      }),
    );
}

function date(text: string): Date {
  const found = parseDate(text);
  if (found === undefined) throw new InvalidArgumentError('Give a date like 2020-01-01, or an instant.');
  return found;
}

function addMerge(senders: Command, open: Open, clock: Clock): void {
  senders
    .command('merge')
    .description('Let an organisation go over into another: it may call no more, and what it has sent stays its own')
    .argument('<old>', 'organisation number of the one that ends')
    .argument('<new>', 'organisation number of the one that goes on')
    .option('--from <date>', 'from when; now, unless said otherwise', date)
    .action((old: string, successor: string, { from }: { from?: Date }, command: Command) =>
      withStore(open, async (store) => {
        const result = await slaaSammen(store)(old, successor, from ?? clock.now());
        if (result === 'unknown-old') throw unknown(old);
        if (result === 'unknown-new') throw unknown(successor);
        if (result === 'same-organisation') throw new UsageError('Name two organisations.');
        if (result === 'merged-before')
          throw new CommandError(`${old} has gone over into another organisation. See posthorn senders list.`);
        printer(command).out(`${old} has gone over into ${successor}.`);
      }),
    );
}

function days(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('Give a number of days from 0 to 999.');
  return Number(text);
}

const DAY = 86_400_000;

function addRotate(senders: Command, open: Open, clock: Clock): void {
  senders
    .command('rotate')
    .description('Register a new certificate; those before it end some days later')
    .argument('<org>', 'organisation number')
    .argument('<certificate>', 'the new certificate (PEM or DER)')
    .option('--overlap <days>', 'days for which the old ones are still good', days, 30)
    .action((org: string, path: string, { overlap }: { overlap: number }, command: Command) =>
      withStore(open, async (store) => {
        const until = new Date(clock.now().getTime() + overlap * DAY);
        const result = await rotateCertificate(store)(org, await fileOf(path), until);
        if (result.type !== 'rotated')
          throw result.type === 'unknown-organisation' ? unknown(org) : new CommandError(noCertificate);
        printer(command).out(
          `${org} has the new certificate; ${result.ended} before it end at ${until.toISOString()}.`,
        );
      }),
    );
}

/** Adds `senders import`, `agencies`, `merge` and `rotate`. */
export function senderRegisterCommands(senders: Command, open: Open, clock: Clock): void {
  addImport(senders, open, clock);
  addAgencies(senders, open);
  addMerge(senders, open, clock);
  addRotate(senders, open, clock);
}
