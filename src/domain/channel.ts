import type { Kvitteringskilde } from './kvitteringskilde.js';
import type { Utfall } from './retry.js';
import type { Pakke, Shipment } from './shipment.js';

/** Hands letters on. Every channel has this shape, and none knows another. */
export interface Channel {
  /** Where receipts of its letters must be fetched; absent where they are brought. */
  readonly kilder?: readonly Kvitteringskilde[];
  /**
   * What is handed on, made once and kept: the same octets at each attempt. Undefined where a channel has nothing to keep.
   * @throws Failure when it cannot be made now; it is tried again
   */
  prepare(shipment: Shipment): Promise<Pakke | undefined>;
  /** One attempt. What the other side does is an outcome, never an error. */
  deliver(shipment: Shipment): Promise<Utfall>;
}
