import { eb } from '../../src/contract/ebms/names.js';
import { leaf, node, text } from './xml.js';

/** An element that is signed, by name. */
interface Part {
  readonly name: string;
  readonly namespace: string;
}

/** One outgoing WS-Security configuration: a Timestamp, and a signature with a BinarySecurityToken over `parts`. */
interface Outgoing {
  readonly name: string;
  /** Name of the key in certs/dev (PROFILES, "Who is who"). */
  readonly key: string;
  /** Seconds from Created to Expires. */
  readonly timeToLive: number;
  readonly parts: readonly Part[];
}

const timestamp: Part = {
  name: 'Timestamp',
  namespace: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
};
const body: Part = { name: 'Body', namespace: 'http://www.w3.org/2003/05/soap-envelope' };
const paaVegneAv: Part = {
  name: 'Oppslagstjenesten',
  namespace: 'http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02',
};

const messaging: Part = { name: 'Messaging', namespace: eb.uri };

const table = [
  { name: 'signed', key: 'sender', timeToLive: 300, parts: [timestamp, body] },
  { name: 'signed with PaaVegneAv', key: 'supplier', timeToLive: 300, parts: [timestamp, body, paaVegneAv] },
  { name: 'signed without PaaVegneAv', key: 'supplier', timeToLive: 300, parts: [timestamp, body] },
  { name: 'signed by sender2', key: 'sender2', timeToLive: 300, parts: [timestamp, body] },
  { name: 'signed by digipost', key: 'digipost', timeToLive: 300, parts: [timestamp, body] },
  { name: 'signed by eboks', key: 'eboks', timeToLive: 300, parts: [timestamp, body] },
  { name: 'only Timestamp signed', key: 'sender', timeToLive: 300, parts: [timestamp] },
  { name: 'signed, valid for a day', key: 'sender', timeToLive: 86_400, parts: [timestamp, body] },
  { name: 'signed, valid for a second', key: 'sender', timeToLive: 1, parts: [timestamp, body] },
  { name: 'ebMS signed', key: 'sender', timeToLive: 120, parts: [timestamp, body, messaging] },
] as const satisfies readonly Outgoing[];

export type OutgoingName = (typeof table)[number]['name'];

const keys = ['sender', 'sender2', 'supplier', 'digipost', 'eboks'] as const;

/** Passes nothing secret on: the development keys are made on each machine, and this password is written in their README. */
const password = 'changeit';
const file = (name: string): string => `\${projectDir}/../../certs/dev/${name}.p12`;

const keystore = (key: string): string =>
  node('con:crypto', {}, [
    leaf('con:source', file(key)),
    leaf('con:password', password),
    leaf('con:type', 'KEYSTORE'),
    leaf('con:defaultAlias', key),
    leaf('con:aliasPassword', password),
  ]);

const truststore = node('con:crypto', {}, [
  leaf('con:source', file('trust')),
  leaf('con:password', password),
  leaf('con:type', 'TRUSTSTORE'),
]);

/** The incoming configuration that decrypts an answer to `key` and verifies its signature. */
const incomingName = (key: string): string => (key === 'sender' ? 'in' : `in for ${key}`);

const incoming = (key: string): string =>
  node('con:incoming', {}, [
    leaf('con:name', incomingName(key)),
    leaf('con:decryptCrypto', `${key}.p12`),
    leaf('con:signatureCrypto', 'trust.p12'),
    leaf('con:decryptPassword', password),
  ]);

/** SoapUI keeps each part as a table of its own, written as text. */
function signaturePart({ name, namespace }: Part): string {
  const entries = Object.entries({ id: '', name, namespace }).map(
    ([key, value]) => `<con:entry key="${key}" value="${value}"/>`,
  );
  return leaf(
    'signaturePart',
    text(`<xml-fragment xmlns:con="http://eviware.com/soapui/config">${entries.join('')}</xml-fragment>`),
  );
}

/** 1 is a BinarySecurityToken that the signature refers to. */
const signature = (row: Outgoing): string =>
  node('con:configuration', {}, [
    leaf('crypto', `${row.key}.p12`),
    leaf('keyIdentifierType', '1'),
    leaf('signatureAlgorithm', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'),
    leaf('signatureCanonicalization', 'http://www.w3.org/2001/10/xml-exc-c14n#'),
    leaf('useSingleCert', 'true'),
    leaf('digestAlgorithm', 'http://www.w3.org/2001/04/xmlenc#sha256'),
    ...row.parts.map(signaturePart),
  ]);

const outgoing = (row: Outgoing): string =>
  node('con:outgoing', {}, [
    leaf('con:name', row.name),
    node('con:entry', { type: 'Timestamp' }, [
      node('con:configuration', {}, [leaf('timeToLive', String(row.timeToLive)), leaf('strictTimestamp', 'true')]),
    ]),
    node('con:entry', { type: 'Signature', username: row.key, password }, [signature(row)]),
  ]);

/** The name of the incoming configuration for answers to a request that is signed as `name` says. */
export function incomingFor(name: OutgoingName | undefined): string | undefined {
  const row = table.find((r) => r.name === name);
  return row === undefined ? undefined : incomingName(row.key);
}

/** The keys, the truststore and every configuration that signs or verifies. */
export const wssContainer = (): string =>
  node('con:wssContainer', {}, [...keys.map(keystore), truststore, ...keys.map(incoming), ...table.map(outgoing)]);
