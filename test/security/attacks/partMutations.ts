import type { Mutation } from './mutation.js';
import { heldBy, within } from './mutation.js';

/* Checks of messages with parts: what is included by XOP, and what is attached. */

const digest = within('security/bodyDigest.ts');
const attachments = within('security/attachments.ts');
const signature = within('security/signature.ts');
const message = within('soap/message.ts');
const parts = within('contract/contents/parts.ts');
const content = within('contract/contents/stage.ts');

export const partMutations: readonly Mutation[] = [
  digest('content of an Include', 'if (this.include !== null) throw failedCheck(', 'if (false) throw failedCheck('),
  digest(
    'an Include of Body',
    'if (cut === undefined || filled) throw',
    'if (cut === undefined) return; if (filled) throw',
  ),
  digest('an Include is filled once, in its turn', 'at < this.next || ', ''),
  digest('an Include is filled once, before its turn', ' || cut?.again !== undefined', ''),
  digest('every Include is filled', 'if (!this.whole) throw', 'if (false) throw'),
  digest('the base64 of a part', 'this.digestBase64(piece.subarray(missing, whole));', ''),
  heldBy('security/bodyDigest.ts', 'security/bodyDigest')(
    'the base64 between two pieces of a part',
    'carry = this.digestBase64(carry);',
    'carry = Buffer.alloc(0);',
    'contents of every length, in every chunk',
  ),
  digest('the end of the base64 of a part', '    }\n    this.digestBase64(carry);', '    }'),
  digest('what stands between Includes', 'this.digest.update(after);', ''),
  digest('what came before its turn', 'await drain(this.digested(waiting.again()));', ''),
  digest('turns', 'at === this.next ? this.digested(octets) : octets', 'this.digested(octets)'),
  attachments('every part is covered', 'if (plan === undefined && !inBody)', 'if (false)'),
  attachments(
    'a part that no Include stands for is covered',
    'const inBody = place !== undefined && place.include !== null;',
    'const inBody = place !== undefined;',
  ),
  attachments(
    'digest of an attachment',
    'if (planned.digest.length !== actual.length || !timingSafeEqual(planned.digest, actual))',
    'if (false)',
  ),
  attachments('a reference to a part that is not there', 'if (planned.length > parts.length)', 'if (false)'),
  signature('digest of a Body with parts', 'if (missing !== undefined) checkDigest(', 'if (false) checkDigest('),
  signature(
    'a Body that is wrong, before its parts are stored',
    'const missing = bodyDigest.whole ? undefined : checked.bodyPlan;',
    'const missing = checked.bodyPlan as Planned | undefined;',
  ),
  signature('Includes in the Header', 'if (xop && header !== null) refuseIncludes(header);', ''),
  signature('Includes are digested as what they stand for', 'const xop = message?.xop === true;', 'const xop = false;'),
  signature('Includes stand for something by XOP only', 'const xop = message?.xop === true;', 'const xop = true;'),
  signature('action of the part', 'incoming.partAction = message?.action;', ''),
  message(
    'a part that the envelope names',
    "if (place === undefined) throw invalid('a part that the envelope does not name');",
    'if (place === undefined) return { include: null, store: async (o) => { for await (const _ of o); } };',
  ),
  message('Includes by XOP only', 'if (place.include !== null && !message.xop)', 'if (false)'),
  message('Includes deep in the Header', 'childElements(element).forEach(refuseIncludes);', ''),
  message('XOP by policy', ' && (policy.xop || !xop)', ''),
  parts('attributes of an Include', ' || include.attributes.length > 1', ''),
  parts('an Include is alone', 'if (this.included || this.text !== undefined) throw', 'if (this.included) throw'),
  parts(
    'a part is claimed once',
    'if (other === place) this.awaited.delete(id);',
    'if (false) this.awaited.delete(id);',
  ),
  content('Includes in innhold only', "if (ns === XOP) throw invalid('xop:Include stands in innhold only');", ''),
];
