import { Argument, type Command } from 'commander';
import { settDokumenttype } from '../application/dokumenttyper.js';
import { dokumentveier, type Dokumentvei } from '../domain/forsendelse.js';
import { printer, table, UsageError } from './output.js';
import { unknown } from './senderRegister.js';
import { cell } from './wire.js';
import { withStore, type Open } from './withStore.js';

const NONE = 'NONE';

function addSet(types: Command, open: Open): void {
  types
    .command('set')
    .description('Say how letters of a type go: as the rules say, on paper for the time being, or to Altinn')
    .argument('<org>', 'organisation number')
    .argument('<type>', 'the type, as the sender writes it in dokumenttype or forsendelseType')
    .addArgument(new Argument('<way>', `how; ${NONE}: nothing is said any more`).choices([...dokumentveier, NONE]))
    .option('--decision', 'letters of this type are decisions: warn when one is sent as information', false)
    .action((org: string, type: string, way: string, { decision }: { decision: boolean }, command: Command) =>
      withStore(open, async (store) => {
        const result = await settDokumenttype(store)({
          organisasjonsnummer: org,
          dokumenttype: type,
          vei: way === NONE ? null : (way as Dokumentvei),
          vedtak: decision,
        });
        if (result === 'unknown-organisation') throw unknown(org);
        if (result === 'invalid-type')
          throw new UsageError('A type has 1 to 100 characters, and no control characters.');
        if (result === 'unknown-type') throw new UsageError(`${org} has said nothing about that type.`);
        printer(command).out(
          `${org}: letters of the type "${cell(type)}" go ${way}${decision ? ', as decisions' : ''}.`,
        );
      }),
    );
}

function addList(types: Command, open: Open): void {
  types
    .command('list')
    .description('Show how letters of a type go')
    .argument('[org]', 'organisation number; all where it is left out')
    .action((org: string | undefined, _: object, command: Command) =>
      withStore(open, async ({ reads }) => {
        const { dokumenttyper } = await reads.senders();
        const rows = dokumenttyper
          .filter((d) => org === undefined || d.organisasjonsnummer === org)
          .map((d) => [d.organisasjonsnummer, cell(d.dokumenttype), d.vei, d.vedtak ? 'decision' : '-']);
        for (const line of table([['organisation', 'type', 'way', 'class'], ...rows])) printer(command).out(line);
      }),
    );
}

/** Adds `senders document-types set` and `list`. */
export function documentTypeCommands(senders: Command, open: Open): void {
  const types = senders.command('document-types').description("How a sender's letters of a type go");
  addSet(types, open);
  addList(types, open);
}
