import type { ErrorCode, Language } from '../errors.js';
import { errors, errorText, Failure } from '../errors.js';
import { oneLine } from '../xml/chars.js';
import type { XmlElement } from '../xml/model.js';
import { element, qualified, serialise } from '../xml/write.js';
import { XML_NS } from '../xml/tag.js';
import type { SoapVersion } from './names.js';
import { env, env11, envelopeNamespace, wsse } from './names.js';

const posthorn = { prefix: 'ph', uri: 'urn:posthorn:fault:v1' } as const;
const xml = { prefix: 'xml', uri: XML_NS } as const;
const none = { prefix: '', uri: '' } as const;

/** SOAP 1.1 names of the SOAP 1.2 fault codes. */
const soap11Code = {
  Sender: 'Client',
  Receiver: 'Server',
  VersionMismatch: 'VersionMismatch',
  MustUnderstand: 'MustUnderstand',
} as const;

const detail = (correlationId: string): XmlElement[] => [element(posthorn, 'CorrelationId', {}, [correlationId])];

function fault12(code: ErrorCode, text: string, correlationId: string, language: Language): XmlElement {
  const row = errors[code];
  const subcode =
    row.subcode === undefined
      ? []
      : [element(env, 'Subcode', {}, [element(env, 'Value', {}, [`wsse:${row.subcode}`], [wsse])])];
  return element(env, 'Fault', {}, [
    element(env, 'Code', {}, [element(env, 'Value', {}, [`env:${row.fault}`]), ...subcode]),
    element(env, 'Reason', {}, [element(env, 'Text', [qualified(xml, 'lang', language)], [text])]),
    element(env, 'Detail', {}, detail(correlationId)),
  ]);
}

function fault11(code: ErrorCode, text: string, correlationId: string): XmlElement {
  const row = errors[code];
  const name = row.subcode === undefined ? `soap:${soap11Code[row.fault]}` : `wsse:${row.subcode}`;
  return element(env11, 'Fault', {}, [
    element(none, 'faultcode', {}, [name], row.subcode === undefined ? [] : [wsse]),
    element(none, 'faultstring', {}, [text]),
    element(none, 'detail', {}, detail(correlationId)),
  ]);
}

/** Names the versions to use instead (SOAP 1.2 part 1, 5.4.7). */
const upgrade = (supported: readonly SoapVersion[]): XmlElement =>
  element(
    env,
    'Upgrade',
    {},
    supported.map((v) =>
      element(env, 'SupportedEnvelope', { qname: 'sup:Envelope' }, [], [{ prefix: 'sup', uri: envelopeNamespace[v] }]),
    ),
  );

/**
 * A SOAP fault with an empty or Upgrade header, unsigned, as the answer to `failure` (CONTRACT.md section 6).
 * The correlation id is the one of the log line that has the reason in full. The text is on one line: some clients look for its end there.
 */
export function faultEnvelope(
  failure: Failure,
  version: SoapVersion,
  supported: readonly SoapVersion[],
  correlationId: string,
  language: Language = 'en',
): string {
  const ns = version === '1.1' ? env11 : env;
  const text = oneLine(errorText(failure.code, language, failure.values));
  const header = failure.code === 'VERSION_MISMATCH' ? [upgrade(supported)] : [];
  const fault = version === '1.1' ? fault11 : fault12;
  return serialise(
    element(ns, 'Envelope', {}, [
      element(ns, 'Header', {}, header),
      element(ns, 'Body', {}, [fault(failure.code, text, correlationId, language)]),
    ]),
  );
}

/** What node says of a request whose client has gone: no trouble of ours, and nobody is there to be told. */
const hasLeft = (error: unknown): boolean =>
  error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET';

/** Any error as a Failure: unknown ones are INTERNAL, with their message for the log only. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (hasLeft(error)) return new Failure('BAD_HTTP', 'the client left before all of its request had come');
  return new Failure('INTERNAL', error instanceof Error ? (error.stack ?? error.message) : String(error));
}
