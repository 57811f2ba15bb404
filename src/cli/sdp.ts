import type { Command } from 'commander';
import { Option } from 'commander';
import { paaEngelsk } from '../client/answer.js';
import { confirm, pull, type Confirmation, type Pulled } from '../client/ebmsPull.js';
import type { Refusal } from '../client/ebmsExchange.js';
import { sendSdpLetter, type Leveranse, type SdpService } from '../client/sdpLetter.js';
import { encodeMpc, type Mpc } from '../contract/ebms/names.js';
import type { Pakkefil } from '../contract/sdp/packer.js';
import type { Postadresse } from '../domain/forsendelse.js';
import { errorText, Failure } from '../errors.js';
import { once } from '../once.js';
import { readNamed } from './keyFile.js';
import { documentOf, parseAddress, titleOf } from './letter.js';
import { CommandError, printer, table, UsageError, visible, type Printer } from './output.js';
import { addKeyStorePassword, keyStorePassword, type PasswordOptions } from './password.js';

interface Options extends PasswordOptions {
  readonly url?: string;
  readonly key?: string;
  readonly trust?: string;
  readonly expect: string;
  readonly expectCertificate?: string;
  readonly priority: 'normal' | 'priority';
  readonly mpc?: string;
  readonly json?: true;
}

export interface SdpCommandDeps {
  /** URL of the running broker, when there is one on this data directory. */
  readonly runningUrl: () => Promise<string | undefined>;
  readonly developmentKey: string;
  readonly developmentTrust: string;
  readonly service: (options: {
    readonly url: string;
    readonly keyStore: Buffer;
    readonly password: string;
    readonly trust: Buffer;
    readonly formidler: string;
    readonly certificates: Buffer | undefined;
  }) => SdpService;
}

/** Organisation number of the broker that the official clients know. */
const BROKER = '984661185';

const withService = (command: Command): Command =>
  addKeyStorePassword(
    command
      .option('--url <url>', 'address of the broker (default: the one that runs here)')
      .option('--key <file>', 'PKCS#12 key store to sign with (default: the development key of "sender")'),
  )
    .option('--trust <file>', 'PEM file with the authorities of answers and receipts')
    .option('--expect <orgnr>', 'organisation number of the broker', BROKER)
    .option('--expect-certificate <file>', 'certificates that the broker signs with (default: any with its number)')
    .addOption(new Option('--priority <priority>', 'which queue').choices(['normal', 'priority']).default('normal'))
    .option('--mpc <id>', 'queue of your own within it')
    .option('--json', 'print JSON');

async function serviceFor(options: Options, deps: SdpCommandDeps): Promise<SdpService> {
  const url = options.url ?? (await deps.runningUrl());
  if (url === undefined) {
    throw new UsageError('No broker runs on this data directory. Start one with npm start, or name one with --url.');
  }
  return deps.service({
    url: url.replace(/\/+$/, ''),
    keyStore: await readNamed(options.key ?? deps.developmentKey, 'The key store'),
    password: await keyStorePassword(options),
    trust: await readNamed(options.trust ?? deps.developmentTrust, 'The trust file'),
    formidler: options.expect,
    certificates:
      options.expectCertificate === undefined
        ? undefined
        : await readNamed(options.expectCertificate, 'The certificate file'),
  });
}

const mpcOf = ({ priority, mpc }: Options): Mpc => ({
  prioritet: priority === 'priority' ? 'PRIORITERT' : 'NORMAL',
  id: mpc,
});

/** What happened, why, and what to do next. */
function refusal(url: string, refused: Refusal, next: string): CommandError {
  const sentence = (): string => {
    if (refused.type === 'ebmsError')
      return `${url} refused it: ${refused.code} ${refused.shortDescription}: ${refused.description}`;
    const reason = paaEngelsk(refused.reason);
    return refused.type === 'transport'
      ? `${url} gives no answer: ${reason}. ${next}`
      : `The answer of ${url} is refused, and nothing of it is shown: ${reason}. ${next}`;
  };
  return new CommandError(visible(sentence()));
}

const told = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure) {
      throw new CommandError(visible(`${errorText(error.code, 'en', error.values)} (${error.detail})`));
    }
    throw error;
  }
};

