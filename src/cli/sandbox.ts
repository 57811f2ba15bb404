import type { Command } from 'commander';
import { Option } from 'commander';
import type { Reads } from '../domain/ports.js';
import { mailboxes, newAddress, type Mailbox } from './mailbox.js';
import { CommandError, printer, table, UsageError, visible } from './output.js';
import { addClock, type ClockCommandDeps } from './sandboxClock.js';
import { cell, instant } from './wire.js';
import { withStore } from './withStore.js';

export interface SandboxCommandDeps extends ClockCommandDeps {
  /** Scheme, host and port of the sandbox that runs here, when one does. */
  readonly sandboxUrl: () => Promise<string | undefined>;
  /** Runs the sandbox in this process. */
  readonly start: () => Promise<void>;
  /** Organisation numbers of the mailbox suppliers, as the register names them. */
  readonly suppliers: Readonly<Record<Mailbox, string>>;
}

/** A letter as the sandbox tells of it. */
interface InboxLetter {
  readonly provider: string;
  readonly conversationId: string;
  readonly received: string;
  readonly title: string;
  readonly from: string;
  readonly level: number;
  readonly opened: string | null;
  readonly files: readonly { readonly name: string; readonly octets: number }[];
  readonly notices: readonly string[];
  readonly notified: readonly { readonly at: string; readonly by: string }[];
}

interface Opening {
  readonly opened: readonly string[];
  readonly stepUp: readonly string[];
}

function recipient(id: string): string {
  if (!/^(\d{9}|\d{11})$/.test(id))
    throw new UsageError('A person has a number of 11 digits, and a business one of 9. Check the number.');
  return id;
}

function person(id: string): string {
  if (!/^\d{11}$/.test(id)) throw new UsageError('A personidentifikator has 11 digits. Check the number.');
  return id;
}

/** Asks the sandbox. @throws UsageError when none runs, CommandError when it does not answer */
async function ask(deps: SandboxCommandDeps, method: 'GET' | 'POST', path: string): Promise<unknown> {
  const url = await deps.sandboxUrl();
  if (url === undefined) throw new UsageError('No sandbox runs on this data directory. Start one with npm start.');
  const response = await fetch(`${url}/control/${path}`, { method }).catch(() => undefined);
  if (response?.ok !== true) {
    throw new CommandError(`The sandbox at ${url} does not answer as it should. Start it again with npm start.`);
  }
  return response.json();
}

const inboxRow = (letter: InboxLetter): string[] => [
  cell(letter.provider),
  instant(new Date(letter.received)),
  cell(letter.title),
  cell(letter.from),
  String(letter.level),
  letter.opened === null ? 'no' : instant(new Date(letter.opened)),
  letter.files.map((f) => `${cell(f.name)} (${f.octets})`).join(', '),
];

/** A notice as the sandbox tells of it. */
interface Notice {
  readonly kanal: 'EPOST' | 'SMS';
  readonly mottatt: string;
  readonly til: string;
  readonly emne: string | null;
  readonly tekst: string;
}

const noticeRow = ({ kanal, mottatt, til, emne, tekst }: Notice): string[] => [
  kanal === 'SMS' ? 'SMS' : 'e-mail',
  instant(new Date(mottatt)),
  cell(til),
  cell([emne, tekst].filter((part) => part !== null).join(': ')),
];

function addNotices(group: Command, deps: SandboxCommandDeps): void {
  const command = group
    .command('notices')
    .description('Show the e-mails and SMS that the gateway has sent to the simulated mail server and SMS gateway')
    .addOption(new Option('--down', 'let both be down instead').conflicts('up'))
    .option('--up', 'let both be up again')
    .option('--json', 'print them as JSON');
  command.action(async ({ down, up, json }: { down?: true; up?: true; json?: true }) => {
    const print = printer(command);
    if (down === true || up === true) {
      await ask(deps, 'POST', `notices?down=${down === true}`);
      return print.out(`The mail server and the SMS gateway are ${down === true ? 'down' : 'up'}.`);
    }
    const notices = (await ask(deps, 'GET', 'notices')) as readonly Notice[];
    if (json === true) return print.out(visible(JSON.stringify(notices, null, 2)));
    if (notices.length === 0) return print.out('No notice has come.');
    for (const line of table([['by', 'received', 'to', 'notice'], ...notices.map(noticeRow)])) print.out(line);
  });
}

const noneOfPerson = 'No letter is in a mailbox of this person.';
const noneOfBusiness = 'No letter lies in Altinn for this business.';

