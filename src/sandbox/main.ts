import { join } from 'node:path';
import { loadConfig } from '../config.js';
import { PATH } from '../contract/oppslagstjenesten/names.js';
import { BROKER_PATH } from '../http/meldingsformidler.js';
import { readRun, runProcess } from '../run.js';
import { ensureDevelopmentPki, type DevelopmentPki } from './pki/development.js';
import { providerNames, type ProviderName } from './providers/types.js';
import { startSandbox } from './server.js';

const addressOf =
  (pki: DevelopmentPki, url: string) =>
  (name: ProviderName): string =>
    `${pki.identities[name].organisasjonsnummer}=${url}/${name}`;

/** The sandbox as a process of its own. */
await runProcess('sandbox', async () => {
  const config = loadConfig(process.env);
  if (config.mode === 'production') {
    throw new Error('The sandbox simulates national services and does not start in production. Unset POSTHORN_MODE.');
  }
  const pki = await ensureDevelopmentPki(config.certsDir);
  const { url, close } = await startSandbox(pki, config.sandboxPort, {
    trayDir: join(config.dataDir, 'tray'),
    brokerUrl: async () => {
      const run = await readRun(config.dataDir);
      return run && run.gateway.url + BROKER_PATH;
    },
    lost: (what) => process.stderr.write(`The sandbox lost ${what}\n`),
  });
  return {
    url,
    stop: close,
    offers: { POSTHORN_SDP_PROVIDERS: providerNames.map(addressOf(pki, url)).join(',') },
    summary: [
      `National look-up service  ${url}${PATH}`,
      `Mailboxes                 ${url}/digipost  ${url}/eboks`,
      `Print service             ${url}/utskrift (what it prints lies in ${join(config.dataDir, 'tray')})`,
      `Revocation lists          ${url}/crl/issuing.crl`,
    ],
  };
});
