import { accessSync, constants } from 'node:fs';
import { generalRules, productionRules } from './config/rules.js';
import { keys, settings, variable, type Base, type Config, type Key, type Setting } from './config/settings.js';

export type { Config } from './config/settings.js';
export { Secret } from './config/values.js';
export { ensureDataKey } from './config/datakey.js';

export interface Problem {
  readonly variable: string;
  readonly problem: string;
  readonly fix: string;
}

const sentence = ({ variable, problem, fix }: Problem): string => `${variable} ${problem}. ${fix}`;

/** Everything that is wrong with the environment, in one error. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 error' : `${problems.length} errors`;
    super(
      [`Posthorn cannot start: ${count} in its configuration.`, ...problems.map((p) => `  ${sentence(p)}`)].join('\n'),
    );
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
type Reading = { readonly key: Key; readonly value: unknown } | { readonly key: Key; readonly problem: Problem };

const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

function read(key: Key, text: string | undefined, base: Base): Reading {
  const { kind, fallback, fix, secret }: Setting = settings[key];
  if (text === undefined) return { key, value: fallback(base) };
  const name = variable(key);
  if (text.trim() === '') {
    return {
      key,
      problem: { variable: name, problem: 'is set but empty', fix: `${fix} Or remove it for the default.` },
    };
  }
  const result = kind.safeParse(text.trim());
  if (result.success) return { key, value: result.data };
  const wrong = result.error.issues[0]?.message ?? 'is wrong';
  return { key, problem: { variable: name, problem: secret ? wrong : `= ${quote(text)} ${wrong}`, fix } };
}

function unreadable(reading: Reading, environment: Environment, readable: (file: string) => boolean): Problem[] {
  const { files, fix }: Setting = settings[reading.key];
  if (!files || environment[variable(reading.key)] === undefined || !('value' in reading)) return [];
  return ([reading.value].flat() as string[])
    .filter((file) => !readable(file))
    .map((file) => ({
      variable: variable(reading.key),
      problem: `names ${quote(file)}, which is not there or not readable`,
      fix,
    }));
}

/** Edits (insert, remove, replace) between two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (char === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function unknown(environment: Environment): Problem[] {
  const known = keys.map(variable);
  const given = Object.keys(environment).filter((name) => name.startsWith('POSTHORN_') && !known.includes(name));
  return given.map((name) => {
    const short = name.slice(0, 100);
    const [nearest] = known.map((k) => ({ k, d: distance(short, k) })).sort((a, b) => a.d - b.d);
    const hint = nearest !== undefined && nearest.d <= 4 ? `Did you mean ${nearest.k}?` : 'Remove it.';
    return { variable: short, problem: 'is not a setting of Posthorn', fix: hint };
  });
}

function broken(config: Config, unreadKeys: ReadonlySet<Key>): Problem[] {
  const rules = config.mode === 'production' ? [...generalRules, ...productionRules] : generalRules;
  return rules
    .filter((rule) => !rule.needs.some((key) => unreadKeys.has(key)) && rule.broken(config))
    .map(({ key, problem, fix }) => ({ variable: variable(key), problem, fix }));
}

function canRead(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The configuration from `POSTHORN_*` variables, checked and deep-frozen.
 * @param readable says whether a file can be read; asked only about files that the environment names
 * @throws ConfigError with every problem, each with its variable and the fix
 */
export function loadConfig(environment: Environment, readable: (file: string) => boolean = canRead): Config {
  const given = (key: Key): string | undefined => environment[variable(key)]?.trim();
  const base = {
    production: given('mode') === 'production',
    dataDir: given('dataDir') ?? 'data',
    certsDir: given('certsDir') ?? settings.certsDir.shown,
  };
  const readings = keys.map((key) => read(key, environment[variable(key)], base));
  const bad = readings.filter((reading) => 'problem' in reading);
  const value = (reading: Reading): unknown =>
    'value' in reading ? reading.value : settings[reading.key].fallback(base);
  const config = Object.freeze(Object.fromEntries(readings.map((r) => [r.key, value(r)]))) as Config;
  const problems = [
    ...bad.map(({ problem }) => problem),
    ...readings.flatMap((reading) => unreadable(reading, environment, readable)),
    ...broken(config, new Set(bad.map(({ key }) => key))),
    ...unknown(environment),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** What the loaded keys and certificates say about themselves, for `productionProblems`. */
export interface Facts {
  /** Issuer name, in any text form, of the certificate that signs look-up answers. */
  readonly signingIssuer: string;
  /** Subject names of the trust anchors that were really read. */
  readonly anchorSubjects: readonly string[];
}

/** How every authority of the development PKI is named. */
const developmentAuthority = /posthorn development/i;

/**
 * Why this configuration, with these loaded keys, must not run in production (SECURITY 119); empty in development or when all is well.
 * Judges the configuration again, so that it holds for one that `loadConfig` did not make.
 */
export function productionProblems(config: Config, facts: Facts): string[] {
  if (config.mode !== 'production') return [];
  const found: Problem[] = broken(config, new Set());
  if (developmentAuthority.test(facts.signingIssuer)) {
    found.push({
      variable: variable('oppslagstjenestenKeystore'),
      problem: 'holds a certificate of the development authority',
      fix: 'Use the enterprise certificate.',
    });
  }
  if (facts.anchorSubjects.some((name) => developmentAuthority.test(name))) {
    found.push({
      variable: variable('trustAnchors'),
      problem: 'holds the development root, whose key everybody may have',
      fix: 'Remove it from the files.',
    });
  }
  if (facts.anchorSubjects.length === 0 && config.trustAnchors.length > 0) {
    found.push({
      variable: variable('trustAnchors'),
      problem: 'names files that hold no certificate',
      fix: 'Name PEM files of the roots.',
    });
  }
  return found.map(sentence);
}

/** The named exceptions in force, by the names of their settings: for the start-up log and `/health/ready`. */
export function namedExceptions(config: Config): string[] {
  const names = ['allowSha1Digest', 'allowTimestampWithoutTransforms', 'allowOaepSha1Cbc'] as const;
  return names.filter((name) => config[name]).map(variable);
}

/** Rows of README's configuration table. */
export function describeConfig(): { name: string; default: string; meaning: string }[] {
  return keys.map((key) => ({ name: variable(key), default: settings[key].shown, meaning: settings[key].meaning }));
}
