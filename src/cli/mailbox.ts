import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { Option } from 'commander';
import { callMailboxes, type MailboxService } from '../client/postkasse.js';
import type { Svar } from '../contract/postkasse/encode.js';
import type { Foresporsel } from '../contract/postkasse/names.js';
import { TJENESTE_ORGANISASJONSNUMMER } from '../contract/oppslagstjenesten/names.js';
import type { Eid } from '../domain/postkasse.js';
import { eider } from '../domain/postkasse.js';
import { errorText, Failure } from '../errors.js';
import { readNamed } from './keyFile.js';
import { CommandError, printer, UsageError, visible } from './output.js';

/** The mailbox providers of development. */
export const mailboxes = ['digipost', 'eboks'] as const;
export type Mailbox = (typeof mailboxes)[number];

interface Options {
  readonly as: Mailbox;
  readonly url?: string;
  readonly key?: string;
  readonly password: string;
  readonly trust?: string;
  readonly expect: string;
}

interface Proof {
  readonly eid: Eid;
  readonly level: '3' | '4';
}

/** A provider that calls, and its organisation number. */
type Caller = MailboxService & { readonly organisasjonsnummer: string };

export interface MailboxCommandDeps {
  /** URL of the running gateway's service, when there is one on this data directory. */
  readonly runningUrl: () => Promise<string | undefined>;
  readonly developmentKey: (provider: Mailbox) => string;
  readonly developmentTrust: () => string;
  readonly service: (options: {
    readonly url: string;
    readonly keyStore: Buffer;
    readonly password: string;
    readonly trust: Buffer;
    readonly expected: string | undefined;
  }) => Caller;
  /** Tells the sandbox that runs here, if one does, whose mailbox a person has chosen. */
  readonly chosen: (id: string, mailbox: Mailbox) => Promise<void>;
}

async function callerFor(options: Options, deps: MailboxCommandDeps): Promise<Caller> {
  const url = options.url ?? (await deps.runningUrl());
  if (url === undefined) {
    throw new UsageError('No gateway runs on this data directory. Start one with npm start, or name one with --url.');
  }
  return deps.service({
    url,
    keyStore: await readNamed(options.key ?? deps.developmentKey(options.as), 'The key store'),
    password: options.password,
    trust: await readNamed(options.trust ?? deps.developmentTrust(), 'The trust file'),
    expected: options.expect === 'any' ? undefined : options.expect,
  });
}

/** What happened, and why. */
function sentence(url: string, { code, detail, values }: Failure): string {
  if (code.startsWith('UPSTREAM_')) return errorText(code, 'en', values);
  return `The answer of ${url} is refused: ${detail} (${code}). Check --url, --trust and --expect.`;
}

async function told(caller: Caller, foresporsel: Foresporsel): Promise<Svar> {
  try {
    return await callMailboxes(caller, foresporsel);
  } catch (error) {
    if (error instanceof Failure) throw new CommandError(visible(sentence(caller.url, error)));
    throw error;
  }
}

/** What to do about an answer that is no. */
const advice: Readonly<Record<string, string>> = {
  LEVEL_TOO_LOW: 'A mailbox is chosen at level 4, and MinID gives no more than 3 (R-26).',
  RESERVERT: 'The person is reserved against digital mail (R-12).',
  BRUKER_IKKE_FUNNET: 'The register has no such person.',
  ALLEREDE_AKTIV: 'The person has a mailbox here already.',
  POSTKASSE_EKSISTERER_ALLEREDE: 'The person has a mailbox here already: change it with posthorn mailbox update.',
  INGEN_POSTBOKS_FUNNET: 'The person has no mailbox at this provider.',
};

const refused = ({ beskrivelse }: Svar): CommandError =>
  new CommandError(visible([`No: ${beskrivelse}.`, advice[beskrivelse]].filter((t) => t !== undefined).join(' ')));

/** An address of the form that each provider gives. */
export const newAddress: Readonly<Record<Mailbox, () => string>> = {
  digipost: () =>
    `flyttet.person#${randomInt(36 ** 3, 36 ** 4)
      .toString(36)
      .toUpperCase()}`,
  eboks: () => String(randomInt(1_000_000_000)).padStart(10, '0'),
};

