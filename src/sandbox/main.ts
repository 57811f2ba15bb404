import { join } from 'node:path';
import { createCalendar } from '../application/calendar.js';
import { loadConfig } from '../config.js';
import { PATH } from '../contract/oppslagstjenesten/names.js';
import { every } from '../housekeeping.js';
import { BROKER_PATH } from '../http/meldingsformidler.js';
import { SVARINN_PATH } from '../http/svarinn.js';
import { readRun, runProcess } from '../run.js';
import { openStore } from '../store/index.js';
import { altinnUtvikling } from './altinn/altinn.js';
import { developmentAccounts } from './developmentData.js';
import { fetchLetters } from './municipality/municipality.js';
import { ensureDevelopmentPki, type DevelopmentPki } from './pki/development.js';
import { providerNames, type ProviderName } from './providers/types.js';
import { startSandbox } from './server.js';
import { SMS_PATH, smsoppsett } from './varsel/sms.js';
import { smtpoppsett, startSmtp } from './varsel/smtp.js';
import { serverIdentity } from './varsel/tls.js';

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

const FETCH_LETTERS_MS = 2_000;
const municipalityDir = (dataDir: string): string => join(dataDir, 'kommune');

/** The municipality that fetches its letters from the gateway, wherever that runs. */
function followMunicipality(pki: DevelopmentPki, dataDir: string) {
  const account = developmentAccounts.find(({ tjeneste }) => tjeneste === 'SVARINN');
  const konto = async () => {
    const run = await readRun(dataDir);
    if (run === undefined || account === undefined) return undefined;
    return { url: run.gateway.url + SVARINN_PATH, brukernavn: account.brukernavn, passord: account.passord };
  };
  const failed = (error: unknown) =>
    process.stderr.write(`The municipality cannot fetch its letters: ${String(error)}\n`);
  const options = {
    konto,
    identity: pki.identities.sender2,
    dir: municipalityDir(dataDir),
    waiting: new Set<string>(),
    failed,
  };
  return every(FETCH_LETTERS_MS, () => fetchLetters(options), failed);
}

/** The sandbox as a process of its own. */
await runProcess('sandbox', async () => {
  const config = loadConfig(process.env);
  if (config.mode === 'production') {
    throw new Error('The sandbox simulates national services and does not start in production. Unset POSTHORN_MODE.');
  }
  const pki = await ensureDevelopmentPki(config.certsDir);
  const { calendar, stop } = await followCalendar(config.databaseUrl.reveal());
  const smtp = await startSmtp({ tls: await serverIdentity(pki), now: () => new Date() });
  const { url, close } = await startSandbox(pki, config.sandboxPort, {
    trayDir: join(config.dataDir, 'tray'),
    brokerUrl: async () => {
      const run = await readRun(config.dataDir);
      return run && run.gateway.url + BROKER_PATH;
    },
    calendar,
    smtp,
    lost: (what) => process.stderr.write(`The sandbox lost ${what}\n`),
  });
  const municipality = followMunicipality(pki, config.dataDir);
  return {
    url,
    stop: async () => {
      await municipality.stop();
      await close();
      await smtp.stop();
      await stop();
    },
    offers: {
      POSTHORN_SDP_PROVIDERS: providerNames.map(addressOf(pki, url)).join(','),
      POSTHORN_ALTINN_URL: `${url}/altinn`,
      POSTHORN_ALTINN_RESOURCE: altinnUtvikling.ressurser.vanlig,
      POSTHORN_ALTINN_CONFIDENTIAL_RESOURCE: altinnUtvikling.ressurser.taushetsbelagt,
      POSTHORN_ALTINN_MASKINPORTEN_URL: `${url}/maskinporten`,
      POSTHORN_ALTINN_MASKINPORTEN_CLIENT: altinnUtvikling.klient,
      POSTHORN_ALTINN_POLL: '2',
      ...smtpoppsett(smtp, pki),
      POSTHORN_SMS_URL: `${url}${SMS_PATH}`,
      ...smsoppsett,
    },
    summary: [
      `National look-up service  ${url}${PATH}`,
      `Mailboxes                 ${url}/digipost  ${url}/eboks`,
      `Print service             ${url}/utskrift (what it prints lies in ${join(config.dataDir, 'tray')})`,
      `Altinn                    ${url}/altinn (read there by: posthorn sandbox inbox and open, with an organisation number)`,
      `Mail server and SMS       127.0.0.1:${smtp.port}  ${url}${SMS_PATH} (read by: posthorn sandbox notices)`,
      `Municipality              fetches letters to ${pki.identities.sender2.organisasjonsnummer} by SvarInn, into ${municipalityDir(config.dataDir)}`,
      `Revocation lists          ${url}/crl/issuing.crl`,
    ],
  };
});
