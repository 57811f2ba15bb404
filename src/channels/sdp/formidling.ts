import { randomUUID } from 'node:crypto';
import { encodeSbd } from '../../contract/sdp/sbd.js';
import type { Videresender } from '../../domain/formidlingChannel.js';
import { signEnveloped } from '../../security/enveloped.js';
import { push, type Party, type PushDeps } from './push.js';

/** Characters of `detaljer` (sdp-feil.xsd). */
const DETALJER = 1000;

/**
 * Messages of senders, passed on as they came in an envelope of ours (CONTRACT.md of SDP, section 13).
 * @param databehandler signs the receipts that we make: the broker's own key signs envelopes only (PROFILES, "Who is who")
 */
export const videresender = (deps: PushDeps, databehandler: Party): Videresender => ({
  deliver: ({ art, videreId, mpc, leverandoer, innhold }) =>
    push(deps, { art, meldingsId: videreId, mpc, leverandoer, ...innhold }),

  async feil({ eier, mpc, dokumentavsender, konversasjonsId }, feiltype, detaljer) {
    const now = deps.clock.now();
    const instansId = randomUUID();
    const header = {
      sender: databehandler.organisasjonsnummer,
      receiver: dokumentavsender,
      instanceIdentifier: instansId,
      conversationId: konversasjonsId,
      created: now,
    };
    const payload = { type: 'feil', tidspunkt: now, feiltype, detaljer: detaljer.slice(0, DETALJER) } as const;
    const sbd = await signEnveloped(encodeSbd({ header, payload }), databehandler.key);
    return { id: randomUUID(), mottatt: now, eier, mpc, instansId, sbd };
  },
});