const withProvider = (command: Command): Command =>
  command
    .argument('<id>', 'personidentifikator, 11 digits')
    .addOption(new Option('--as <provider>', 'mailbox provider that calls').choices(mailboxes).default('eboks'))
    .option('--url <url>', 'address of the service (default: the gateway that runs here)')
    .option('--key <file>', 'PKCS#12 key store to sign with (default: the development key of the provider)')
    .option('--password <password>', 'password of the key store', 'changeit')
    .option('--trust <file>', 'PEM file with the authorities of the answering certificate')
    .option(
      '--expect <orgnr>',
      'organisation number that must sign the answer, or "any"',
      TJENESTE_ORGANISASJONSNUMMER,
    );

const withProof = (command: Command): Command =>
  command
    .addOption(new Option('--eid <eid>', 'eID that the person has shown').choices(eider).default('BankID'))
    .addOption(new Option('--level <level>', 'level that it was shown at').choices(['3', '4']).default('4'));

const proofOf = ({ eid, level }: Proof) => ({ eid, sikkerhetsnivaa: level === '4' ? 4 : 3 }) as const;

/** One command: what is asked, and the sentence when the answer is yes. */
interface Row {
  readonly name: string;
  readonly description: string;
  readonly options: (command: Command) => Command;
  readonly foresporsel: (id: string, caller: Caller, options: Options & Proof & { address?: string }) => Foresporsel;
  readonly done: (foresporsel: Foresporsel) => string;
}

const egen = (personidentifikator: string, { organisasjonsnummer }: Caller) => ({
  personidentifikator,
  virksomhetsidentifikator: organisasjonsnummer,
});
const at = (foresporsel: Foresporsel): string =>
  'postkasseadresse' in foresporsel ? foresporsel.postkasseadresse : 'this provider';

const rows: readonly Row[] = [
  {
    name: 'can',
    description: 'Ask whether a person may choose a mailbox of the provider',
    options: withProof,
    foresporsel: (personidentifikator, _, options) => ({
      operasjon: 'KanVelgeSikkerDigitalPostkasse',
      personidentifikator,
      ...proofOf(options),
    }),
    done: () => 'Yes.',
  },
  {
    name: 'choose',
    description: 'Register a mailbox at the provider and choose it, in place of one elsewhere',
    options: (command) =>
      withProof(command).option('--address <address>', 'address of the mailbox (default: a new one of the usual form)'),
    foresporsel: (id, caller, options) => ({
      operasjon: 'OpprettOgVelgSikkerDigitalPostkasse',
      ...egen(id, caller),
      postkasseadresse: options.address ?? newAddress[options.as](),
      sertifikat: null,
      ...proofOf(options),
    }),
    done: (foresporsel) => `Letters go to ${at(foresporsel)} from now on.`,
  },
  {
    name: 'update',
    description: 'Give the mailbox at the provider another address',
    options: (command) => command.requiredOption('--address <address>', 'the new address'),
    foresporsel: (id, caller, { address = '' }) => ({
      operasjon: 'OppdaterPostkasse',
      ...egen(id, caller),
      postkasseadresse: address,
      sertifikat: null,
    }),
    done: (foresporsel) => `Letters go to ${at(foresporsel)} from now on.`,
  },
  {
    name: 'delete',
    description: 'Remove the mailbox at the provider',
    options: (command) => command,
    foresporsel: (id, caller) => ({ operasjon: 'SlettPostkasse', ...egen(id, caller) }),
    done: () => 'The mailbox is removed. The next letter is decided anew.',
  },
];

/** `posthorn mailbox can|choose|update|delete ID`: what mailbox providers tell a register, signed as one of them. */
export function mailboxCommands(program: Command, deps: MailboxCommandDeps): void {
  const group = program.command('mailbox').description("A mailbox provider's calls to the register");
  for (const row of rows) {
    const command = row.options(withProvider(group.command(row.name).description(row.description)));
    command.action(async (id: string, options: Options & Proof & { address?: string }) => {
      const caller = await callerFor(options, deps);
      const foresporsel = row.foresporsel(id, caller, options);
      const svar = await told(caller, foresporsel);
      if (!svar.ja) throw refused(svar);
      const here = options.url === undefined && options.key === undefined;
      if (here && foresporsel.operasjon === 'OpprettOgVelgSikkerDigitalPostkasse') await deps.chosen(id, options.as);
      printer(command).out(visible(row.done(foresporsel)));
    });
  }
}
