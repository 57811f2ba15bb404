import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Altinn, Altinnbrev, Altinnmottak } from '../../domain/altinn.js';
import type { Nei, Svar } from '../../domain/svar.js';
import { limits } from '../../limits.js';
import { innholdNei, nei } from '../answer.js';
import { faultReason, postStream } from '../post.js';
import { answerTo, soapCalls } from '../soapCall.js';
import { filled, placeOf, sizeOf } from './contents.js';

/*
 * A sender's side of Altinn 2's Basic correspondence service (CONTRACT.md of SvarUt, section 9), by the part of its WSDL that we speak. The
 * package makes the envelope with a mark for each document, and the documents are read into their places as it is sent.
 */

export interface AltinnBasicKonto {
  /** Up to the host's name; the path is the contract's. */
  readonly url: string;
  readonly bruker: string;
  readonly passord: string;
  readonly systemkode: string;
  /** ServiceCode and ServiceEdition. */
  readonly tjeneste: readonly [kode: string, utgave: string];
  /** For confidential letters; undefined: there is none. */
  readonly taushetstjeneste: readonly [kode: string, utgave: string] | undefined;
  open(ref: string): AsyncIterable<Uint8Array>;
  /** Milliseconds for one letter. */
  readonly timeout: number;
  readonly now: () => Date;
}

export const BASIC_PATH = '/ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc';
export const BASIC_WSDL = fileURLToPath(
  new URL('../../../wsdl/client/CorrespondenceAgencyExternalBasic.wsdl', import.meta.url),
);

/** Languages by their Windows number. */
const spraaknummer = { nb: '1044', nn: '2068', en: '1033' } as const;

/** Milliseconds ahead of now at which notices go: Altinn wants a few minutes. */
const VARSLES_OM = 5 * 60_000;

/** The templates of businesses' letters, with and without a second notice after seven days (R-51). */
const mal = { med: 'VarselDPVMedRevarsel', uten: 'VarselDPVUtenRevarsel' } as const;

/** ErrorID of a user, password or code that is wrong. */
const FEIL_BRUKER = '989';

const kort = (text: string, size: number): string => [...text].slice(0, size).join('');

/** Notices by e-mail and SMS, to the addresses that Altinn has. */
function notifications({ varsel, tekster }: Altinnbrev, now: Date) {
  if (varsel === null) return {};
  const one = (TransportType: 'Email' | 'SMS', text: string) => ({
    FromAddress: 'no-reply@altinn.no',
    ShipmentDateTime: new Date(now.getTime() + VARSLES_OM).toISOString(),
    LanguageCode: spraaknummer[tekster.spraak],
    NotificationType: varsel.gjentas ? mal.med : mal.uten,
    TextTokens: {
      TextToken: [{ TokenNum: 1, TokenValue: text.replace('$correspondenceRecipientName$', '$reporteeName$') }],
    },
    ReceiverEndPoints: { ReceiverEndPoint: [{ TransportType }] },
  });
  const sms = one('SMS', kort(varsel.sms, limits.altinnSms));
  return { Notifications: { Notification: varsel.bareSms === true ? [sms] : [one('Email', varsel.epost), sms] } };
}

/** InsertCorrespondenceBasicV2, in the order of its schema. */
function request(konto: AltinnBasicKonto, brev: Altinnbrev, tjeneste: AltinnBasicKonto['tjeneste'], id: string) {
  const { tekster, dokumenter, mottaker, tittel } = brev;
  const attachments = dokumenter.map((d, i) => ({
    FunctionType: 'Unspecified',
    FileName: d.filnavn,
    Name: d.tittel,
    Encrypted: false,
    Data: placeOf(id, i),
    SendersReference: `${id}/${i + 1}`,
  }));
  return {
    systemUserName: konto.bruker,
    systemPassword: konto.passord,
    SystemUserCode: konto.systemkode,
    ExternalShipmentReference: id,
    Correspondence: {
      ServiceCode: tjeneste[0],
      ServiceEdition: tjeneste[1],
      Reportee: mottaker,
      Content: {
        LanguageCode: spraaknummer[tekster.spraak],
        MessageTitle: tittel,
        MessageSummary: tekster.sammendrag,
        MessageBody: tekster.brevtekst,
        Attachments: { BinaryAttachments: { BinaryAttachmentV2: attachments } },
      },
      ...notifications(brev, konto.now()),
      AllowForwarding: !brev.taushetsbelagt,
    },
  };
}

