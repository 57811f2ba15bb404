import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { leavesOf, readProgram } from '../scripts/docs/program.js';
import type { Leaf } from '../scripts/docs/program.js';
import { tables, withTables } from '../scripts/docs/tables.js';
import { columns, readPerson } from '../src/application/personRow.js';
import { PASSWORD } from '../src/cli/wire.js';
import { describeConfig } from '../src/config.js';
import { PATH } from '../src/contract/oppslagstjenesten/names.js';
import { limits } from '../src/limits.js';
import { createMetrics } from '../src/http/metrics.js';
import { oppslagstjenestenPolicy } from '../src/security/policy.js';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');
const pages = ['README.md', 'CHANGELOG.md', 'certs/README.md'];

/** Every match of a pattern's first group, each once. */
const all = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map((m) => m[1] ?? '')),
];

/** Variables of the tests, which are no settings. */
const testVariables = ['TEST_INTEROP'];

/** The part of README below a heading. */
function section(heading: string): string {
  const [, after = ''] = readme.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0] ?? '';
}

/** GitHub's anchor of a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replace(/ /g, '-');

describe('the documentation', () => {
  let leaves: Leaf[];
  let generated: ReadonlyMap<string, string>;
  before(async () => {
    const program = await readProgram();
    leaves = leavesOf(program);
    generated = tables(program);
  });

  it('has its tables as the program has them; run "npm run docs" after a change', () => {
    expect([...generated.keys()]).to.deep.equal([
      'test persons',
      'commands',
      'configuration',
      'errors',
      'routing',
      'states',
    ]);
    expect(readme === withTables(readme, generated)).to.equal(true);
  });

  it('says when a marker is missing', () => {
    expect(() => withTables('# Nothing', generated)).to.throw('<!-- table: test persons -->');
  });

  for (const page of pages) {
    it(`${page}: names only scripts of npm that exist`, () => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
      const named = [...all(read(page), /npm run ([\w:-]+)/g), ...all(read(page), /npm (start|test)\b/g)];
      for (const name of named) expect(scripts, `npm run ${name}`).to.have.property(name);
    });

    it(`${page}: names only variables that are settings`, () => {
      const settings = [...describeConfig().map((row) => row.name), ...testVariables, PASSWORD];
      for (const name of all(read(page), /\b(POSTHORN_[A-Z0-9_]*[A-Z0-9])\b/g)) expect(settings).to.include(name);
    });

    it(`${page}: links only to files and headings that exist`, () => {
      const text = read(page);
      const headings = all(text, /^#+ (.+)$/gm).map(anchor);
      for (const link of all(text, /\]\(([^)]+)\)/g).filter((l) => !l.startsWith('https://'))) {
        const [file = '', fragment] = link.split('#');
        if (file !== '') expect(existsSync(join(root, page, '..', file)), link).to.equal(true);
        else expect(headings).to.include(fragment);
      }
    });
  }

  it('names only commands and options that exist', () => {
    const named = [...readme.matchAll(/posthorn ([a-z][a-z-]*)\b(?: ([a-z][a-z-]*)\b)?([^`|]*)/g)];
    expect(named).to.have.length.greaterThan(leaves.length);
    for (const [, first = '', second = '', rest = ''] of named) {
      const under = leaves.filter(({ words }) => `${words} `.startsWith(`posthorn ${first} `));
      expect(under, `posthorn ${first}`).not.to.deep.equal([]);
      const isGroup = under.some(({ words }) => words !== `posthorn ${first}`);
      const text = `posthorn ${first} ${second}${rest} `;
      const exact = under.filter(({ words }) => !isGroup || text.startsWith(`${words} `));
      expect(exact, `posthorn ${first} ${second}`).not.to.deep.equal([]);
      const options = exact.flatMap(({ command }) => command.options.map((o) => o.long));
      for (const flag of all(rest, /(--[a-z][a-z-]*)/g)) expect(options, first).to.include(flag);
    }
  });

  it('explains every column of a register file, and shows rows that can be imported', () => {
    const text = section('The register file');
    for (const column of columns) expect(text).to.contain(`\`${column}\``);
    const [head = '', ...rows] =
      all(text, /```\n([^`]*)```/g)[0]
        ?.trim()
        .split('\n') ?? [];
    expect(rows).to.have.length.greaterThan(1);
    for (const row of rows) {
      const cells = row.split(',');
      const values = Object.fromEntries(head.split(',').map((name, i) => [name, cells[i]]));
      expect(readPerson(values), row).to.have.property('personidentifikator', cells[0]);
    }
  });

  it('names only metrics that are counted', async () => {
    const { body } = await createMetrics().exposition();
    const named = all(section('Operations'), /`(posthorn_[a-z_]+)`/g);
    expect(named).to.have.length.greaterThan(3);
    for (const name of named) expect(body).to.contain(`# HELP ${name} `);
  });

  it('gives the times and limits of the policy', () => {
    const policy = oppslagstjenestenPolicy(
      { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true },
      [],
    );
    expect(readme).to.contain(
      `Created at most ${policy.maxAge / 60} minutes old and ${policy.maxAhead / 60} minute ahead; ` +
        `Expires at most ${policy.maxLifetime / 60} minutes after it`,
    );
    expect(readme).to.contain(`1 to ${limits.persons} persons`);
    expect(readme).to.contain(`http://localhost:8080${PATH}`);
  });

  it('has a changelog with what comes next and the version of the package', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const headings = all(read('CHANGELOG.md'), /^## (.+)$/gm);
    expect(headings[0]).to.equal('[Unreleased]');
    expect(headings.some((heading) => heading.startsWith(`[${version}]`))).to.equal(true);
  });

  it('names a script that runs everything', () => {
    expect(readme).to.contain('`.ci/run`');
    accessSync(join(root, '.ci/run'), constants.X_OK);
  });
});
