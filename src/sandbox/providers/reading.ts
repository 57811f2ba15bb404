import { decodeMessaging } from '../../contract/ebms/decode.js';
import { ebmsFailure } from '../../contract/ebms/errors.js';
import { messagingBlock } from '../../contract/ebms/names.js';
import { checkParts } from '../../contract/ebms/parts.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import { decodeSbd } from '../../contract/sdp/sbd.js';
import type { BusinessDocument, DigitalPost, FlyttetDigitalPost, FysiskPost } from '../../contract/sdp/types.js';
import { Failure } from '../../errors.js';
import type { Unpacked } from '../../package/asice.js';
import { receivePackage } from '../../package/package.js';
import { verifyEnveloped } from '../../security/enveloped.js';
import { sdpPolicy } from '../../security/policy.js';
import { verify, type Incoming, type VerifyDeps } from '../../security/signature.js';
import type { Trusted } from '../../security/trusted.js';
import { parseCertificate } from '../../security/x509.js';
import type { DevelopmentIdentity } from '../pki/development.js';
import type { Broker, ProviderName, Report } from './types.js';

/* What a provider believes of a push: the envelope of the broker, the document of whoever sent the letter, and the package. */

export interface ReaderDeps extends VerifyDeps {
  readonly name: ProviderName;
  readonly identity: DevelopmentIdentity;
  readonly broker: Broker;
  /** Certificates of the mailbox providers, SHA-256 in lower-case hex: mail moves from one of them to another. */
  readonly mailboxes: ReadonlySet<string>;
}

const policy = sdpPolicy([messagingBlock]);

/** The message, from the broker and to us. @throws Failure with an ebMS code */
function messageOf(trusted: Trusted, { identity, broker }: ReaderDeps): UserMessage {
  const messaging = decodeMessaging(trusted);
  if (messaging.type !== 'user') throw ebmsFailure('VALUE_NOT_RECOGNIZED', 'A provider takes letters only');
  const { message } = messaging;
  if (trusted.principal.certificate.fingeravtrykk !== broker.fingeravtrykk) {
    throw ebmsFailure('FAILED_AUTHENTICATION', 'The signer is not the broker');
  }
  if (message.fra.rolle !== 'meldingsformidler' || message.fra.organisasjonsnummer !== broker.organisasjonsnummer) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'From is not the broker');
  }
  if (message.til.organisasjonsnummer !== identity.organisasjonsnummer) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'To is another provider');
  }
  checkParts(message, trusted);
  return message;
}

export type PostDocument = BusinessDocument & { readonly payload: DigitalPost | FysiskPost | FlyttetDigitalPost };

/** Moved mail is taken by mailboxes, of mailboxes, and under its own Action. @throws Failure with an ebMS code */
function checkMoved(action: UserMessage['action'], moved: boolean, signer: string, deps: ReaderDeps): void {
  if (moved && deps.name === 'utskrift') throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'Mail moves between mailboxes');
  if (moved !== (action === 'FlyttetDigitalPost')) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'Action is not what the document is');
  }
  if (moved && !deps.mailboxes.has(signer)) {
    throw ebmsFailure('FAILED_AUTHENTICATION', 'The signer of the document is no mailbox provider');
  }
}

/** The signed document about the letter, whose package is the attachment. @throws Failure with an ebMS code */
function documentOf(trusted: Trusted, { action }: UserMessage, deps: ReaderDeps): PostDocument {
  const { identity, trust, clock } = deps;
  const { signer, document } = verifyEnveloped(trusted.operation, trust, clock.now());
  const { header, payload } = decodeSbd(document);
  if (payload.type !== 'digitalPost' && payload.type !== 'flyttetDigitalPost') {
    throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'A provider takes letters only');
  }
  checkMoved(action, payload.type === 'flyttetDigitalPost', signer.fingeravtrykk, deps);
  if (signer.organisasjonsnummer !== header.sender) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The document is signed by another than its sender');
  }
  if (header.receiver !== identity.organisasjonsnummer) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The document is for another provider');
  }
  const [part, ...more] = trusted.parts;
  if (part === undefined || more.length > 0) throw ebmsFailure('MIME_INCONSISTENCY', 'A letter has one package');
  if (part.sha256.toString('hex') !== payload.fingeravtrykk) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The package is another than the document says');
  }
  return { header, payload };
}

/** The package, opened with our key. A package that is wrong is the sender's error (CONTRACT.md section 10). */
export async function open(deps: ReaderDeps, cms: Buffer): Promise<Unpacked | Report> {
  const { identity, trust, clock } = deps;
  const receiver = { privateKey: identity.privateKey, certificate: parseCertificate(identity.certificate), trust };
  try {
    return await receivePackage(cms, receiver, clock.now());
  } catch (error) {
    const detaljer = error instanceof Failure ? `${error.code}: ${error.detail}` : 'The package cannot be opened';
    return { type: 'feil', feiltype: 'KLIENT', detaljer };
  }
}

/** The message and its document, verified, with the octets of the package. @throws Failure */
export async function readPush(deps: ReaderDeps, incoming: Incoming) {
  const { trust, clock } = deps;
  const pieces: Buffer[] = [];
  const store = async (octets: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const piece of octets) pieces.push(Buffer.from(piece));
  };
  const parts = { claim: () => ({ include: null, store }) };
  const trusted = await verify(incoming, policy, { trust, clock }, { parts });
  const message = messageOf(trusted, deps);
  return { trusted, message, document: documentOf(trusted, message, deps), cms: Buffer.concat(pieces) };
}
