import { Argument, Option, type Command } from 'commander';
import { addSender, type AddSenderResult } from '../application/addSender.js';
import { allowService, tjenester } from '../application/allowService.js';
import { delegateSender, type DelegateSenderResult } from '../application/delegateSender.js';
import type { Clock } from '../domain/ports.js';
import { sektorer, type Sektor, type SenderData, type Tjeneste } from '../domain/sender.js';
import { documentTypeCommands } from './documentTypes.js';
import { fileOf } from './files.js';
import { onboarding } from './onboarding.js';
import { CommandError, printer, table, UsageError } from './output.js';
import { noCertificate, senderRegisterCommands, unknown } from './senderRegister.js';
import { withStore, type Open } from './withStore.js';

interface AddOptions {
  readonly withoutMailbox: 'UTSKRIFT' | 'PORTAL' | 'ALTINN';
  readonly ownNotices: boolean;
  readonly paperUnnotified: boolean;
  certificate?: string;
  allowUnsignedOnBehalf: boolean;
  readonly sector?: Sektor | 'PRIVAT';
}

function addAdd(senders: Command, open: Open, clock: Clock): void {
  const say = (organisation: string, result: AddSenderResult): string => {
    if (result === 'invalid-organisation') {
      throw new UsageError(`${organisation} is no organisation number: nine digits with a check digit. Check it.`);
    }
    if (result === 'invalid-certificate') throw new CommandError(noCertificate);
    if (result === 'private') throw new CommandError('Only public bodies send here: a private one is no sender.');
    if (result === 'merged') throw new CommandError(`${organisation} has gone over into another organisation.`);
    return result === 'added' ? 'is registered' : 'was registered already and is updated';
  };
  senders
    .command('add')
    .description('Register an organisation that may call, or set its name and policy anew')
    .argument('<org>', 'organisation number, nine digits')
    .argument('<name>', 'name of the organisation')
    .option(
      '--certificate <file>',
      'register this certificate (PEM or DER); the organisation may then use registered ones only',
    )
    .option('--allow-unsigned-on-behalf', 'accept an Oppslagstjenesten header that is not signed', false)
    .addOption(
      new Option('--without-mailbox <way>', 'where letters to persons without a mailbox go')
        .choices(['UTSKRIFT', 'PORTAL', 'ALTINN'])
        .default('UTSKRIFT'),
    )
    .addOption(new Option('--sector <sector>', 'what kind of body it is').choices([...sektorer, 'PRIVAT']))
    .option('--own-notices', 'the organisation notifies by itself: no notices are ordered', false)
    .option('--paper-unnotified', 'decisions in its own portal go on paper when nobody could be notified', false)
    .action((organisation: string, navn: string, options: AddOptions, command: Command) =>
      withStore(open, async (store) => {
        const file = options.certificate && (await fileOf(options.certificate));
        const result = await addSender({ ...store, clock })({
          organisasjonsnummer: organisation,
          navn,
          tillatUsignertPaaVegneAv: options.allowUnsignedOnBehalf,
          avsenderpolicy: {
            utenPostkasse: options.withoutMailbox,
            egenVarsling: options.ownNotices,
            ...(options.paperUnnotified && { papirUtenVarsel: true }),
          },
          ...(options.sector && { sektor: options.sector }),
          ...(file && { sertifikat: file }),
        });
        const registered = `${organisation} ${navn} ${say(organisation, result)}.`;
        for (const line of [registered, ...onboarding(options.sector)]) printer(command).out(line);
      }),
    );
}

function addAllow(senders: Command, open: Open, clock: Clock): void {
  senders
    .command('allow')
    .description('Give an organisation the right to a service')
    .argument('<org>', 'organisation number')
    .addArgument(new Argument('<service>', 'the service').choices(tjenester))
    .action((organisation: string, service: Tjeneste, _options: object, command: Command) =>
      withStore(open, async (store) => {
        const result = await allowService({ ...store, clock })(organisation, service);
        if (result === 'unknown-organisation') throw unknown(organisation);
        printer(command).out(`${organisation} may use ${service}.`);
      }),
    );
}

