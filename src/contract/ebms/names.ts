import type { Art, Mpc } from '../../domain/formidling.js';
import type { Prioritet } from '../../domain/forsendelse.js';
import type { KnownBlock } from '../../security/policy.js';
import type { Ns } from '../../xml/write.js';

/** ebMS 3.0 core, and the signals of ebXML Business Process. */
export const eb: Ns = { prefix: 'eb', uri: 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/' };
export const ebbp: Ns = { prefix: 'ebbp', uri: 'http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0' };

/** The header block of every message. */
export const messagingBlock: KnownBlock = { ns: eb.uri, local: 'Messaging' };

export const SERVICE = 'SDP';
export const PARTY_ID_TYPE = 'urn:oasis:names:tc:ebcore:partyid-type:iso6523:9908';
export const SOAP_BODY = 'soapBody';

/** What a message is for. */
export const actions = [
  'FormidleDigitalPost',
  'FormidleFysiskPost',
  'KvitteringsForespoersel',
  'FlyttetDigitalPost',
] as const;
export type Action = (typeof actions)[number];

/** What a message that is passed on is called. */
export const actionOf: Readonly<Record<Art, Action>> = {
  digital: 'FormidleDigitalPost',
  fysisk: 'FormidleFysiskPost',
  flyttet: 'FlyttetDigitalPost',
};

export type Rolle = 'avsender' | 'meldingsformidler' | 'postkasse';

/** As we write them. */
export const roles: Readonly<Record<Rolle, string>> = {
  avsender: 'urn:sdp:avsender',
  meldingsformidler: 'urn:sdp:meldingsformidler',
  postkasse: 'urn:sdp:postkasseleverandør',
};

/** As they are read: a mailbox has two spellings (CONTRACT.md section 1). */
export const rolesRead: ReadonlyMap<string, Rolle> = new Map([
  [roles.avsender, 'avsender'],
  [roles.meldingsformidler, 'meldingsformidler'],
  [roles.postkasse, 'postkasse'],
  ['urn:sdp:postkasse', 'postkasse'],
]);

export type Avtale = Art;

const AGREEMENTS = 'http://begrep.difi.no/SikkerDigitalPost/1.0/transportlag/Meldingsutveksling';

/** AgreementRef as we write it. */
export const agreements: Readonly<Record<Avtale, string>> = {
  digital: `${AGREEMENTS}/FormidleDigitalPostForsendelse`,
  fysisk: `${AGREEMENTS}/FormidleFysiskPostForsendelse`,
  flyttet: `${AGREEMENTS}/FlyttetDigitalPost`,
};

/** As they are read: the old one still comes (CONTRACT.md section 4). */
export const agreementsRead: ReadonlyMap<string, Avtale> = new Map([
  [agreements.digital, 'digital'],
  [agreements.fysisk, 'fysisk'],
  [agreements.flyttet, 'flyttet'],
  ['http://begrep.difi.no/SikkerDigitalPost/Meldingsutveksling/FormidleDigitalPostForsendelse', 'digital'],
]);

export type { Mpc } from '../../domain/formidling.js';

const priorities: Readonly<Record<Prioritet, string>> = { NORMAL: 'urn:normal', PRIORITERT: 'urn:prioritert' };

export const encodeMpc = ({ prioritet, id }: Mpc): string =>
  id === undefined ? priorities[prioritet] : `${priorities[prioritet]}:${id}`;

/** Undefined for what is no channel of the contract. */
export function decodeMpc(text: string): Mpc | undefined {
  const match = /^urn:(normal|prioritert)(?::([^\p{Cc}]{1,255}))?$/u.exec(text);
  if (match === null) return undefined;
  return { prioritet: match[1] === 'normal' ? 'NORMAL' : 'PRIORITERT', id: match[2] };
}

/** The nine digits of an organisation number with or without its prefix; undefined for anything else. */
export const decodeOrganisation = (text: string): string | undefined => /^(?:(?:9908|0192):)?(\d{9})$/.exec(text)?.[1];

export const encodeOrganisation = (organisasjonsnummer: string): string => `9908:${organisasjonsnummer}`;
