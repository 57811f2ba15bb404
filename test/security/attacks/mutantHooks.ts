import { readFile } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * Module hooks of a worker. A run has its own copy of the changed module and of every module that leans on it, told apart by `?run=`;
 * all others are shared between runs. What a run has of its own stands in `RUN.json`; the changed source beside the module, ending in
 * the run's number.
 */

const runOf = (url: string | undefined): string | null =>
  url === undefined ? null : new URL(url).searchParams.get('run');

const own = new Map<string, Promise<ReadonlySet<string>>>();

function ownOf(run: string): Promise<ReadonlySet<string>> {
  const known =
    own.get(run) ?? readFile(`${run}.json`, 'utf8').then((text) => new Set(JSON.parse(text) as readonly string[]));
  own.set(run, known);
  return known;
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  const result = await next(specifier, context);
  const run = runOf(context.parentURL);
  if (run === null || !specifier.startsWith('.')) return result;
  const isOwn = (await ownOf(run)).has(fileURLToPath(result.url));
  return isOwn ? { ...result, url: `${result.url}?run=${run}` } : result;
};

export const load: LoadHook = async (url, context, next) => {
  const run = runOf(url);
  if (run === null) return next(url, context);
  const changed = await readFile(`${fileURLToPath(url)}.${run}`, 'utf8').catch(() => undefined);
  return changed === undefined ? next(url, context) : { format: 'module', source: changed, shortCircuit: true };
};
