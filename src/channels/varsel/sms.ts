import { jsonOf, ventAv } from '../../client/answer.js';
import { ask } from '../../client/post.js';
import { erSmssvar, fyllSmsmal, type Smsmal, type Smssvar } from '../../domain/smsmal.js';
import { limits } from '../../limits.js';
import { e164 } from './nummer.js';
import { avvist, merke, senere, sendt, type Varselvei } from './vei.js';

/** A gateway that sends SMS, as it is configured: each has a contract of its own. */
export interface Smsport {
  readonly url: string;
  readonly mal: Smsmal;
  /** As whom an SMS is shown; '' where the template does not name it. */
  readonly avsender: string;
  readonly konto?: { readonly bruker: string; readonly passord: string } | undefined;
  readonly token?: string | undefined;
  /** Header with the notice's id, by which the gateway knows what it has taken before. */
  readonly noekkelhode: string;
  /** Answers that say that it was taken, and that the number is refused. What is neither is tried again. */
  readonly tatt: readonly Smssvar[];
  readonly avvist: readonly Smssvar[];
  readonly now: () => Date;
}

function authorization({ konto, token }: Smsport): Readonly<Record<string, string>> {
  if (token !== undefined) return { Authorization: `Bearer ${token}` };
  if (konto === undefined) return {};
  return { Authorization: `Basic ${Buffer.from(`${konto.bruker}:${konto.passord}`).toString('base64')}` };
}

/** Notices as SMS, by one gateway. Nothing that it says is passed on but its status, for the rest may hold number and text. */
export const smsvei = (port: Smsport): Varselvei => ({
  kanal: 'SMS',
  async send(varsel, signal) {
    const number = e164(varsel.adresse) ?? '';
    const { type, body } = fyllSmsmal(port.mal, {
      number,
      text: varsel.tekst,
      id: varsel.id,
      sender: port.avsender,
    });
    const headers = {
      'Content-Type': type,
      Accept: 'application/json',
      [port.noekkelhode]: merke(varsel),
      ...authorization(port),
    };
    const answer = await ask(port.url, { method: 'POST', headers, body, signal }, limits.smsExchange);
    const json = jsonOf(answer.octets);
    if (erSmssvar(port.avvist, answer.status, json))
      return avvist({
        nb: `SMS-tjenesten avviser nummeret (HTTP ${answer.status})`,
        en: `the SMS gateway refuses the number (HTTP ${answer.status})`,
      });
    if (erSmssvar(port.tatt, answer.status, json)) return sendt;
    const { vent } = ventAv(answer.retryAfter, port.now());
    throw senere(`the SMS gateway does not take the notice now (HTTP ${answer.status})`, port.url, vent);
  },
  close: () => undefined,
});
