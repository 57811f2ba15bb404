import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { ForsendelseService } from '../client/forsendelse.js';
import { letterStatus, sendLetter } from '../client/forsendelse.js';
import type { HendelseISvar, StatusISvar } from '../contract/forsendelse/answers.js';
import { addLetterOptions, documentOf, orderOf, recipientOf, titleOf } from './letter.js';
import type { LetterOptions } from './letter.js';
import type { Printer } from './output.js';
import { CommandError, printer, UsageError } from './output.js';
import { addLanguageOption, addWireOptions, cell, instant, serviceFor, told } from './wire.js';
import type { Language, WireDeps, WireOptions } from './wire.js';

interface Options extends WireOptions, LetterOptions {
  readonly title?: string;
  readonly ref?: string;
  /** Seconds; true where none are given. */
  readonly wait?: number | true;
  readonly language: Language;
}

/** Seconds that `--wait` waits where nothing else is said, and milliseconds between two looks. */
const WAIT_SECONDS = 60;
const LOOK_MS = 250;

function seconds(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Give whole seconds from 1.');
  return Number(text);
}

/** The letter is still on its way in these states, and lost in those. */
const underWay: ReadonlySet<string> = new Set(['MOTTATT', 'SENDT', 'I_PRODUKSJON']);
const lost: ReadonlySet<string> = new Set(['FEILET', 'RETURNERT']);

const eventLine = ({ tid, type, kode, tekst }: HendelseISvar, language: Language): string =>
  [instant(tid), type, ...(kode === null ? [] : [`(${cell(kode)})`]), cell(tekst[language])].join('  ');

async function statusOf(service: ForsendelseService, id: string): Promise<StatusISvar> {
  const [status] = await told(service, letterStatus(service, { ider: [id] }));
  if (status === undefined) throw new CommandError(`${service.url} says nothing about ${id}. Ask again.`);
  return status;
}

/** Tells each event as it comes, until the letter has arrived. @throws CommandError when it does not */
async function follow(
  service: ForsendelseService,
  id: string,
  limit: number,
  language: Language,
  print: Printer,
): Promise<void> {
  const until = Date.now() + limit * 1000;
  let told = 0;
  for (;;) {
    const { tilstand, hendelser } = await statusOf(service, id);
    for (const event of hendelser.slice(told)) print.out(eventLine(event, language));
    told = hendelser.length;
    if (lost.has(tilstand)) throw new CommandError(`The letter is ${tilstand}. The last line says why.`);
    if (!underWay.has(tilstand)) return print.out(`The letter is ${tilstand}.`);
    if (Date.now() > until) {
      throw new CommandError(
        `The letter is still ${tilstand} after ${limit} seconds; it goes on without this command. Ask: posthorn status ${id}`,
      );
    }
    await sleep(LOOK_MS);
  }
}

async function run(files: readonly string[], options: Options, deps: WireDeps, print: Printer): Promise<void> {
  const [main, ...others] = files;
  if (main === undefined) throw new UsageError('Name the file that is the letter.');
  const mottaker = recipientOf(options);
  const [hoveddokument, ...vedlegg] = await Promise.all([documentOf(main), ...others.map(documentOf)]);
  const eksternRef = options.ref ?? randomUUID();
  const service = await serviceFor(options, deps);
  const brev = { eksternRef, mottaker, ...orderOf(options, options.title ?? titleOf(main)), hoveddokument, vedlegg };
  const { forsendelsesId, beslutning } = await told(service, sendLetter(service, brev));
  print.out(`forsendelsesId  ${cell(forsendelsesId)}`);
  print.out(`eksternRef      ${cell(eksternRef)}`);
  print.out(cell(beslutning.tekst[options.language]));
  if (options.wait === undefined) return;
  await follow(service, forsendelsesId, options.wait === true ? WAIT_SECONDS : options.wait, options.language, print);
}

/** `posthorn send FILE…`: one letter, the first file its main document. Its actions throw; see `reportError`. */
export function sendCommand(program: Command, deps: WireDeps): void {
  const command = program
    .command('send')
    .description('Send a letter by Forsendelse v1, and say where it goes and why')
    .argument('<file...>', 'the letter, and what is enclosed with it')
    .option('--title <title>', 'shown before log-in (default: the name of the first file)')
    .option('--ref <ref>', 'your reference: the same one twice is the same letter (default: a new one)')
    .option('--wait [seconds]', `tell what happens until the letter has arrived (${WAIT_SECONDS} seconds)`, seconds);
  addLanguageOption(addWireOptions(addLetterOptions(command)));
  command.action((files: string[], options: Options) => run(files, options, deps, printer(command)));
}
