import type { SendMailOptions } from 'nodemailer';
import type { Varsel } from '../../domain/varselPorts.js';
import { merke } from './vei.js';

export interface Avsenderadresser {
  readonly fra: string;
  readonly svarTil?: string | undefined;
}

const tegn: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => tegn[c] ?? '');

/** The same text for those who read HTML: no link, no picture, nothing from elsewhere. */
const html = ({ emne, tekst, spraak }: Varsel): string =>
  [
    `<!doctype html><html lang="${spraak}"><head><meta charset="utf-8"><title>${escaped(emne ?? '')}</title></head>`,
    `<body><p>${escaped(tekst).replaceAll('\n', '<br>')}</p></body></html>`,
  ].join('\n');

/** Behind the @ of an address. */
export const domeneI = (adresse: string): string => adresse.slice(adresse.lastIndexOf('@') + 1);

/**
 * The e-mail of a notice: its text, and the same as HTML. Its Message-ID is the notice's in every attempt, so that a mailbox may show it once; it says
 * that a machine wrote it, so that no machine answers (RFC 3834).
 */
export function epostmelding(varsel: Varsel, { fra, svarTil }: Avsenderadresser): SendMailOptions {
  return {
    from: { name: '', address: fra },
    ...(svarTil !== undefined && { replyTo: { name: '', address: svarTil } }),
    to: { name: '', address: varsel.adresse },
    envelope: { from: fra, to: [varsel.adresse] },
    subject: varsel.emne ?? '',
    text: varsel.tekst,
    html: html(varsel),
    messageId: `<${merke(varsel)}@${domeneI(fra)}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': varsel.spraak },
    textEncoding: 'quoted-printable',
  };
}
