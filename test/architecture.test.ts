import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';

/** The way through the house: who may import whom. `errors`, `limits` and `once` are for all; files directly in src/ wire everything. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  xml: [],
  soap: ['xml'],
  security: ['xml', 'soap', 'domain'],
  contract: ['xml', 'soap', 'security:types', 'domain'],
  package: ['xml', 'security', 'contract', 'domain'],
  client: ['xml', 'soap', 'security', 'contract', 'domain:types'],
  application: ['security:types', 'domain'],
  store: ['domain:types'],
  channels: ['security', 'contract', 'client', 'domain'],
  http: ['soap', 'security', 'contract', 'domain:types', 'application', 'config:types', 'log:types'],
  // The doubles give the answers of the rules that they simulate; a second copy of the rules would be worth less.
  sandbox: ['xml', 'soap', 'security', 'contract', 'package', 'client', 'domain', 'application:types'],
  diagnosis: ['xml', 'soap', 'security'],
  cli: ['contract', 'client', 'domain', 'application', 'diagnosis'],
  domain: [],
  // What the domain knows of a value is asked when the value is set, not when a letter comes.
  config: ['domain'],
  log: [],
};

/** Composition roots wire everything; that of sending has a folder of its own, since it has many parts. */
const roots = new Set(['src/cli/main.ts', 'src/sandbox/main.ts']);
const isRoot = (file: string): boolean => ['src', 'src/sending'].includes(dirname(file)) || roots.has(file);
const forAll = new Set(['src/errors.ts', 'src/limits.ts', 'src/once.ts']);
/** A file beside its folder belongs to the folder. */
const folded = new Set(['src/config.ts', 'src/log.ts']);

/** External packages that only some places may use. */
const packageHomes: readonly (readonly [name: RegExp, allowed: (file: string) => boolean])[] = [
  [/^(xml-crypto|@xmldom\/xmldom|xpath)$/, (f) => f.startsWith('src/diagnosis/')],
  [/^express$/, (f) => f.startsWith('src/http/') || f.startsWith('src/sandbox/')],
  [/^mysql2(\/|$)/, (f) => f === 'src/store/mysql.ts'],
  [/^libsql$/, (f) => f === 'src/store/sqlite.ts'],
  [/^kysely$/, (f) => f.startsWith('src/store/')],
  [/^node-forge$/, (f) => f.startsWith('src/sandbox/pki/') || f === 'src/security/keystore.ts'],
  [/^libxml2-wasm$/, (f) => f === 'src/xml/schema.ts'],
  [/^winston$/, (f) => f === 'src/log.ts'],
  [/^commander$/, (f) => f.startsWith('src/cli/')],
];

/** External packages that few processes need, and all would pay for in memory. */
const seldom = ['nodemailer', 'soap'];

const root = resolve(import.meta.dirname, '..');

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
  /** Loaded when the line runs, and not before. */
  readonly late: boolean;
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

const sources: readonly Source[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const file = join('src', name);
    const text = readFileSync(join(root, file), 'utf8');
    return { file, text, tree: ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true) };
  });

const isTypeOnly = (statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean => {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  const clause = statement.importClause;
  if (clause === undefined || clause.isTypeOnly) return clause !== undefined;
  const named = clause.namedBindings;
  return (
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.every((e) => e.isTypeOnly)
  );
};

function importsOf({ file, tree }: Source): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const statement = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    if (statement && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ from: file, to: node.moduleSpecifier.text, typeOnly: isTypeOnly(node), late: false });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteral(argument))
        found.push({ from: file, to: argument.text, typeOnly: false, late: true });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

const imports = sources.flatMap(importsOf);
const target = ({ from, to }: Import): string =>
  relative(root, resolve(root, dirname(from), to)).replace(/\.js$/, '.ts');
const internal = imports.filter((i) => i.to.startsWith('.'));
const roomOf = (file: string): string => file.split('/')[1]?.replace(/\.ts$/, '') ?? '';

