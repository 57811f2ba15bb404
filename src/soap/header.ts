import { Failure } from '../errors.js';
import type { XmlElement } from '../xml/model.js';
import { attribute, childElements, childrenNamed, textOf } from '../xml/model.js';
import type { SoapVersion } from './names.js';
import { envelopeNamespace, WSA } from './names.js';

const ours: ReadonlySet<string> = new Set([
  '',
  'http://schemas.xmlsoap.org/soap/actor/next',
  'http://www.w3.org/2003/05/soap-envelope/role/next',
  'http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver',
]);

const isTrue = (value: string | undefined): boolean => /^\s*(?:true|1)\s*$/.test(value ?? '');

/** The role (SOAP 1.2) or actor (SOAP 1.1) that a header block is addressed to; '' is the last receiver, which is us. */
export const roleOf = (block: XmlElement, version: SoapVersion): string =>
  attribute(block, version === '1.1' ? 'actor' : 'role', envelopeNamespace[version])?.trim() ?? '';

/**
 * Refuses a block that must be understood by us and is not (SECURITY.md 23).
 * @param known qualified names (`{ns}local`) of the blocks that the endpoint understands
 * @throws Failure MUST_UNDERSTAND
 */
export function checkMustUnderstand(header: XmlElement | null, version: SoapVersion, known: ReadonlySet<string>): void {
  for (const block of header === null ? [] : childElements(header)) {
    const demanded = isTrue(attribute(block, 'mustUnderstand', envelopeNamespace[version]));
    if (demanded && ours.has(roleOf(block, version)) && !known.has(`{${block.ns}}${block.local}`)) {
      throw new Failure('MUST_UNDERSTAND', `header block ${block.local.slice(0, 80)}`);
    }
  }
}

/** What WS-Addressing may put into a header. */
export const addressingBlocks: ReadonlySet<string> = new Set(
  ['Action', 'To', 'From', 'ReplyTo', 'FaultTo', 'MessageID', 'RelatesTo'].map((name) => `{${WSA}}${name}`),
);

const backChannel: ReadonlySet<string> = new Set([`${WSA}/anonymous`, `${WSA}/none`]);

/**
 * Answers go back on the connection; a caller that asks for them elsewhere is refused (SECURITY.md 25).
 * @returns the wsa:Action, when there is one
 * @throws Failure MALFORMED_XML
 */
export function checkAddressing(header: XmlElement | null): string | undefined {
  if (header === null) return undefined;
  for (const name of ['ReplyTo', 'FaultTo']) {
    for (const endpoint of childrenNamed(header, WSA, name)) {
      const addresses = childrenNamed(endpoint, WSA, 'Address').map((a) => textOf(a).trim());
      if (addresses.length !== 1 || !backChannel.has(addresses[0] as string)) {
        throw new Failure('MALFORMED_XML', `wsa:${name} is not the back channel`);
      }
    }
  }
  const [action, ...others] = childrenNamed(header, WSA, 'Action');
  if (others.length > 0) throw new Failure('MALFORMED_XML', 'more than one wsa:Action');
  return action === undefined ? undefined : textOf(action).trim();
}

/**
 * Whether an action names the operation of the Body (PROFILES: empty, equal, or its last path segment is the Body child's name).
 * Dispatch is by the Body alone; an action that disagrees is refused (SECURITY.md 24).
 */
export function actionAgrees(action: string | undefined, operation: string): boolean {
  if (action === undefined || action === '') return true;
  const last = action.split(/[/:#]/).at(-1);
  const request = operation.replace(/Forespoersel$/, '');
  return last === operation || last === request || last === `${request}Request`;
}