/** Why an answer is none: the number of Altinn's own fault decides, where it says one. */
function neiIn(status: number, octets: Buffer): Nei | undefined {
  const reason = faultReason(octets);
  if (reason === undefined) {
    if (status >= 200 && status <= 299) return undefined;
    return nei(
      status === 401 || status === 403 ? 'adgang' : status === 413 ? 'innhold' : 'svarer_feil',
      `HTTP ${status}`,
    );
  }
  const text = octets.toString();
  const id = /<(?:\w+:)?ErrorID>(-?\d+)</.exec(text)?.[1];
  const own = /<(?:\w+:)?AltinnErrorMessage>([^<]*)</.exec(text)?.[1];
  return nei(id === FEIL_BRUKER ? 'adgang' : 'svarer_feil', own ?? reason);
}

const receipt = z.object({
  InsertCorrespondenceBasicV2Result: z.object({
    ReceiptId: z.coerce.string().default(''),
    ReceiptStatusCode: z.string(),
    ReceiptText: z.string().nullish(),
  }),
});

/** What Altinn will never take, by the status of its receipt. */
const avvist: ReadonlySet<string> = new Set(['ValidationFailed', 'Rejected']);

/** Which letter an envelope holds. */
const referenceIn = (envelope: string): string => /ExternalShipmentReference[^>]*>([^<]*)</.exec(envelope)?.[1] ?? '';

/** Altinn 2. It tells nothing of a letter after its receipt, by which the letter can be read. */
export function altinnBasic(konto: AltinnBasicKonto): Altinn {
  /** Letters on their way, by their reference. */
  const underveis = new Map<string, Altinnbrev>();
  const ask = soapCalls(BASIC_WSDL, { endpoint: konto.url + BASIC_PATH }, async (url, envelope, headers) => {
    const id = referenceIn(envelope);
    const dokumenter = underveis.get(id)?.dokumenter ?? [];
    const upload = {
      contentType: 'text/xml; charset=utf-8',
      contentLength: sizeOf(envelope, id, dokumenter),
      headers: { SOAPAction: headers['SOAPAction'] ?? '', Accept: 'text/xml' },
      body: filled(envelope, id, dokumenter, (ref) => konto.open(ref)),
    };
    const { status, octets } = await postStream(url, upload, konto.timeout);
    return neiIn(status, octets) ?? octets;
  });
  async function send(
    brev: Altinnbrev,
    tjeneste: AltinnBasicKonto['tjeneste'],
    id: string,
  ): Promise<Svar<Altinnmottak>> {
    underveis.set(id, brev);
    const asked = ask('InsertCorrespondenceBasicV2', request(konto, brev, tjeneste, id));
    const svar = await answerTo(asked, receipt, (answer) => answer).finally(() => underveis.delete(id));
    if (svar.type === 'nei') return svar;
    const { ReceiptId, ReceiptStatusCode: code, ReceiptText: words } = svar.verdi.InsertCorrespondenceBasicV2Result;
    if (code === 'OK') return { type: 'ja', verdi: { id: ReceiptId === '' ? id : ReceiptId, varslet: null } };
    return nei(avvist.has(code) ? 'innhold' : 'svarer_feil', `${code}: ${words ?? ''}`);
  }
  return {
    async send(brev, id) {
      const tjeneste = brev.taushetsbelagt ? konto.taushetstjeneste : konto.tjeneste;
      if (tjeneste === undefined)
        return innholdNei({
          nb: 'det er ingen tjeneste for taushetsbelagte brev (R-50)',
          en: 'there is no service for confidential letters (R-50)',
        });
      const octets = brev.dokumenter.reduce((sum, { innhold }) => sum + innhold.size, 0);
      if (octets > limits.altinnSoapBytes)
        return innholdNei({
          nb: 'dokumentene er for store for Altinn 2',
          en: 'the documents are too large for Altinn 2',
        });
      return send(brev, tjeneste, id);
    },
    statuser: (ider) =>
      Promise.resolve({ svar: ider.map((id) => ({ id, status: 'Created', endret: null })), ubesvart: [], nei: null }),
  };
}
