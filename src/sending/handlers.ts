import { mottaKvittering } from '../application/mottaKvittering.js';
import { forsendelse } from '../http/forsendelse.js';
import { forsendelseEndpoint } from '../http/forsendelseEndpoint.js';
import { meldingsformidler } from '../http/meldingsformidler.js';
import type { SoapHandler } from '../http/server.js';
import { limits } from '../limits.js';
import { passwordDoor } from '../security/password.js';
import { forsendelsePolicy } from '../security/policy.js';
import { serialise } from '../xml/write.js';
import { decideAgain } from './shipments.js';
import type { Parts, SendingDeps } from './types.js';

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

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

/** Takes receipts of providers. */
export function brokerHandler(deps: SendingDeps, { payloads, shipments, suppliers, databehandler, broker }: Parts) {
  const { store, trust, clock, calendar, metrics, timeIsRight, log } = deps;
  return meldingsformidler({
    verifyDeps: { trust, clock },
    metrics,
    timeIsRight,
    broker,
    databehandler: databehandler.organisasjonsnummer,
    leverandoerer: suppliers,
    motta: mottaKvittering({
      shipments: store.shipments,
      unitOfWork: store.unitOfWork,
      clock,
      calendar,
      decideAgain: decideAgain(shipments),
      alarm: ({ konversasjonsId, leverandoer }) =>
        log.error('a receipt belongs to no letter of ours', { konversasjonsId, leverandoer }),
    }),
    keep: async (document) => {
      const { ref } = await payloads.put(once(serialise(document)));
      await store.unitOfWork((tx) => tx.keepPayload(ref));
      return ref;
    },
  });
}
