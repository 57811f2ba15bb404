import type { Overleveringer } from '../../domain/overlevering.js';
import type { Clock } from '../../domain/ports.js';
import type { Shipment } from '../../domain/shipment.js';
import { limits } from '../../limits.js';

type Fulgt = Pick<Overleveringer<string>, 'sistSpurt' | 'haster'>;

/**
 * Whether it is known now that nobody has read a letter. Services that have it are asked again first when they were asked too long ago: a
 * letter is not printed because they do not answer, nor because nobody has asked since it was read.
 */
export const vetAtUlest =
  ({ fulgte, clock }: { readonly fulgte: readonly Fulgt[]; readonly clock: Clock }) =>
  async ({ meldingsId }: Pick<Shipment, 'meldingsId'>): Promise<boolean> => {
    const now = clock.now();
    for (const service of fulgte) {
      const spurt = await service.sistSpurt(meldingsId);
      if (spurt === undefined || now.getTime() - spurt.getTime() <= limits.freshStatus) continue;
      await service.haster(meldingsId, now);
      return false;
    }
    return true;
  };
