import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';

/* What is shown by a test: a spec below test/, or a file below scripts/ that is run as a demo, and a piece of a title in it. */

export type Shown = readonly [file: string, title: string];

const root = resolve(import.meta.dirname, '../..');

interface Titled {
  /** As the source has it, `${what}` where it is filled in. */
  readonly title: string;
  /** Declared once for each database there is. */
  readonly onEach: boolean;
}

/** What a call is of: `it`, of `it(…)` as of `it.each(…)`. */
const nameOf = ({ expression }: ts.CallExpression, file: ts.SourceFile): string => expression.getText(file);
const textOf = (argument: ts.Node | undefined, file: ts.SourceFile): string | undefined => {
  if (argument === undefined) return undefined;
  if (ts.isStringLiteralLike(argument)) return argument.text;
  return ts.isTemplateExpression(argument) ? argument.getText(file).slice(1, -1) : undefined;
};

/** Titles of the tests in a spec. */
function titlesIn(source: string): readonly Titled[] {
  const file = ts.createSourceFile('spec.ts', source, ts.ScriptTarget.Latest);
  const found: Titled[] = [];
  const visit = (node: ts.Node, onEach: boolean): void => {
    const called = ts.isCallExpression(node) ? nameOf(node, file) : '';
    const title =
      ts.isCallExpression(node) && /^(it|describe)$/.test(called) ? textOf(node.arguments[0], file) : undefined;
    if (title !== undefined) found.push({ title, onEach });
    ts.forEachChild(node, (child) => visit(child, onEach || called === 'eachStore'));
  };
  visit(file, false);
  return found;
}

const isDemo = (file: string): boolean => file.startsWith('demo');
const sourceOf = (file: string): string =>
  readFileSync(join(root, isDemo(file) ? `scripts/${file}.ts` : `test/${file}.test.ts`), 'utf8');

/** Whether a test of that title, which names what it shows (`R-17`), runs on every database: not whether its spec has another that does. */
export const onEachStore = ([file, title]: Shown, names: string): boolean =>
  !isDemo(file) &&
  titlesIn(sourceOf(file)).some((one) => one.onEach && one.title.includes(title) && one.title.includes(names));

/** Each of them is there. */
export function expectShown(shown: readonly Shown[]): void {
  expect(shown).not.to.deep.equal([]);
  for (const [file, title] of shown) {
    const source = sourceOf(file);
    const found = isDemo(file) ? source.includes(title) : titlesIn(source).some((one) => one.title.includes(title));
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
