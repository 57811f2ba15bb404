import { readFileSync, writeFileSync } from 'node:fs';
import { readProgram } from './docs/program.js';
import { tables, withTables } from './docs/tables.js';

/* Writes the tables that README.md takes from the program: test persons, commands, configuration, errors, and what happens to a letter. */

const file = new URL('../README.md', import.meta.url);
const readme = readFileSync(file, 'utf8');
const all = tables(await readProgram());
writeFileSync(file, withTables(readme, all));
console.log(`README.md has ${[...all.keys()].join(', ')} as the program has them.`);
