import { expect } from 'chai';
import { lesVirksomhetsliste } from '../../src/domain/agencies.js';

const names = (text: string) => lesVirksomhetsliste(text).map(({ navn }) => navn);
const notes = (text: string) => lesVirksomhetsliste(text).flatMap(({ merknader }) => merknader);

describe('domain/agencies: a list of agencies (R-64)', () => {
  it('R-64: keeps the letters of Norwegian and Sámi, composed, and every name without remark', () => {
    const good = [
      'Bø kommune (Telemark)',
      'Kåfjord kommune - Gáivuona suohkan',
      'Barne- og likestillingsombudet',
      'Bane Nor SF',
    ];
    const sami = 'Áá Čč Đđ Ŋŋ Šš Ŧŧ Žž';
    const list = [...good, sami].join('\r\n');
    expect(names(`\ufeff${list.normalize('NFD')}\n\n`)).to.deep.equal([...good, sami]);
    expect(notes(list)).to.deep.equal([]);
  });

  it('R-64: finds a repeated name, also in other letters and with other spaces, and says on which line', () => {
    const list = lesVirksomhetsliste('Ringsted kommune\n\nOs kommune (A)\nRINGSTED\u00a0 kommune\nOs kommune (B)\n');
    expect(list.map(({ linje, merknader }) => [linje, ...merknader])).to.deep.equal([
      [1],
      [3],
      [4, 'REPEATED', 'NO_BREAK_SPACE'],
      [5],
    ]);
  });

  const odd: readonly (readonly [string, string, string])[] = [
    ['a no-break space', 'Sørby kommune\u00a0', 'NO_BREAK_SPACE'],
    ['a space at the end', 'Sørby kommune ', 'SPACES'],
    ['two spaces', 'Sørby  kommune', 'SPACES'],
    ['a mark', 'Sørby kommune (*ny)', 'MARK'],
    ['a hyphen without its space', 'Universitetet i Sørby -Norges beste', 'HYPHEN'],
    ['a doubled vowel', 'Sørbyy kommune', 'SPELLING'],
    ['øi', 'Søirby kommune', 'SPELLING'],
    ['a form in small letters', 'Sørby drift as', 'LOWER_CASE_FORM'],
  ];
  for (const [what, name, note] of odd) it(`R-64: remarks on ${what}`, () => expect(notes(name)).to.deep.equal([note]));

  it('R-64: names of 254, 255 and 256 characters', () => {
    const long = (n: number) => notes('å'.repeat(n).replaceAll('åå', 'åb'));
    expect([254, 255, 256].map(long)).to.deep.equal([[], [], ['TOO_LONG']]);
  });
});