/** Names and values of one thing, or JSON. */
function tell(print: Printer, options: Options, value: Readonly<Record<string, string>>): void {
  if (options.json === true) return print.out(visible(JSON.stringify(value, null, 2)));
  for (const line of table(Object.entries(value).map(([name, text]) => [name, visible(text)]))) print.out(line);
}

interface SendOptions extends Options {
  readonly to?: string;
  readonly mailbox?: string;
  readonly address?: Postadresse;
  readonly returnAddress?: Postadresse;
  readonly provider: string;
  readonly certificate: string;
  readonly title?: string;
  readonly level: '3' | '4';
  readonly openingReceipt?: true;
  readonly onBehalfOf?: string;
}

function leveranseOf(options: SendOptions, title: string): Leveranse {
  const { to, mailbox, address, returnAddress } = options;
  if (mailbox !== undefined && address === undefined) {
    return {
      mottaker: { personidentifikator: to ?? null, postkasseadresse: mailbox },
      digital: {
        virkning: null,
        aapningskvittering: options.openingReceipt === true,
        sikkerhetsnivaa: options.level === '3' ? 3 : 4,
        ikkeSensitivTittel: { lang: 'nb', tekst: title },
        epostVarsel: null,
        smsVarsel: null,
      },
      fysisk: null,
    };
  }
  if (mailbox !== undefined || address === undefined || returnAddress === undefined) {
    throw new UsageError('Give --mailbox for a mailbox, or --address and --return-address for print.');
  }
  const utskrift = { posttype: 'B_OEKONOMI', farge: 'SORT_HVIT', retur: 'DIREKTE_RETUR' } as const;
  const fysisk = { mottaker: address, utskrift: { ...utskrift, returadresse: returnAddress }, instruksjoner: [] };
  return { digital: null, fysisk };
}

async function fileOf(name: string): Promise<Pakkefil> {
  const { filnavn, tittel, mimetype, innhold } = await documentOf(name);
  return { filnavn, mimetype, tittel: { lang: 'nb', tekst: tittel }, open: () => once(innhold) };
}

async function send(files: readonly string[], options: SendOptions, deps: SdpCommandDeps, print: Printer) {
  const [main = '', ...others] = files;
  const leveranse = leveranseOf(options, options.title ?? titleOf(main));
  const service = await serviceFor(options, deps);
  const [hoveddokument, ...vedlegg] = await Promise.all([fileOf(main), ...others.map(fileOf)]);
  const { as, outcome } = await told(
    sendSdpLetter(service, {
      avsender: options.onBehalfOf ?? service.broker.organisasjonsnummer,
      leverandoer: options.provider,
      sertifikat: await readNamed(options.certificate, 'The certificate file'),
      mpc: mpcOf(options),
      leveranse,
      dokumenter: { hoveddokument, vedlegg },
    }),
  );
  if (outcome.type !== 'accepted') {
    const next = 'The letter may have arrived: ask for its receipts before you send it again.';
    throw refusal(service.broker.url, outcome, next);
  }
  tell(print, options, { ...as, receiptId: outcome.receiptId, at: outcome.at.toISOString() });
}

/** A receipt as it is told. */
function rowOf({ document, sbd, confirmation }: Pulled) {
  const { header, payload } = document;
  const event = payload.type === 'feil' ? 'feil' : payload.hendelse.type;
  const words =
    payload.type === 'feil'
      ? [payload.feiltype, payload.detaljer]
      : payload.hendelse.type === 'varslingfeilet'
        ? [payload.hendelse.varslingskanal, payload.hendelse.beskrivelse]
        : [];
  return {
    type: event,
    tidspunkt: payload.tidspunkt.toISOString(),
    sender: header.sender,
    conversationId: header.conversationId,
    detaljer: words.filter((word) => word !== null).join(' '),
    confirmation,
    sbd,
  };
}

const again = 'Nothing is lost: an unconfirmed receipt comes again after five minutes.';

async function fetched(service: SdpService, options: Options & { all?: true; confirm?: true }): Promise<Pulled[]> {
  const { broker } = service;
  const found: Pulled[] = [];
  let before: Confirmation | undefined;
  do {
    const outcome = await pull(broker, mpcOf(options), before);
    if (outcome.type === 'empty') return found;
    if (outcome.type !== 'message') throw refusal(broker.url, outcome, again);
    found.push(outcome.pulled);
    before = outcome.pulled.confirmation;
  } while (options.all === true);
  if (options.confirm === true) await confirmed(service, before);
  return found;
}

