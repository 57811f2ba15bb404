import { expect } from 'chai';
import type { Mottakersystem, SvarUtBestilling } from '../../../src/domain/svarut/bestilling.js';
import { decide } from '../../../src/domain/routing/decide.js';
import type { Beslutning } from '../../../src/domain/routing/decision.js';
import type { Fakta, SvarUtFakta } from '../../../src/domain/routing/facts.js';
import { limits } from '../../../src/limits.js';
import { postkasseOctets } from '../../../src/domain/routing/svarutRules.js';
import { svarutDocument, svarutOrder } from '../../support/svarutOrder.js';
import { ekteNummer, outcome } from './cases.js';
import * as f from './fakta.js';

const system = (change: Partial<Mottakersystem> = {}): Mottakersystem => ({
  brukernavn: 'alle',
  navn: 'Arkivet',
  mottakerid: '1',
  orgnr: f.virksomhet,
  forsendelseType: null,
  nivaa: null,
  sertifikat: Buffer.alloc(0),
  ...change,
});

/** A letter by SvarUt to a person with a mailbox, whose sender uses mailboxes and Altinn; Altinn is here. */
const sak = (of: Fakta = f.fakta, order: Partial<SvarUtBestilling> = {}, svarut: Partial<SvarUtFakta> = {}): Fakta => ({
  ...f.withAltinn(of),
  kanaler: new Set([...f.withAltinn(of).kanaler, 'SVARINN'] as const),
  forsendelse: { ...of.forsendelse, svarut: svarutOrder(order) },
  svarut: { proevd: [], mottakersystemer: [], sdp: true, altinn: true, ...svarut },
});
const virksomhet = f.to(f.virksomhet);
const without = f.about({ postkasse: null });
const uten = (of: Fakta): Fakta => ({ ...of, kanaler: new Set([...of.kanaler].filter((k) => k !== 'ALTINN')) });
const til = (mottakersystemer: readonly Mottakersystem[], order: Partial<SvarUtBestilling> = {}) =>
  sak(virksomhet, order, { mottakersystemer });
const bygg = { forsendelseType: 'Byggesøknad' };
const paper = `UTSKRIFT ${f.utskrift}`;
const mailbox = `POSTKASSE ${f.digipost}`;
const medStoerrelse = (size: number) => svarutDocument({ innhold: { ref: 'r', size, sha256: '00' } });
const stor = medStoerrelse(postkasseOctets + 1);
const passer = medStoerrelse(postkasseOctets);
const digitalOnly = f.order({ kunDigitalt: true }, without);

