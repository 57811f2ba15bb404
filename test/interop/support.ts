import { accessSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';
import { buildJavaDriver } from './javaBuild.js';
import { run, succeed } from './run.js';

/*
 * Foreign clients and engines as child processes. Each client prints one JSON object (`Report`) and leaves with 0 = answered,
 * 1 = SOAP fault, 2 = the answer is not acceptable; anything else is a failure of the client itself.
 */

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function onPath(program: string): boolean {
  const folders = program.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const succeeds = async (file: string, args: readonly string[]): Promise<boolean> =>
  onPath(file) && (await run(file, args)).code === 0;

/** Debian's own python has the Debian modules; another may come first on the PATH. */
export const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
const jars = ['wss4j', 'xmlsec', 'commons-logging', 'slf4j-api', 'slf4j-nop'].map((j) => `/usr/share/java/${j}.jar`);
const classes = here('java/build');
const classPath = [classes, ...jars].join(delimiter);
const svarutClient = here('svarut-client');
const repositoryWsdl = here('../../wsdl/oppslagstjeneste-16-02.wsdl');

interface Engine {
  /** Debian packages that bring it. */
  readonly apt: string;
  /** What brings it instead, where that is no Debian package. */
  readonly install?: string;
  readonly present: () => Promise<boolean>;
  /** Makes our program for it, once. */
  readonly build?: () => Promise<unknown>;
}

const compileJava = (): Promise<string> =>
  succeed('javac', [
    '-cp',
    classPath,
    '-d',
    classes,
    ...['Json', 'Names', 'Attachments', 'Security', 'Lookup', 'Verify'].map((c) => here(`java/${c}.java`)),
  ]);

const engines = {
  zeep: {
    apt: 'python3-zeep python3-xmlsec openssl',
    present: async () => onPath('openssl') && (await succeeds(python, ['-c', 'import zeep, xmlsec'])),
  },
  php: {
    apt: 'php-cli php-soap php-xml',
    present: () => succeeds('php', ['-r', 'exit(class_exists("SoapClient") && class_exists("DOMDocument") ? 0 : 1);']),
  },
  gsoap: {
    apt: 'gsoap libgsoap-dev libssl-dev gcc make',
    present: async () =>
      ['wsdl2h', 'soapcpp2', 'make', 'cc'].every(onPath) && existsSync('/usr/share/gsoap/plugin/wsseapi.c'),
    build: () => succeed('make', ['-s', '-C', here('gsoap'), `WSDL=${repositoryWsdl}`], 300_000),
  },
  wss4j: {
    apt: 'default-jdk-headless libwss4j-java',
    present: async () => onPath('javac') && jars.every((jar) => existsSync(jar)),
    build: compileJava,
  },
  javaSdp: {
    apt: 'default-jdk-headless maven',
    present: async () => onPath('javac') && onPath('mvn'),
    build: buildJavaDriver,
  },
  svarut: {
    apt: '',
    install: `npm ci --ignore-scripts --prefix ${svarutClient}`,
    present: async () => existsSync(join(svarutClient, 'node_modules/svarut')),
  },
  xmlsec1: { apt: 'xmlsec1 openssl', present: async () => onPath('xmlsec1') && onPath('openssl') },
} as const satisfies Record<string, Engine>;

export type EngineName = keyof typeof engines;

const ready = new Map<EngineName, Promise<boolean>>();

async function prepare(name: EngineName): Promise<boolean> {
  const engine: Engine = engines[name];
  if (!(await engine.present())) return false;
  await engine.build?.();
  return true;
}

/**
 * Hook for `before`: skips the tests below when an engine is missing, and says what to install. With TEST_INTEROP=all nothing may be
 * missing and the hook fails instead, so that no machine that is meant to run everything passes by skipping.
 */
export const needs = (...names: readonly EngineName[]) =>
  async function (this: Context): Promise<void> {
    // What a build fetches may come slowly.
    this.timeout(900_000);
    for (const name of names) {
      if (!ready.has(name)) ready.set(name, prepare(name));
      if (await ready.get(name)) continue;
      const { apt, install = `apt-get install ${apt}` }: Engine = engines[name];
      const advice = `${name} is not installed: ${install}`;
      if (process.env['TEST_INTEROP'] === 'all') throw new Error(advice);
      console.warn(`    skipped, ${advice}`);
      this.skip();
    }
  };

/** A person as every client reports it; absent elements are null. */
export interface PersonSeen {
  readonly personidentifikator: string;
  readonly reservasjon: string | null;
  readonly status: string | null;
  readonly varslingsstatus: string | null;
  readonly mobiltelefonnummer: string | null;
  readonly epostadresse: string | null;
  readonly postkasseadresse: string | null;
  readonly postkasseleverandoerAdresse: string | null;
  /** Base64 DER. */
  readonly x509Sertifikat: string | null;
}

export interface Report {
  readonly engine: string;
  readonly operasjon: string;
  readonly svar?: {
    readonly personer?: readonly PersonSeen[];
    readonly fraEndringsNummer?: number;
    readonly tilEndringsNummer?: number;
    readonly senesteEndringsNummer?: number;
    readonly postkasseleverandoerAdresse?: string;
    readonly x509Sertifikat?: string;
  };
  /** Checks that the answer passed, in order. */
  readonly kontroller?: readonly string[];
  /** SOAP fault; `underkode` without its prefix. PHP 8.2 does not show it and reports null. */
  readonly feil?: { readonly kode: string; readonly underkode: string | null; readonly tekst: string };
  /** The check that the answer failed. */
  readonly avvist?: string;
  /** WSS4J only: results in document order, names of signed and of encrypted elements, subject of the signer, Body's child. */
  readonly resultater?: readonly string[];
  readonly signert?: readonly string[];
  readonly kryptert?: readonly string[];
  readonly signatar?: string;
  readonly body?: string;
}

export type ClientName = Exclude<EngineName, 'xmlsec1' | 'javaSdp' | 'svarut'>;

const clients: Readonly<Record<ClientName, readonly [file: string, ...args: string[]]>> = {
  zeep: [python, here('python/lookup.py')],
  php: ['php', here('php/lookup.php')],
  gsoap: [here('gsoap/build/lookup')],
  wss4j: ['java', '-cp', classPath, 'Lookup'],
};

export type Operation = 'HentPersoner' | 'HentEndringer' | 'HentPrintSertifikat';

export interface CallOptions {
  readonly behov?: readonly string[];
  readonly ids?: readonly string[];
  readonly fra?: number;
  readonly paaVegneAv?: string;
  /** Whose key signs; `sender` when left out. */
  readonly as?: string;
  /** WSS4J only. */
  readonly variant?: 'cxf' | 'keyidentifier' | 'sha256' | 'soapui';
}

const wanted: readonly (number | null)[] = [0, 1, 2];

/** One call by a foreign client. @throws Error when the client itself fails */
export async function call(
  client: ClientName,
  { url, certs }: { readonly url: string; readonly certs: string },
  operation: Operation,
  { behov = [], ids = [], fra, paaVegneAv, as, variant }: CallOptions = {},
): Promise<Report> {
  const option = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  const [file, ...fixed] = clients[client];
  const { code, stdout, stderr } = await run(file, [
    ...fixed,
    ...[url, certs, operation],
    ...behov.flatMap((b) => option('behov', b)),
    ...[
      ...option('fra', fra),
      ...option('paa-vegne-av', paaVegneAv),
      ...option('as', as),
      ...option('variant', variant),
    ],
    ...ids,
  ]);
  if (!wanted.includes(code) || stdout === '') throw new Error(`${client} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as Report;
}

/** The message with another Created, one millisecond later, which its signature does not cover. */
export const withOtherCreated = (xml: string): string =>
  xml.replace(/\.(\d{3})Z(<\/\w+:Created>)/, (_, ms: string, end: string) => {
    return `.${String((Number(ms) + 1) % 1000).padStart(3, '0')}Z${end}`;
  });

/** Runs `work` with a folder that is gone afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-interop-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface JdkVerdict {
  readonly signaturverdi: boolean;
  readonly referanser: readonly { readonly element: string; readonly gyldig: boolean; readonly digest: string }[];
}

/** The JDK's XML-DSig on one envelope, reference by reference; needs `wss4j`. */
export const jdkVerify = (xml: string): Promise<JdkVerdict> =>
  withFolder(async (folder) => {
    const file = join(folder, 'envelope.xml');
    writeFileSync(file, xml);
    const { code, stdout, stderr } = await run('java', ['-cp', classPath, 'Verify', file]);
    if (!wanted.includes(code) || stdout === '') throw new Error(`Verify ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as JdkVerdict;
  });

export { run, succeed };
