import type { SMTPPoolOptions } from 'nodemailer';
import { limits } from '../../limits.js';
import { domeneI, epostmelding, type Avsenderadresser } from './epostmelding.js';
import { smtpUtfall, type Smtpfeil } from './smtpUtfall.js';
import { sendt, type Varselvei } from './vei.js';

/** A server that takes mail from us. */
export interface Smtpserver extends Avsenderadresser {
  readonly host: string;
  readonly port: number;
  /** `off` is for this machine only; both others are demanded, and never given up. */
  readonly tls: 'starttls' | 'implicit' | 'off';
  /** Authorities that are believed instead of those that node has, PEM. */
  readonly ca?: string | undefined;
  readonly konto?: { readonly bruker: string; readonly passord: string } | undefined;
  /** Signs for the domain of `fra` (RFC 6376). */
  readonly dkim?: { readonly selektor: string; readonly privatNoekkel: string } | undefined;
}

const settings = ({
  host,
  port,
  tls,
  ca,
  konto,
  dkim,
  fra,
}: Smtpserver): SMTPPoolOptions & { readonly pool: true } => ({
  pool: true,
  host,
  port,
  secure: tls === 'implicit',
  requireTLS: tls === 'starttls',
  ignoreTLS: tls === 'off',
  tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
  ...(konto !== undefined && { auth: { user: konto.bruker, pass: konto.passord } }),
  ...(dkim !== undefined && {
    dkim: { domainName: domeneI(fra), keySelector: dkim.selektor, privateKey: dkim.privatNoekkel },
  }),
  maxConnections: limits.smtpConnections,
  // What was under way when a connection ended may have arrived: the queue decides when it is tried again.
  maxRequeues: 0,
  connectionTimeout: limits.smtpConnect,
  dnsTimeout: limits.smtpConnect,
  greetingTimeout: limits.smtpSilence,
  socketTimeout: limits.smtpSilence,
  maxResponseSize: limits.smtpReplyBytes,
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** Notices as e-mail, by one server. Connections are kept and used again. What speaks SMTP is loaded only here: it takes memory. */
export async function epostvei(server: Smtpserver): Promise<Varselvei> {
  const { createTransport } = await import('nodemailer');
  const mail = createTransport(settings(server));
  const lest = new WeakSet<AbortSignal>();
  mail.use('stream', ({ message, data: { signal } }, done) => {
    const stream = message.createReadStream.bind(message);
    // Nothing reads the stream that is made here before the server has asked for the mail; one that is put in between would be filled before.
    message.createReadStream = (options) =>
      stream(options).once('end', () => {
        if (signal) lest.add(signal);
      });
    done();
  });
  return {
    kanal: 'EPOST',
    kjennerIgjen: false,
    async send(varsel, signal) {
      const both = AbortSignal.any([signal, AbortSignal.timeout(limits.smtpExchange)]);
      try {
        await mail.sendMail({ ...epostmelding(varsel, server), signal: both });
        return sendt;
      } catch (error) {
        return smtpUtfall(error as Smtpfeil, `${server.host}:${server.port}`, lest.has(both));
      }
    },
    close: () => mail.close({ force: true }),
  };
}
