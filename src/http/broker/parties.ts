import { hash } from 'node:crypto';
import type { Underskriver } from '../../application/taImotMelding.js';
import { referenceOf } from '../../contract/ebms/decode.js';
import { payloadReferences } from '../../contract/ebms/encode.js';
import { ebmsFailure } from '../../contract/ebms/errors.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import { checkMessage } from '../../contract/schemas.js';
import { decodeSbd } from '../../contract/sdp/sbd.js';
import type { BusinessDocument, Payload } from '../../contract/sdp/types.js';
import type { Meldingsnoekkel } from '../../domain/formidling.js';
import type { Leverandoer } from '../../domain/sender.js';
import { verifyEnveloped } from '../../security/enveloped.js';
import type { Signer, Trusted } from '../../security/trusted.js';
import { fingerprint } from '../../security/x509.js';
import type { Content } from '../../soap/envelope.js';
import type { Broker, BrokerDeps, Providers } from './types.js';

/* Who a message is from and to, and the signed document in it. */

export const providersOf = ({ leverandoerer }: Pick<BrokerDeps, 'leverandoerer'>): Providers => ({
  byCertificate: new Map(leverandoerer.map((one) => [fingerprint(one.sertifikat), one])),
  takers: new Set(leverandoerer.map(({ organisasjonsnummer, rolle }) => `${organisasjonsnummer} ${rolle}`)),
});

export const underskriverOf = ({ principal }: Trusted): Underskriver => ({
  organisasjonsnummer: principal.organisasjonsnummer,
  fingeravtrykk: principal.certificate.fingeravtrykk,
});

/** The provider whose registered certificate this is; undefined for everybody else. */
export const providerBy = (
  { providers }: Pick<Broker, 'providers'>,
  { certificate }: Pick<Signer, 'certificate'>,
): Leverandoer | undefined => providers.byCertificate.get(certificate.fingeravtrykk);

/** Holds what the envelope says against who signed it, and against who we are. @throws Failure EBMS:0003 */
export function checkParties({ fra, til }: UserMessage, signer: string, rolle: string, { broker }: BrokerDeps): void {
  if (fra.organisasjonsnummer !== signer || fra.rolle !== rolle) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'From is not the organisation of the signing certificate');
  }
  if (til.organisasjonsnummer !== broker.organisasjonsnummer || til.rolle !== 'meldingsformidler') {
    throw ebmsFailure('VALUE_INCONSISTENT', 'To is another than this broker');
  }
}

/** The digests of the attachments that the signature is about, base64. */
export const attachedDigests = (trusted: Trusted): readonly string[] =>
  payloadReferences(trusted)
    .map(referenceOf)
    .filter(({ uri }) => uri.startsWith('cid:'))
    .map(({ digest }) => digest);

export interface SignedDocument {
  readonly document: BusinessDocument;
  readonly signer: Underskriver;
  /** What was verified, to be passed on. */
  readonly content: Content;
  /** The same, written once. */
  readonly text: string;
}

const localsIn = (content: Content): readonly string[] =>
  content.children.flatMap((child) => (typeof child !== 'string' && 'local' in child ? [child.local] : []));

/**
 * The signed document in Body, whose payload is one of `types`, from its signer.
 * @throws Failure EBMS:0008 for another Body or payload, EBMS:0003 for another sender than signer, those of its signature and of `checkMessage`
 */
export function documentOf(envelope: Trusted, types: readonly Payload['type'][], deps: Broker): SignedDocument {
  const { operation } = envelope;
  if (operation.local !== 'StandardBusinessDocument') {
    throw ebmsFailure('FEATURE_NOT_SUPPORTED', 'Body holds no StandardBusinessDocument');
  }
  const { trust, clock } = deps.verifyDeps;
  const { signer, document: content, text: write } = verifyEnveloped(operation, trust, clock.now());
  if (!localsIn(content).some((local) => (types as readonly string[]).includes(local))) {
    throw ebmsFailure('FEATURE_NOT_SUPPORTED', `The document is none of ${types.join(', ')}`);
  }
  const document = decodeSbd(content);
  const text = write();
  checkMessage(envelope, content, text);
  const { organisasjonsnummer, fingeravtrykk } = signer;
  if (organisasjonsnummer !== document.header.sender) {
    throw ebmsFailure('VALUE_INCONSISTENT', 'The sender of the document is not the organisation that signed it');
  }
  return { document, signer: { organisasjonsnummer, fingeravtrykk }, content, text };
}

/** Days for which a message is known again. Providers keep what is normal for thirty. */
const KNOWN_DAYS = 35;

/** Recognises a message by its signer and MessageId, and its content by the digests of Body and attachments (PROFILES, "Duplicates"). */
export function noekkelOf(trusted: Trusted, { info }: UserMessage): Meldingsnoekkel {
  const digests = payloadReferences(trusted).map((reference) => referenceOf(reference).digest);
  const { replay, principal } = trusted;
  return {
    key: hash('sha256', `ebms ${principal.organisasjonsnummer} ${info.messageId}`, 'buffer'),
    digest: hash('sha256', digests.join(' '), 'buffer'),
    expires: new Date(replay.expires.getTime() + KNOWN_DAYS * 86_400_000),
  };
}