function addInbox(group: Command, deps: SandboxCommandDeps): void {
  const command = group
    .command('inbox')
    .description('Show the letters that a person or a business has in the simulated mailboxes and Altinn')
    .argument('<id>', 'personidentifikator, 11 digits, or organisation number, 9')
    .option('--json', 'print them as JSON, with the texts of notices');
  command.action(async (id: string, { json }: { json?: true }) => {
    const print = printer(command);
    const letters = (await ask(deps, 'GET', `inbox/${recipient(id)}`)) as readonly InboxLetter[];
    if (json === true) return print.out(visible(JSON.stringify(letters, null, 2)));
    if (letters.length === 0) return print.out(id.length === 9 ? noneOfBusiness : noneOfPerson);
    const head = ['mailbox', 'received', 'title', 'from', 'level', 'opened', 'files (octets)'];
    for (const line of table([head, ...letters.map(inboxRow)])) print.out(line);
    for (const { title, notices, notified } of letters) {
      for (const notice of notices) print.out(`${cell(title)}: notice ${cell(notice)}`);
      for (const { at, by } of notified) print.out(`${cell(title)}: notified ${instant(new Date(at))} by ${cell(by)}`);
    }
  });
}

function addOpen(group: Command, deps: SandboxCommandDeps): void {
  const command = group
    .command('open')
    .description('Open what a person or a business has not read, as one who has logged in at a level')
    .argument('<id>', 'personidentifikator, 11 digits, or organisation number, 9')
    .addOption(new Option('--level <level>', 'level of the log-in').choices(['3', '4']).default('4'));
  command.action(async (id: string, { level }: { level: string }) => {
    const print = printer(command);
    const { opened, stepUp } = (await ask(deps, 'POST', `open/${recipient(id)}?level=${level}`)) as Opening;
    if (opened.length + stepUp.length === 0) print.out('There is nothing unread.');
    for (const letter of opened) print.out(`${cell(letter)} is opened.`);
    for (const letter of stepUp) print.err(`${cell(letter)} stays closed: it asks for a log-in at level 4 (R-27).`);
    if (stepUp.length > 0) throw new CommandError('Log in again at the higher level: --level 4.');
  });
}

/** The person, with its mailbox. @throws UsageError, CommandError */
async function mailboxOf(reads: Pick<Reads, 'persons'>, id: string, { suppliers }: SandboxCommandDeps) {
  const found = (await reads.persons([person(id)])).get(id);
  const mailbox = mailboxes.find((m) => suppliers[m] === found?.postkasse?.postkasseleverandoerAdresse);
  if (found === undefined || mailbox === undefined) {
    throw new CommandError('This person has no mailbox at Digipost or e-Boks. See posthorn register show.');
  }
  return { found, mailbox };
}

function addSwitch(group: Command, deps: SandboxCommandDeps): void {
  const command = group
    .command('switch')
    .description('Move a person to the other mailbox supplier, in the simulated mailboxes and in the register')
    .argument('<id>', 'personidentifikator, 11 digits');
  command.action((id: string) =>
    withStore(deps.open, async ({ reads, unitOfWork }) => {
      const { found, mailbox: from } = await mailboxOf(reads, id, deps);
      const to = from === 'digipost' ? 'eboks' : 'digipost';
      await ask(deps, 'POST', `switch/${id}?to=${to}`);
      const postkasse = { postkasseadresse: newAddress[to](), postkasseleverandoerAdresse: deps.suppliers[to] };
      await unitOfWork((tx) => tx.upsertPersons([{ ...found, postkasse }]));
      const way = `A letter under way to ${from} comes back with an error, is looked up once more, and goes to ${to} (R-28).`;
      printer(command).out(`Moved from ${from} to ${to}. ${way}`);
    }),
  );
}

interface Moving {
  readonly moved: readonly string[];
  readonly failed: readonly string[];
}

function addMove(group: Command, deps: SandboxCommandDeps): void {
  const command = group
    .command('move')
    .description('Take the letters of a person along to the mailbox that it has in the register, by the broker')
    .argument('<id>', 'personidentifikator, 11 digits');
  command.action((id: string) =>
    withStore(deps.open, async ({ reads }) => {
      const print = printer(command);
      const { found, mailbox: to } = await mailboxOf(reads, id, deps);
      const address = encodeURIComponent(found.postkasse?.postkasseadresse ?? '');
      const { moved, failed } = (await ask(deps, 'POST', `move/${id}?to=${to}&address=${address}`)) as Moving;
      for (const letter of moved) print.out(`${cell(letter)} lies in ${to} now (R-28).`);
      for (const letter of failed) print.err(`${cell(letter)} stays where it is.`);
      if (moved.length + failed.length === 0) print.out('No letter lies in another mailbox.');
      if (failed.length > 0) throw new CommandError('See what the sandbox says about it, and try again.');
    }),
  );
}

function addStart(group: Command, { start }: SandboxCommandDeps): void {
  group.command('start').description('Run the sandbox alone, until it is told to stop').action(start);
}

/** Adds `sandbox start`, `inbox`, `notices`, `open`, `switch`, `move` and `clock`. */
export function sandboxCommands(program: Command, deps: SandboxCommandDeps): void {
  const group = program.command('sandbox').description('Simulated national services, and what their users do');
  addStart(group, deps);
  addInbox(group, deps);
  addNotices(group, deps);
  addOpen(group, deps);
  addSwitch(group, deps);
  addMove(group, deps);
  addClock(group, deps);
}
