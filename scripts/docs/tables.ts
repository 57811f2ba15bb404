import type { Argument, Command } from 'commander';
import { describeConfig } from '../../src/config.js';
import { errors } from '../../src/errors.js';
import type { ErrorRow } from '../../src/errors.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { routingRows, statePicture } from './letter.js';
import { leavesOf } from './program.js';

type Row = readonly string[];

const cell = (text: string): string => text.replace(/\|/g, '\\|');
const line = (cells: Row): string => `| ${cells.map(cell).join(' | ')} |`;
const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

const table = (head: Row, rows: readonly Row[]): string =>
  [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');

const persons = (): string =>
  table(
    ['name', 'personidentifikator', 'what it shows'],
    testpersons(new Date(0)).map((t) => [t.navn, code(t.personidentifikator), t.beskrivelse]),
  );

const configuration = (): string =>
  table(
    ['variable', 'default', 'meaning'],
    describeConfig().map((row) => [code(row.name), row.default, row.meaning]),
  );

/** What the caller sees: a SOAP fault with its subcode, or a plain HTTP status. */
const seenAs = ({ http, fault, subcode }: ErrorRow): string => {
  if (http !== 500) return `HTTP ${http}`;
  return [`env:${fault}`, ...(subcode === undefined ? [] : [`wsse:${subcode}`])].map(code).join(' ');
};

const errorTable = (): string =>
  table(
    ['code in log and metrics', 'the caller sees', 'who must act', 'try again', 'text'],
    Object.entries(errors).map(([name, row]) => [
      code(name),
      seenAs(row),
      row.act,
      row.retryable ? 'yes' : 'no',
      row.en,
    ]),
  );

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function argument(given: Argument): string {
  const text = given.variadic ? `${given.name()}...` : given.name();
  return given.required ? `<${text}>` : `[${text}]`;
}

const commands = (program: Command): string =>
  table(
    ['command', 'what it does', 'options'],
    leavesOf(program).map(({ words, command }) => [
      code([words, ...command.registeredArguments.map(argument)].join(' ')),
      sentence(command.description()),
      command.options.map((o) => code(o.flags)).join(', '),
    ]),
  );

/** Every table that README holds, by the name in its marker. */
export const tables = (program: Command): ReadonlyMap<string, string> =>
  new Map([
    ['test persons', persons()],
    ['commands', commands(program)],
    ['configuration', configuration()],
    ['errors', errorTable()],
    ['routing', table(['#', 'when', 'then the letter goes to', 'rule', 'by'], routingRows())],
    ['states', statePicture()],
  ]);

/** README with what stands between `<!-- table: NAME -->` and `<!-- end -->` made anew. @throws Error when a marker is missing */
export function withTables(readme: string, all: ReadonlyMap<string, string>): string {
  return [...all].reduce((text, [name, content]) => {
    const start = `<!-- table: ${name} -->`;
    const [before, after, ...more] = text.split(start);
    const end = after?.indexOf('<!-- end -->') ?? -1;
    if (before === undefined || after === undefined || more.length > 0 || end < 0) {
      throw new Error(`README.md must have ${start} once, and <!-- end --> after it`);
    }
    return `${before}${start}\n\n${content}\n\n${after.slice(end)}`;
  }, readme);
}
