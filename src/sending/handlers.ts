import { forsendelse } from '../http/forsendelse.js';
import { forsendelseEndpoint } from '../http/forsendelseEndpoint.js';
import type { SoapHandler } from '../http/server.js';
import { limits } from '../limits.js';
import { passwordDoor } from '../security/password.js';
import { forsendelsePolicy } from '../security/policy.js';
import type { Parts, SendingDeps } from './types.js';

/** Takes letters. */
export function forsendelseHandler(deps: SendingDeps, { payloads, shipments, databehandler }: Parts): SoapHandler {
  const { config, trust, clock, metrics, timeIsRight, senders } = deps;
  return forsendelseEndpoint({
    policy: forsendelsePolicy(limits.forsendelseRequestBytes),
    verifyDeps: { trust, clock },
    door: passwordDoor({ clock, credentials: () => senders().legitimasjoner, tjeneste: 'FORSENDELSE' }),
    plainPasswords: config.mode !== 'production',
    payloads,
    mimetypes: config.mimeTypes,
    metrics,
    timeIsRight,
    handle: forsendelse({ ...shipments, key: databehandler.key, mimetypes: config.mimeTypes }),
  });
}
