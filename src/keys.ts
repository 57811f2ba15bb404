import { readFile } from 'node:fs/promises';
import { productionProblems } from './config.js';
import type { Config } from './config.js';
import type { Log } from './log.js';
import { loadCrls } from './security/crl.js';
import { loadPkcs12 } from './security/keystore.js';
import { signingKey } from './security/sign.js';
import { createTrust } from './security/trust.js';
import type { Trust } from './security/trust.js';
import { derBlocks, parseCertificate } from './security/x509.js';
import type { Certificate } from './security/x509.js';

const certificatesIn = async (files: readonly string[]): Promise<Buffer[]> =>
  (await Promise.all(files.map(async (file) => derBlocks(await readFile(file), 'CERTIFICATE')))).flat();

/** The keys and the trust of a gateway. */
export interface Security {
  readonly trust: Trust;
  readonly signer: Certificate;
  readonly key: ReturnType<typeof signingKey>;
}

/** Loads keys and trust, and refuses what production must not run with. @throws Error with sentences for people */
export async function loadSecurity(config: Config, log: Log): Promise<Security> {
  const store = loadPkcs12(
    await readFile(config.oppslagstjenestenKeystore),
    config.oppslagstjenestenKeystorePassword.reveal(),
  );
  const signer = parseCertificate(store.certificate);
  const anchors = await certificatesIn(config.trustAnchors);
  const problems = productionProblems(config, {
    signingIssuer: signer.issuerName,
    anchorSubjects: anchors.map((der) => parseCertificate(der).subjectName),
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const crls = await loadCrls(config.crlFiles, { everySeconds: 60, report: (problem) => log.error(problem) });
  const trust = createTrust({
    anchors,
    intermediates: await certificatesIn(config.trustIntermediates),
    crls: () => crls.current(),
    revocation: config.revocation,
  });
  return { trust, signer, key: signingKey(store.privateKey, store.certificate) };
}
