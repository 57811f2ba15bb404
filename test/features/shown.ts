import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

/* What is shown by a test: a spec below test/, or a file below scripts/ that is run as a demo, and a piece of a title in it. */

export type Shown = readonly [file: string, title: string];

const root = resolve(import.meta.dirname, '../..');
const TITLE = /\b(?:it|describe)\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g;

/** Titles of the tests in a spec, as its source has them. */
const titlesIn = (source: string): readonly string[] =>
  [...source.matchAll(TITLE)].map(([, single, double, template]) => single ?? double ?? template ?? '');

const isDemo = (file: string): boolean => file.startsWith('demo');
const sourceOf = (file: string): string =>
  readFileSync(join(root, isDemo(file) ? `scripts/${file}.ts` : `test/${file}.test.ts`), 'utf8');

/** Whether the spec runs on every database. */
export const onEachStore = ([file]: Shown): boolean => !isDemo(file) && /\beachStore\(/.test(sourceOf(file));

/** Each of them is there. */
export function expectShown(shown: readonly Shown[]): void {
  expect(shown).not.to.deep.equal([]);
  for (const [file, title] of shown) {
    const source = sourceOf(file);
    const found = isDemo(file) ? source.includes(title) : titlesIn(source).some((one) => one.includes(title));
    expect(found, `${file}: ${title}`).to.equal(true);
  }
}

/** The first two cells of each row of a table in README, by the heading of its first column. */
export function readmeTable(head: string): readonly (readonly [what: string, why: string])[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, table = ''] = new RegExp(`\\n\\| ${head} \\|.*\\n\\|[-|]+\\|\\n((?:\\|.*\\n)+)`).exec(readme) ?? [];
  return table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, what = '', why = '']) => [what, why] as const);
}
