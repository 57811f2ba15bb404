import { expect } from 'chai';
import { decide } from '../../../src/domain/routing/decide.js';
import { describe as explain } from '../../../src/domain/routing/describe.js';
import type { Fakta } from '../../../src/domain/routing/facts.js';
import { svarutOrder } from '../../support/svarutOrder.js';
import { outcome } from './cases.js';
import * as f from './fakta.js';

const dokumenttyper: Fakta['dokumenttyper'] = new Map([
  ['kart', { vei: 'PAPIR', vedtak: false }],
  ['vigselsattest', { vei: 'ALTINN', vedtak: true }],
  ['purring', { vei: 'DIGITAL', vedtak: false }],
]);
const typed = (dokumenttype: string, of: Fakta = f.fakta): Fakta =>
  f.order({ dokumenttype }, f.withAltinn({ ...of, dokumenttyper }));
const reserved = f.about({ reservasjon: true });
const info = (of: Fakta) => f.order({ klasse: 'INFO' }, of);
const svarut = (forsendelseType: string, of: Fakta = f.fakta, change: Partial<Fakta['svarut']> = {}): Fakta => ({
  ...f.order({ svarut: svarutOrder({ forsendelseType }) }, f.withAltinn({ ...of, dokumenttyper })),
  svarut: { proevd: [], mottakersystemer: [], sdp: true, altinn: true, ...change },
});
const paper = `UTSKRIFT ${f.utskrift}`;
const mailbox = `POSTKASSE ${f.digipost}`;

/** [what, facts, outcome, the rule that chose] */
const cases: readonly (readonly [string, Fakta, string, string])[] = [
  ['R-53: a tax return stays in Altinn', typed('Skattemelding'), 'ALTINN', 'R-53'],
  ['R-12: a reservation goes before that', typed('skattemelding', reserved), paper, 'R-12'],
  [
    'R-03: and so does stale contact data',
    typed('skattemelding', f.about({ mobiltelefonnummer: null, epostadresse: f.epost(f.foreldet) })),
    paper,
    'R-03',
  ],
  ['R-13: information is not covered by it', info(typed('skattemelding', reserved)), 'ALTINN', 'R-53'],
  [
    'R-53: what the sender says goes before what holds for all',
    { ...typed('skattemelding'), dokumenttyper: new Map([['skattemelding', { vei: 'DIGITAL', vedtak: false }]]) },
    mailbox,
    'R-25, R-29',
  ],
  ['a type of its own in Altinn', typed('vigselsattest'), 'ALTINN', 'R-53'],
  [
    'a type in Altinn, where there is none',
    { ...typed('vigselsattest'), kanaler: f.fakta.kanaler },
    'AVVIS CHANNEL_NOT_AVAILABLE',
    'R-53',
  ],
  ['R-43: a type that is not digital yet, to a person', typed(' KART '), paper, 'R-43'],
  ['R-43: the same to a business', typed('kart', f.to(f.virksomhet)), paper, 'R-43'],
  ['R-47: the same, digital only', f.order({ kunDigitalt: true }, typed('kart')), 'AVVIS ONLY_DIGITAL', 'R-43'],
  ['a digital type', typed('purring'), mailbox, 'R-25, R-29'],
  ['an unknown type', typed('ukjent'), mailbox, 'R-25, R-29'],
  ['SvarUt: on paper by its forsendelseType', svarut('Kart'), paper, 'R-43'],
  ['SvarUt: to Altinn before the mailbox', svarut('vigselsattest'), 'ALTINN', 'R-53'],
  ['SvarUt: a reservation goes before that', svarut('vigselsattest', reserved), paper, 'R-12'],
  ['SvarUt: not twice to Altinn', svarut('vigselsattest', f.fakta, { proevd: ['ALTINN'] }), mailbox, 'R-52, SvarUt 4'],
  ['SvarUt: a type that nobody has said anything about', svarut('Byggesøknad'), mailbox, 'R-52, SvarUt 4'],
];

describe('domain/routing: types of documents', () => {
  for (const [what, fakta, expected, rule] of cases) {
    it(`${what} → ${expected}`, () => {
      const b = decide(fakta);
      expect([outcome(b), b.spor.find((rad) => rad.traff)?.regel]).to.deep.equal([expected, rule]);
    });
  }

  const said = (fakta: Fakta, regel: string, traff: boolean) =>
    decide(fakta).spor.find((rad) => rad.regel === regel && rad.traff === traff)?.tekst;

  it('each row says in both languages why it applies, and why not', () => {
    expect(said(typed('kart'), 'R-43', true)).to.deep.equal({
      nb: 'Avsenderen sender foreløpig brev av typen «kart» på papir.',
      en: 'For the time being the sender sends letters of the type "kart" on paper.',
    });
    expect(said(typed('skattemelding'), 'R-53', true)).to.deep.equal({
      nb: 'Brev av typen «skattemelding» skal i Altinn.',
      en: 'Letters of the type "skattemelding" go to Altinn.',
    });
    expect(said(typed('ukjent'), 'R-43', false)).to.deep.equal({
      nb: 'Avsenderen har ikke sagt hvordan brev av typen «ukjent» skal gå.',
      en: 'The sender has not said how letters of the type "ukjent" go.',
    });
    expect(said(typed('purring'), 'R-53', false)).to.deep.equal({
      nb: 'Brev av typen «purring» skal sendes digitalt.',
      en: 'Letters of the type "purring" go digitally.',
    });
    expect(said(svarut('purring'), 'R-53', false)?.nb).to.equal('Brev av denne typen skal ikke særskilt i Altinn.');
  });

  it('a letter without a type is asked nothing about types', () => {
    const rules = decide(f.withAltinn({ ...f.fakta, dokumenttyper })).spor.map((rad) => rad.regel);
    expect(rules).to.deep.equal(decide(f.fakta).spor.map((rad) => rad.regel));
    expect(rules).not.to.include('R-43');
  });

  it('R-13: information of a type that is decisions is warned about, and goes all the same', () => {
    const letter = info(typed('vigselsattest', reserved));
    const b = decide(letter);
    expect(outcome(b)).to.equal('ALTINN');
    expect(explain(b, 'nb')).to.contain(
      'Advarsel: brevet er sendt som informasjon, men brev av typen «vigselsattest» er vedtak eller andre viktige brev, som reservasjonen omfatter.',
    );
    expect(explain(b, 'en')).to.contain('Warning: the letter is sent as information');
    expect(explain(decide(typed('vigselsattest')), 'en')).not.to.contain('Warning');
    expect(explain(decide(info(typed('purring'))), 'en')).not.to.contain('Warning');
  });
});
