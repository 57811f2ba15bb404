import type { Statusrunde, Statussvar } from '../../domain/overlevering.js';
import type { Nei, Svar } from '../../domain/svar.js';

/** Questions at once. */
const SAMTIDIG = 4;

/** What concerns all letters: nobody is asked about the rest. */
const gjelderAlle = ({ art, vent }: Nei): boolean => art === 'adgang' || art === 'naas_ikke' || vent !== undefined;

/**
 * Asks about many letters one by one, some at once; null: nothing is known of one. One that cannot be told of keeps no other waiting; when none can, or Altinn asks to be left
 * alone, the rest is left for another time.
 */
export async function statusrunde<S extends string>(
  ider: readonly string[],
  spoer: (id: string) => Promise<Svar<Statussvar<S> | null>>,
): Promise<Statusrunde<S>> {
  const svar: Statussvar<S>[] = [];
  const utsatt: string[] = [];
  for (let at = 0; at < ider.length; at += SAMTIDIG) {
    const del = ider.slice(at, at + SAMTIDIG);
    const funnet = await Promise.all(del.map(spoer));
    const neier: Nei[] = [];
    for (const [i, one] of funnet.entries()) {
      if (one.type === 'nei') neier.push(one);
      if (one.type === 'ja' && one.verdi !== null) svar.push(one.verdi);
      else if (one.type === 'ja' || !gjelderAlle(one)) utsatt.push(del[i] ?? '');
    }
    const nei = neier.find(gjelderAlle) ?? (neier.length === del.length ? neier[0] : undefined);
    if (nei === undefined) continue;
    const spurt = new Set([...svar.map(({ id }) => id), ...utsatt]);
    return { svar, utsatt, ubesvart: ider.filter((id) => !spurt.has(id)), nei };
  }
  return { svar, utsatt, ubesvart: [], nei: null };
}
