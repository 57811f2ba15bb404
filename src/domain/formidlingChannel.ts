import type { Formidling, Koekvittering } from './formidling.js';
import type { Feiltype } from './receipts.js';
import type { Utfall } from './retry.js';
import type { Tospraaklig } from './routing/words.js';

/** Passes messages on to the providers that they name. */
export interface Videresender {
  /** One attempt, octet by octet what was received. What the other side does is an outcome, never an error. */
  deliver(formidling: Formidling): Promise<Utfall>;
  /** The receipt that tells the sender that nobody has taken its message over, signed by us. @param detaljer for people, no national id */
  feil(formidling: Formidling, feiltype: Feiltype, detaljer: Tospraaklig): Promise<Koekvittering>;
}
