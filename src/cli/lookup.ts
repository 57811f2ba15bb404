import type { Command } from 'commander';
import { lookUpPersons } from '../client/oppslagstjenesten.js';
import type { LookupService } from '../client/oppslagstjenesten.js';
import type { PersonInAnswer } from '../contract/oppslagstjenesten/decode.js';
import { TJENESTE_ORGANISASJONSNUMMER } from '../contract/oppslagstjenesten/names.js';
import type { ErrorCode } from '../errors.js';
import { errorText, Failure } from '../errors.js';
import { informasjonsbehov } from '../domain/person.js';
import { readNamed } from './keyFile.js';
import { CommandError, printer, table, UsageError, visible } from './output.js';
import { addKeyStorePassword, keyStorePassword, type PasswordOptions } from './password.js';

interface Options extends PasswordOptions {
  readonly url?: string;
  readonly key?: string;
  readonly trust?: string;
  readonly expect: string;
  readonly onBehalfOf?: string;
  readonly json?: true;
}

export interface LookupCommandDeps {
  /** URL of the running gateway, when there is one on this data directory. */
  readonly runningUrl: () => Promise<string | undefined>;
  readonly developmentKey: string;
  readonly developmentTrust: string;
  readonly service: (
    url: string,
    keyStore: Buffer,
    password: string,
    trust: Buffer,
    expected: string | undefined,
  ) => LookupService;
}

const at = (text: string | undefined): string => (text === undefined ? '' : ` (${text.slice(0, 10)})`);

const columns: readonly (readonly [title: string, cell: (p: PersonInAnswer) => string])[] = [
  ['personidentifikator', (p) => p.personidentifikator],
  ['status', (p) => p.status ?? ''],
  ['reservasjon', (p) => p.reservasjon ?? ''],
  ['varslingsstatus', (p) => p.varslingsstatus ?? ''],
  ['mobil (sist verifisert)', (p) => (p.mobiltelefonnummer ?? '') + at(p.mobilSistVerifisert)],
  ['e-post (sist verifisert)', (p) => (p.epostadresse ?? '') + at(p.epostSistVerifisert)],
  ['postkasse', (p) => [p.postkasseleverandoerAdresse, p.postkasseadresse].filter((t) => t !== undefined).join(' ')],
  ['sertifikat', (p) => (p.x509Sertifikat === undefined ? '' : 'ja')],
];

async function serviceFor(options: Options, deps: LookupCommandDeps): Promise<LookupService> {
  const url = options.url ?? (await deps.runningUrl());
  if (url === undefined) {
    throw new UsageError(
      'No gateway runs on this data directory. Start one with npm start, or name a service with --url.',
    );
  }
  const keyStore = await readNamed(options.key ?? deps.developmentKey, 'The key store');
  const trust = await readNamed(options.trust ?? deps.developmentTrust, 'The trust file');
  const password = await keyStorePassword(options);
  return deps.service(url, keyStore, password, trust, options.expect === 'any' ? undefined : options.expect);
}

/** What to do about an answer that was refused. */
const advice: Partial<Readonly<Record<ErrorCode, string>>> = {
  MALFORMED_XML: 'Check with --url that this is a 16-02 service.',
  INVALID_SECURITY_TOKEN: 'If you believe whoever issued its certificate, name them with --trust.',
  FAILED_AUTHENTICATION: 'If another may answer here, name it with --expect.',
  MESSAGE_EXPIRED: 'Check the clocks at both ends.',
};

/** What happened, why, and what to do next. */
function sentence(url: string, { code, detail, values }: Failure): string {
  if (code.startsWith('UPSTREAM_')) return errorText(code, 'en', values);
  if (code === 'INTERNAL') return `The request could not be written: ${detail}.`;
  const next = advice[code] ?? 'Somebody may have changed it on its way: ask again, and tell whoever runs the service.';
  return `The answer of ${url} is refused, and nothing of it is shown: ${detail} (${code}). ${next}`;
}

/** `posthorn lookup ID…`: asks any 16-02 service, and checks everything about the answer. */
export function lookupCommand(program: Command, deps: LookupCommandDeps): void {
  const command = program
    .command('lookup')
    .description('Look persons up in any Oppslagstjenesten 16-02, and check the answer')
    .argument('<id...>', 'personidentifikator, 1 to 1000')
    .option('--url <url>', 'address of the service (default: the gateway that runs here)')
    .option('--key <file>', 'PKCS#12 key store to sign with (default: the development key of "sender")');
  addKeyStorePassword(command)
    .option('--trust <file>', 'PEM file with the authorities of the answering certificate')
    .option('--expect <orgnr>', 'organisation number that must sign the answer, or "any"', TJENESTE_ORGANISASJONSNUMMER)
    .option('--on-behalf-of <orgnr>', 'organisation that the look-up is made for (PaaVegneAv)')
    .option('--json', 'print the persons as JSON');
  command.action(async (ids: string[], options: Options) => {
    const print = printer(command);
    const service = await serviceFor(options, deps);
    let persons: PersonInAnswer[];
    try {
      persons = await lookUpPersons(service, informasjonsbehov, ids, options.onBehalfOf);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new CommandError(visible(sentence(service.url, error)));
    }
    if (options.json === true) return print.out(visible(JSON.stringify(persons, null, 2)));
    const rows = persons.map((person) => columns.map(([, cell]) => visible(cell(person)).replace(/\s+/g, ' ')));
    for (const line of table([columns.map(([title]) => title), ...rows])) print.out(line);
  });
}
