import type { ShipmentWork } from '../../src/application/shipmentDeps.js';
import type { AuditEvent } from '../../src/domain/ports.js';
import type { Queue, ShipmentReads } from '../../src/domain/shipmentPorts.js';
import {
  copyOf,
  memoryQueue,
  memoryShipmentReads,
  memoryShipmentTx,
  noShipments,
  type MemoryShipments,
} from './memoryShipments.js';
import { memoryVarselTx } from './memoryVarsler.js';

/** Everything committed. */
interface State extends MemoryShipments {
  readonly replay: ReadonlySet<string>;
  readonly audit: readonly AuditEvent[];
}

export interface MemoryWork {
  readonly unitOfWork: ShipmentWork;
  readonly shipments: ShipmentReads;
  readonly queue: Queue;
  readonly state: () => State;
}

/** The ports of use cases about shipments in memory, with a look at what is stored: one transaction after the other. */
export function memoryWork(): MemoryWork {
  let state: State = { ...noShipments(), replay: new Set(), audit: [] };
  let last: Promise<unknown> = Promise.resolve();
  const transaction = <T>(
    work: (draft: { replay: Set<string>; audit: AuditEvent[] } & MemoryShipments) => T | Promise<T>,
  ): Promise<T> => {
    const result = last.then(async () => {
      const draft = { ...copyOf(state), replay: new Set(state.replay), audit: [...state.audit] };
      const done = await work(draft);
      state = draft;
      return done;
    });
    last = result.catch(() => {});
    return result;
  };
  return {
    state: () => state,
    shipments: memoryShipmentReads(() => state),
    queue: memoryQueue((work) => transaction(work)),
    unitOfWork: (work) =>
      transaction((draft) =>
        work({
          ...memoryShipmentTx(draft),
          ...memoryVarselTx(draft),
          remember: async ({ key }) => draft.replay.size < draft.replay.add(key.toString('hex')).size,
          appendEvent: async (event) => void draft.audit.push(event),
        }),
      ),
  };
}
