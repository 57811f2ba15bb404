#!/usr/bin/env node
import { join } from 'node:path';
import { Command } from 'commander';
import { ensureDataKey, loadConfig } from '../config.js';
import { headerBlocks, PATH } from '../contract/oppslagstjenesten/names.js';
import { verifyEnvelope } from '../diagnosis/verifyEnvelope.js';
import { readRun } from '../run.js';
import { resident } from '../sandbox/residents.js';
import { answerPolicy } from '../security/answer.js';
import { idHasher } from '../security/idHash.js';
import { loadPkcs12 } from '../security/keystore.js';
import { oppslagstjenestenPolicy } from '../security/policy.js';
import { signingKey } from '../security/sign.js';
import { createTrust } from '../security/trust.js';
import type { Trust } from '../security/trust.js';
import { derBlocks } from '../security/x509.js';
import { openStore } from '../store/index.js';
import { auditCommand } from './audit.js';
import { lookupCommand } from './lookup.js';
import type { LookupCommandDeps } from './lookup.js';
import { reportError } from './output.js';
import { registerCommands } from './register.js';
import { sendersCommands } from './senders.js';
import { suppliersCommands } from './suppliers.js';
import { verifyCommand } from './verify.js';
import type { VerifyCommandDeps } from './verify.js';

const config = () => loadConfig(process.env);
const open = () => openStore({ url: config().databaseUrl.reveal() });
const hashId = async (id: string): Promise<Buffer> => {
  const { dataKey, dataDir } = config();
  return idHasher(dataKey ?? (await ensureDataKey(dataDir)))(id);
};
const clock = { now: () => new Date() };

/** Whoever asks names the authorities to believe; lists of what they revoked are not at hand here. */
const trustIn = (pem: Buffer): Trust =>
  createTrust({ anchors: derBlocks(pem, 'CERTIFICATE'), crls: () => [], revocation: 'off' });

/** The configuration is read when a command needs it, so that help needs none. */
const lookup: LookupCommandDeps = {
  runningUrl: async () => {
    const run = await readRun(config().dataDir);
    return run === undefined ? undefined : `${run.gateway.url}${PATH}`;
  },
  get developmentKey() {
    return join(config().certsDir, 'sender.p12');
  },
  get developmentTrust() {
    return join(config().certsDir, 'ca.pem');
  },
  service: (url, keyStoreFile, password, trustFile, expected) => {
    const keyStore = loadPkcs12(keyStoreFile, password);
    const key = signingKey(keyStore.privateKey, keyStore.certificate);
    return { url, key, expected, trust: trustIn(trustFile), clock };
  },
};

const exceptions = { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true };
const requestPolicy = oppslagstjenestenPolicy(exceptions, headerBlocks, Infinity);

const verify: VerifyCommandDeps = {
  verify: ({ captured, answer, at, trust, key }) =>
    verifyEnvelope(captured, {
      policy: answer ? answerPolicy(requestPolicy) : requestPolicy,
      at,
      trust: trust === undefined ? undefined : trustIn(trust),
      privateKey: key,
    }),
  openKey: (file, password) => loadPkcs12(file, password).privateKey,
};

const program = new Command('posthorn')
  .description('A standards-based SOAP gateway for Norwegian digital mail')
  .version('0.1.0')
  .exitOverride();

registerCommands(program, open, { resident, calendar: clock });
sendersCommands(program, open, clock);
suppliersCommands(program, open, clock);
auditCommand(program, open, hashId);
lookupCommand(program, lookup);
verifyCommand(program, verify);
program
  .command('sandbox')
  .description('Simulated national services')
  .command('start')
  .description('Run the sandbox alone, until it is told to stop')
  .action(async () => {
    await import('../sandbox/main.js');
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, { err: (line) => void process.stderr.write(`${line}\n`) });
}
