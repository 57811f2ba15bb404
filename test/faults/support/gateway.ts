import { loadConfig } from '../../../src/config.js';
import { prepareDevelopment } from '../../../src/development.js';
import { startGateway } from '../../../src/gateway.js';
import { createLog } from '../../../src/log.js';
import { runProcess } from '../../../src/run.js';

/* A gateway that makes its development data itself: nobody else can see its disks. */
await runProcess('gateway', async () => {
  const config = loadConfig(process.env);
  await prepareDevelopment(config);
  const gateway = await startGateway(config, createLog({ level: config.logLevel }));
  return { url: gateway.url, stop: () => gateway.close(), summary: [] };
});
