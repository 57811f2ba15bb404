import type {
  Avsender,
  BusinessDocument,
  DigitalPostInfo,
  FysiskPostInfo,
  Person,
  Varsel,
} from '../../contract/sdp/types.js';
import type { Pakkefil, Pakkeinnhold } from '../../contract/sdp/packer.js';
import type { Dokument } from '../../domain/forsendelse.js';
import type { Varselbestilling } from '../../domain/routing/decision.js';
import type { Shipment } from '../../domain/shipment.js';
import { Failure } from '../../errors.js';

const unfit = (detail: string): Failure =>
  new Failure('INTERNAL', `a shipment that this channel cannot carry: ${detail}`);

function varsel(bestillinger: readonly Varselbestilling[], kanal: Varselbestilling['varslingskanal']): Varsel | null {
  const bestilt = bestillinger.find(({ varslingskanal }) => varslingskanal === kanal);
  if (bestilt === undefined) return null;
  const { adresse, tekst, dagerEtter, spraak } = bestilt;
  return { til: adresse, tekst: { lang: spraak, tekst }, dagerEtter };
}

function digitalInfo({ forsendelse, beslutning }: Shipment): DigitalPostInfo {
  return {
    virkning: forsendelse.virkningstidspunkt,
    aapningskvittering: forsendelse.aapningskvittering !== null,
    sikkerhetsnivaa: forsendelse.sikkerhetsnivaa,
    ikkeSensitivTittel: { lang: forsendelse.spraak, tekst: forsendelse.tittel },
    epostVarsel: varsel(beslutning.varsler, 'EPOST'),
    smsVarsel: varsel(beslutning.varsler, 'SMS'),
  };
}

function fysiskInfo({ forsendelse: { mottaker, utskrift }, beslutning }: Shipment): FysiskPostInfo {
  const postadresse = mottaker.postadresse ?? (beslutning.utfall === 'SEND' ? beslutning.papiradresse : null) ?? null;
  if (postadresse === null) throw unfit('paper without an address');
  // Without an address to return to, a letter that comes back would have nowhere to go; it is asked for when the letter is ordered.
  const { returadresse } = utskrift;
  if (returadresse === null) throw unfit('paper without an address to return to');
  return { mottaker: postadresse, utskrift: { ...utskrift, returadresse }, instruksjoner: [] };
}

const avsenderOf = ({ forsendelse }: Shipment): Avsender => ({
  organisasjonsnummer: forsendelse.avsender,
  avsenderidentifikator: null,
  fakturaReferanse: forsendelse.kostnadskode,
});

function mottakerOf({ forsendelse, beslutning }: Shipment): Person {
  const { id } = forsendelse.mottaker;
  const { postkasseadresse } = beslutning.register;
  if (id === null || postkasseadresse === null) throw unfit('no mailbox');
  return { personidentifikator: id, postkasseadresse };
}

/**
 * The StandardBusinessDocument of a shipment, unsigned.
 * @param databehandler organisation number that the document is sent by and receipts come home to
 * @param fingeravtrykk SHA-256 of the encrypted package, lower-case hex
 * @throws Failure INTERNAL for a shipment that was not decided for a mailbox or for print
 */
export function documentOf(
  shipment: Shipment,
  databehandler: string,
  fingeravtrykk: string,
  now: Date,
): BusinessDocument {
  const { beslutning, konversasjonsId, meldingsId } = shipment;
  if (beslutning.utfall !== 'SEND' || beslutning.leverandoer === null) throw unfit('no provider was decided');
  const header = {
    sender: databehandler,
    receiver: beslutning.leverandoer,
    instanceIdentifier: meldingsId,
    conversationId: konversasjonsId,
    created: now,
  };
  const post = { type: 'digitalPost', avsender: avsenderOf(shipment), fingeravtrykk } as const;
  if (beslutning.kanal === 'UTSKRIFT') {
    return { header, payload: { ...post, digital: null, fysisk: fysiskInfo(shipment) } };
  }
  return {
    header,
    payload: { ...post, mottaker: mottakerOf(shipment), digital: digitalInfo(shipment), fysisk: null },
  };
}

/** What the document package of a shipment holds; contents are read from the payload store. */
export function contentOf(shipment: Shipment, read: (ref: string) => AsyncIterable<Uint8Array>): Pakkeinnhold {
  const { forsendelse, beslutning } = shipment;
  const { spraak } = forsendelse;
  const fil = ({ filnavn, mimetype, tittel, innhold }: Dokument): Pakkefil => ({
    filnavn,
    mimetype,
    tittel: { lang: spraak, tekst: tittel },
    open: () => read(innhold.ref),
  });
  const paper = beslutning.utfall === 'SEND' && beslutning.kanal === 'UTSKRIFT';
  const alle = [forsendelse.hoveddokument, ...forsendelse.vedlegg];
  const [hoveddokument, ...vedlegg] = paper ? alle.filter(({ ikkePaaPapir }) => ikkePaaPapir !== true) : alle;
  if (hoveddokument === undefined) throw unfit('paper without a document that may be printed');
  return {
    mottaker: paper ? null : mottakerOf(shipment),
    avsender: avsenderOf(shipment),
    hoveddokument: fil(hoveddokument),
    vedlegg: vedlegg.map(fil),
    lenke: null,
  };
}
