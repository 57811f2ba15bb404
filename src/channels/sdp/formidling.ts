import { randomUUID } from 'node:crypto';
import { encodeSbd } from '../../contract/sdp/sbd.js';
import type { Videresender } from '../../domain/formidlingChannel.js';
import type { Tospraaklig } from '../../domain/routing/words.js';
import { signEnveloped } from '../../security/enveloped.js';
import { push, type PushDeps } from './push.js';
import type { Party } from './route.js';

/** Characters of `detaljer` (sdp-feil.xsd). */
const DETALJER = 1000;

/** The element has room for one text and names no language: the Norwegian one stands first. */
const enTekst = ({ nb, en }: Tospraaklig): string => (nb === en ? nb : `${nb} / ${en}`).slice(0, DETALJER);

/**
 * Messages of senders, passed on as they came in an envelope of ours (CONTRACT.md of SDP, section 13).
 * @param databehandler signs the receipts that we make: the broker's own key signs envelopes only (PROFILES, "Who is who")
 */
export const videresender = (deps: PushDeps, databehandler: Party): Videresender => ({
  deliver: ({ art, videreId, mpc, leverandoer, dokumentavsender, innhold }) =>
    push(deps, { art, meldingsId: videreId, mpc, leverandoer, avsender: dokumentavsender, ...innhold }),

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
    const payload = { type: 'feil', tidspunkt: now, feiltype, detaljer: enTekst(detaljer) } as const;
    const sbd = await signEnveloped(encodeSbd({ header, payload }), databehandler.key);
    return { id: randomUUID(), mottatt: now, eier, mpc, instansId, sbd };
  },
});
