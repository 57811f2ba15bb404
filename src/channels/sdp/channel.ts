import { pushMessage, type PushOutcome } from '../../client/ebms.js';
import { payloadParts } from '../../contract/ebms/encode.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import type { Packer } from '../../contract/sdp/packer.js';
import { encodeSbd } from '../../contract/sdp/sbd.js';
import type { Channel } from '../../domain/channel.js';
import { ebmsOutcome, renset, type Utfall } from '../../domain/retry.js';
import type { Kvitteringskilde } from '../../domain/kvitteringskilde.js';
import type { Pakke, Shipment } from '../../domain/shipment.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import { Failure } from '../../errors.js';
import { signEnveloped } from '../../security/enveloped.js';
import type { VerifyDeps } from '../../security/signature.js';
import { parseCertificate } from '../../security/x509.js';
import { contentOf, documentOf } from './document.js';
import type { Party, Provider, Route, Via } from './route.js';

export interface SdpDeps extends VerifyDeps {
  readonly payloads: Payloads;
  readonly packer: Packer;
  /** Signs what goes into the package and the document about it. */
  readonly databehandler: Party;
  /** Whom the envelope is from, and for. */
  readonly via: Via;
  /** Where receipts must be fetched; none where providers bring them. */
  readonly kilder?: readonly Kvitteringskilde[];
  /** By organisation number. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** Milliseconds for one push; that of the client when left out. */
  readonly timeout?: number;
}

async function textOf(octets: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of octets) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

function providerOf({ providers }: SdpDeps, { beslutning }: Shipment): Provider {
  const number = beslutning.utfall === 'SEND' ? beslutning.leverandoer : null;
  const provider = number === null ? undefined : providers.get(number);
  if (provider === undefined) throw new Failure('UNAVAILABLE', `no address is configured for the provider ${number}`);
  return provider;
}

function userMessage(shipment: Shipment, { fra, til, mpcId }: Route, now: Date): UserMessage {
  const { forsendelse, beslutning, konversasjonsId, meldingsId } = shipment;
  const fysisk = beslutning.utfall === 'SEND' && beslutning.kanal === 'UTSKRIFT';
  return {
    info: { timestamp: now, messageId: meldingsId, refToMessageId: undefined },
    mpc: { prioritet: forsendelse.prioritet, id: mpcId },
    fra,
    til,
    avtale: fysisk ? 'fysisk' : 'digital',
    action: fysisk ? 'FormidleFysiskPost' : 'FormidleDigitalPost',
    conversationId: konversasjonsId,
    parts: payloadParts(contentIdOf(shipment)),
  };
}

const contentIdOf = ({ meldingsId }: Shipment): string => `${meldingsId}@posthorn`;

/** What came of a push (PROFILES, "Outcome of a push"): an answer that cannot be believed is never "sent". */
export function outcomeOf(pushed: PushOutcome): Utfall {
  switch (pushed.type) {
    case 'accepted':
      return { type: 'sent' };
    case 'ebmsError':
      return ebmsOutcome(pushed.code, pushed.shortDescription);
    case 'unverifiable':
      return {
        type: 'deferred',
        kode: 'UNVERIFIABLE',
        grunn: `The provider's answer cannot be believed: ${renset(pushed.reason)}`,
      };
    case 'transport':
      return { type: 'deferred', kode: 'TRANSPORT', grunn: `The provider cannot be reached: ${renset(pushed.reason)}` };
  }
}

/** Sikker digital posttjeneste: letters to mailboxes and print, handed to them or to a broker above us (CONTRACT.md of SDP, 4 to 9, 13). */
export const sdpChannel = (deps: SdpDeps): Channel => ({
  kilder: deps.kilder ?? [],

  async prepare(shipment): Promise<Pakke> {
    const { payloads, databehandler, clock } = deps;
    const recipient = parseCertificate(providerOf(deps, shipment).sertifikat);
    const cms = await deps.packer.pack(
      contentOf(shipment, (ref) => payloads.get(ref)),
      recipient,
    );
    const document = documentOf(shipment, databehandler.organisasjonsnummer, cms.sha256, clock.now());
    const sbd = await payloads.put(once(await signEnveloped(encodeSbd(document), databehandler.key)));
    return { meldingsId: shipment.meldingsId, sbd, cms };
  },

  async deliver(shipment): Promise<Utfall> {
    const { payloads, clock, trust } = deps;
    const { pakke } = shipment;
    if (pakke?.meldingsId !== shipment.meldingsId) throw new Failure('INTERNAL', 'delivery of what was not packed');
    const route = deps.via(providerOf(deps, shipment), shipment);
    const pushed = await pushMessage({
      ...route,
      userMessage: userMessage(shipment, route, clock.now()),
      sbd: await textOf(payloads.get(pakke.sbd.ref)),
      attachment: { contentId: contentIdOf(shipment), ...pakke.cms, open: () => payloads.get(pakke.cms.ref) },
      trust,
      clock,
      ...(deps.timeout === undefined ? {} : { timeout: deps.timeout }),
    });
    return outcomeOf(pushed);
  },
});
