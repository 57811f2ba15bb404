import type { BraktKvittering } from '../../domain/receipts.js';
import type { Forespoersel, Svar } from '../../application/hentFraKoe.js';
import type { PullPace } from '../../application/pullPace.js';
import type { Melding, Underskriver } from '../../application/taImotMelding.js';
import type { Leverandoer } from '../../domain/sender.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import type { SigningKey } from '../../security/sign.js';
import type { VerifyDeps } from '../../security/signature.js';
import type { TrustedPart } from '../../security/trusted.js';
import type { Content } from '../../soap/envelope.js';
import type { Metrics } from '../metrics.js';
import type { SoapContext } from '../server.js';
import type { Stage } from './stage.js';

export interface BrokerDeps {
  readonly verifyDeps: VerifyDeps;
  readonly metrics: Metrics;
  readonly timeIsRight: () => boolean;
  readonly broker: { readonly organisasjonsnummer: string; readonly key: SigningKey };
  /** Organisation number that receipts of our own letters are addressed to. */
  readonly databehandler: string;
  /** Whoever may send receipts and be sent letters, each known by its registered certificate. */
  readonly leverandoerer: readonly Leverandoer[];
  readonly payloads: Pick<Payloads, 'put' | 'remove'>;
  /** Octets of a document package. */
  readonly maxPackage: number;
  /** May this signer hand over letters of `avsender`? @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN */
  readonly kanFormidle: (underskriver: Underskriver, avsender: string) => void;
  /** May this signer fetch receipts? @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN */
  readonly kanHente: (underskriver: Underskriver) => void;
  /** Takes a message over. False: it was taken over before. @throws Failure MESSAGE_ID_USED */
  readonly taImot: (melding: Melding) => Promise<boolean>;
  /** False: it belongs to no letter that is known here. @throws Failure MESSAGE_ID_USED */
  readonly motta: (kvittering: BraktKvittering) => Promise<boolean>;
  /** Keeps a receipt that nobody waits for, and gives the reference that it is kept under. */
  readonly keep: (document: Content) => Promise<string>;
  readonly hent: (forespoersel: Forespoersel) => Promise<Svar>;
  readonly pace: PullPace;
  /** Who asks for receipts too soon is answered without looking. */
  readonly throttle: boolean;
}

/** Providers by what they are known by: made once. */
export interface Providers {
  /** By SHA-256 of the certificate, lower-case hex: a number alone proves no role, for two roles share one. */
  readonly byCertificate: ReadonlyMap<string, Leverandoer>;
  /** `984661185 POSTKASSE`: who takes what. */
  readonly takers: ReadonlySet<string>;
}

export type Broker = BrokerDeps & { readonly providers: Providers };

/** What is answered, and what it was for the metrics. No envelope: there is nothing to say. */
export interface Answer {
  readonly operation: string;
  readonly envelope: string | undefined;
}

/**
 * What is left to do with a message whose envelope has been judged, once its attachments have been verified too. It holds on to nothing of
 * the envelope, which would be kept while the attachments come and the disk is waited for.
 */
export type Rest = (parts: readonly TrustedPart[], stage: Stage, context: SoapContext) => Promise<Answer>;
