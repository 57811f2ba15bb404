import { createHash } from 'node:crypto';
import { encodeUserMessage, payloadParts } from '../../src/contract/ebms/encode.js';
import { messagingBlock, SOAP_BODY } from '../../src/contract/ebms/names.js';
import type { UserMessage } from '../../src/contract/ebms/types.js';
import { sdpPolicy } from '../../src/security/policy.js';
import type { SignaturePolicy } from '../../src/security/policy.js';
import { verify } from '../../src/security/signature.js';
import type { Sinks } from '../../src/security/signature.js';
import type { EbmsMessage } from '../../src/security/signEbms.js';
import { signEbms } from '../../src/security/signEbms.js';
import type { Trusted } from '../../src/security/trusted.js';
import { parseMultipartType } from '../../src/soap/mime.js';
import { parse } from '../../src/xml/tree.js';
import { caller } from './answers.js';
import { testTime, trustOf } from './pki.js';

/* A signed ebMS message of a sender, good but for what a test changes. */

const SBDH = 'http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader';

/** With a default namespace, one that nothing uses, and characters that canonical forms write otherwise. */
export const sbd =
  `<StandardBusinessDocument xmlns="${SBDH}" xmlns:i="urn:unused">` +
  `<digitalPost xmlns="http://begrep.difi.no/sdp/schema_v10" lang='nø'>a &amp; b &gt; c</digitalPost></StandardBusinessDocument>`;

export const cms = Buffer.from('30800609\r\n--not the end\r\n', 'latin1');
export const sha256 = (octets: Buffer): string => createHash('sha256').update(octets).digest('hex');
export const contentId = 'd6f0f811-69c4-4e03-a5a3-5ef02c4dfc11@posthorn';

export const userMessage: UserMessage = {
  info: { timestamp: testTime, messageId: '356255a8-0000-4000-8000-000000000001', refToMessageId: undefined },
  mpc: { prioritet: 'PRIORITERT', id: 'wf:try:b' },
  fra: { organisasjonsnummer: '310000019', rolle: 'avsender' },
  til: { organisasjonsnummer: '984661185', rolle: 'meldingsformidler' },
  avtale: 'digital',
  action: 'FormidleDigitalPost',
  conversationId: '537ded9b-0000-4000-8000-000000000001',
  parts: payloadParts(contentId),
};

export const ebmsMessage = (changes: Partial<EbmsMessage> = {}): EbmsMessage => ({
  messaging: encodeUserMessage(userMessage),
  body: [parse(sbd)],
  bodyId: SOAP_BODY,
  attachments: [{ contentId, sha256: sha256(cms) }],
  ...changes,
});

export const signedEnvelope = async (changes: Partial<EbmsMessage> = {}): Promise<string> =>
  (await signEbms(ebmsMessage(changes), caller.key, testTime)).envelope;

export interface RawPart {
  readonly header: string;
  readonly content: Buffer;
}

export const rootPart = (envelope: string): RawPart => ({
  header: 'Content-Type: application/soap+xml; charset=utf-8\r\nContent-ID: <root@x>',
  content: Buffer.from(envelope),
});
export const cmsPart = (changes: Partial<RawPart> = {}): RawPart => ({
  header: `Content-Type: application/cms\r\nContent-ID: <${contentId}>\r\nContent-Transfer-Encoding: binary`,
  content: cms,
  ...changes,
});

export const multipart = (parts: readonly RawPart[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ header, content }) => [Buffer.from(`--b1\r\n${header}\r\n\r\n`), content, Buffer.from('\r\n')]),
    Buffer.from('--b1--\r\n'),
  ]);

export const sdp = sdpPolicy([messagingBlock]);
export const contentType = 'multipart/related; type="application/soap+xml"; boundary=b1';

/** Verifies octets that came with `type`, in chunks of 1000. */
export function verifyMessage(
  octets: Buffer,
  type = contentType,
  { policy = sdp, sinks = {}, now = testTime }: { policy?: SignaturePolicy; sinks?: Sinks; now?: Date } = {},
): Promise<Trusted> {
  const stream = (async function* () {
    for (let at = 0; at < octets.length; at += 1000) yield octets.subarray(at, at + 1000);
  })();
  const incoming = { stream, multipart: parseMultipartType(type) };
  return verify(incoming, policy, { trust: trustOf(caller), clock: { now: () => now } }, sinks);
}
