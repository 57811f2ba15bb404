import { pushMessage, type PushOutcome } from '../../client/ebms.js';
import { payloadParts } from '../../contract/ebms/encode.js';
import { actionOf } from '../../contract/ebms/names.js';
import type { UserMessage } from '../../contract/ebms/types.js';
import type { Blob } from '../../domain/forsendelse.js';
import type { Art } from '../../domain/formidling.js';
import { ebmsOutcome, renset, type Utfall } from '../../domain/retry.js';
import type { Leverandoer } from '../../domain/sender.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import { Failure } from '../../errors.js';
import type { SigningKey } from '../../security/sign.js';
import type { VerifyDeps } from '../../security/signature.js';
import { fingerprint } from '../../security/x509.js';

/** The broker as it is on the wire: its number, and the key that signs envelopes. */
export interface Party {
  readonly organisasjonsnummer: string;
  readonly key: SigningKey;
}

/** A mailbox or print provider, and where it takes messages. */
export type Provider = Leverandoer & { readonly url: string };

export interface PushDeps extends VerifyDeps {
  readonly payloads: Payloads;
  /** Signs the envelope. */
  readonly meldingsformidler: Party;
  /** By organisation number. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** Milliseconds for one push; that of the client when left out. */
  readonly timeout?: number;
}

/** A message to a provider before it is put into an envelope: a letter of our own, or one that is passed on. */
export interface Outgoing extends Pick<UserMessage, 'mpc' | 'conversationId'> {
  readonly art: Art;
  readonly meldingsId: string;
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

const userMessage = (out: Outgoing, broker: Party, provider: Provider, now: Date): UserMessage => ({
  info: { timestamp: now, messageId: out.meldingsId, refToMessageId: undefined },
  mpc: out.mpc,
  fra: { organisasjonsnummer: broker.organisasjonsnummer, rolle: 'meldingsformidler' },
  til: { organisasjonsnummer: provider.organisasjonsnummer, rolle: 'postkasse' },
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
        grunn: `The provider's answer cannot be believed: ${renset(pushed.reason)}`,
      };
    case 'transport':
      return { type: 'deferred', kode: 'TRANSPORT', grunn: `The provider cannot be reached: ${renset(pushed.reason)}` };
  }
}

/** One push. What the other side does is an outcome. @throws Failure as `providerOf`, or what the payload store throws */
export async function push(deps: PushDeps, out: Outgoing): Promise<Utfall> {
  const { payloads, clock, trust, meldingsformidler } = deps;
  const provider = providerOf(deps, out.leverandoer);
  const expected = fingerprint(provider.sertifikat);
  const pushed = await pushMessage({
    url: provider.url,
    userMessage: userMessage(out, meldingsformidler, provider, clock.now()),
    sbd: out.sbd,
    attachment: { contentId: contentIdOf(out), ...out.cms, open: () => payloads.get(out.cms.ref) },
    key: meldingsformidler.key,
    // A role is known by its certificate: the broker and one mailbox have the same number.
    isReceiver: ({ certificate }) => certificate.fingeravtrykk === expected,
    trust,
    clock,
    ...(deps.timeout === undefined ? {} : { timeout: deps.timeout }),
  });
  return outcomeOf(pushed);
}
