import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { ForsendelseService } from '../client/forsendelse.js';
import { explainLetter, letterStatus } from '../client/forsendelse.js';
import type { ForklaringISvar, KostnadISvar } from '../contract/forsendelse/answers.js';
import { addLetterOptions, orderOf, recipientOf } from './letter.js';
import type { LetterOptions } from './letter.js';
import type { Printer } from './output.js';
import { CommandError, kroner, printer, table, UsageError, visible } from './output.js';
import { addLanguageOption, addWireOptions, cell, instant, serviceFor, told } from './wire.js';
import type { Language, WireDeps, WireOptions } from './wire.js';

interface Options extends WireOptions, LetterOptions {
  readonly language: Language;
  readonly size: number;
  readonly pages?: number;
  readonly json?: true;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
}

const heads: Readonly<Record<Language, readonly string[]>> = {
  nb: ['regel', '', 'hjemmel', 'fordi'],
  en: ['rule', '', 'law', 'because'],
};
const hit: Readonly<Record<Language, string>> = { nb: 'avgjør', en: 'decides' };
const costs: Readonly<Record<Language, string>> = { nb: 'Kostnad', en: 'Cost' };
const decided: Readonly<Record<Language, string>> = { nb: 'Avgjort', en: 'Decided' };

function tellCost({ minst, hoyst, linjer }: KostnadISvar, language: Language, print: Printer): void {
  const range = minst === hoyst ? kroner(minst) : `${kroner(minst)} – ${kroner(hoyst)}`;
  print.out('');
  print.out(`${costs[language]}: ${range}`);
  const rows = linjer.map((l) => [cell(l.tekst[language]), String(l.antall), l.oere === null ? '-' : kroner(l.oere)]);
  for (const line of table(rows)) print.out(line);
}

/** A decision: in words, then every rule that was asked, then what it costs. */
function tell({ beslutning, kostnad }: ForklaringISvar, language: Language, print: Printer): void {
  print.out(cell(beslutning.tekst[language]));
  print.out(`${decided[language]}: ${instant(beslutning.fattet)}`);
  print.out('');
  const rows = beslutning.regler.map((r) => [
    cell(r.regel),
    r.traff ? hit[language] : '',
    cell(r.lovhjemmel) || '-',
    cell(r.tekst[language]),
  ]);
  for (const line of table([heads[language], ...rows])) print.out(line);
  if (kostnad !== null) tellCost(kostnad, language, print);
}

/** The decision that stands with a letter; what it costs is not kept with it. */
async function ofLetter(service: ForsendelseService, id: string): Promise<ForklaringISvar[]> {
  const statuses = await told(service, letterStatus(service, { ider: [id] }));
  return statuses.map(({ beslutning }) => ({ beslutning, kostnad: null }));
}

const ofRecipient = (service: ForsendelseService, options: Options): Promise<ForklaringISvar[]> =>
  told(
    service,
    explainLetter(service, {
      mottakere: [recipientOf(options)],
      bestilling: orderOf(options, 'posthorn explain'),
      stoerrelse: options.size,
      ...(options.pages !== undefined && { sider: options.pages }),
    }),
  );

async function run(id: string | undefined, options: Options, deps: WireDeps, print: Printer): Promise<void> {
  const thought = options.to !== undefined || options.address !== undefined;
  if ((id === undefined) !== thought) {
    throw new UsageError('Give the id of a letter, or say with --to or --address who would get one.');
  }
  const service = await serviceFor(options, deps);
  const [explained] = await (id === undefined ? ofRecipient(service, options) : ofLetter(service, id));
  if (explained === undefined) throw new CommandError(`${service.url} explains nothing. Check --url.`);
  if (options.json === true) return print.out(visible(JSON.stringify(explained, null, 2)));
  tell(explained, options.language, print);
}

/** `posthorn explain`: why a letter goes where it goes, or where one would go. */
export function explainCommand(program: Command, deps: WireDeps): void {
  const command = program
    .command('explain')
    .description('Say why a letter went where it went, or where one would go and what it would cost')
    .argument('[id]', 'forsendelsesId of a letter that was sent')
    .option('--size <octets>', 'of all documents together, with --to', count, 100_000)
    .option('--pages <n>', 'printed pages, with --to; one is reckoned with where it is left out', count)
    .option('--json', 'print the decision as JSON');
  addLanguageOption(addWireOptions(addLetterOptions(command)));
  command.action((id: string | undefined, options: Options) => run(id, options, deps, printer(command)));
}
