import { erEpostadresse } from '../../domain/epostadresse.js';
import { checkVarseltekst } from '../../domain/routing/notices.js';
import type { Varsel } from '../../domain/varselPorts.js';
import { limits } from '../../limits.js';
import { e164 } from './nummer.js';

/** A line may end in a text, and nowhere else; no other control character stands anywhere. */
const styretegn = /\p{Cc}|[\u2028\u2029]/u;
const styretegnITekst = /(?!\n)\p{Cc}/u;

function emnefeil({ kanal, emne }: Varsel): string | undefined {
  if (kanal === 'SMS') return undefined;
  if (emne === null) return 'the notice has no subject';
  if (styretegn.test(emne)) return 'the subject of the notice holds a control character';
  if ([...emne].length > limits.noticeSubject) return 'the subject of the notice is too long';
  return checkVarseltekst(emne, kanal)?.replace('the text', 'the subject');
}

const adressefeil: Readonly<Record<Varsel['kanal'], (adresse: string) => string | undefined>> = {
  EPOST: (adresse) => (erEpostadresse(adresse) ? undefined : 'the e-mail address is none'),
  SMS: (nummer) => (e164(nummer) === undefined ? 'the number is no Norwegian telephone number' : undefined),
};

/**
 * The last look before a notice goes out: why it must not, whoever made it; undefined when it may. Neither address nor text stands in
 * the reason.
 */
export const vern = (varsel: Varsel): string | undefined =>
  adressefeil[varsel.kanal](varsel.adresse) ??
  emnefeil(varsel) ??
  (styretegnITekst.test(varsel.tekst) ? 'the text of the notice holds a control character' : undefined) ??
  checkVarseltekst(varsel.tekst, varsel.kanal);
