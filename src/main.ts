import { loadConfig } from './config.js';
import { PATH } from './contract/oppslagstjenesten/names.js';
import { startGateway } from './gateway.js';
import { createLog } from './log.js';
import { runProcess } from './run.js';

/** The gateway as a process of its own: configuration from the environment; SIGTERM drains and ends it. */
await runProcess('gateway', async () => {
  const config = loadConfig(process.env);
  const log = createLog({ level: config.logLevel, values: { role: 'gateway' } });
  const { url, close } = await startGateway(config, log);
  return {
    url,
    stop: close,
    summary: [`Oppslagstjenesten 16-02   ${url}${PATH}`, `  its WSDL                ${url}${PATH}?wsdl`],
  };
});
