import type { Packer } from '../../contract/sdp/packer.js';
import { encodeSbd } from '../../contract/sdp/sbd.js';
import type { Channel } from '../../domain/channel.js';
import type { Kvitteringskilde } from '../../domain/kvitteringskilde.js';
import type { Utfall } from '../../domain/retry.js';
import type { Pakke, Shipment } from '../../domain/shipment.js';
import { Failure } from '../../errors.js';
import { signEnveloped } from '../../security/enveloped.js';
import { parseCertificate, remembered } from '../../security/x509.js';
import { contentOf, documentOf } from './document.js';
import { providerOf, push, type PushDeps } from './push.js';
import type { Party } from './route.js';

export interface SdpDeps extends PushDeps {
  readonly packer: Packer;
  /** Signs what goes into the package and the document about it. */
  readonly databehandler: Party;
  /** Where receipts must be fetched; none where providers bring them. */
  readonly kilder?: readonly Kvitteringskilde[];
}

async function textOf(octets: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of octets) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

const leverandoerOf = ({ beslutning }: Shipment): string | null =>
  beslutning.utfall === 'SEND' ? beslutning.leverandoer : null;

const onPaper = ({ beslutning }: Shipment): boolean => beslutning.utfall === 'SEND' && beslutning.kanal === 'UTSKRIFT';

/** Certificates that have been read; each costs as much as the signature of a letter. */
const certificateOf = remembered(parseCertificate);

/** Sikker digital posttjeneste: letters to mailboxes and print, handed to them or to a broker above us (CONTRACT.md of SDP, 4 to 9, 13). */
export const sdpChannel = (deps: SdpDeps): Channel => ({
  kilder: deps.kilder ?? [],

  async prepare(shipment): Promise<Pakke> {
    const { payloads, databehandler, clock } = deps;
    const recipient = certificateOf(providerOf(deps, leverandoerOf(shipment)).sertifikat);
    const content = contentOf(shipment, (ref) => payloads.get(ref));
    const cms = await deps.packer.pack(content, recipient);
    const paper = onPaper(shipment) && { sider: await deps.packer.pages(content) };
    const document = documentOf(shipment, databehandler.organisasjonsnummer, cms.sha256, clock.now());
    const sbd = await payloads.put(once(await signEnveloped(encodeSbd(document), databehandler.key)));
    return { meldingsId: shipment.meldingsId, sbd, cms, ...paper };
  },

  async deliver(shipment): Promise<Utfall> {
    const { pakke, meldingsId, forsendelse } = shipment;
    if (pakke?.meldingsId !== meldingsId || pakke.sbd === null) {
      throw new Failure('INTERNAL', 'delivery of what was not packed');
    }
    return push(deps, {
      art: onPaper(shipment) ? 'fysisk' : 'digital',
      meldingsId,
      mpc: { prioritet: forsendelse.prioritet, id: undefined },
      conversationId: shipment.konversasjonsId,
      avsender: forsendelse.avsender,
      leverandoer: leverandoerOf(shipment),
      sbd: await textOf(deps.payloads.get(pakke.sbd.ref)),
      cms: pakke.cms,
    });
  },
});
