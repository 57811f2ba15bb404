import { bekreftKvitteringer } from '../application/bekreftKvitteringer.js';
import { forklarForsendelse } from '../application/forklarForsendelse.js';
import { hentKvitteringer } from '../application/hentKvitteringer.js';
import { hentStatus } from '../application/hentStatus.js';
import { meldLest } from '../application/meldLest.js';
import { sendForsendelse } from '../application/sendForsendelse.js';
import type { Caller, ShipmentDeps } from '../application/shipmentDeps.js';
import { trekkTilbakeForsendelse } from '../application/trekkTilbakeForsendelse.js';
import type { ContentStage } from '../contract/contents/stage.js';
import type { Command, Operasjon } from '../contract/forsendelse/decode.js';
import { decodeCommand } from '../contract/forsendelse/decode.js';
import {
  encodeBekreftet,
  encodeForklar,
  encodeKvitteringer,
  encodeLest,
  encodeSend,
  encodeStatus,
  encodeTrukket,
} from '../contract/forsendelse/encode.js';
import { checkForsendelse } from '../contract/schemas.js';
import type { PasswordTrusted } from '../security/basic.js';
import type { SigningKey } from '../security/sign.js';
import { plainEnvelope, signedEnvelope } from '../security/signAnswer.js';
import type { Trusted } from '../security/trusted.js';
import type { Content } from '../soap/envelope.js';
import type { Answer } from './soapEndpoint.js';

export interface ForsendelseDeps extends ShipmentDeps {
  /** Signs the answers to signed requests. */
  readonly key: SigningKey;
  /** Types that documents may have. */
  readonly mimetypes?: readonly string[];
}

type Run<O extends Operasjon> = (caller: Caller, command: Extract<Command, { operasjon: O }>) => Promise<Content>;

/** One row an operation: from typed command to the element that answers it. */
function operations(deps: ShipmentDeps): { readonly [O in Operasjon]: Run<O> } {
  const send = sendForsendelse(deps);
  const explain = forklarForsendelse(deps);
  const status = hentStatus(deps);
  const fetch = hentKvitteringer(deps);
  const confirm = bekreftKvitteringer(deps);
  const withdraw = trekkTilbakeForsendelse(deps);
  const opened = meldLest(deps);
  return {
    SendForsendelse: async (caller, { brev }) => encodeSend(await send(caller, brev)),
    ForklarForsendelse: async (caller, command) => encodeForklar(await explain(caller, command)),
    HentStatus: async (caller, { utvalg }) => encodeStatus(await status(caller, utvalg)),
    HentKvitteringer: async (caller, command) => encodeKvitteringer(await fetch(caller, command)),
    BekreftKvitteringer: async (caller, { ider }) => encodeBekreftet(await confirm(caller, ider)),
    TrekkTilbakeForsendelse: async (caller, { utvalg }) => encodeTrukket(await withdraw(caller, utvalg)),
    MeldLest: async (caller, { utvalg, lest }) => encodeLest(await opened(caller, utvalg, lest)),
  };
}

const callerOf = (trusted: Trusted | PasswordTrusted, avsender: string | undefined, correlationId: string): Caller => ({
  organisasjon: trusted.principal.organisasjonsnummer,
  avsender,
  signature:
    trusted.evidence === 'signature'
      ? { fingeravtrykk: trusted.principal.certificate.fingeravtrykk, replay: trusted.replay }
      : null,
  correlationId,
});

/** Forsendelse v1: a trusted request and its staged contents in; the answer out, signed when the request was. */
export function forsendelse(
  deps: ForsendelseDeps,
): (trusted: Trusted | PasswordTrusted, stage: ContentStage, correlationId: string) => Promise<Answer> {
  const rows = operations(deps);
  return async (trusted, stage, correlationId) => {
    const command = decodeCommand(trusted, await stage.settle(), deps.mimetypes);
    checkForsendelse(trusted.operation);
    const run = rows[command.operasjon] as (caller: Caller, command: Command) => Promise<Content>;
    // A letter's contents are the use case's from here: it alone knows whether a stored letter refers to them.
    if (command.operasjon === 'SendForsendelse') stage.release();
    const content = await run(callerOf(trusted, command.avsender, correlationId), command);
    const envelope =
      trusted.evidence === 'signature'
        ? await signedEnvelope(content, trusted.version, deps.key, deps.clock.now())
        : plainEnvelope(content, trusted.version);
    return { operation: command.operasjon, envelope };
  };
}
