import type { Correspondent } from '../../client/ebmsExchange.js';
import { encodeOrganisation } from '../../contract/ebms/names.js';
import type { Party as Rolleinnehaver } from '../../contract/ebms/types.js';
import type { Leverandoer } from '../../domain/sender.js';
import type { SigningKey } from '../../security/sign.js';
import { fingerprint, remembered } from '../../security/x509.js';

/** An organisation, and the key that it signs with. */
export interface Party {
  readonly organisasjonsnummer: string;
  readonly key: SigningKey;
}

/** A mailbox or print provider, and where messages for it go. */
export type Provider = Leverandoer & { readonly url: string };

/** How an envelope is addressed, and who must answer it. */
export interface Route extends Pick<Correspondent, 'url' | 'key' | 'isReceiver'> {
  readonly fra: Rolleinnehaver;
  readonly til: Rolleinnehaver;
  /** The channel in which receipts are to wait; undefined for that of the message. */
  readonly mpcId: string | undefined;
}

/** The way of a message to its provider. @param avsender organisation number of the body whose letter it is */
export type Via = (provider: Provider, avsender: string) => Route;

/** A role is known by its certificate: the broker and one mailbox have the same number. */
export const holdsOneOf = (certificates: readonly Buffer[]): Correspondent['isReceiver'] => {
  const known = new Set(certificates.map(fingerprint));
  return ({ certificate }) => known.has(certificate.fingeravtrykk);
};

const holderOf = remembered((certificate: Buffer) => holdsOneOf([certificate]));

/** As the broker hands letters to providers (CONTRACT.md of SDP, section 13). */
export const asBroker =
  ({ organisasjonsnummer, key }: Party): Via =>
  (provider) => ({
    url: provider.url,
    key,
    isReceiver: holderOf(provider.sertifikat),
    fra: { organisasjonsnummer, rolle: 'meldingsformidler' },
    til: { organisasjonsnummer: provider.organisasjonsnummer, rolle: 'postkasse' },
    mpcId: undefined,
  });

/** A broker above us, which takes letters to the providers and keeps their receipts for us. */
export interface Upstream {
  /** Address of its service; letters go below it. */
  readonly url: string;
  readonly organisasjonsnummer: string;
  /** DER; it signs with one of them. */
  readonly sertifikater: readonly Buffer[];
  /** Ours alone, so that nobody else with our number fetches our receipts. */
  readonly mpcId: string;
  /** Milliseconds to the next look for receipts after an empty one. */
  readonly pause: Readonly<Record<'NORMAL' | 'PRIORITERT', number>>;
}

/** As a sender hands letters to a broker, which finds the provider by the document (CONTRACT.md of SDP, sections 1 and 4). */
export const asSender = ({ organisasjonsnummer, key }: Party, upstream: Upstream): Via => {
  const isReceiver = holdsOneOf(upstream.sertifikater);
  return (_, avsender) => ({
    url: [upstream.url, organisasjonsnummer, avsender]
      .map((part, i) => (i === 0 ? part : encodeOrganisation(part)))
      .join('/'),
    key,
    isReceiver,
    fra: { organisasjonsnummer, rolle: 'avsender' },
    til: { organisasjonsnummer: upstream.organisasjonsnummer, rolle: 'meldingsformidler' },
    mpcId: upstream.mpcId,
  });
};
