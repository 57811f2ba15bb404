import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { printer, table } from './output.js';
import { withStore } from './withStore.js';
import type { Open } from './withStore.js';

const HASH = 16;

function positive(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
}

interface Options {
  readonly last: number;
  readonly person?: string;
}

/**
 * `posthorn audit`: who looked whom up. Ids stand hashed in the trail, so a person is found by naming it.
 * @param hashId the hash of the trail, made with the data key of this installation
 */
export function auditCommand(program: Command, open: Open, hashId: (id: string) => Promise<Buffer>): void {
  program
    .command('audit')
    .description('Show who looked persons up, newest first')
    .option('--last <n>', 'how many look-ups', positive, 20)
    .option('--person <id>', 'only those that concern this personidentifikator')
    .action(({ last, person }: Options, command: Command) =>
      withStore(open, async (store) => {
        const hash = person === undefined ? undefined : await hashId(person);
        const rows = (await store.reads.events(last, hash)).map((e) => [
          e.at.toISOString(),
          e.operasjon,
          e.organisasjon,
          e.paaVegneAv,
          String(e.personer.length / HASH),
          e.correlationId,
        ]);
        const head = ['time', 'operation', 'organisation', 'for', 'persons', 'correlation id'];
        for (const line of table([head, ...rows])) printer(command).out(line);
      }),
    );
}
