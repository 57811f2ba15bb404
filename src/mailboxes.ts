import type { Clock } from './domain/ports.js';
import type { Metrics } from './http/metrics.js';
import { postkassetjenester } from './http/postkassetjenester.js';
import type { SoapHandler } from './http/server.js';
import { soapEndpoint } from './http/soapEndpoint.js';
import { postkassePolicy } from './security/policy.js';
import type { SigningKey } from './security/sign.js';
import type { Trust } from './security/trust.js';
import type { Store } from './store/index.js';

export interface MailboxWiring {
  readonly store: Store;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly timeIsRight: () => boolean;
  readonly hashId: (personidentifikator: string) => Buffer;
  /** Of the register: it answers here as it does to those who look up. */
  readonly key: SigningKey;
}

/** Takes what mailbox providers tell the register. */
export async function mailboxDoor(deps: MailboxWiring): Promise<SoapHandler> {
  const { store, trust, clock, metrics, timeIsRight } = deps;
  const { reads, unitOfWork } = store;
  return soapEndpoint({
    policy: postkassePolicy,
    verifyDeps: { trust, clock },
    metrics,
    timeIsRight,
    handle: postkassetjenester({ ...deps, reads, unitOfWork, leverandoerer: await reads.suppliers() }),
  });
}
