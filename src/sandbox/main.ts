import { join } from 'node:path';
import { createCalendar } from '../application/calendar.js';
import { loadConfig } from '../config.js';
import { PATH } from '../contract/oppslagstjenesten/names.js';
import { every } from '../housekeeping.js';
import { BROKER_PATH } from '../http/meldingsformidler.js';
import { readRun, runProcess } from '../run.js';
import { openStore } from '../store/index.js';
import { ensureDevelopmentPki, type DevelopmentPki } from './pki/development.js';
import { providerNames, type ProviderName } from './providers/types.js';
import { startSandbox } from './server.js';

const addressOf =
  (pki: DevelopmentPki, url: string) =>
  (name: ProviderName): string =>
    `${pki.identities[name].organisasjonsnummer}=${url}/${name}`;

const REFRESH_CALENDAR_MS = 1_000;

/** The calendar that the gateway has, read again each second. */
async function followCalendar(databaseUrl: string) {
  const store = await openStore({ url: databaseUrl });
  const calendar = createCalendar({ now: () => new Date() }, store.calendar);
  await calendar.refresh();
  const rounds = every(
    REFRESH_CALENDAR_MS,
    () => calendar.refresh(),
    (error) => process.stderr.write(`The sandbox cannot read the calendar: ${String(error)}\n`),
  );
  const stop = async () => {
    await rounds.stop();
    await store.close();
  };
  return { calendar, stop };
}

/** The sandbox as a process of its own. */
await runProcess('sandbox', async () => {
  const config = loadConfig(process.env);
  if (config.mode === 'production') {
    throw new Error('The sandbox simulates national services and does not start in production. Unset POSTHORN_MODE.');
  }
  const pki = await ensureDevelopmentPki(config.certsDir);
  const { calendar, stop } = await followCalendar(config.databaseUrl.reveal());
  const { url, close } = await startSandbox(pki, config.sandboxPort, {
    trayDir: join(config.dataDir, 'tray'),
    brokerUrl: async () => {
      const run = await readRun(config.dataDir);
      return run && run.gateway.url + BROKER_PATH;
    },
    calendar,
    lost: (what) => process.stderr.write(`The sandbox lost ${what}\n`),
  });
  return {
    url,
    stop: async () => {
      await close();
      await stop();
    },
    offers: { POSTHORN_SDP_PROVIDERS: providerNames.map(addressOf(pki, url)).join(',') },
    summary: [
      `National look-up service  ${url}${PATH}`,
      `Mailboxes                 ${url}/digipost  ${url}/eboks`,
      `Print service             ${url}/utskrift (what it prints lies in ${join(config.dataDir, 'tray')})`,
      `Revocation lists          ${url}/crl/issuing.crl`,
    ],
  };
});
