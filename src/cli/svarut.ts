import { InvalidArgumentError, type Command } from 'commander';
import { byttPassord, registrerKonto, type KontoDeps } from '../application/svarut/kontoer.js';
import type { Postadresse } from '../domain/forsendelse.js';
import { lesefristTimer } from '../domain/svarut/lesefrist.js';
import type { SvarUtKonto } from '../domain/svarut/ports.js';
import { CommandError, printer, table, UsageError } from './output.js';
import { svarutLetterCommands, type LetterCommandDeps } from './svarutLetters.js';
import type { OpenStore } from './types.js';
import { withStore, type Open } from './withStore.js';

export interface SvarUtCommandDeps extends Pick<KontoDeps, 'clock' | 'nyttPassord' | 'erNett'>, LetterCommandDeps {
  readonly open: Open;
}

/** The deps of the use cases on an open database. */
export const kontoDeps = (
  { clock, nyttPassord, erNett }: SvarUtCommandDeps,
  { reads, svarut, unitOfWork }: OpenStore,
): KontoDeps => ({
  reads,
  svarut,
  unitOfWork,
  clock,
  nyttPassord,
  erNett,
});

export const badName = (user: string): UsageError =>
  new UsageError(`${user} is no user name: 1 to 64 characters without spaces and colons.`);

export const badNetwork = (): UsageError => new UsageError('Give networks as "10.1.0.0/16,192.0.2.7".');

export const fromHelp = 'networks that it may call from, with commas: "10.1.0.0/16,192.0.2.7"';
export const networks = (text: string): string[] => text.split(',').map((network) => network.trim());

export const unknownOrganisation = (org: string): CommandError =>
  new CommandError(`The organisation ${org} is not registered. First: posthorn senders add ${org} NAME`);

/** Told once: nobody can read it again. */
export const shown = (user: string, password: string): string => `Password of ${user}, shown this once: ${password}`;

/** `Navn;Gata 1;0150;OSLO`: a name, up to three lines, postal code and town. */
function address(text: string): Postadresse {
  const parts = text.split(';').map((part) => part.trim());
  const [navn = '', ...rest] = parts;
  const [postnummer = '', poststed = ''] = rest.slice(-2);
  const adresselinjer = rest.slice(0, -2);
  if (navn === '' || !/^\d{4}$/.test(postnummer) || poststed === '' || adresselinjer.length > 3)
    throw new InvalidArgumentError('Give it as "Name;Street 1;0150;OSLO": up to three lines before the postal code.');
  return { navn, adresselinjer, postnummer, poststed };
}

function hours(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Give whole hours from 1 to 9999.');
  return Number(text);
}

interface AccountOptions {
  readonly altinn: boolean;
  readonly mailboxes: boolean;
  readonly reprint: boolean;
  readonly readingHours: number;
  readonly readingHoursPriority?: number;
  readonly mailNotice?: string;
  readonly smsNotice?: string;
  readonly returnAddress?: Postadresse;
  readonly from?: readonly string[];
}

const rulesOf = (brukernavn: string, options: AccountOptions): SvarUtKonto => ({
  brukernavn,
  altinn: options.altinn,
  sdp: options.mailboxes,
  ettersending: options.reprint,
  lesetimer: options.readingHours,
  lesetimerApost: options.readingHoursPriority ?? null,
  varsel: { epost: options.mailNotice ?? null, sms: options.smsNotice ?? null },
  returadresse: options.returnAddress ?? null,
});

