import { readFile } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { EnvelopeReport, ReferenceReport } from '../diagnosis/report.js';
import { Failure } from '../errors.js';
import { CommandError, printer, visible } from './output.js';
import { addKeyStorePassword, keyStorePassword, type PasswordOptions } from './password.js';

interface Options extends PasswordOptions {
  readonly answer?: true;
  readonly trust?: string;
  readonly at?: Date;
  readonly key?: string;
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

const yes = (ok: boolean | null): string => (ok === null ? '?   ' : ok ? 'ok  ' : 'FAIL');

function instant(text: string): Date {
  const at = text === 'now' ? new Date() : new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('Give an instant such as 2026-11-21T12:00:00Z, or now.');
  return at;
}

function referenceLines(r: ReferenceReport): string[] {
  const lines = [`${yes(r.ok)} Reference ${r.uri} → ${r.target ?? 'nothing'}`];
  if (r.ok === true) return lines;
  if (r.ok === null) return [...lines, `       ${r.problem ?? ''}`];
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

const sealed = ({ encryption }: EnvelopeReport): boolean => encryption?.opened === false;

function encryptionLines({ encryption }: EnvelopeReport): string[] {
  if (encryption === null) return [];
  if (encryption.opened) return ['encryption   Body was encrypted; it is judged as it was before encryption'];
  return [
    `encryption   Body is encrypted and was not opened: ${encryption.problem ?? ''}`,
    '             What it says, and whether it is what was signed, cannot be checked.',
    '             Name the key store of the one it was encrypted to with --key.',
  ];
}

function verdictLines(report: EnvelopeReport, asAnswer: boolean): string[] {
  const { broken, confirmation } = report;
  if (broken === null && sealed(report))
    return ['?    Every rule that can be checked holds, but Body is still encrypted.'];
  if (broken === null) return ['ok   Every rule of the policy holds.'];
  const hint = confirmation !== null && !asAnswer;
  return [
    `FAIL The first rule that is broken: ${broken.code}: ${broken.detail}`,
    ...(hint ? ['     It has a SignatureConfirmation, as answers have. To judge it as an answer, add --answer.'] : []),
  ];
}

/** Where the two engines differ about the cryptography; the policy is ours alone. */
function differences({ references, signature, second }: EnvelopeReport): string[] {
  const ours = references.every((r) => r.ok === true) && signature?.ok === true;
  const other = new Map(second.references.map((r) => [r.uri, r.ok]));
  const about = references.filter((r) => other.has(r.uri) && other.get(r.uri) !== r.ok).map((r) => r.uri);
  if (about.length === 0 && (second.ok === null || second.ok === ours)) return [];
  return [
    `     The engines do not agree${about.length === 0 ? '' : ` about ${about.join(', ')}`}. The gateway goes by what stands above.`,
    '     xml-crypto knows fewer algorithms, and its reader takes U+0085 and U+2028 for line ends. If neither explains it, tell us.',
  ];
}

function secondLines(report: EnvelopeReport): string[] {
  const { ok, problem, references } = report.second;
  const whole = ok === null ? 'not asked about the whole, for Body is encrypted' : ok ? 'ok' : `FAIL: ${problem ?? ''}`;
  const opinions = references.map((r) => `  ${yes(r.ok)} ${r.uri}${r.problem === null ? '' : `: ${r.problem}`}`);
  return [`Second opinion (xml-crypto): ${whole}`, ...opinions, ...differences(report)];
}

/** The report as lines for a person. @param asAnswer the envelope was held against the rules of an answer */
export function reportLines(report: EnvelopeReport, asAnswer: boolean): string[] {
  const { confirmation } = report;
  const confirms = confirmation === null ? '' : `${confirmation.value}${confirmation.signed ? '' : ' (not signed)'}`;
  return [
    `SOAP ${report.soap}, ${report.operation}`,
    ...certificateLines(report),
    ...(confirmation === null ? [] : [`confirms     the request with SignatureValue ${confirms}`]),
    ...encryptionLines(report),
    '',
    ...report.references.flatMap(referenceLines),
    ...signatureLines(report),
    '',
    ...verdictLines(report, asAnswer),
    '',
    ...secondLines(report),
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
    .option('--key <file>', 'PKCS#12 key store that opens an encrypted Body');
  addKeyStorePassword(command).option('--json', 'print the report as JSON');
  command.action(async (file: string, options: Options) => {
    const print = printer(command);
    const key =
      options.key === undefined ? undefined : deps.openKey(await read(options.key), await keyStorePassword(options));
    const trust = options.trust === undefined ? undefined : await read(options.trust);
    const request = { captured: await read(file), answer: options.answer === true, at: options.at, trust, key };
    const report = await deps.verify(request).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      throw new CommandError(
        `${file} cannot be taken apart: ${error.detail}. It must be one whole SOAP envelope in XML.`,
      );
    });
    const lines = options.json === true ? [JSON.stringify(report, null, 2)] : reportLines(report, request.answer);
    for (const line of lines) print.out(visible(line));
    if (report.broken !== null || sealed(report)) process.exitCode = 1;
  });
}
