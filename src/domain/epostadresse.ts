import { limits } from '../limits.js';

/** A dot-atom, in any script (RFC 5321, 4.1.2; RFC 6531, 3.3). */
const lokaldel = /^[^\s"(),.:;<>@[\\\]\p{C}]+(?:\.[^\s"(),.:;<>@[\\\]\p{C}]+)*$/u;
/** Names with a dot between: no host alone, and no address of one. */
const domene = /^(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{N}\p{M}])?\.)+\p{L}[\p{L}\p{M}\p{N}-]*$/u;

/** Whether a text is one e-mail address and nothing else: no name, no list, no quotes, nothing that could end a line. */
export function erEpostadresse(text: string): boolean {
  if (Buffer.byteLength(text) > limits.noticeEmailBytes) return false;
  const [foran = '', bak = '', ...mer] = text.split('@');
  return mer.length === 0 && Buffer.byteLength(foran) <= 64 && lokaldel.test(foran) && domene.test(bak);
}
