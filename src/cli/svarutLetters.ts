import { InvalidArgumentError, Option, type Command } from 'commander';
import { mottakermerke, referansemerke } from '../application/svarut/deps.js';
import { settMottatt, slettDokumenter } from '../application/svarut/drift.js';
import { stans, type StansDeps, type Stanset } from '../application/svarut/stans.js';
import { osloInstant } from '../domain/oslo.js';
import type { Soek, SvarUtBrev } from '../domain/svarut/ports.js';
import { utfylt } from '../domain/svarut/historikk.js';
import { svarutStatuser, type SvarUtStatus } from '../domain/svarut/status.js';
import { CommandError, printer, table } from './output.js';
import type { OpenShipments } from './types.js';
import { cell, instant } from './wire.js';
import { withStore, type Open } from './withStore.js';

export interface LetterCommandDeps extends Pick<StansDeps, 'clock'> {
  readonly openShipments: Open<OpenShipments>;
  /** What stands for a text in the database: as `SvarUtDeps`. */
  readonly merke: () => Promise<(tekst: string) => Buffer>;
}

/** The deps of the use cases on an open database, with its calendar. */
async function stansDeps({ clock }: LetterCommandDeps, { unitOfWork, calendar }: OpenShipments): Promise<StansDeps> {
  const ahead = await calendar.ahead();
  return { unitOfWork, clock, calendar: { now: () => new Date(clock.now().getTime() + ahead) } };
}

const problems: Readonly<Record<Exclude<Stanset['type'], 'stopped'>, (id: string) => string>> = {
  unknown: (id) => `There is no SvarUt letter ${id}.`,
  busy: () => 'The letter is being handed on at this moment. Try again in a minute.',
  late: () => 'The letter has been handed to somebody who gives nothing back: a mailbox, the printer, or its reader.',
};

function addStop(svarut: Command, deps: LetterCommandDeps): void {
  svarut
    .command('stop')
    .description('Stop a letter that is not printed yet, or was given up: it is handled by hand (MANUELT_HANDTERT)')
    .argument('<id>', 'forsendelsesid')
    .action((id: string, _: unknown, command: Command) =>
      withStore(deps.openShipments, async (store) => {
        const result = await stans(await stansDeps(deps, store))(id);
        if (result.type !== 'stopped') throw new CommandError(problems[result.type](id));
        printer(command).out(`${id} is stopped.`);
      }),
    );
}

function addDelete(svarut: Command, { openShipments }: LetterCommandDeps): void {
  svarut
    .command('delete')
    .description('Remove the documents of a letter that is through, before their time')
    .argument('<id>', 'forsendelsesid')
    .action((id: string, _: unknown, command: Command) =>
      withStore(openShipments, async (store) => {
        const result = await slettDokumenter(store)(id);
        if (result === 'unknown') throw new CommandError(problems.unknown(id));
        if (result === 'needed')
          throw new CommandError(`The letter is still under way. First: posthorn svarut stop ${id}`);
        printer(command).out(`The documents of ${id} are removed with the next round, within a second.`);
      }),
    );
}

function day(text: string): Date {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('Give a day as 2026-01-31.');
  return osloInstant(at);
}

/** A cell of a CSV file: a spreadsheet takes nothing in it for a formula. */
const csvCell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

function addStatistics(svarut: Command, { openShipments }: LetterCommandDeps): void {
  svarut
    .command('statistics')
    .description('Count letters by account, konteringskode and status')
    .requiredOption('--from <day>', 'the first day', day)
    .requiredOption('--before <day>', 'the day after the last', day)
    .option('--csv', 'print them as CSV')
    .action(({ from, before, csv }: { from: Date; before: Date; csv?: true }, command: Command) =>
      withStore(openShipments, async (store) => {
        const counted = (await store.svarut.statistikk(from, before)).map((row) => [
          row.konto,
          row.konteringskode ?? '',
          row.status,
          String(row.antall),
        ]);
        const rows = [['account', 'konteringskode', 'status', 'letters'], ...counted];
        const lines = csv === true ? rows.map((row) => row.map(csvCell).join(',')) : table(rows);
        for (const line of lines) printer(command).out(line);
      }),
    );
}

