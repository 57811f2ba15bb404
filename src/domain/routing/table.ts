import type { Regelspor } from './decision.js';
import type { Tekst } from './words.js';

/** One row of a decision table. */
export interface Regel<F, U> {
  readonly regel: string;
  readonly lovhjemmel: string | null;
  readonly gjelder: (fakta: F) => boolean;
  readonly utfall: (fakta: F) => U;
  /** What is said when the row decides, and when it does not. */
  readonly traff: Tekst<F>;
  readonly ellers: Tekst<F>;
}

/** The row at the end of a table, which applies when no other does. */
export type Sisteregel<F, U> = Omit<Regel<F, U>, 'gjelder' | 'ellers'>;

type Rad = Pick<Regelspor, 'regel' | 'lovhjemmel'>;

const spor = <F>({ regel, lovhjemmel }: Rad, traff: boolean, tekst: Tekst<F>, fakta: F): Regelspor => ({
  regel,
  lovhjemmel,
  traff,
  tekst: { nb: tekst.nb(fakta), en: tekst.en(fakta) },
});

/** Asks the rows in order until one applies, and says what each of them said. */
export function spoer<F, U>(
  rader: readonly Regel<F, U>[],
  siste: Sisteregel<F, U>,
  fakta: F,
): { readonly utfall: U; readonly spor: readonly Regelspor[] } {
  const spurt: Regelspor[] = [];
  for (const rad of rader) {
    const traff = rad.gjelder(fakta);
    spurt.push(spor(rad, traff, traff ? rad.traff : rad.ellers, fakta));
    if (traff) return { utfall: rad.utfall(fakta), spor: spurt };
  }
  return { utfall: siste.utfall(fakta), spor: [...spurt, spor(siste, true, siste.traff, fakta)] };
}
