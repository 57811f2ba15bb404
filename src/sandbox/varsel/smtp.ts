import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions } from 'smtp-server';
import type { DevelopmentPki } from '../pki/development.js';
import type { TlsIdentity } from './tls.js';
import { harNasjonalId, varselkonto, type Mottattvarsel, type Varselfeil } from './varsler.js';

/** An e-mail that was taken. */
export interface Mottattepost extends Mottattvarsel {
  readonly kanal: 'EPOST';
  /** As it came over the wire. */
  readonly octets: Buffer;
  readonly epost: Email;
}

export interface SmtpDouble {
  readonly port: number;
  readonly behaviour: Varselfeil;
  readonly mottatt: readonly Mottattepost[];
  /** Why mails were refused that no notice of ours should be. */
  readonly brudd: readonly string[];
  stop(): Promise<void>;
}

export interface SmtpOptions {
  readonly tls: TlsIdentity;
  readonly now: () => Date;
  /** What a server of a test does otherwise. */
  readonly options?: SMTPServerOptions;
}

/** Octets of one mail at the most: a notice is a page. */
const MOST = 256 * 1024;

const answered = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });
const closing = (): Error => answered(421, '4.3.2 As told: closing');

/** Enhanced codes for addresses of the form `550@…` or `450.kari@…`, which are answered with that code. */
const enhanced: Readonly<Record<string, string>> = { 450: '4.2.1', 452: '4.2.2', 550: '5.1.1', 552: '5.2.2' };

/** As a server writes it, with the address in it. */
function recipientFault(address: string): Error | undefined {
  const [, code] = /^([45]\d\d)[@.]/.exec(address) ?? [];
  if (code === undefined) return undefined;
  return answered(Number(code), `${enhanced[code] ?? `${code.charAt(0)}.0.0`} <${address}>: as told`);
}

/** What is wrong with a mail that is to be a notice; undefined when nothing is. */
function fault(epost: Email): string | undefined {
  const { subject = '', text = '', html = '' } = epost;
  const has = (key: string, value: RegExp): boolean => epost.headers.some((h) => h.key === key && value.test(h.value));
  if (harNasjonalId(subject, text, html)) return 'a national id';
  if (subject === '' || text === '' || html === '') return 'no subject, no text or no HTML';
  if (epost.attachments.length > 0) return 'an attachment';
  if (!has('auto-submitted', /^auto-generated$/)) return 'nothing that says that a machine wrote it';
  return has('message-id', /^<\S+@\S+>$/) ? undefined : 'no Message-ID';
}

async function octetsOf(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

interface Tray {
  readonly behaviour: Varselfeil;
  readonly mottatt: Mottattepost[];
  readonly brudd: string[];
  readonly now: () => Date;
}

/** Takes a mail. @throws Error with the reply, where it is refused */
async function take(stream: SMTPServerDataStream, til: string, { mottatt, brudd, now }: Tray): Promise<void> {
  const octets = await octetsOf(stream);
  if (stream.sizeExceeded) throw answered(552, '5.3.4 Too large');
  const epost = await PostalMime.parse(octets);
  const wrong = fault(epost);
  if (wrong !== undefined) {
    brudd.push(wrong);
    throw answered(554, '5.6.0 This is no notice');
  }
  const tekst = epost.text?.trimEnd() ?? '';
  mottatt.push({ kanal: 'EPOST', mottatt: now(), til, emne: epost.subject ?? null, tekst, octets, epost });
}

const handlers = (tray: Tray): SMTPServerOptions => ({
  onConnect: (_session, callback) => callback(tray.behaviour.down === true ? closing() : null),
  onAuth: ({ username, password }, _session, callback) => {
    const known = username === varselkonto.bruker && password === varselkonto.passord;
    if (known) callback(null, { user: username });
    else callback(answered(535, '5.7.8 Authentication credentials invalid'));
  },
  onRcptTo: ({ address }, _session, callback) =>
    callback(tray.behaviour.down === true ? closing() : recipientFault(address)),
  onData: (stream, { envelope }, callback) => {
    take(stream, envelope.rcptTo.map(({ address }) => address).join(', '), tray).then(() => callback(null), callback);
  },
});

/** Starts a mail server on the loopback address that takes notices by STARTTLS from one account, and delivers nothing. */
export async function startSmtp({ tls, now, options }: SmtpOptions, port = 0): Promise<SmtpDouble> {
  const tray: Tray = { behaviour: {}, mottatt: [], brudd: [], now };
  const server = new SMTPServer({
    ...tls,
    ...handlers(tray),
    size: MOST,
    disableReverseLookup: true,
    closeTimeout: 1_000,
    ...options,
  });
  // What a client does with its connection is told to nobody.
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    ...tray,
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** How the gateway speaks to the double. */
export const smtpoppsett = ({ port }: Pick<SmtpDouble, 'port'>, { files }: Pick<DevelopmentPki, 'files'>) => ({
  POSTHORN_SMTP_HOST: '127.0.0.1',
  POSTHORN_SMTP_PORT: String(port),
  POSTHORN_SMTP_CA: files.root,
  POSTHORN_SMTP_USER: varselkonto.bruker,
  POSTHORN_SMTP_PASSWORD: varselkonto.passord,
  POSTHORN_SMTP_FROM: 'varsel@posthorn.example',
});
