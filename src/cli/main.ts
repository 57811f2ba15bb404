#!/usr/bin/env node
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { Command } from 'commander';
import { VERSION } from '../client/agent.js';
import { ensureDataKey, loadConfig } from '../config.js';
import { PATH as FORSENDELSE } from '../contract/forsendelse/names.js';
import { headerBlocks, PATH } from '../contract/oppslagstjenesten/names.js';
import { PATH as POSTKASSE } from '../contract/postkasse/names.js';
import { verifyEnvelope } from '../diagnosis/verifyEnvelope.js';
import { BROKER_PATH } from '../http/meldingsformidler.js';
import { readRun } from '../run.js';
import { developmentAccounts } from '../sandbox/developmentData.js';
import { identities } from '../sandbox/pki/identities.js';
import { resident } from '../sandbox/residents.js';
import { answerPolicy } from '../security/answer.js';
import { organisasjonsnummer } from '../security/dn.js';
import { idHasher, textHasher } from '../security/idHash.js';
import { loadPkcs12 } from '../security/keystore.js';
import { isNetwork } from '../security/networks.js';
import { oppslagstjenestenPolicy } from '../security/policy.js';
import { servicePassword } from '../security/servicePassword.js';
import { signingKey } from '../security/sign.js';
import { createTrust } from '../security/trust.js';
import type { Trust } from '../security/trust.js';
import { derBlocks, parseCertificate } from '../security/x509.js';
import { openStore } from '../store/index.js';
import { sdpService } from '../sdpService.js';
import { auditCommand } from './audit.js';
import { explainCommand } from './explain.js';
import { lookupCommand } from './lookup.js';
import type { LookupCommandDeps } from './lookup.js';
import { mailboxCommands, type MailboxCommandDeps } from './mailbox.js';
import { reportError } from './output.js';
import { pricesCommands } from './prices.js';
import { openedCommand } from './opened.js';
import { queueCommands } from './queue.js';
import { receiptsCommand } from './receipts.js';
import { registerCommands } from './register.js';
import { sandboxCommands } from './sandbox.js';
import { sdpCommands, type SdpCommandDeps } from './sdp.js';
import { sendCommand } from './send.js';
import { sendersCommands } from './senders.js';
import { statementCommands } from './statement.js';
import { statusCommand } from './status.js';
import { suppliersCommands } from './suppliers.js';
import { svarinnCommands } from './svarinn.js';
import { svarutCommands, type SvarUtCommandDeps } from './svarut.js';
import { unitsCommands } from './units.js';
import { unreadCommand } from './unread.js';
import { verifyCommand } from './verify.js';
import type { VerifyCommandDeps } from './verify.js';
import { PASSWORD, type WireDeps } from './wire.js';

const { [PASSWORD]: password, ...environment } = process.env;
const config = () => loadConfig(environment);
const open = () => openStore({ url: config().databaseUrl.reveal() });
const dataKey = async (): Promise<KeyObject> => {
  const { dataKey: given, dataDir } = config();
  return given ?? (await ensureDataKey(dataDir));
};
const openShipments = async () => openStore({ url: config().databaseUrl.reveal(), dataKey: await dataKey() });
const hashId = async (id: string): Promise<Buffer> => idHasher(await dataKey())(id);
const clock = { now: () => new Date() };

/** Whoever asks names the authorities to believe; lists of what they revoked are not at hand here. */
const trustIn = (pem: Buffer): Trust =>
  createTrust({ anchors: derBlocks(pem, 'CERTIFICATE'), crls: () => [], revocation: 'off' });

/** The configuration is read when a command needs it, so that help needs none. */
const running = () => readRun(config().dataDir);
const runningUrl = (path: string) => async (): Promise<string | undefined> => {
  const run = await running();
  return run === undefined ? undefined : `${run.gateway.url}${path}`;
};

const lookup: LookupCommandDeps = {
  runningUrl: runningUrl(PATH),
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

const wire: WireDeps = {
  password,
  runningUrl: runningUrl(FORSENDELSE),
  account: () => {
    const account = developmentAccounts.find(({ tjeneste }) => tjeneste === 'FORSENDELSE');
    if (account === undefined || config().mode === 'production') return undefined;
    return { user: account.brukernavn, password: account.passord };
  },
};

const sdp: SdpCommandDeps = {
  runningUrl: runningUrl(BROKER_PATH),
  get developmentKey() {
    return lookup.developmentKey;
  },
  get developmentTrust() {
    return lookup.developmentTrust;
  },
  service: ({ trust, ...options }) => sdpService(options, trustIn(trust), clock),
};

const mailbox: MailboxCommandDeps = {
  runningUrl: runningUrl(POSTKASSE),
  developmentKey: (provider) => join(config().certsDir, `${provider}.p12`),
  developmentTrust: () => lookup.developmentTrust,
  service: ({ url, keyStore, password: secret, trust, expected }) => {
    const { privateKey, certificate } = loadPkcs12(keyStore, secret);
    const own = organisasjonsnummer(parseCertificate(certificate));
    if (own === undefined) throw new Error('The certificate of the key store names no organisation number.');
    const key = signingKey(privateKey, certificate);
    return { url, key, organisasjonsnummer: own, trust: trustIn(trust), clock, expected };
  },
  chosen: async (id, provider) => {
    const url = (await running())?.sandbox.url;
    if (url === undefined) return;
    await fetch(`${url}/control/switch/${encodeURIComponent(id)}?to=${provider}`, { method: 'POST' }).catch(
      () => undefined,
    );
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
  .version(VERSION)
  .exitOverride();

registerCommands(program, open, { resident, clock });
unitsCommands(program, open);
unreadCommand(program, openShipments, clock);
sendersCommands(program, open, clock);
suppliersCommands(program, open, clock);
statementCommands(program, open);
pricesCommands(program, open, clock);
auditCommand(program, open, hashId);
lookupCommand(program, lookup);
verifyCommand(program, verify);
for (const add of [sendCommand, statusCommand, explainCommand, receiptsCommand, openedCommand]) add(program, wire);
sdpCommands(program, sdp);
mailboxCommands(program, mailbox);
queueCommands(program, openShipments, clock);
const svarut: SvarUtCommandDeps = {
  open,
  openShipments,
  clock,
  nyttPassord: servicePassword,
  erNett: isNetwork,
  merke: async () => textHasher(await dataKey()),
};
svarutCommands(program, svarut);
svarinnCommands(program, svarut);
sandboxCommands(program, {
  sandboxUrl: async () => (await running())?.sandbox.url,
  start: async () => void (await import('../sandbox/main.js')),
  open,
  clock,
  isProduction: () => config().mode === 'production',
  suppliers: { digipost: identities.digipost.organisasjonsnummer, eboks: identities.eboks.organisasjonsnummer },
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, { err: (line) => void process.stderr.write(`${line}\n`) });
}
