import { headerBlocks } from '../../src/contract/oppslagstjenesten/names.js';
import type { EnvelopeReport, ReferenceReport } from '../../src/diagnosis/report.js';
import type { VerifyOptions } from '../../src/diagnosis/verifyEnvelope.js';
import { verifyEnvelope } from '../../src/diagnosis/verifyEnvelope.js';
import { answerPolicy } from '../../src/security/answer.js';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import { caller } from '../support/answers.js';
import { goodRequest } from '../support/messages.js';
import type { RequestSpec } from '../support/messages.js';
import { testTime } from '../support/pki.js';

const exceptions = { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true };
const requests = oppslagstjenestenPolicy(exceptions, headerBlocks, Infinity);
export const answers = answerPolicy(requests);

const key = { privateKey: caller.privateKey, certificate: caller.leaf };
export const request = (spec: Partial<RequestSpec> = {}): string => goodRequest({ key, at: testTime, ...spec }).text;

export const verify = (xml: string | Buffer, options: Partial<VerifyOptions> = {}): Promise<EnvelopeReport> =>
  verifyEnvelope(Buffer.from(xml), { policy: requests, ...options });

export const oks = ({ references }: EnvelopeReport): Readonly<Record<string, boolean | null>> =>
  Object.fromEntries(references.map((r) => [r.target ?? 'nothing', r.ok]));
export const seconds = ({ second }: EnvelopeReport): (boolean | null)[] => second.references.map((r) => r.ok);
export const refusal = async (report: Promise<EnvelopeReport>): Promise<string> => {
  const { broken } = await report;
  return broken === null ? 'none' : `${broken.code}: ${broken.detail}`;
};
export const referenceTo = ({ references }: EnvelopeReport, local: string): ReferenceReport => {
  const found = references.find((r) => r.target?.endsWith(`/${local}`));
  if (found === undefined) throw new Error(`no reference to ${local}`);
  return found;
};

export const TIMESTAMP = 'Envelope/Header/Security/Timestamp';
export const CONFIRMATION = 'Envelope/Header/Security/SignatureConfirmation';
export const BODY = 'Envelope/Body';
export const BLOCK = 'Envelope/Header/Oppslagstjenesten';
