import { loadConfig } from '../config.js';
import { PATH } from '../contract/oppslagstjenesten/names.js';
import { runProcess } from '../run.js';
import { ensureDevelopmentPki } from './pki/development.js';
import { startSandbox } from './server.js';

/** The sandbox as a process of its own. */
await runProcess('sandbox', async () => {
  const config = loadConfig(process.env);
  if (config.mode === 'production') {
    throw new Error('The sandbox simulates national services and does not start in production. Unset POSTHORN_MODE.');
  }
  const { url, close } = await startSandbox(await ensureDevelopmentPki(config.certsDir), config.sandboxPort);
  return {
    url,
    stop: close,
    summary: [`National look-up service  ${url}${PATH}`, `Revocation lists          ${url}/crl/issuing.crl`],
  };
});
