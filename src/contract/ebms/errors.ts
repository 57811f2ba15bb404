import { errors, errorText, Failure } from '../../errors.js';

/** An error as ebMS names it (core 6.7; CONTRACT.md section 11). */
export interface EbmsErrorRow {
  readonly code: string;
  readonly shortDescription: string;
  readonly category: 'Content' | 'Communication' | 'Unpackaging' | 'Processing';
  readonly origin: 'ebMS' | 'security' | 'reliability';
  readonly severity: 'failure' | 'warning';
}

const row = (
  code: string,
  shortDescription: string,
  category: EbmsErrorRow['category'],
  origin: EbmsErrorRow['origin'] = 'ebMS',
  severity: EbmsErrorRow['severity'] = 'failure',
): EbmsErrorRow => ({ code: `EBMS:${code}`, shortDescription, category, origin, severity });

/** Every error that a party of the contract may send, and what we write of it. */
export const ebmsErrors = {
  VALUE_NOT_RECOGNIZED: row('0001', 'ValueNotRecognized', 'Content'),
  FEATURE_NOT_SUPPORTED_WARNING: row('0002', 'FeatureNotSupported', 'Content', 'ebMS', 'warning'),
  VALUE_INCONSISTENT: row('0003', 'ValueInconsistent', 'Content'),
  OTHER: row('0004', 'Other', 'Content'),
  CONNECTION_FAILURE: row('0005', 'ConnectionFailure', 'Communication'),
  EMPTY_CHANNEL: row('0006', 'EmptyMessagePartitionChannel', 'Communication', 'ebMS', 'warning'),
  MIME_INCONSISTENCY: row('0007', 'MimeInconsistency', 'Unpackaging'),
  FEATURE_NOT_SUPPORTED: row('0008', 'FeatureNotSupported', 'Unpackaging'),
  INVALID_HEADER: row('0009', 'InvalidHeader', 'Unpackaging'),
  PROCESSING_MODE_MISMATCH: row('0010', 'ProcessingModeMismatch', 'Processing'),
  EXTERNAL_PAYLOAD_ERROR: row('0011', 'ExternalPayloadError', 'Content'),
  FAILED_AUTHENTICATION: row('0101', 'FailedAuthentication', 'Processing', 'security'),
  FAILED_DECRYPTION: row('0102', 'FailedDecryption', 'Processing', 'security'),
  POLICY_NONCOMPLIANCE: row('0103', 'PolicyNoncompliance', 'Processing', 'security'),
  DYSFUNCTIONAL_RELIABILITY: row('0201', 'DysfunctionalReliability', 'Processing', 'reliability'),
  DELIVERY_FAILURE: row('0202', 'DeliveryFailure', 'Communication', 'reliability'),
} as const;

export type EbmsErrorName = keyof typeof ebmsErrors;

const byCode: ReadonlyMap<string, EbmsErrorRow> = new Map(Object.values(ebmsErrors).map((r) => [r.code, r]));

/** The row of a code (`EBMS:0003`); undefined for one that the contract does not list. */
export const ebmsErrorOf = (code: string): EbmsErrorRow | undefined => byCode.get(code);

/**
 * A failure that an ebMS sender is told by its ebMS code.
 * @param reason what is wrong, for the sender: no national id, no value of the message
 */
export const ebmsFailure = (name: EbmsErrorName, reason: string): Failure =>
  new Failure('INVALID_REQUEST', `${ebmsErrors[name].code} ${reason}`, { reason, ebms: ebmsErrors[name].code });

/** How any failure is told in ebMS: by the code that it carries, or that its row of the error table has. */
export const ebmsErrorFor = (failure: Failure): EbmsErrorRow & { readonly description: string } => ({
  ...(byCode.get(failure.values['ebms'] ?? errors[failure.code].ebms) ?? ebmsErrors.OTHER),
  description: errorText(failure.code, 'en', failure.values),
});
