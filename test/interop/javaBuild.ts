import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, succeed } from './run.js';

const project = fileURLToPath(new URL('java-sdp', import.meta.url));
/** What a build makes: `classes`, and `lib` with the published clients. */
export const javaTarget = join(project, 'target');
const pom = join(project, 'pom.xml');
const sources = join(project, 'src/main/java');
/** Written when a build has come to its end. */
const stamp = join(javaTarget, 'built');

const changed = (file: string): number => statSync(file).mtimeMs;
const isBuilt = (): boolean =>
  existsSync(stamp) &&
  [pom, ...readdirSync(sources).map((name) => join(sources, name))].every((file) => changed(file) < changed(stamp));

/**
 * Compiles the driver of the Java clients and copies what it needs beside it, unless it is built. Maven asks the registry only for
 * what this machine does not have yet, by its own settings. @throws Error with what Maven says
 */
export async function buildJavaDriver(): Promise<void> {
  if (isBuilt()) return;
  const goals = ['-B', '-q', '-f', pom, 'process-classes'];
  const started = performance.now();
  console.log('    building the driver of the Java clients by Maven …');
  const { code } = await run('mvn', ['-o', ...goals], 300_000);
  if (code !== 0) await succeed('mvn', goals, 600_000);
  writeFileSync(stamp, '');
  console.log(`    built in ${Math.round((performance.now() - started) / 1000)} s`);
}
