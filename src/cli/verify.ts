import { readFile } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { EnvelopeReport, ReferenceReport } from '../diagnosis/report.js';
import { Failure } from '../errors.js';
import { CommandError, printer } from './output.js';

interface Options {
  readonly answer?: true;
  readonly trust?: string;
  readonly at?: Date;
  readonly key?: string;
  readonly password: string;
  readonly json?: true;
}

export interface VerifyRequest {
  readonly captured: Buffer;
  /** The envelope is the answer of a service, not a request to one. */
  readonly answer: boolean;
  readonly at: Date | undefined;
  readonly trust: Buffer | undefined;
  readonly key: KeyObject | undefined;
}

export interface VerifyCommandDeps {
  readonly verify: (request: VerifyRequest) => Promise<EnvelopeReport>;
  readonly openKey: (keyStore: Buffer, password: string) => KeyObject;
}

const yes = (ok: boolean): string => (ok ? 'ok  ' : 'FAIL');

function instant(text: string): Date {
  const at = text === 'now' ? new Date() : new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('Give an instant such as 2026-11-21T12:00:00Z, or now.');
  return at;
}

function referenceLines(r: ReferenceReport): string[] {
  const lines = [`${yes(r.ok)} Reference ${r.uri} → ${r.target ?? 'nothing'}`];
  if (r.ok) return lines;
  return [
    ...lines,
    `       ${r.problem ?? ''}`,
    `       transform ${r.transform}`,
    `       digest    ${r.digestMethod}`,
    `       expected  ${r.expected}`,
    `       actual    ${r.actual ?? 'none'}`,
    ...(r.canonical === null ? [] : ['       canonical octets:', r.canonical]),
  ];
}

function signatureLines({ signature }: EnvelopeReport): string[] {
  if (signature === null) return ['FAIL SignatureValue: there is no signature that could be read'];
  const head = `${yes(signature.ok)} SignatureValue (${signature.method})`;
  if (signature.ok) return [head];
  const octets = signature.canonical === null ? [] : ['       canonical SignedInfo:', signature.canonical];
  return [head, `       ${signature.problem ?? ''}`, ...octets];
}

function certificateLines({ certificate, times }: EnvelopeReport): string[] {
  const belief = new Map<boolean | null, string>([
    [true, 'trusted'],
    [false, 'NOT trusted by the authorities that were named'],
    [null, 'not held against any authority (name some with --trust)'],
  ]);
  const lines: string[] = [];
  if (certificate !== null) {
    lines.push(
      `certificate  ${certificate.subject}`,
      `  issued by  ${certificate.issuer}, serial ${certificate.serial}`,
      `  orgnr      ${certificate.organisasjonsnummer ?? 'none in serialNumber or organizationIdentifier'}`,
      `  valid      ${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`,
      `  trust      ${belief.get(certificate.trusted) ?? ''}`,
    );
  }
  if (times !== null) {
    lines.push(
      `created      ${times.created.toISOString()}`,
      `expires      ${times.expires?.toISOString() ?? 'not said'}`,
    );
  }
  return lines;
}

/** The report as lines for a person. */
export function reportLines(report: EnvelopeReport): string[] {
  const { broken, second } = report;
  const opinions = second.references.map((r) => `  ${yes(r.ok)} ${r.uri}${r.problem === null ? '' : `: ${r.problem}`}`);
  return [
    `SOAP ${report.soap}, ${report.operation}`,
    ...certificateLines(report),
    '',
    ...report.references.flatMap(referenceLines),
    ...signatureLines(report),
    '',
    broken === null
      ? 'ok   Every rule of the policy holds.'
      : `FAIL The first rule that is broken: ${broken.code}: ${broken.detail}`,
    '',
    `Second opinion (xml-crypto): ${second.ok ? 'ok' : `FAIL: ${second.problem ?? ''}`}`,
    ...opinions,
  ];
}

const read = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file} cannot be read (${error.code}). Check the name and that you may read it.`);
  });

/** `posthorn verify FILE`: why does this captured envelope not verify? Exit code 1 when it does not. */
export function verifyCommand(program: Command, deps: VerifyCommandDeps): void {
  const command = program
    .command('verify')
    .description('Say reference by reference what verifies in a captured envelope, and why the rest does not')
    .argument('<file>', 'the envelope, octet for octet as it was sent')
    .option('--answer', 'the envelope is the answer of a service')
    .option('--trust <file>', 'PEM file with the authorities to believe')
    .option('--at <instant>', 'time to judge at, or "now" (default: when the envelope says it was made)', instant)
    .option('--key <file>', 'PKCS#12 key store that opens an encrypted Body')
    .option('--password <password>', 'password of the key store', 'changeit')
    .option('--json', 'print the report as JSON');
  command.action(async (file: string, options: Options) => {
    const print = printer(command);
    const key = options.key === undefined ? undefined : deps.openKey(await read(options.key), options.password);
    const trust = options.trust === undefined ? undefined : await read(options.trust);
    const request = { captured: await read(file), answer: options.answer === true, at: options.at, trust, key };
    const report = await deps.verify(request).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      throw new CommandError(
        `${file} cannot be taken apart: ${error.detail}. It must be one whole SOAP envelope in XML.`,
      );
    });
    const lines = options.json === true ? [JSON.stringify(report, null, 2)] : reportLines(report);
    for (const line of lines) print.out(line);
    if (report.broken !== null) process.exitCode = 1;
  });
}