async function confirmed({ broker }: SdpService, confirmation: Confirmation): Promise<void> {
  const outcome = await confirm(broker, confirmation);
  if (outcome.type !== 'confirmed') throw refusal(broker.url, outcome, again);
}

const columns = ['type', 'tidspunkt', 'sender', 'conversationId', 'detaljer'] as const;

async function show(options: Options & { all?: true; confirm?: true }, deps: SdpCommandDeps, print: Printer) {
  const rows = (await fetched(await serviceFor(options, deps), options)).map(rowOf);
  if (options.json === true) return print.out(visible(JSON.stringify(rows, null, 2)));
  if (rows.length === 0) return print.out(`No receipt waits in ${visible(encodeMpc(mpcOf(options)))}.`);
  const cells = rows.map((row) => columns.map((name) => visible(row[name]).replace(/\s+/g, ' ')));
  for (const line of table([[...columns], ...cells])) print.out(line);
}

const isConfirmation = (value: unknown): value is Confirmation => {
  const { messageId, references } = (value ?? {}) as Partial<Record<keyof Confirmation, unknown>>;
  return typeof messageId === 'string' && Array.isArray(references) && references.every((r) => typeof r === 'string');
};

/** The confirmations in what `pull --json` has printed. */
async function confirmationsIn(file: string): Promise<Confirmation[]> {
  const text = (await readNamed(file, 'The file of receipts')).toString();
  try {
    const found = (JSON.parse(text) as { confirmation?: unknown }[]).map(({ confirmation }) => confirmation);
    if (found.length > 0 && found.every(isConfirmation)) return found;
  } catch {
    // Told below: it is no JSON, or not a list.
  }
  throw new CommandError(`${file} holds no receipts. Name a file with what posthorn sdp pull --json has printed.`);
}

/** `posthorn sdp send|pull|confirm`: a sender of Sikker digital posttjeneste, against any broker. */
export function sdpCommands(program: Command, deps: SdpCommandDeps): void {
  const sdp = program.command('sdp').description('Send letters by any SDP meldingsformidler, and fetch their receipts');
  const sending = withService(sdp.command('send'))
    .description('Pack, encrypt, sign and send a letter, and check the transport receipt')
    .argument('<file...>', 'the letter, and what is enclosed with it')
    .requiredOption('--provider <orgnr>', 'organisation number of the mailbox or print provider')
    .requiredOption('--certificate <file>', 'its certificate, which the letter is encrypted to (PEM or DER)')
    .option('--mailbox <address>', 'postkasseadresse of the recipient')
    .option('--to <id>', 'personidentifikator of the recipient')
    .option('--address <address>', 'for print: "Name; Street 1; 0155 OSLO"', parseAddress)
    .option('--return-address <address>', 'for print: where what cannot be delivered goes', parseAddress)
    .option('--title <title>', 'shown before log-in (default: the name of the first file)')
    .addOption(new Option('--level <level>', 'log-in that opens it').choices(['3', '4']).default('4'))
    .option('--opening-receipt', 'ask for a receipt when it is opened')
    .option('--on-behalf-of <orgnr>', 'body whose letter it is (default: that of the key store)');
  sending.action((files: string[], options: SendOptions) => send(files, options, deps, printer(sending)));
  const pulling = withService(sdp.command('pull'))
    .description('Fetch a receipt; unconfirmed, it comes again after five minutes')
    .option('--confirm', 'confirm it at once')
    .option('--all', 'fetch and confirm until none is left');
  pulling.action((options: Options) => show(options, deps, printer(pulling)));
  const confirming = withService(sdp.command('confirm'))
    .description('Confirm receipts that were fetched')
    .argument('<file>', 'what pull --json has printed');
  confirming.action(async (file: string, options: Options) => {
    const confirmations = await confirmationsIn(file);
    const service = await serviceFor(options, deps);
    for (const one of confirmations) await confirmed(service, one);
    printer(confirming).out(`Confirmed: ${confirmations.map(({ messageId }) => visible(messageId)).join(' ')}`);
  });
}
