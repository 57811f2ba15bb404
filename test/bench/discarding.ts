import { plain } from '../../src/around.js';
import { discardChannel } from '../../src/channels/discard/channel.js';
import { loadConfig } from '../../src/config.js';
import { startGateway } from '../../src/gateway.js';
import { createLog } from '../../src/log.js';
import { runProcess } from '../../src/run.js';

/** The gateway as it is, with the `discard` channel for mailboxes and print: it takes letters of any size, and keeps them. */
await runProcess('gateway', async () => {
  const config = loadConfig(process.env);
  const besides = new Map([['POSTKASSE', discardChannel] as const, ['UTSKRIFT', discardChannel] as const]);
  const gateway = await startGateway(config, createLog({ level: config.logLevel, values: {} }), { ...plain, besides });
  return { url: gateway.url, stop: () => gateway.close(), summary: [] };
});
