import { join } from 'node:path';
import { mimetypes } from '../domain/mimetypes.js';
import { limits } from '../limits.js';
import { optional, row, type Row } from './rows.js';
import { altinn } from './altinn.js';
import { notices } from './notices.js';
import { svarutUpstream } from './svarutUpstream.js';
import { kinds, Secret, type Address } from './values.js';

export type { Base } from './rows.js';

const keystore = (name: string, does: string): Row<string> =>
  row(kinds.text, ({ production, certsDir }) => (production ? '' : join(certsDir, `${name}.p12`)), {
    shown: `certs/dev/${name}.p12; in production none, and nothing is sent`,
    meaning: `PKCS#12 key store that ${does}`,
    fix: 'Name a readable PKCS#12 file with the enterprise certificate and its chain.',
    files: true,
  });

const keystorePassword = row(kinds.secret, ({ production }) => new Secret(production ? '' : 'changeit'), {
  shown: 'changeit; none in production',
  meaning: 'Password of that key store',
  fix: 'Set it to the password of the key store.',
  secret: true,
});

const noAddresses: readonly Address[] = Object.freeze([]);
const none: readonly string[] = Object.freeze([]);
const frozen = (...files: string[]): readonly string[] => Object.freeze(files);
const yesNo = 'Set it to true or false.';