function breaksTable(i: Import): boolean {
  const to = target(i);
  if ((isRoot(i.from) && !folded.has(i.from)) || forAll.has(to)) return false;
  const [here, there] = [roomOf(i.from), roomOf(to)];
  if (here === there || to.startsWith('src/../')) return false;
  const allowed = mayImport[here] ?? [];
  return !(allowed.includes(there) || (i.typeOnly && allowed.includes(`${there}:types`)));
}

/** Nodes that lead back to themselves over run-time imports. */
function cycles(): string[] {
  const edges = new Map<string, string[]>();
  for (const i of internal) if (!i.typeOnly) edges.set(i.from, [...(edges.get(i.from) ?? []), target(i)]);
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return found;
}

function longFunctions({ file, tree }: Source): string[] {
  const found: string[] = [];
  const line = (position: number): number => tree.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = line(node.end) - line(node.getStart(tree)) + 1;
      if (lines > 50) found.push(`${file}:${line(node.getStart(tree)) + 1} has ${lines} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Where nodes of one kind stand. */
const placesOf =
  (isOne: (node: ts.Node) => boolean) =>
  ({ file, tree }: Source): string[] => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (isOne(node)) found.push(`${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
      ts.forEachChild(node, visit);
    };
    visit(tree);
    return found;
  };

const isAny = (node: ts.Node): boolean => node.kind === ts.SyntaxKind.AnyKeyword;

/** A generator function that is made anew each time that the function around it runs. */
const isInnerGenerator = (node: ts.Node): boolean =>
  (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)) &&
  node.asteriskToken !== undefined &&
  ts.findAncestor(node.parent, ts.isFunctionLike) !== undefined;

describe('the house', () => {
  it('is read: sources and imports are found', () => {
    expect(sources.length).to.be.greaterThan(40);
    expect(internal.length).to.be.greaterThan(100);
  });

  it('has imports that point the way of the table only', () => {
    expect(internal.filter(breaksTable).map((i) => `${i.from} → ${target(i)}`)).to.deep.equal([]);
  });

  it('keeps store and channels to the composition roots', () => {
    const outside = internal.filter((i) => {
      const room = roomOf(target(i));
      return ['store', 'channels'].includes(room) && roomOf(i.from) !== room && !isRoot(i.from);
    });
    expect(outside.map((i) => `${i.from} → ${target(i)}`)).to.deep.equal([]);
  });

  it('has no import cycle', () => {
    expect(cycles()).to.deep.equal([]);
  });

  it('keeps each package where it belongs', () => {
    const astray = imports.filter((i) => packageHomes.some(([name, allowed]) => name.test(i.to) && !allowed(i.from)));
    expect(astray.map((i) => `${i.from} → ${i.to}`)).to.deep.equal([]);
  });

  it('loads what few processes need where they need it, and not before', () => {
    const uses = imports.filter((i) => seldom.includes(i.to) && !i.typeOnly);
    expect(uses.filter((i) => !i.late).map((i) => `${i.from} → ${i.to}`)).to.deep.equal([]);
    expect(uses.map((i) => i.to)).to.include.members(seldom);
  });

  it('has a pure domain: no node module, no clock, no randomness', () => {
    const domain = sources.filter((s) => s.file.startsWith('src/domain/'));
    const impure = domain.filter((s) => /from 'node:|Date\.now\(|new Date\(\)|Math\.random|crypto/.test(s.text));
    expect(impure.map((s) => s.file)).to.deep.equal([]);
  });

  it('has no `any`', () => {
    expect(sources.flatMap(placesOf(isAny))).to.deep.equal([]);
  });

  it('makes no generator function within a function: V8 would keep what it sees until the next great collection', () => {
    expect(sources.flatMap(placesOf(isInnerGenerator))).to.deep.equal([]);
  });

  it('tells V8 how to collect before anything else is imported', () => {
    const main = sources.find((s) => s.file === 'src/main.ts');
    const [first] = main === undefined ? [] : importsOf(main);
    expect(first?.to).to.equal('./engine.js');
  });

  it('has no file over 300 lines and no function over 50', () => {
    const long = sources.filter((s) => s.text.split('\n').length - 1 > 300).map((s) => s.file);
    expect([...long, ...sources.flatMap(longFunctions)]).to.deep.equal([]);
  });
});