function addAccount(accounts: Command, deps: SvarUtCommandDeps): void {
  accounts
    .command('add')
    .description('Register an account that sends by SvarUt, or set its rules anew')
    .argument('<user>', 'user name of the account')
    .argument('<org>', 'organisation number of the sender')
    .option('--no-altinn', 'send nothing to Altinn')
    .option('--no-mailboxes', 'send nothing to digital mailboxes')
    .option('--no-reprint', 'leave unread letters to organisations digital')
    .option('--reading-hours <n>', 'working hours until an unread letter is printed', hours, lesefristTimer)
    .option('--reading-hours-priority <n>', 'the same for A-post', hours)
    .option('--mail-notice <text>', 'what mailboxes say in their notices by e-mail')
    .option('--sms-notice <text>', 'what they say by SMS')
    .option('--from <networks>', fromHelp, networks)
    .option('--return-address <address>', 'where paper comes back to: "Name;Street 1;0150;OSLO"', address)
    .action((brukernavn: string, org: string, options: AccountOptions, command: Command) =>
      withStore(deps.open, async (store) => {
        const result = await registrerKonto(kontoDeps(deps, store))(org, rulesOf(brukernavn, options), options.from);
        const print = printer(command);
        if (result.type === 'invalid-name') throw badName(brukernavn);
        if (result.type === 'invalid-network') throw badNetwork();
        if (result.type === 'invalid-notice') throw new UsageError(`The notice cannot be used: ${result.grunn}.`);
        if (result.type === 'unknown-organisation') throw unknownOrganisation(org);
        if (result.type === 'other-organisation')
          throw new CommandError(`The account ${brukernavn} belongs to another organisation. Choose another name.`);
        if (options.returnAddress === undefined)
          print.err('Without --return-address only orders that name one in svarSendesTil can go on paper.');
        if (result.type === 'updated') return print.out(`${brukernavn} was registered already and is updated.`);
        if ('passord' in result) print.out(shown(brukernavn, result.passord));
      }),
    );
}

function addRotate(accounts: Command, deps: SvarUtCommandDeps): void {
  accounts
    .command('rotate')
    .description('Give an account a new password; the old one is good no more')
    .argument('<user>', 'user name of the account')
    .action((user: string, _: unknown, command: Command) =>
      withStore(deps.open, async (store) => {
        const password = await byttPassord(kontoDeps(deps, store))('SVARUT', user);
        if (password === undefined)
          throw new CommandError(`There is no account ${user}. See posthorn svarut accounts list.`);
        printer(command).out(shown(user, password));
      }),
    );
}

const yes = (holds: boolean): string => (holds ? 'yes' : 'no');

function addList(accounts: Command, deps: SvarUtCommandDeps): void {
  accounts
    .command('list')
    .description('Show the accounts that send by SvarUt, and their rules')
    .action((_: unknown, command: Command) =>
      withStore(deps.open, async ({ reads, svarut }) => {
        const accounts = (await reads.senders()).legitimasjoner.filter(({ tjeneste }) => tjeneste === 'SVARUT');
        const known = new Map(accounts.map((account) => [account.brukernavn, account]));
        const rows = (await svarut.kontoer()).map((konto) => [
          konto.brukernavn,
          known.get(konto.brukernavn)?.organisasjonsnummer ?? '-',
          yes(konto.altinn),
          yes(konto.sdp),
          yes(konto.ettersending),
          String(konto.lesetimer),
          String(konto.lesetimerApost ?? konto.lesetimer),
          konto.returadresse?.navn ?? '-',
          known.get(konto.brukernavn)?.nett?.join(',') ?? 'everywhere',
        ]);
        const head = [
          'account',
          'organisation',
          'Altinn',
          'mailboxes',
          'reprint',
          'hours',
          'A-post',
          'return address',
          'from',
        ];
        for (const line of table([head, ...rows])) printer(command).out(line);
      }),
    );
}

function typesCommands(svarut: Command, { open }: SvarUtCommandDeps): void {
  const types = svarut.command('types').description('Types that letters may have (forsendelsestyper)');
  types
    .command('add')
    .description('Let letters have a type')
    .argument('<name>', 'the type')
    .action((name: string, _: unknown, command: Command) =>
      withStore(open, async ({ unitOfWork }) => {
        if (!/^[^\p{C}]{1,255}$/u.test(name) || name.trim() === '')
          throw new UsageError('A type has 1 to 255 characters.');
        await unitOfWork((tx) => tx.putForsendelseType(name));
        printer(command).out(`Letters may be of the type ${name}.`);
      }),
    );
  types
    .command('list')
    .description('Show the types')
    .action((_: unknown, command: Command) =>
      withStore(open, async (store) => {
        for (const name of await store.svarut.forsendelseTyper()) printer(command).out(name);
      }),
    );
}

/** Adds `svarut accounts`, `svarut types`, and what is done about letters. */
export function svarutCommands(program: Command, deps: SvarUtCommandDeps): void {
  const svarut = program
    .command('svarut')
    .description('SvarUt: accounts, types of letters, and what is done about letters');
  const accounts = svarut.command('accounts').description('Accounts that send by SvarUt');
  addAccount(accounts, deps);
  addRotate(accounts, deps);
  addList(accounts, deps);
  typesCommands(svarut, deps);
  svarutLetterCommands(svarut, deps);
}
