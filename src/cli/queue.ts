import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { takeUpAgain, type TakenUp } from '../application/takeUpAgain.js';
import type { Clock } from '../domain/ports.js';
import type { QueueRow } from '../domain/shipmentPorts.js';
import { CommandError, printer, table, UsageError, visible } from './output.js';
import type { OpenShipments } from './types.js';
import { cell, instant } from './wire.js';
import type { Open } from './withStore.js';
import { withStore } from './withStore.js';

/** Rows of the queue that are looked through: those that wait and those given up stand mixed. */
const ALL = 100_000;

function count(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
}

const head = ['letter', 'sender', 'supplier', 'attempts', 'next attempt', 'last event'];

const rowOf = ({ shipmentId, avsender, leverandoer, forsoek, neste, givenUp, sisteHendelse }: QueueRow): string[] => [
  shipmentId,
  avsender,
  leverandoer ?? '-',
  String(forsoek),
  givenUp ? 'given up' : instant(neste),
  cell(sisteHendelse),
];

function addQueue(program: Command, open: Open<OpenShipments>): void {
  const command = program
    .command('queue')
    .description('Show the letters that wait to be handed on, oldest first')
    .option('--first <n>', 'how many', count, 50)
    .option('--json', 'print them as JSON');
  command.action(({ first, json }: { first: number; json?: true }) =>
    withStore(open, async ({ shipments }) => {
      const print = printer(command);
      const rows = (await shipments.queue(ALL)).filter((row) => !row.givenUp).slice(0, first);
      if (json === true) return print.out(visible(JSON.stringify(rows, null, 2)));
      if (rows.length === 0) return print.out('No letter waits.');
      for (const line of table([head, ...rows.map(rowOf)])) print.out(line);
    }),
  );
}

function addList(group: Command, open: Open<OpenShipments>): void {
  const command = group
    .command('list', { isDefault: true })
    .description('Show the letters that were given up, oldest first')
    .option('--json', 'print them as JSON');
  command.action(({ json }: { json?: true }) =>
    withStore(open, async ({ shipments }) => {
      const print = printer(command);
      const rows = (await shipments.queue(ALL)).filter((row) => row.givenUp);
      if (json === true) return print.out(visible(JSON.stringify(rows, null, 2)));
      if (rows.length === 0) return print.out('No letter has been given up.');
      for (const line of table([head, ...rows.map(rowOf)])) print.out(line);
    }),
  );
}

/** Why a letter is not taken up again, and what to do; undefined when it is. */
function whyNot(id: string, outcome: TakenUp): string | undefined {
  switch (outcome.type) {
    case 'due':
      return undefined;
    case 'unknown':
      return `There is no letter ${id}, and nothing of that id was given up. See posthorn dead-letters.`;
    case 'not-given-up':
      return `The letter is ${outcome.tilstand}: it was not given up.`;
    case 'refused':
      return `The letter was refused (${outcome.grunn}). Send a new one.`;
  }
}

/** A letter's id, or `varsel-` or `formidling-` before another. */
const jobId = /^(?:[a-z]+-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function addRetry(group: Command, open: Open<OpenShipments>, clock: Clock): void {
  const command = group
    .command('retry')
    .description('Take a letter, notices or a message up again that were given up')
    .argument('<id>', 'forsendelsesId, or what dead-letters shows');
  command.action((id: string) => {
    if (!jobId.test(id)) throw new UsageError('It is a UUID, or a word and a UUID. See posthorn dead-letters.');
    return withStore(open, async (store) => {
      const problem = whyNot(id, await takeUpAgain({ ...store, clock })(id));
      if (problem !== undefined) throw new CommandError(problem);
      printer(command).out(`${id} is due now; see posthorn queue.`);
    });
  });
}

/** Adds `queue`, and `dead-letters` with `list` and `retry`, on the configured database. */
export function queueCommands(program: Command, open: Open<OpenShipments>, clock: Clock): void {
  addQueue(program, open);
  const group = program.command('dead-letters').description('Letters that were given up after many attempts');
  addList(group, open);
  addRetry(group, open, clock);
}
