import { createHash } from 'node:crypto';
import {
  encodeReceipt,
  encodeUserMessage,
  payloadParts,
  payloadReferences,
} from '../../../src/contract/ebms/encode.js';
import { decodeMessaging } from '../../../src/contract/ebms/decode.js';
import { SOAP_BODY } from '../../../src/contract/ebms/names.js';
import type { UserMessage } from '../../../src/contract/ebms/types.js';
import { decodeSbd, encodeSbd } from '../../../src/contract/sdp/sbd.js';
import type { Pakkeinnhold } from '../../../src/contract/sdp/packer.js';
import type { DigitalPost, Header, Payload } from '../../../src/contract/sdp/types.js';
import { pack } from '../../../src/package/asice.js';
import { readZip } from '../../../src/package/zip.js';
import type { DevelopmentPki, IdentityName } from '../../../src/sandbox/pki/development.js';
import { encryptCms } from '../../../src/security/cms.js';
import { parseCrl } from '../../../src/security/crl.js';
import { signEnveloped, verifyEnveloped } from '../../../src/security/enveloped.js';
import { newId, signingKey } from '../../../src/security/sign.js';
import { signEbms } from '../../../src/security/signEbms.js';
import type { Incoming } from '../../../src/security/signature.js';
import { verify } from '../../../src/security/signature.js';
import { createTrust } from '../../../src/security/trust.js';
import { parseCertificate } from '../../../src/security/x509.js';
import { parseMultipartType } from '../../../src/soap/mime.js';
import { parse } from '../../../src/xml/tree.js';
import { digital } from '../../contract/sdp/support.js';
import { collect, innhold, once, zipOf } from '../../package/support.js';
import { contentType, multipart, rootPart, sdp, type RawPart } from '../../support/ebms.js';

/* One letter as the broker pushes it to Digipost, good but for what a test changes, and a broker that takes the receipts. */

export const messageId = '356255a8-0000-4000-8000-000000000001';
export const conversationId = '537ded9b-0000-4000-8000-000000000001';
const contentId = `${messageId}@posthorn`;

export interface PushChanges {
  readonly innhold?: Partial<Pakkeinnhold>;
  /** Files of the package, after it was signed. */
  readonly files?: (files: Map<string, Buffer>, pki: DevelopmentPki) => void | Promise<void>;
  /** Who signs the package, and to whom it is encrypted. */
  readonly packer?: IdentityName;
  readonly recipient?: IdentityName;
  /** The encrypted package, before its fingerprint is taken. */
  readonly cms?: (cms: Buffer) => Buffer;
  /** What the document says, before it is signed, and its signed text. */
  readonly header?: Partial<Header>;
  readonly post?: (post: DigitalPost) => Payload;
  readonly signer?: IdentityName;
  readonly sbd?: (sbd: string) => string;
  readonly message?: Partial<UserMessage>;
  readonly broker?: IdentityName;
  /** The signed envelope, and the parts behind it. */
  readonly envelope?: (envelope: string) => string;
  readonly parts?: (parts: readonly RawPart[]) => readonly RawPart[];
  /** Clock of the broker. */
  readonly at?: Date;
}

export const trustIn = (pki: DevelopmentPki) => {
  const crls = pki.crls.map(parseCrl);
  return createTrust({
    anchors: [pki.root],
    intermediates: [pki.issuing],
    crls: () => crls,
    revocation: 'require',
  });
};

export const keyOf = (pki: DevelopmentPki, name: IdentityName) => {
  const { privateKey, certificate } = pki.identities[name];
  return signingKey(privateKey, certificate);
};

async function packageFor(pki: DevelopmentPki, changes: PushChanges, now: Date): Promise<Buffer> {
  const { packer = 'posthorn', recipient = 'digipost', files, cms = (octets) => octets } = changes;
  const signed = await collect(
    pack({ ...innhold, ...changes.innhold }, { key: keyOf(pki, packer), chain: pki.identities[packer].chain }, now),
  );
  let zip = signed;
  if (files !== undefined) {
    const there = new Map(await readZip(signed));
    await files(there, pki);
    zip = await zipOf(Object.fromEntries(there));
  }
  const to = parseCertificate(pki.identities[recipient].certificate);
  return cms(await collect(encryptCms(once(zip), zip.length, to)));
}

async function documentFor(pki: DevelopmentPki, changes: PushChanges, cms: Buffer, now: Date): Promise<string> {
  const header = {
    sender: '310000000',
    receiver: pki.identities.digipost.organisasjonsnummer,
    instanceIdentifier: messageId,
    conversationId,
    created: now,
    ...changes.header,
  };
  const fingeravtrykk = createHash('sha256').update(cms).digest('hex');
  const payload = changes.post?.({ ...digital, fingeravtrykk }) ?? { ...digital, fingeravtrykk };
  const signed = await signEnveloped(encodeSbd({ header, payload }), keyOf(pki, changes.signer ?? 'posthorn'));
  return changes.sbd?.(signed) ?? signed;
}

/** A push as it comes from the wire. */
export async function pushOf(pki: DevelopmentPki, changes: PushChanges = {}): Promise<Incoming> {
  const now = changes.at ?? new Date();
  const cms = await packageFor(pki, changes, now);
  const sbd = await documentFor(pki, changes, cms, now);
  const { organisasjonsnummer } = pki.identities.meldingsformidler;
  const userMessage: UserMessage = {
    info: { timestamp: now, messageId, refToMessageId: undefined },
    mpc: { prioritet: 'PRIORITERT', id: undefined },
    fra: { organisasjonsnummer, rolle: 'meldingsformidler' },
    til: { organisasjonsnummer: pki.identities.digipost.organisasjonsnummer, rolle: 'postkasse' },
    avtale: 'digital',
    action: 'FormidleDigitalPost',
    conversationId,
    parts: payloadParts(contentId),
    ...changes.message,
  };
  const { envelope } = await signEbms(
    {
      messaging: encodeUserMessage(userMessage),
      body: [parse(sbd)],
      bodyId: SOAP_BODY,
      attachments: [{ contentId, sha256: createHash('sha256').update(cms).digest('hex') }],
    },
    keyOf(pki, changes.broker ?? 'meldingsformidler'),
    now,
  );
  const usual = [
    rootPart(changes.envelope?.(envelope) ?? envelope),
    { header: `Content-Type: application/cms\r\nContent-ID: <${contentId}>`, content: cms },
  ];
  const octets = multipart(changes.parts?.(usual) ?? usual);
  return { stream: once(octets), multipart: parseMultipartType(contentType) };
}

/** Verifies a receipt of a provider as the broker does, and says what it reports. */
export async function reportIn(pki: DevelopmentPki, octets: Buffer) {
  const deps = { trust: trustIn(pki), clock: { now: () => new Date() } };
  const trusted = await verify({ stream: once(octets) }, sdp, deps);
  const messaging = decodeMessaging(trusted);
  const { document, signer } = verifyEnveloped(trusted.operation, deps.trust, new Date());
  const { header, payload } = decodeSbd(document);
  const ref = messaging.type === 'user' ? messaging.message.info.messageId : '';
  const info = { timestamp: new Date(), messageId: newId('answer'), refToMessageId: ref };
  const message = {
    messaging: encodeReceipt(info, payloadReferences(trusted)),
    body: [],
    bodyId: newId('id'),
    attachments: [],
  };
  const { envelope } = await signEbms(message, keyOf(pki, 'meldingsformidler'), new Date());
  return { header, payload, signer: signer.organisasjonsnummer ?? '', answer: envelope };
}
