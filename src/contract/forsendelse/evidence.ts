import type { Forsendelse } from '../../domain/forsendelse.js';
import { epostTillatt } from '../../domain/routing/notices.js';
import type { XmlElement } from '../../xml/model.js';
import { childrenOf, invalid, must, one, optional, read, text } from './fields.js';

/* What a sender says that it knows of its recipient, where the law asks for that. */

type Bevis = Pick<Forsendelse, 'oppgittAdresse' | 'forhaandsvarsel'>;

const sagt = text(1, 500);

/** How the sender knows that the recipient has given the address. */
const oppgittAdresse = (element: XmlElement): { bevis: string } => ({
  bevis: must(childrenOf(element, { bevis: one }).bevis, sagt),
});

/** How the sender knows that the party has asked for e-mail, where it has. */
const forhaandsvarsel = (element: XmlElement): { epostBevis: string | null } => ({
  epostBevis: read(childrenOf(element, { epostBevis: optional }).epostBevis, sagt) ?? null,
});

export function bevis(oppgitt: readonly XmlElement[], varsel: readonly XmlElement[]): Bevis {
  const [adresse, forhaand] = [read(oppgitt, oppgittAdresse), read(varsel, forhaandsvarsel)];
  return { ...(adresse && { oppgittAdresse: adresse }), ...(forhaand && { forhaandsvarsel: forhaand }) };
}

/** An advance notice is a letter of the class that § 8 is about, and no e-mail is ordered of it that was not asked for. @throws Failure INVALID_REQUEST */
export function lovlig<B extends Bevis & Pick<Forsendelse, 'klasse' | 'varseltekst'>>(bestilling: B): B {
  const { klasse, varseltekst, forhaandsvarsel: varsel } = bestilling;
  if (varsel !== undefined && klasse !== 'VEDTAK') throw invalid('forhaandsvarsel is of the class VEDTAK');
  if (varseltekst.epost !== null && !epostTillatt(bestilling))
    throw invalid('varseltekst/epost of a forhaandsvarsel needs epostBevis: that the party has asked for e-mail');
  return bestilling;
}
