import './engine.js';
import { loadConfig } from './config.js';
import { PATH as FORSENDELSE } from './contract/forsendelse/names.js';
import { PATH } from './contract/oppslagstjenesten/names.js';
import { PATH as POSTKASSE } from './contract/postkasse/names.js';
import { versjoner } from './contract/svarut/names.js';
import { BROKER_PATH } from './http/meldingsformidler.js';
import { SVARINN_PATH } from './http/svarinn.js';
import { createLog } from './log.js';
import { startProcesses } from './processes.js';
import { runProcess } from './run.js';
import { startPatiently } from './waiting.js';

/** The gateway as a process of its own, or as several: configuration from the environment; SIGTERM drains and ends it. */
await runProcess('gateway', async () => {
  const config = loadConfig(process.env);
  const log = createLog({ level: config.logLevel, values: { role: 'gateway' } });
  const { processes: count } = config;
  if (count > 1) return startProcesses({ script: new URL(import.meta.url), count, log });
  const gateway = await startPatiently(config, log);
  const { url } = gateway;
  return {
    url,
    stop: () => gateway.close(),
    ...(gateway.ended && { ended: gateway.ended }),
    summary: [
      `Oppslagstjenesten 16-02   ${url}${PATH}`,
      `  its WSDL                ${url}${PATH}?wsdl`,
      `Forsendelse v1            ${url}${FORSENDELSE}`,
      `  its WSDL                ${url}${FORSENDELSE}?wsdl`,
      `Meldingsformidler         ${url}${BROKER_PATH}`,
      `SvarUt                    ${url}${versjoner.at(-1)?.path}`,
      `SvarInn                   ${url}${SVARINN_PATH}`,
      `Postkassetjenester v1     ${url}${POSTKASSE}`,
    ],
  };
});
