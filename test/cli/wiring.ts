import { join } from 'node:path';
import type { LookupCommandDeps } from '../../src/cli/lookup.js';
import type { VerifyCommandDeps } from '../../src/cli/verify.js';
import { answerPolicy } from '../../src/security/answer.js';
import { createTrust } from '../../src/security/trust.js';
import { derBlocks } from '../../src/security/x509.js';
import { headerBlocks } from '../../src/contract/oppslagstjenesten/names.js';
import { loadPkcs12 } from '../../src/security/keystore.js';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import { signingKey } from '../../src/security/sign.js';
import { verifyEnvelope } from '../../src/diagnosis/verifyEnvelope.js';
import { testCertsDir } from '../support/gateway.js';

/* What main.ts gives the commands, and the files that tests name on their command lines. */

export const certs = (name: string): string => join(testCertsDir, name);
export const main = join(import.meta.dirname, '../../src/cli/main.ts');

const requests = oppslagstjenestenPolicy(
  { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true },
  headerBlocks,
  Infinity,
);

export const verifyDeps: VerifyCommandDeps = {
  verify: ({ captured, answer, at, trust, key }) =>
    verifyEnvelope(captured, {
      policy: answer ? answerPolicy(requests) : requests,
      at,
      trust: trust && createTrust({ anchors: derBlocks(trust, 'CERTIFICATE'), crls: () => [], revocation: 'off' }),
      privateKey: key,
    }),
  openKey: (file, password) => loadPkcs12(file, password).privateKey,
};

/** @param runningUrl of the gateway that runs, when one does */
export const lookupDeps = (runningUrl: string | undefined): LookupCommandDeps => ({
  runningUrl: () => Promise.resolve(runningUrl),
  developmentKey: certs('sender.p12'),
  developmentTrust: certs('ca.pem'),
  service: (url, keyStoreFile, password, trustFile, expected) => {
    const { privateKey, certificate } = loadPkcs12(keyStoreFile, password);
    const anchors = derBlocks(trustFile, 'CERTIFICATE');
    const trust = createTrust({ anchors, crls: () => [], revocation: 'off' });
    return { url, key: signingKey(privateKey, certificate), expected, trust, clock: { now: () => new Date() } };
  },
});
