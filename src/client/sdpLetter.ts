import { randomUUID } from 'node:crypto';
import { payloadParts } from '../contract/ebms/encode.js';
import type { Mpc } from '../contract/ebms/names.js';
import { encodeOrganisation } from '../contract/ebms/names.js';
import type { Pakkeinnhold } from '../contract/sdp/packer.js';
import { encodeSbd } from '../contract/sdp/sbd.js';
import type { DigitalPostInfo, FysiskPostInfo, Person } from '../contract/sdp/types.js';
import { signEnveloped } from '../security/enveloped.js';
import { pushMessage, type PushOutcome } from './ebms.js';
import type { Attachment } from './ebmsExchange.js';
import type { Broker } from './ebmsPull.js';

/** A broker that takes letters, and a maker of packages that only their receiver opens. */
export interface SdpService {
  readonly broker: Broker;
  /** Organisation number of the broker. */
  readonly formidler: string;
  /** @param certificate of the mailbox or print service, DER or PEM @throws Failure INVALID_REQUEST */
  readonly pack: (innhold: Pakkeinnhold, certificate: Buffer) => Promise<Omit<Attachment, 'contentId'>>;
}

/** To a mailbox or on paper. */
export type Leveranse =
  | { readonly mottaker: Person; readonly digital: DigitalPostInfo; readonly fysisk: null }
  | { readonly digital: null; readonly fysisk: FysiskPostInfo };

export interface SdpLetter {
  /** Organisation number of the body whose letter it is. */
  readonly avsender: string;
  /** Organisation number of the mailbox or print provider, and its certificate. */
  readonly leverandoer: string;
  readonly sertifikat: Buffer;
  readonly mpc: Mpc;
  readonly leveranse: Leveranse;
  readonly dokumenter: Pick<Pakkeinnhold, 'hoveddokument' | 'vedlegg'>;
}

/** By what a letter is known. */
export interface SentAs {
  readonly messageId: string;
  readonly instanceIdentifier: string;
  readonly conversationId: string;
}

/**
 * Hands one letter to a broker as a sender does (CONTRACT.md of SDP, sections 4 to 9): packed, encrypted and signed here.
 * @throws Failure INVALID_REQUEST for what no package can hold, INVALID_SECURITY_TOKEN for a certificate that cannot be read
 */
export async function sendSdpLetter(
  { broker, formidler, pack }: SdpService,
  letter: SdpLetter,
): Promise<{ readonly as: SentAs; readonly outcome: PushOutcome }> {
  const as = { messageId: randomUUID(), instanceIdentifier: randomUUID(), conversationId: randomUUID() };
  const { leveranse, dokumenter, leverandoer } = letter;
  const avsender = { organisasjonsnummer: letter.avsender, avsenderidentifikator: null, fakturaReferanse: null };
  const mottaker = leveranse.fysisk === null ? leveranse.mottaker : null;
  const attachment = await pack({ mottaker, avsender, lenke: null, ...dokumenter }, letter.sertifikat);
  const { organisasjonsnummer, key, clock } = broker;
  const now = clock.now();
  const header = { sender: organisasjonsnummer, receiver: leverandoer, created: now, ...as };
  const payload = { type: 'digitalPost', avsender, fingeravtrykk: attachment.sha256, ...leveranse } as const;
  const contentId = `${as.messageId}@posthorn`;
  const paper = leveranse.fysisk !== null;
  const outcome = await pushMessage({
    ...broker,
    url: [broker.url, encodeOrganisation(organisasjonsnummer), encodeOrganisation(letter.avsender)].join('/'),
    userMessage: {
      info: { timestamp: now, messageId: as.messageId, refToMessageId: undefined },
      mpc: letter.mpc,
      fra: { organisasjonsnummer, rolle: 'avsender' },
      til: { organisasjonsnummer: formidler, rolle: 'meldingsformidler' },
      avtale: paper ? 'fysisk' : 'digital',
      action: paper ? 'FormidleFysiskPost' : 'FormidleDigitalPost',
      conversationId: as.instanceIdentifier,
      parts: payloadParts(contentId),
    },
    sbd: await signEnveloped(encodeSbd({ header, payload }), key),
    attachment: { contentId, ...attachment },
  });
  return { as, outcome };
}
