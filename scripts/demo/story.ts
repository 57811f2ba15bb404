import { table } from '../../src/cli/output.js';

/** One promise of the demo, and whether it was kept. */
export interface Shown {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

export const kept = ({ expected, got }: Shown): boolean => expected === got;

const bold = (text: string): string =>
  process.stdout.isTTY && !process.env['NO_COLOR'] ? `\x1b[1m${text}\x1b[0m` : text;

export const say = (...lines: readonly string[]): void => lines.forEach((line) => console.log(line));

export const chapter = (title: string, ...lines: readonly string[]): void => say('', bold(title), ...lines, '');

/** Lines of a table, set in. */
export const show = (rows: readonly (readonly string[])[]): void => say(...table(rows).map((line) => `  ${line}`));
