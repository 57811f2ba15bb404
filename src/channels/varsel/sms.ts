import { jsonOf, ventAv } from '../../client/answer.js';
import { ask } from '../../client/post.js';
import { erSmssvar, fyllSmsmal, type Smsmal, type Smssvar } from '../../domain/smsmal.js';
import { limits } from '../../limits.js';
import { e164 } from './nummer.js';
import { Failure } from '../../errors.js';
import { avvist, merke, naasIkke, senere, sendt, type Varselvei } from './vei.js';

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
  /** Whether it does, and sends one SMS of one id. */
  readonly kjennerIgjen: boolean;
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

/** What the network and TLS say before a request leaves, and a redirect, which has no code (`Error`): the gateway has nothing then. */
const foerSending =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOST|ENET|UND_ERR_CONNECT|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|ERR_TLS|ERR_SSL|ERR_INVALID|Error$)/;

/** A proxy that says this has passed the request on, and heard nothing. */
const utenSvar = 504;

/** As `ask`, for a notice. @throws Failure UPSTREAM_UNREACHABLE, UPSTREAM_FAULT */
async function spurt(url: string, init: Parameters<typeof ask>[1]): ReturnType<typeof ask> {
  try {
    return await ask(url, init, limits.smsExchange);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, detail, values } = error;
    const uvisst = !foerSending.test(values['reason'] ?? '');
    throw uvisst ? new Failure(code, detail, { ...values, uvisst: 'true' }) : error;
  }
}

/** Notices as SMS, by one gateway. Nothing that it says is passed on but its status, for the rest may hold number and text. */
export const smsvei = (port: Smsport): Varselvei => ({
  kanal: 'SMS',
  kjennerIgjen: port.kjennerIgjen,
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
    const answer = await spurt(port.url, { method: 'POST', headers, body, signal });
    const json = jsonOf(answer.octets);
    if (erSmssvar(port.avvist, answer.status, json))
      return avvist({
        nb: `SMS-tjenesten avviser nummeret (HTTP ${answer.status})`,
        en: `the SMS gateway refuses the number (HTTP ${answer.status})`,
      });
    if (erSmssvar(port.tatt, answer.status, json)) return sendt;
    if (answer.status === utenSvar)
      throw naasIkke('the SMS gateway does not answer (HTTP 504)', port.url, 'HTTP 504', true);
    const { vent } = ventAv(answer.retryAfter, port.now());
    throw senere(`the SMS gateway does not take the notice now (HTTP ${answer.status})`, port.url, vent);
  },
  close: () => undefined,
});
