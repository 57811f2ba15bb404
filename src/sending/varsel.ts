import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { epostvei } from '../channels/varsel/epost.js';
import { varselveier, type Varselveier } from '../channels/varsel/index.js';
import { smsvei } from '../channels/varsel/sms.js';
import type { Varselvei } from '../channels/varsel/vei.js';
import { ConfigError, type Config } from '../config.js';
import type { LedgerReads } from '../domain/ledgerPorts.js';
import type { Clock } from '../domain/ports.js';
import { lesSmsmal } from '../domain/smsmal.js';
import type { Varselsender } from '../domain/varselPorts.js';
import type { Metrics } from '../http/metrics.js';
import { secretOf } from './secret.js';

/** An account, where there is one. */
async function kontoOf(bruker: string | undefined, given: Config['smtpPassword'], file: string | undefined) {
  return bruker === undefined ? undefined : { bruker, passord: (await secretOf(given, file)) ?? '' };
}

/** The key that signs mail. @throws Error with a sentence for people when it is none */
async function dkimOf({ smtpDkimSelector: selektor, smtpDkimKey: file }: Config) {
  if (selektor === undefined || file === undefined) return undefined;
  const privatNoekkel = await readFile(file, 'utf8');
  try {
    createPrivateKey(privatNoekkel);
  } catch {
    const problem = `names ${file}, which holds no private key that can be read`;
    throw new ConfigError([{ variable: 'POSTHORN_SMTP_DKIM_KEY', problem, fix: 'Name a PEM file without password.' }]);
  }
  return { selektor, privatNoekkel };
}

async function epostOf(config: Config): Promise<readonly Varselvei[]> {
  const { smtpHost: host, smtpPort: port, smtpTls: tls, smtpFrom: fra, smtpReplyTo: svarTil, smtpCa: ca } = config;
  if (host === undefined || fra === undefined) return [];
  const server = {
    ...{ host, port, tls, fra, svarTil },
    ca: ca === undefined ? undefined : await readFile(ca, 'utf8'),
    konto: await kontoOf(config.smtpUser, config.smtpPassword, config.smtpPasswordFile),
    dkim: await dkimOf(config),
  };
  return [await epostvei(server)];
}

async function smsOf(config: Config, clock: Clock): Promise<readonly Varselvei[]> {
  const { smsUrl: url, smsFormat, smsBody, smsSender: avsender = '', smsKeyHeader: noekkelhode } = config;
  const mal = lesSmsmal(smsFormat, smsBody);
  if (url === undefined || mal === undefined) return [];
  const port = {
    ...{ url, mal, avsender, noekkelhode },
    kjennerIgjen: config.smsIdempotent,
    konto: await kontoOf(config.smsUser, config.smsPassword, config.smsPasswordFile),
    token: await secretOf(config.smsToken, config.smsTokenFile),
    tatt: config.smsSuccess,
    avvist: config.smsRefused,
    now: () => clock.now(),
  };
  return [smsvei(port)];
}

/**
 * How notices go out from here; undefined where neither a mail server nor a gateway for SMS is configured.
 * @throws Error with a sentence for people
 */
export async function varselsenderOf(
  config: Config,
  { clock, metrics }: { readonly clock: Clock; readonly metrics: Pick<Metrics, 'notice'> },
): Promise<Varselveier | undefined> {
  const veier = [...(await epostOf(config)), ...(await smsOf(config, clock))];
  return varselveier(veier, (kanal, outcome) => metrics.notice(kanal, outcome));
}

/** Whether SMS go out from here that no price list has a price of: they are charged for without an amount. The sandbox's reach nobody. */
export const smsUtenPris = async (
  { mode }: Pick<Config, 'mode'>,
  sender: Pick<Varselsender, 'kanaler'> | null,
  ledger: Pick<LedgerReads, 'prices'>,
): Promise<boolean> =>
  mode === 'production' &&
  sender?.kanaler.has('SMS') === true &&
  !(await ledger.prices()).some(({ vare, leverandoer }) => vare === 'SMS' && leverandoer === null);
