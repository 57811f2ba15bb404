import { X509Certificate } from 'node:crypto';
import { Option, type Command } from 'commander';
import { byttPassord, byttSertifikat, registrerMottaker } from '../application/svarut/kontoer.js';
import { CommandError, printer, table, UsageError } from './output.js';
import { readCertificate } from './suppliers.js';
import {
  badName,
  badNetwork,
  fromHelp,
  kontoDeps,
  networks,
  shown,
  unknownOrganisation,
  type SvarUtCommandDeps,
} from './svarut.js';
import { svarinnLetterCommands } from './svarutLetters.js';
import { withStore } from './withStore.js';

const badCertificate = {
  'invalid-certificate': (file: string) =>
    new CommandError(`${file} holds no RSA certificate in PEM or DER. Export it again and try once more.`),
  'expired-certificate': (file: string) =>
    new CommandError(`The certificate in ${file} has expired. Ask the receiver for its new one.`),
};

const unknown = (user: string): CommandError =>
  new CommandError(`There is no receiver ${user}. See posthorn svarinn receivers list.`);

type Problem = Exclude<Awaited<ReturnType<ReturnType<typeof registrerMottaker>>>['type'], 'added' | 'updated'>;

/** What is wrong with what was given, and what to do. */
function problemOf(
  problem: Problem,
  given: { user: string; org: string; file: string; type: string | undefined },
): Error {
  switch (problem) {
    case 'invalid-name':
      return badName(given.user);
    case 'invalid-network':
      return badNetwork();
    case 'invalid-organisation':
      return new UsageError(`${given.org} is no organisation number: nine digits with a check digit. Check it.`);
    case 'unknown-organisation':
      return unknownOrganisation(given.org);
    case 'unknown-type':
      return new CommandError(`There is no type ${given.type ?? ''}. First: posthorn svarut types add TYPE`);
    case 'other-organisation':
      return new CommandError(`The receiver ${given.user} belongs to another organisation. Choose another name.`);
    default:
      return badCertificate[problem](given.file);
  }
}

function addAdd(receivers: Command, deps: SvarUtCommandDeps): void {
  receivers
    .command('add')
    .description('Register a system that fetches letters, or what it fetches anew')
    .argument('<user>', 'user name of the system')
    .argument('<org>', 'organisation number of the recipient, nine digits')
    .argument('<name>', 'name of the system')
    .argument('<certificate>', 'file with the certificate that its letters are encrypted to (PEM or DER)')
    .option('--type <type>', 'letters of this type only')
    .addOption(new Option('--level <level>', 'letters of this level only').choices(['3', '4']))
    .option('--from <networks>', fromHelp, networks)
    .action(
      (
        user: string,
        org: string,
        navn: string,
        file: string,
        { type, level, from }: { type?: string; level?: '3' | '4'; from?: readonly string[] },
        command: Command,
      ) =>
        withStore(deps.open, async (store) => {
          const system = {
            brukernavn: user,
            orgnr: org,
            navn,
            forsendelseType: type ?? null,
            nivaa: level === undefined ? null : level === '3' ? 3 : 4,
            sertifikat: await readCertificate(file),
          } as const;
          const result = await registrerMottaker(kontoDeps(deps, store))(system, from);
          if (result.type === 'updated') return printer(command).out(`${user} was registered already and is updated.`);
          if (!('passord' in result)) throw problemOf(result.type, { user, org, file, type });
          printer(command).out(shown(user, result.passord));
        }),
    );
}

function addRotate(receivers: Command, deps: SvarUtCommandDeps): void {
  receivers
    .command('rotate')
    .description('Give a system a new password, or a new certificate for letters that come from now on')
    .argument('<user>', 'user name of the system')
    .option('--certificate <file>', 'the new certificate (PEM or DER); the password stays')
    .action((user: string, { certificate: file }: { certificate?: string }, command: Command) =>
      withStore(deps.open, async (store) => {
        const use = kontoDeps(deps, store);
        if (file === undefined) {
          const password = await byttPassord(use)('SVARINN', user);
          if (password === undefined) throw unknown(user);
          return printer(command).out(shown(user, password));
        }
        const problem = await byttSertifikat(use)(user, await readCertificate(file));
        if (problem === 'unknown-receiver') throw unknown(user);
        if (problem !== undefined) throw badCertificate[problem](file);
        printer(command).out(`${user} has a new certificate.`);
      }),
    );
}

function addList(receivers: Command, { open }: SvarUtCommandDeps): void {
  receivers
    .command('list')
    .description('Show the systems that fetch letters, and their certificates')
    .action((_: unknown, command: Command) =>
      withStore(open, async ({ svarut }) => {
        const rows = (await svarut.mottakersystemer()).map((system) => {
          const { fingerprint256, validTo } = new X509Certificate(system.sertifikat);
          const what = [system.forsendelseType ?? 'all', system.nivaa === null ? 'all' : String(system.nivaa)];
          const until = new Date(validTo).toISOString().slice(0, 10);
          return [system.brukernavn, system.orgnr, system.navn, ...what, until, fingerprint256];
        });
        const head = ['receiver', 'organisation', 'name', 'type', 'level', 'certificate to', 'SHA-256'];
        for (const line of table([head, ...rows])) printer(command).out(line);
      }),
    );
}

/** Adds `svarinn receivers add`, `rotate` and `list`, and what is done about letters. */
export function svarinnCommands(program: Command, deps: SvarUtCommandDeps): void {
  const svarinn = program
    .command('svarinn')
    .description('SvarInn: systems that fetch the letters of their organisation');
  const receivers = svarinn.command('receivers').description('Systems that fetch letters');
  addAdd(receivers, deps);
  addRotate(receivers, deps);
  addList(receivers, deps);
  svarinnLetterCommands(svarinn, deps);
}
