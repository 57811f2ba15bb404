import type { Beslutning } from './routing/decision.js';
import { liste, type Spraakvalg, type Tospraaklig } from './routing/words.js';

/** Who helps a recipient. */
export interface Brukerstoette {
  /** Organisation number of a mailbox supplier, `ALTINN`, or `ID-PORTEN`, which helps with log-in, reservation and the choice of a mailbox. */
  readonly hos: string;
  readonly navn: string;
  readonly telefon: string;
  /** On working days: `08.00–15.30`. */
  readonly aapningstid: string;
  /** In which this was so. */
  readonly aar: number;
}

/** Whose help a decision may call for. */
function hos(b: Beslutning): readonly string[] {
  if (b.utfall !== 'SEND') return [];
  if (b.kanal === 'POSTKASSE') return [b.leverandoer ?? '', 'ID-PORTEN'];
  if (b.kanal === 'ALTINN') return ['ALTINN'];
  return b.register.status === 'IKKE_SPURT' ? [] : ['ID-PORTEN'];
}

const en = ({ navn, telefon, aapningstid, aar }: Brukerstoette, i: Spraakvalg): string =>
  i === 'nb'
    ? `${navn} (telefon ${telefon}, hverdager kl. ${aapningstid}, i ${aar})`
    : `${navn} (telephone ${telefon}, working days ${aapningstid}, in ${aar})`;

/** Who can help the recipient of a letter, as one sentence; undefined where nobody is named. */
export function hjelpetekst(alle: readonly Brukerstoette[], b: Beslutning): Tospraaklig | undefined {
  const valgt = hos(b).flatMap((navn) => alle.filter((one) => one.hos === navn));
  if (valgt.length === 0) return undefined;
  const navn = (i: Spraakvalg) =>
    liste(
      valgt.map((one) => en(one, i)),
      i,
    );
  return { nb: `Mottakeren kan få hjelp hos ${navn('nb')}.`, en: `The recipient can get help from ${navn('en')}.` };
}