interface SearchOptions {
  readonly id?: string;
  readonly reference?: string;
  readonly recipient?: string;
  readonly status?: SvarUtStatus;
  readonly account?: string;
  readonly first: number;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1 to 9999.');
  return Number(text);
}

const head = ['letter', 'account', 'status', 'since', 'received', 'konteringskode'];

const rowOf = (brev: SvarUtBrev): string[] => [
  brev.shipmentId,
  brev.konto,
  brev.status,
  instant(brev.statusEndret),
  instant(brev.mottatt),
  cell(brev.konteringskode) || '-',
];

/** Letters that an operator looks for, newest first. */
async function found({ merke }: LetterCommandDeps, { svarut }: OpenShipments, options: SearchOptions) {
  const { id, reference, recipient, status, account, first } = options;
  if (id !== undefined) {
    const brev = await svarut.brev(id);
    return brev === undefined ? [] : [brev];
  }
  const mark = await merke();
  const after: Soek = {
    ...(reference !== undefined && { eksternref: referansemerke({ merke: mark }, reference) }),
    ...(recipient !== undefined && { mottaker: mottakermerke({ merke: mark }, recipient) }),
    ...(status !== undefined && { status }),
    ...(account !== undefined && { konto: account }),
  };
  return svarut.soek(after, first);
}

function addSearch(svarut: Command, deps: LetterCommandDeps): void {
  svarut
    .command('search')
    .description('Find letters, the newest first; one that is named by its id with its history')
    .option('--id <id>', 'forsendelsesid')
    .option('--reference <eksternref>', 'the reference of its sender')
    .option('--recipient <number>', 'national id or organisation number')
    .addOption(new Option('--status <status>', 'its status').choices(svarutStatuser))
    .option('--account <user>', 'the account that sent it')
    .option('--first <n>', 'how many', count, 50)
    .action((options: SearchOptions, command: Command) =>
      withStore(deps.openShipments, async (store) => {
        const letters = await found(deps, store, options);
        if (letters.length === 0) return printer(command).out('There is no such letter.');
        for (const line of table([head, ...letters.map(rowOf)])) printer(command).out(line);
        if (options.id === undefined) return;
        for (const { tid, tekst } of await store.shipments.events(options.id))
          printer(command).out(`${instant(tid)}  ${cell(utfylt(tekst.nb, '***', '***'))}`);
      }),
    );
}

/** Adds what is done about letters to `svarut`: `search`, `stop`, `delete` and `statistics`. */
export function svarutLetterCommands(svarut: Command, deps: LetterCommandDeps): void {
  addSearch(svarut, deps);
  addStop(svarut, deps);
  addDelete(svarut, deps);
  addStatistics(svarut, deps);
}

/** Adds what is done about letters to `svarinn`: `waiting` and `received`. */
export function svarinnLetterCommands(svarinn: Command, deps: LetterCommandDeps): void {
  svarinn
    .command('waiting')
    .description('Show the systems that have letters to fetch, how many, and since when')
    .action((_: unknown, command: Command) =>
      withStore(deps.openShipments, async ({ svarut }) => {
        const waiting = await svarut.liggende(deps.clock.now());
        const rows = waiting.map(({ mottakersystem, antall, eldste }) => [
          mottakersystem,
          String(antall),
          instant(eldste),
        ]);
        if (rows.length === 0) return printer(command).out('No letter waits for a receiving system.');
        for (const line of table([['receiver', 'letters', 'oldest'], ...rows])) printer(command).out(line);
      }),
    );
  svarinn
    .command('received')
    .description('Say that a letter has been received which its system does not acknowledge: the sender sees LEST')
    .argument('<id>', 'forsendelsesid')
    .action((id: string, _: unknown, command: Command) =>
      withStore(deps.openShipments, async (store) => {
        if (!(await settMottatt(await stansDeps(deps, store))(id)))
          throw new CommandError(`${id} does not wait for a receiving system.`);
        printer(command).out(`${id} is received.`);
      }),
    );
}
