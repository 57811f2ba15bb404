import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Argument } from 'commander';
import type { Command } from 'commander';
import { addSupplier } from '../application/addSupplier.js';
import type { AddSupplierResult } from '../application/addSupplier.js';
import type { Clock } from '../domain/ports.js';
import type { Leverandoer } from '../domain/sender.js';
import { CommandError, printer, table, UsageError } from './output.js';
import { withStore } from './withStore.js';
import type { Open } from './withStore.js';

const roles = ['POSTKASSE', 'UTSKRIFT'] as const satisfies readonly Leverandoer['rolle'][];

const problems: Readonly<Record<Exclude<AddSupplierResult, 'stored'>, (org: string, file: string) => Error>> = {
  'invalid-organisation': (org) =>
    new UsageError(`${org} is no organisation number: nine digits with a check digit. Check it.`),
  'invalid-certificate': (_, file) =>
    new CommandError(`${file} holds no certificate in PEM or DER. Export it again and try once more.`),
  'expired-certificate': (_, file) =>
    new CommandError(`The certificate in ${file} has expired. Ask the supplier for its new one.`),
};

/** @throws CommandError when it cannot be read */
export const readCertificate = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file} cannot be read (${error.code}). Check the name and that you may read it.`);
  });

function addAdd(suppliers: Command, open: Open, clock: Clock): void {
  suppliers
    .command('add')
    .description('Register a mailbox or print supplier, or give it a new certificate')
    .argument('<org>', 'organisation number, nine digits')
    .argument('<name>', 'name of the supplier')
    .addArgument(new Argument('<role>', 'what it does').choices(roles))
    .argument('<certificate>', 'file with the certificate that packages for it are encrypted to (PEM or DER)')
    .action((org: string, navn: string, rolle: Leverandoer['rolle'], file: string, _: unknown, command: Command) =>
      withStore(open, async (store) => {
        const supplier = { organisasjonsnummer: org, navn, rolle, sertifikat: await readCertificate(file) };
        const result = await addSupplier({ ...store, clock })(supplier);
        if (result !== 'stored') throw problems[result](org, file);
        printer(command).out(`${org} ${navn} is registered as ${rolle}; gateways use it from their next start.`);
      }),
    );
}

function addList(suppliers: Command, open: Open): void {
  suppliers
    .command('list')
    .description('Show the suppliers and their certificates')
    .action((_: unknown, command: Command) =>
      withStore(open, async (store) => {
        const rows = (await store.reads.suppliers()).map(({ organisasjonsnummer, navn, rolle, sertifikat }) => {
          const { fingerprint256, validTo } = new X509Certificate(sertifikat);
          return [organisasjonsnummer, rolle, navn, new Date(validTo).toISOString().slice(0, 10), fingerprint256];
        });
        const head = ['organisation', 'role', 'name', 'certificate to', 'SHA-256'];
        for (const line of table([head, ...rows])) printer(command).out(line);
      }),
    );
}

/** Adds `suppliers add` and `suppliers list`. */
export function suppliersCommands(program: Command, open: Open, clock: Clock): void {
  const suppliers = program.command('suppliers').description('Mailbox and print suppliers, and their certificates');
  addAdd(suppliers, open, clock);
  addList(suppliers, open);
}
