import { pushMessage, type PushOutcome } from '../../client/ebms.js';
import { payloadParts } from '../../contract/ebms/encode.js';
import { actionOf } from '../../contract/ebms/names.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import type { Blob } from '../../domain/forsendelse.js';
import type { Art } from '../../domain/formidling.js';
import { tekst } from '../../domain/hendelsestekst.js';
import { ebmsOutcome, gjengitt, type Utfall } from '../../domain/retry.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import { Failure } from '../../errors.js';
import type { VerifyDeps } from '../../security/signature.js';
import type { Provider, Route, Via } from './route.js';

export interface PushDeps extends VerifyDeps {
  readonly payloads: Payloads;
  /** Whom envelopes are from, and for. */
  readonly via: Via;
  /** By organisation number. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** Milliseconds for one push; that of the client when left out. */
  readonly timeout?: number;
}

/** A message to a provider before it is put into an envelope: a letter of our own, or one that is passed on. */
export interface Outgoing extends Pick<UserMessage, 'mpc' | 'conversationId'> {
  readonly art: Art;
  readonly meldingsId: string;
  /** Organisation number of the body whose letter it is; it stands in the address of a broker above us. */
  readonly avsender: string;
  readonly leverandoer: string | null;
  readonly sbd: string;
  readonly cms: Blob;
}

/** @throws Failure UNAVAILABLE when it has no address here */
export function providerOf({ providers }: Pick<PushDeps, 'providers'>, number: string | null): Provider {
  const provider = number === null ? undefined : providers.get(number);
  if (provider === undefined) throw new Failure('UNAVAILABLE', `no address is configured for the provider ${number}`);
  return provider;
}

const contentIdOf = ({ meldingsId }: Outgoing): string => `${meldingsId}@posthorn`;

const userMessage = (out: Outgoing, { fra, til, mpcId = out.mpc.id }: Route, now: Date): UserMessage => ({
  info: { timestamp: now, messageId: out.meldingsId, refToMessageId: undefined },
  mpc: { ...out.mpc, id: mpcId },
  fra,
  til,
  avtale: out.art,
  action: actionOf[out.art],
  conversationId: out.conversationId,
  parts: payloadParts(contentIdOf(out)),
});

/** What came of a push (PROFILES, "Outcome of a push"): an answer that cannot be believed is never "sent". */
export function outcomeOf(pushed: PushOutcome): Utfall {
  switch (pushed.type) {
    case 'accepted':
      return { type: 'sent' };
    case 'ebmsError':
      return ebmsOutcome(pushed.code, pushed.shortDescription);
    case 'unverifiable':
      return {
        type: 'deferred',
        kode: 'UNVERIFIABLE',
        grunn: tekst('SVAR_IKKE_TROVERDIG', { ord: gjengitt(pushed.reason) }),
      };
    case 'transport':
      return {
        type: 'deferred',
        kode: 'TRANSPORT',
        grunn: tekst('LEVERANDOER_NAAS_IKKE', { ord: gjengitt(pushed.reason) }),
        ...(pushed.detail !== undefined && { detalj: pushed.detail }),
      };
  }
}

/** One push. What the other side does is an outcome. @throws Failure as `providerOf`, or what the payload store throws */
export async function push(deps: PushDeps, out: Outgoing): Promise<Utfall> {
  const { payloads, clock, trust } = deps;
  const route = deps.via(providerOf(deps, out.leverandoer), out.avsender);
  const pushed = await pushMessage({
    ...route,
    userMessage: userMessage(out, route, clock.now()),
    sbd: out.sbd,
    attachment: { contentId: contentIdOf(out), ...out.cms, open: () => payloads.get(out.cms.ref) },
    trust,
    clock,
    ...(deps.timeout === undefined ? {} : { timeout: deps.timeout }),
  });
  const outcome = outcomeOf(pushed);
  return outcome.type === 'sent' && route.til.rolle === 'meldingsformidler'
    ? { ...outcome, til: route.til.rolle }
    : outcome;
}