/** One row a variable: the key in `Config`, and `POSTHORN_` + the key in capitals in the environment. */
export const settings = {
  mode: row(kinds.oneOf('development', 'production'), () => 'development' as const, {
    meaning: '`production` refuses development keys and switched-off checks',
    fix: 'Set it to development or production.',
  }),
  host: row(kinds.host, () => '127.0.0.1', {
    meaning: 'Address that the gateway listens on',
    fix: 'Use 127.0.0.1 for this machine only, 0.0.0.0 for every interface.',
  }),
  port: row(kinds.whole(0, 65535), () => 8080, {
    meaning: 'Port that the gateway listens on; 0 takes a free one',
    fix: 'Use a free port such as 8080, or 0 for any free port.',
  }),
  sandboxPort: row(kinds.whole(0, 65535), () => 0, {
    meaning: 'Port of the sandbox; 0 takes a free one',
    fix: 'Use a free port, or 0 for any free port.',
  }),
  publicUrl: optional(kinds.publicUrl, {
    shown: "from the request's Host",
    meaning: 'Address that callers use; stands in the WSDLs',
    fix: 'Use the address that callers see, such as https://post.example.no.',
  }),
  databaseUrl: row(kinds.database, ({ dataDir }) => new Secret(`sqlite:${join(dataDir, 'posthorn.db')}`), {
    shown: 'sqlite:data/posthorn.db',
    meaning:
      'Database: `sqlite:FILE` or `mysql://USER:PASSWORD@HOST:PORT/DATABASE`; of a cluster `HOST:PORT,HOST:PORT`, each node',
    fix: 'Use for example sqlite:data/posthorn.db or mysql://posthorn:PASSWORD@127.0.0.1:3306/posthorn.',
    secret: true,
  }),
  dataDir: row(kinds.text, () => 'data', {
    meaning: 'Directory for the database, stored payloads and run.json',
    fix: 'Name a directory that Posthorn may write to.',
  }),
  payloads: row(kinds.oneOf('files', 'db'), () => 'files' as const, {
    meaning: 'Where contents are stored: `files` in the data directory, or `db`, as rows of the database',
    fix: 'Use db where several machines share one database but no directory; else files.',
  }),
  certsDir: row(kinds.text, () => 'certs/dev', {
    meaning: 'Directory of the development certificates, made on first start',
    fix: 'Name a directory that Posthorn may write to.',
  }),
  dataKey: optional(kinds.dataKey, {
    shown: 'made in the data directory; required in production',
    meaning: 'Key for data at rest: 32 octets, base64 or hex',
    fix: 'Make one with: openssl rand -base64 32',
    secret: true,
  }),
  tlsKey: optional(kinds.text, {
    meaning: 'TLS private key, PEM file',
    fix: 'Name a readable PEM file.',
    files: true,
  }),
  tlsCert: optional(kinds.text, {
    meaning: 'TLS certificate chain, PEM file',
    fix: 'Name a readable PEM file.',
    files: true,
  }),
  trustedProxies: row(kinds.networks, () => none, {
    meaning: 'Addresses and networks whose X-Forwarded-Proto, -For and -Host count',
    fix: 'List them with commas, such as 10.0.0.5,192.168.0.0/16.',
  }),
  tlsProxy: row(kinds.yesNo, () => false, {
    meaning: 'The trusted proxies end TLS in front of Posthorn',
    fix: yesNo,
  }),
  oppslagstjenestenKeystore: row(
    kinds.text,
    ({ production, certsDir }) => (production ? '' : join(certsDir, 'oppslagstjenesten.p12')),
    {
      shown: 'certs/dev/oppslagstjenesten.p12; required in production',
      meaning: 'PKCS#12 key store that signs look-up answers',
      fix: 'Name a readable PKCS#12 file with the enterprise certificate and its chain.',
      files: true,
    },
  ),
  oppslagstjenestenKeystorePassword: row(kinds.secret, ({ production }) => new Secret(production ? '' : 'changeit'), {
    shown: 'changeit; required in production',
    meaning: 'Password of that key store',
    fix: 'Set it to the password of the key store.',
    secret: true,
  }),
  databehandlerKeystore: keystore('posthorn', 'signs packages, and the documents about them, as databehandler'),
  databehandlerKeystorePassword: keystorePassword,
  meldingsformidlerKeystore: keystore(
    'meldingsformidler',
    'signs envelopes to mailbox and print providers; not needed where a meldingsformidler upstream is set',
  ),
  meldingsformidlerKeystorePassword: keystorePassword,
  sdpProviders: row(kinds.addresses, () => noAddresses, {
    shown: 'none; `npm start` gives those of the sandbox',
    meaning: 'Where mailbox and print providers take letters: `ORGNR=URL`, with commas. Without it letters wait',
    fix: 'List them as 984661185=https://host/path,996460320=https://host/path.',
  }),
  sdpUpstreamUrl: optional(kinds.publicUrl, {
    shown: 'none: letters go to the providers themselves',
    meaning:
      'A meldingsformidler above this one: own letters go there, signed by the databehandler, and receipts are fetched there',
    fix: 'Use the address of its service, such as https://host/meldingsformidler/api, or remove it.',
  }),
  sdpUpstreamCertificates: row(
    kinds.files,
    ({ production, certsDir }) => (production ? none : frozen(join(certsDir, 'meldingsformidler.cert.pem'))),
    {
      shown: 'certs/dev/meldingsformidler.cert.pem; none in production',
      meaning: 'Certificates that it signs its answers with, PEM files; when it renews, the old and the new one',
      fix: 'List the PEM files with commas.',
      files: true,
    },
  ),
  sdpUpstreamMpcId: optional(kinds.mpcId, {
    shown: 'made from the data key',
    meaning: 'Channel in which receipts wait there, for this installation alone',
    fix: 'Use 1 to 100 letters, digits, dots and hyphens.',
  }),
  sdpUpstreamPollNormal: row(kinds.whole(1, 86_400), () => 600, {
    meaning: 'Seconds to the next look for receipts of normal letters after an empty one (R-37)',
    fix: 'Use 600 or more, but against a broker of your own.',
  }),
  sdpUpstreamPollPrioritert: row(kinds.whole(1, 86_400), () => 60, {
    meaning: 'Seconds to the next look for receipts of priority letters after an empty one (R-37)',
    fix: 'Use 60 or more, but against a broker of your own.',
  }),
  ...svarutUpstream,
  maxShipment: row(kinds.octets(1024, limits.letterBytesMost), () => limits.letterBytes, {
    meaning:
      'Largest letter that Forsendelse takes: octets of all its documents, `k`, `m` and `g` allowed. Mailboxes and print take no more than the default (R-33): a larger one ends there as FEILET',
    fix: `Use a number of octets up to ${limits.letterBytesMost}, such as 52428800 or 50m.`,
  }),
  ...altinn,
  ...notices,
  maxPackage: row(kinds.whole(1024, limits.brokerPackageBytesMost), () => limits.brokerPackageBytes, {
    meaning: 'Largest document package that a sender may hand to the broker, octets',
    fix: `Use a number of octets up to ${limits.brokerPackageBytesMost}.`,
  }),
  svarutMax: row(kinds.whole(1024, limits.svarutBytesMost), () => limits.svarutBytes, {
    meaning: 'Largest letter that SvarUt takes: octets of all its documents',
    fix: `Use a number of octets up to ${limits.svarutBytesMost}.`,
  }),
  throttlePulls: row(kinds.yesNo, () => false, {
    meaning: 'Answer senders that ask for receipts too soon after an empty answer (R-37) without looking',
    fix: yesNo,
  }),
  registerUrl: optional(kinds.publicUrl, {
    shown: 'none: the register in the database',
    meaning:
      'A 16-02 service to ask about recipients, signed by the databehandler on behalf of the sender (PaaVegneAv), instead of the register in the database',
    fix: 'Use the address of the service, such as https://host/kontaktinfo-external/ws-v5, or remove it.',
  }),
  registerOrganisation: row(kinds.text, () => '991825827', {
    meaning: 'Organisation number that must sign the answers of that service',
    fix: 'Use nine digits.',
  }),
  role: row(kinds.oneOf('all', 'web', 'worker'), () => 'all' as const, {
    meaning: '`web` takes requests and `worker` hands letters on; many of each may run on one database',
    fix: 'Set it to all, web or worker.',
  }),
  processes: row(kinds.whole(1, 64), () => 1, {
    meaning:
      'Processes of the gateway behind its port, on one database (MySQL or MariaDB to gain by it): one that ends is replaced, and SIGHUP replaces them all without a pause',
    fix: 'Use a number from 1 to 64, such as the number of processors.',
  }),
  identifiers: row(
    kinds.oneOf('any', 'synthetic', 'real'),
    ({ production }): 'any' | 'real' => (production ? 'real' : 'any'),
    {
      shown: 'any; real in production',
      meaning: 'National ids that may be sent to: `synthetic` ones are of test series (R-54)',
      fix: 'Set it to any, synthetic or real.',
    },
  ),
  payloadRetentionDays: row(kinds.whole(0, 3650), () => 30, {
    meaning: 'Days that the contents of a letter are kept once it is final; 0 removes them at once',
    fix: 'Use a number of days such as 30, or 0.',
  }),
  brokerRetentionDays: row(kinds.whole(35, 3650), () => 180, {
    meaning:
      'Days that the broker keeps a receipt that nobody fetches, and knows whose a message was; 35 at least, for duplicates may come as long',
    fix: 'Use a number of days from 35, such as 180.',
  }),
  mimeTypes: row(kinds.mimetypes, () => mimetypes, {
    shown: 'PDF, HTML, text, XML, PNG, JPEG, GIF, Office, OOXML, ODF, EHF',
    meaning:
      'MIME types that a letter may be made of (R-33), with commas: of the default, and `text/…`, `…/…+xml`, `application/zip`',
    fix: 'List types such as application/pdf,text/plain,image/png.',
  }),
  trustAnchors: row(
    kinds.files,
    ({ production, certsDir }) => (production ? none : frozen(join(certsDir, 'root.pem'))),
    {
      shown: 'certs/dev/root.pem; required in production',
      meaning: 'Root certificates that senders are trusted by, PEM files',
      fix: 'List the PEM files of the roots with commas.',
      files: true,
    },
  ),
  trustIntermediates: row(
    kinds.files,
    ({ production, certsDir }) => (production ? none : frozen(join(certsDir, 'issuing.pem'))),
    {
      shown: 'certs/dev/issuing.pem; none in production',
      meaning: 'Issuing certificates that messages may leave out, PEM files',
      fix: 'List the PEM files with commas.',
      files: true,
    },
  ),
  crlFiles: row(kinds.files, ({ production, certsDir }) => (production ? none : frozen(join(certsDir, 'crl.pem'))), {
    shown: 'certs/dev/crl.pem; required in production',
    meaning: 'Certificate revocation lists, files',
    fix: 'List the files with commas.',
    files: true,
  }),
  supportFile: optional(kinds.text, {
    shown: 'none: nobody is named',
    meaning: 'JSON file of who helps recipients, for the explanations of decisions, as `support/2015.json`',
    fix: 'Name a readable JSON file.',
    files: true,
  }),
  revocation: row(kinds.oneOf('require', 'off'), () => 'require' as const, {
    meaning: 'Whether certificates are checked for revocation; `off` is refused in production',
    fix: 'Set it to require or off.',
  }),
  allowSha1Digest: row(kinds.yesNo, () => true, {
    meaning: 'Named exception: look-up requests with SHA-1 reference digests (the signature itself never)',
    fix: yesNo,
  }),
  allowTimestampWithoutTransforms: row(kinds.yesNo, () => true, {
    meaning: 'Named exception: look-up requests whose Timestamp reference has no transform',
    fix: yesNo,
  }),
  allowOaepSha1Cbc: row(kinds.yesNo, () => true, {
    meaning: 'Named exception: look-up answers encrypted by RSA-OAEP with SHA-1 and AES-256-CBC',
    fix: yesNo,
  }),
  logLevel: row(kinds.oneOf('error', 'warn', 'info', 'debug'), () => 'info' as const, {
    meaning: 'Least level that is logged',
    fix: 'Set it to error, warn, info or debug.',
  }),
  maxLookupBody: row(kinds.whole(1024, 64 * 1024 * 1024), () => limits.lookupBodyBytes, {
    meaning: 'Largest body of a look-up request, octets',
    fix: 'Use a number of octets such as 1048576.',
  }),
  maxConnections: row(kinds.whole(1, 65535), () => limits.httpConnections, {
    meaning: 'Open connections at once',
    fix: 'Use a number below the limit of open files (ulimit -n).',
  }),
};

type Settings = typeof settings;
export type Setting = Row<unknown>;
export type Key = keyof Settings;
type Value<R> = R extends Row<infer T> ? T : never;

/** The whole configuration, deep-frozen. Keys are the variables' names without `POSTHORN_`; `settings` says what each means. */
export type Config = { readonly [K in Key]: Value<Settings[K]> };

export const keys = Object.keys(settings) as Key[];

/** `trustAnchors` → `POSTHORN_TRUST_ANCHORS`. */
export const variable = (key: Key): string => `POSTHORN_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
