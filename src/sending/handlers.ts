import type { SvarInnTjeneste, SvarUtTjeneste } from '../application/svarut/tjenester.js';
import { forsendelse } from '../http/forsendelse.js';
import { forsendelseEndpoint } from '../http/forsendelseEndpoint.js';
import type { SoapHandler } from '../http/server.js';
import type { SvarInn } from '../http/svarinn.js';
import { messageBytes } from '../http/staged.js';
import { svarutHandler } from '../http/svarutEndpoint.js';
import { limits } from '../limits.js';
import { passwordDoor } from '../security/password.js';
import { forsendelsePolicy } from '../security/policy.js';
import type { Parts, SendingDeps } from './types.js';

/** Takes letters. Who may send more than R-33 has in mind gets the time for it too. */
export function forsendelseHandler(deps: SendingDeps, { payloads, shipments, databehandler }: Parts): SoapHandler {
  const { config, trust, clock, metrics, timeIsRight, senders } = deps;
  const handle = forsendelseEndpoint({
    policy: forsendelsePolicy(messageBytes(config.maxShipment, limits.forsendelseEnvelopeBytes)),
    verifyDeps: { trust, clock },
    door: passwordDoor({ clock, credentials: () => senders().legitimasjoner, tjeneste: 'FORSENDELSE' }),
    plainPasswords: config.mode !== 'production',
    payloads,
    maxContents: config.maxShipment,
    mimetypes: config.mimeTypes,
    metrics,
    timeIsRight,
    handle: forsendelse({ ...shipments, key: databehandler.key, mimetypes: config.mimeTypes }),
  });
  return config.maxShipment > limits.letterBytes ? Object.assign(handle, { patient: true } as const) : handle;
}

/** Takes the letters of SvarUt's callers. */
export const svarutDoor = (
  { config, clock, metrics, senders }: SendingDeps,
  { payloads }: Pick<Parts, 'payloads'>,
  tjeneste: SvarUtTjeneste,
): SoapHandler =>
  svarutHandler({
    tjeneste,
    payloads,
    door: passwordDoor({ clock, credentials: () => senders().legitimasjoner, tjeneste: 'SVARUT' }),
    plainPasswords: config.mode !== 'production',
    maxContents: config.svarutMax,
    metrics,
  });

/** Hands letters to receiving systems. */
export const svarinnDoor = (
  { config, clock, senders }: SendingDeps,
  { payloads }: Pick<Parts, 'payloads'>,
  tjeneste: SvarInnTjeneste,
): SvarInn => ({
  tjeneste,
  payloads,
  door: passwordDoor({ clock, credentials: () => senders().legitimasjoner, tjeneste: 'SVARINN' }),
  plainPasswords: config.mode !== 'production',
});
