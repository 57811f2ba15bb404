import type { PersonInAnswer } from '../../src/contract/oppslagstjenesten/decode.js';
import { ferskhet } from '../../src/domain/varsling.js';

/** What an answer means for a letter with a decision (vedtak), and by which rule. */
export interface Verdict {
  readonly letter: string;
  readonly why: string;
  readonly rule: string;
}

const suppliers: Readonly<Record<string, string>> = { '984661185': 'Digipost', '996460320': 'e-Boks' };

const date = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));

/** The channels that a notice may be sent on: each is judged alone, by its own dates. */
function freshChannels(p: PersonInAnswer, now: Date): string {
  const points = [
    ['SMS', p.mobiltelefonnummer, p.mobilSistOppdatert, p.mobilSistVerifisert],
    ['e-mail', p.epostadresse, p.epostSistOppdatert, p.epostSistVerifisert],
  ] as const;
  const fresh = points.filter(([, verdi, oppdatert, verifisert]) => {
    const punkt =
      verdi === undefined ? null : { verdi, sistOppdatert: date(oppdatert), sistVerifisert: date(verifisert) };
    return ferskhet(punkt, now) === 'FERSK';
  });
  return fresh.map(([name]) => name).join(' and ');
}

function paper(p: PersonInAnswer, unfiltered: PersonInAnswer): Omit<Verdict, 'letter'> {
  const hasContact = unfiltered.mobiltelefonnummer !== undefined || unfiltered.epostadresse !== undefined;
  if (p.status !== 'AKTIV') return { why: `status ${p.status}`, rule: 'R-05' };
  if (p.reservasjon === 'JA') return { why: 'reserved against digital letters', rule: 'R-12' };
  if (hasContact) return { why: 'every contact point is older than 18 months', rule: 'R-03' };
  return { why: 'neither mobile nor e-mail: in practice reserved', rule: 'R-02' };
}

/**
 * Draws the conclusion of a case system from two answers about one person.
 * @param p asked for with VarslingsStatus
 * @param unfiltered asked for without it, which shows stale contact points too
 */
export function verdictOn(p: PersonInAnswer, unfiltered: PersonInAnswer, now: Date): Verdict {
  if (p.varslingsstatus !== 'KAN_VARSLES') return { letter: 'on paper', ...paper(p, unfiltered) };
  const notice = `notice by ${freshChannels(p, now)}`;
  const { postkasseleverandoerAdresse: supplier = '' } = p;
  return p.postkasseadresse === undefined
    ? { letter: 'portal or paper', why: `${notice}, but no mailbox is chosen`, rule: 'R-14' }
    : { letter: `mailbox, ${suppliers[supplier] ?? supplier}`, why: notice, rule: 'R-03' };
}