/** [what, facts, outcome, the row that chose] */
const rader: readonly (readonly [string, Fakta, string, string])[] = [
  ['neither 11 nor 9 digits', sak(f.to('1234')), 'AVVIS INVALID_RECIPIENT', 'R-56'],
  ['a real number, in a test', sak(f.to(ekteNummer)), 'AVVIS INVALID_RECIPIENT', 'R-54'],
  ['a business with a receiving system', til([system()]), 'SVARINN alle', 'SvarUt 2'],
  ['a system that takes another type', til([system(bygg)]), 'ALTINN', 'R-48, SvarUt 5'],
  ['a system that takes this type', til([system({ ...bygg, brukernavn: 'bygg' })], bygg), 'SVARINN bygg', 'SvarUt 2'],
  [
    'the exact type beats all',
    til([system(), system({ ...bygg, brukernavn: 'bygg' })], bygg),
    'SVARINN bygg',
    'SvarUt 2',
  ],
  [
    'a type that no system names goes to the one that takes all',
    til([system(bygg), system()], { forsendelseType: 'x' }),
    'SVARINN alle',
    'SvarUt 2',
  ],
  ['a system of level 4 only', til([system({ nivaa: 4 })]), 'ALTINN', 'R-48, SvarUt 5'],
  [
    'a letter of level 4',
    til([system({ nivaa: 3 }), system({ nivaa: 4, brukernavn: 'fire' })], { krevNiva4Innlogging: true }),
    'SVARINN fire',
    'SvarUt 2',
  ],
  ['the exact level beats all', til([system(), system({ nivaa: 3, brukernavn: 'tre' })]), 'SVARINN tre', 'SvarUt 2'],
  ["another's system", til([system({ orgnr: '310000019' })]), 'ALTINN', 'R-48, SvarUt 5'],
  [
    'a system that could not take it',
    sak(virksomhet, {}, { mottakersystemer: [system()], proevd: ['SVARINN'] }),
    'ALTINN',
    'R-48, SvarUt 5',
  ],
  ['a business, Altinn not here', uten(sak(virksomhet)), paper, 'SvarUt 7'],
  ...[-1, 0, 1].map((more): (typeof rader)[number] => [
    `R-51: a business, documents of ${more} octets more than Altinn takes`,
    sak(virksomhet, { dokumenter: [medStoerrelse(limits.altinnBytes + more)] }),
    more > 0 ? paper : 'ALTINN',
    more > 0 ? 'SvarUt 7' : 'R-48, SvarUt 5',
  ]),
  ['a business, sender without Altinn', sak(virksomhet, {}, { altinn: false }), paper, 'SvarUt 7'],
  ['a business that did not read it in Altinn', sak(virksomhet, {}, { proevd: ['ALTINN'] }), paper, 'SvarUt 7'],
  [
    'a business, digital only, no way',
    uten(sak(f.order({ kunDigitalt: true }, virksomhet))),
    'AVVIS ONLY_DIGITAL',
    'SvarUt 7',
  ],
  ['nobody but an address', sak(f.to(null)), paper, 'R-44'],
  ['register not asked', sak({ ...f.fakta, register: null }), 'AVVIS CHANNEL_NOT_AVAILABLE', 'R-01'],
  [
    'a person who is not in the register',
    sak({ ...f.fakta, register: { spurt: f.now, person: undefined } }),
    paper,
    'R-05',
  ],
  ['a reserved person: never Altinn', sak(f.about({ reservasjon: true })), paper, 'R-12'],
  [
    'a reserved person, digital only',
    sak(f.order({ kunDigitalt: true }, f.about({ reservasjon: true }))),
    'AVVIS ONLY_DIGITAL',
    'R-12',
  ],
  [
    'a person without contact information',
    sak(f.about({ mobiltelefonnummer: null, epostadresse: null })),
    paper,
    'R-02',
  ],
  ['a person with a mailbox', sak(), mailbox, 'R-52, SvarUt 4'],
  ['10 MB of PDF', sak(f.fakta, { dokumenter: [passer] }), mailbox, 'R-52, SvarUt 4'],
  ['more than 10 MB', sak(f.fakta, { dokumenter: [stor] }), 'ALTINN', 'R-53, SvarUt 5'],
  ['not PDF', sak(f.fakta, { dokumenter: [svarutDocument({ mimetype: 'text/xml' })] }), 'ALTINN', 'R-53, SvarUt 5'],
  ['a sender without mailboxes', sak(f.fakta, {}, { sdp: false }), 'ALTINN', 'R-53, SvarUt 5'],
  ['a mailbox that refused it', sak(f.fakta, {}, { proevd: ['POSTKASSE'] }), 'ALTINN', 'R-53, SvarUt 5'],
  ['a person without a mailbox', sak(without), 'ALTINN', 'R-53, SvarUt 5'],
  ['a person without a mailbox, Altinn not here', uten(sak(without)), paper, 'SvarUt 7'],
  ['a person who did not read it in Altinn', sak(without, {}, { proevd: ['ALTINN'] }), paper, 'SvarUt 7'],
  ['digital only, unread in Altinn', sak(digitalOnly, {}, { proevd: ['ALTINN'] }), 'AVVIS ONLY_DIGITAL', 'SvarUt 7'],
];

const sagt = (b: Beslutning, regel: string): string | undefined => b.spor.find((rad) => rad.regel === regel)?.tekst.nb;

describe('domain/routing/svarutRules', () => {
  for (const [hva, fakta, ventet, regel] of rader)
    it(`${hva} → ${ventet}, by ${regel}`, () => {
      const b = decide(fakta);
      expect(outcome(b)).to.equal(ventet);
      expect(b.spor.find((rad) => rad.traff)?.regel).to.equal(regel);
      for (const { tekst } of b.spor)
        for (const setning of [tekst.nb, tekst.en])
          expect(setning)
            .to.match(/^[A-ZÆØÅ0-9].*[.]$/)
            .and.not.match(/undefined|null/);
    });

  it('R-48: says why a letter does not lie in Altinn', () => {
    const regel = 'R-48, SvarUt 5';
    expect(sagt(decide(uten(sak(virksomhet))), regel)).to.equal('Denne installasjonen kan ikke sende brev til Altinn.');
    expect(sagt(decide(sak(virksomhet, {}, { altinn: false })), regel)).to.equal('Avsenderen bruker ikke Altinn.');
    expect(sagt(decide(sak(virksomhet, {}, { proevd: ['ALTINN'] })), regel)).to.equal(
      'Brevet har vært sendt til Altinn, uten å nå fram.',
    );
    expect(sagt(decide(sak()), regel)).to.equal('Mottakeren er ikke en virksomhet.');
  });

  it('says why a letter does not lie in a mailbox', () => {
    const regel = 'R-52, SvarUt 4';
    const grunn = (fakta: Fakta) => sagt(decide(fakta), regel);
    expect(grunn(sak(f.fakta, { dokumenter: [stor] }))).to.equal('Dokumentene er større enn 10 MB.');
    expect(grunn(sak(f.fakta, { dokumenter: [svarutDocument({ mimetype: 'text/xml' })] }))).to.equal(
      'Ikke alle dokumentene er PDF.',
    );
    expect(grunn(sak(f.fakta, {}, { sdp: false }))).to.equal('Avsenderen sender ikke til digitale postkasser.');
    expect(grunn(sak(without))).to.equal('Mottakeren har ikke valgt noen digital postkasse.');
  });

  it('R-48: a business is not asked about in the register', () =>
    expect(decide(sak({ ...virksomhet, register: null })).utfall).to.equal('SEND'));
});