function addDelegate(senders: Command, open: Open, clock: Clock): void {
  const refuse = (result: DelegateSenderResult, supplier: string, organisation: string): void => {
    if (result === 'unknown-supplier') throw unknown(supplier);
    if (result === 'unknown-organisation') throw unknown(organisation);
    if (result === 'same-organisation') {
      throw new UsageError('An organisation acts for itself without a delegation. Name two organisations.');
    }
  };
  senders
    .command('delegate')
    .description('Let a supplier act for an organisation')
    .argument('<supplier>', 'organisation number of the supplier')
    .argument('<org>', 'organisation number acted for')
    .action((supplier: string, organisation: string, _options: object, command: Command) =>
      withStore(open, async (store) => {
        refuse(await delegateSender({ ...store, clock })(supplier, organisation), supplier, organisation);
        printer(command).out(`${supplier} may act for ${organisation}, in the services that ${organisation} may use.`);
      }),
    );
}

/** One organisation with all that is known of it; no password hash, and of a certificate the fingerprint only. */
function overview(data: SenderData) {
  const period = ({ fra, til }: { fra: Date; til: Date | null }) => ({ fra, til });
  return data.organisasjoner.map((o) => ({
    ...o,
    rettigheter: data.rettigheter
      .filter((r) => r.organisasjon === o.organisasjonsnummer)
      .map((r) => ({ tjeneste: r.tjeneste, ...period(r) })),
    handlerFor: data.delegeringer
      .filter((d) => d.leverandoer === o.organisasjonsnummer)
      .map((d) => ({ oppdragsgiver: d.oppdragsgiver, ...period(d) })),
    sertifikater: data.sertifikater
      .filter((c) => c.organisasjonsnummer === o.organisasjonsnummer)
      .map((c) => ({ fingeravtrykk: c.fingeravtrykk, ...period(c) })),
    brukere: data.legitimasjoner
      .filter((l) => l.organisasjonsnummer === o.organisasjonsnummer)
      .map(({ tjeneste, brukernavn }) => ({ tjeneste, brukernavn })),
  }));
}

function overviewTable(data: SenderData, now: Date): string[] {
  const ended = ({ til }: { til?: Date | null }) => (til && til <= now ? ' (ended)' : '');
  const list = <T extends { til?: Date | null }>(rows: readonly T[], text: (row: T) => string) =>
    rows.map((row) => text(row) + ended(row)).join(', ') || '-';
  const head = ['organisation', 'name', 'services', 'acts for', 'certificates', 'users', 'unsigned on behalf'];
  const rows = overview(data).map((o) => [
    o.organisasjonsnummer,
    o.navn + (o.etterfoelger === undefined ? ended(o) : ` (into ${o.etterfoelger})`),
    list(o.rettigheter, (r) => r.tjeneste),
    list(o.handlerFor, (d) => d.oppdragsgiver),
    list(o.sertifikater, (c) => c.fingeravtrykk.slice(0, 12)),
    o.brukere.map((user) => user.brukernavn).join(', ') || '-',
    o.tillatUsignertPaaVegneAv ? 'allowed' : '-',
  ]);
  return table([head, ...rows]);
}

function addList(senders: Command, open: Open, clock: Clock): void {
  senders
    .command('list')
    .description('Show every organisation with its rights, delegations and certificates')
    .option('--json', 'as JSON', false)
    .action(({ json }: { json: boolean }, command: Command) =>
      withStore(open, async ({ reads }) => {
        const data = await reads.senders();
        const print = printer(command);
        const lines = json ? [JSON.stringify(overview(data), null, 2)] : overviewTable(data, clock.now());
        for (const line of lines) print.out(line);
      }),
    );
}

/** Adds `senders add`, `allow`, `delegate`, `list`, and those about the register. Their actions throw; see `reportError`. */
export function sendersCommands(program: Command, open: Open, clock: Clock = { now: () => new Date() }): void {
  const senders = program.command('senders').description('Who may call, with what, for whom');
  addAdd(senders, open, clock);
  addAllow(senders, open, clock);
  addDelegate(senders, open, clock);
  addList(senders, open, clock);
  senderRegisterCommands(senders, open, clock);
  documentTypeCommands(senders, open);
}
