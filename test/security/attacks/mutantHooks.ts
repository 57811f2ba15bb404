import { readFile } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';

/*
 * Module hooks of a worker: every run has its own copy of our modules, told apart by `?run=` in their URLs, and a file beside a module
 * that ends in the run's number is read in its stead.
 */

const runOf = (url: string | undefined): string | null =>
  url === undefined ? null : new URL(url).searchParams.get('run');

export const resolve: ResolveHook = async (specifier, context, next) => {
  const result = await next(specifier, context);
  const run = runOf(context.parentURL);
  return run === null || !specifier.startsWith('.') ? result : { ...result, url: `${result.url}?run=${run}` };
};

export const load: LoadHook = async (url, context, next) => {
  const run = runOf(url);
  if (run === null) return next(url, context);
  const { pathname } = new URL(url);
  const changed = await readFile(`${decodeURIComponent(pathname)}.${run}`, 'utf8').catch(() => undefined);
  return changed === undefined ? next(url, context) : { format: 'module', source: changed, shortCircuit: true };
};
