import { expect } from 'chai';
import { syntheticId } from '../../../src/domain/identifier.js';
import { decide } from '../../../src/domain/routing/decide.js';
import type { Beslutning, Kanal } from '../../../src/domain/routing/decision.js';
import { skalSpoerreRegisteret, type Fakta } from '../../../src/domain/routing/facts.js';
import { cases, ekteNummer, outcome } from './cases.js';
import * as f from './fakta.js';

const asked = (b: Beslutning): readonly string[] => b.spor.map((rad) => rad.regel);
const chosenBy = (b: Beslutning): string | undefined => b.spor.find((rad) => rad.traff)?.regel;
const earliest = (b: Beslutning): Date | null | undefined => (b.utfall === 'SEND' ? b.tidligst : undefined);
const paper = `UTSKRIFT ${f.utskrift}`;
const mailbox = `POSTKASSE ${f.digipost}`;
const reserved = f.about({ reservasjon: true });
const without = f.about({ postkasse: null });

describe('domain/routing/decide', () => {
  describe('table K', () => {
    for (const [what, fakta, expected, rule] of cases) {
      it(`${what} → ${expected}, by ${rule}`, () => {
        const decided = decide(fakta);
        expect(outcome(decided)).to.equal(expected);
        expect(chosenBy(decided)).to.equal(rule);
      });
    }

    it('tells every rule asked, in order, up to the one that decided', () => {
      const b = decide(reserved);
      const upTo = ['R-56', 'R-54', 'R-54', 'R-55', 'R-48', 'R-44', 'R-01', 'R-05', 'R-05', 'R-12'];
      expect(asked(b)).to.deep.equal([...upTo, 'R-47', 'R-41', 'R-08', 'R-44', 'R-45', 'R-15, R-35']);
      expect(b.spor.filter((rad) => rad.traff).map((rad) => rad.regel)).to.deep.equal(['R-12', 'R-15, R-35']);
    });

    it('keeps what the register said, and when', () => {
      const spurt = new Date('2026-01-15T10:59:00Z');
      const b = decide({ ...f.fakta, register: { spurt, person: { ...f.person, epostadresse: f.epost(f.foreldet) } } });
      expect(b.fattet).to.equal(f.now);
      expect(b.register).to.deep.equal({
        spurt,
        status: 'AKTIV',
        reservasjon: false,
        mobil: { ferskTil: new Date('2027-05-15T10:00:00Z'), fersk: true },
        epost: { ferskTil: new Date('2025-12-15T11:00:00Z'), fersk: false },
        postkasseleverandoer: f.digipost,
        postkasseadresse: 'kari.nordmann#ABCD',
      });
    });

    it('R-05: keeps nothing of a deleted person but the status', () => {
      const nothing = {
        reservasjon: false,
        mobil: null,
        epost: null,
        postkasseleverandoer: null,
        postkasseadresse: null,
      };
      const { register } = decide(f.about({ status: 'SLETTET', reservasjon: true }));
      expect(register).to.deep.equal({ spurt: f.now, status: 'SLETTET', ...nothing });
    });
  });

  describe('R-12, R-13, R-14: reservation', () => {
    it('R-12: given reservation, when a decision is sent, then paper whatever the mailbox and the policy, and no notice', () => {
      for (const utenPostkasse of ['ALTINN', 'PORTAL', 'UTSKRIFT'] as const) {
        for (const postkasse of [f.person.postkasse, null]) {
          const b = decide(f.withAltinn(f.policy({ utenPostkasse }, f.about({ reservasjon: true, postkasse }))));
          expect([outcome(b), b.varsler.length]).to.deep.equal([paper, 0]);
        }
      }
    });
    it('R-12: given reservation and digital delivery only, then refused, never digital', () =>
      expect(outcome(decide(f.order({ kunDigitalt: true }, reserved)))).to.equal('AVVIS ONLY_DIGITAL'));
    it('R-13: given reservation, when information is sent, then the mailbox, with notices', () => {
      const b = decide(f.order({ klasse: 'INFO' }, reserved));
      expect([outcome(b), b.varsler.length]).to.deep.equal([mailbox, 2]);
    });
    it('R-14: given a mailbox and no reservation, then the policy for those without one is not asked', () => {
      const b = decide(f.withAltinn(f.policy({ utenPostkasse: 'ALTINN' })));
      expect([outcome(b), asked(b).includes('R-53')]).to.deep.equal([mailbox, false]);
    });
    it('R-14: given no mailbox, then the policy of the sender decides', () => {
      const by = (utenPostkasse: 'ALTINN' | 'PORTAL' | 'UTSKRIFT') =>
        outcome(decide(f.withAltinn(f.policy({ utenPostkasse }, without))));
      expect([by('ALTINN'), by('PORTAL'), by('UTSKRIFT')]).to.deep.equal(['ALTINN', 'PORTAL', paper]);
    });
  });

  describe('R-15, R-35: when it goes', () => {
    const later = (of: Fakta) => decide(f.order({ virkningstidspunkt: f.senere }, of));
    it('a mailbox gets the letter at once', () => expect(earliest(later(f.fakta))).to.equal(null));
    it('paper and Altinn wait for virkningstidspunkt', () => {
      expect(earliest(later(without))).to.deep.equal(f.senere);
      expect(earliest(later(f.withAltinn(f.to(f.virksomhet))))).to.deep.equal(f.senere);
    });
    it('a portal gets the letter back at once', () =>
      expect(earliest(later(f.policy({ utenPostkasse: 'PORTAL' }, without)))).to.equal(null));
    it('nothing waits when the time has come', () =>
      expect(earliest(decide(f.order({ virkningstidspunkt: f.now }, without)))).to.equal(null));
    it('R-15: given a reservation made or taken back while the letter waited, then it is decided by the register of that day', () => {
      const atDispatch = (of: Fakta) => decide({ ...f.order({ virkningstidspunkt: f.senere }, of), now: f.senere });
      expect([outcome(later(reserved)), outcome(atDispatch(f.fakta))]).to.deep.equal([paper, mailbox]);
      expect([outcome(later(without)), earliest(atDispatch(reserved))]).to.deep.equal([paper, null]);
    });
  });

  it('R-25: all of registration, contact, no reservation and a mailbox are needed', () => {
    expect(outcome(decide(f.fakta))).to.equal(mailbox);
    const broken = [
      { ...f.fakta, register: { spurt: f.now, person: undefined } },
      f.about({ mobiltelefonnummer: null, epostadresse: null }),
      reserved,
      without,
    ];
    for (const fakta of broken) expect(outcome(decide(fakta))).to.equal(paper);
  });

  it('R-27: the level of the letter chooses no channel, and stands in the explanation', () => {
    const b = decide(f.order({ sikkerhetsnivaa: 3 }));
    expect(outcome(b)).to.equal(mailbox);
    expect(b.spor.find((rad) => rad.traff)?.tekst.en).to.contain('a log-in of level 3');
  });

  it('R-29: given 1,000 recipients, then each provider is the one of the register', () => {
    for (let i = 0; i < 1000; i++) {
      const leverandoer = (i * 7919) % 3 === 0 ? f.digipost : f.eboks;
      const id = syntheticId('1990-01-15', i % 400, { art: 'FNR', regel: '1964' });
      const postkasse = { postkasseadresse: `box#${i}`, postkasseleverandoerAdresse: leverandoer };
      const b = decide(f.to(id, null, f.about({ personidentifikator: id, postkasse })));
      expect(outcome(b)).to.equal(`POSTKASSE ${leverandoer}`);
    }
  });

  it('R-43, R-44: foreign address and no number is paper', () => {
    const abroad = { navn: 'Kari Nordmann', adresselinjer: ['1 High Street'], land: { kode: 'GB' } };
    expect(outcome(decide(f.to(null, abroad)))).to.equal(paper);
  });

  it('R-47: digital delivery only bars paper, and nothing else', () => {
    const digital = (of: Fakta) => outcome(decide(f.order({ kunDigitalt: true }, of)));
    expect(digital(f.fakta)).to.equal(mailbox);
    expect(digital(f.withAltinn(f.to(f.virksomhet)))).to.equal('ALTINN');
    expect(digital(f.policy({ utenPostkasse: 'PORTAL' }, without))).to.equal('PORTAL');
    expect(digital(f.to(null))).to.equal('AVVIS ONLY_DIGITAL');
  });

  it('R-48: the register is never asked about a business, and what it might say counts for nothing', () => {
    const business = f.withAltinn(f.to(f.virksomhet, f.postadresse, reserved));
    const b = decide(business);
    expect([outcome(b), b.register.status, b.register.reservasjon]).to.deep.equal(['ALTINN', 'IKKE_SPURT', false]);
    expect(b.spor.find((rad) => rad.traff)?.regel).to.equal('R-48');
  });

  it('R-54: which persons the register is asked about', () => {
    const ask = (id: string | null, allowed: Fakta['identifikatorer']) =>
      skalSpoerreRegisteret({ id, postadresse: null }, allowed);
    expect([ask(f.testperson, 'synthetic'), ask(f.testperson, 'any')]).to.deep.equal([true, true]);
    expect([ask(ekteNummer, 'real'), ask(ekteNummer, 'any')]).to.deep.equal([true, true]);
    expect([ask(f.testperson, 'real'), ask(ekteNummer, 'synthetic')]).to.deep.equal([false, false]);
    expect([f.virksomhet, '1234', '15819010061', null].map((id) => ask(id, 'any'))).to.deep.equal(Array(4).fill(false));
  });

  it('answers for every fact, sends by channels that exist, and names no person', () => {
    let decisions = 0;
    for (const fakta of everyFact()) {
      const b = decide(fakta);
      decisions++;
      if (b.utfall === 'SEND') {
        expect(fakta.kanaler.has(b.kanal)).to.equal(true);
        if (b.kanal === 'POSTKASSE') expect(b.leverandoer).to.equal(b.register.postkasseleverandoer);
        if (b.kanal === 'POSTKASSE') expect(fakta.leverandoerer.get(b.leverandoer ?? '')?.rolle).to.equal('POSTKASSE');
        if (b.kanal === 'UTSKRIFT') expect(fakta.forsendelse.mottaker.postadresse).not.to.equal(null);
        if (b.kanal === 'UTSKRIFT') expect(fakta.forsendelse.kunDigitalt).to.equal(false);
      } else {
        expect(b.varsler).to.deep.equal([]);
      }
      expect(b.spor.at(-1)?.traff).to.equal(true);
      expect(JSON.stringify(b.spor)).not.to.match(/\d{11}|kari/);
    }
    expect(decisions).to.equal(6 * 2 * 2 * 2 * 2 * 9 * 3 * 4);
  });
});

/** The product of the values that the rules tell apart. */
function* everyFact(): Generator<Fakta> {
  const ids = [f.testperson, '15819010061', f.virksomhet, '310000028', '', null];
  const installations: readonly (readonly Kanal[])[] = [
    [],
    ['UTSKRIFT'],
    ['POSTKASSE', 'ALTINN'],
    ['POSTKASSE', 'UTSKRIFT', 'ALTINN', 'PORTAL'],
  ];
  for (const id of ids)
    for (const postadresse of [f.postadresse, null])
      for (const klasse of ['VEDTAK', 'INFO'] as const)
        for (const kunDigitalt of [true, false])
          for (const virkningstidspunkt of [null, f.senere])
            for (const register of everyAnswer())
              for (const utenPostkasse of ['ALTINN', 'PORTAL', 'UTSKRIFT'] as const)
                for (const kanaler of installations) {
                  const ordered = f.order({ mottaker: { id, postadresse }, klasse, kunDigitalt, virkningstidspunkt });
                  yield { ...f.policy({ utenPostkasse }, ordered), register, kanaler: new Set(kanaler) };
                }
}

function everyAnswer(): readonly Fakta['register'][] {
  const none = { mobiltelefonnummer: null, epostadresse: null };
  const stale = { mobiltelefonnummer: f.mobil(f.foreldet), epostadresse: null };
  const elsewhere = { postkasse: { postkasseadresse: 'x', postkasseleverandoerAdresse: f.utskrift } };
  const changes = [
    {},
    { reservasjon: true },
    none,
    stale,
    { postkasse: null },
    elsewhere,
    { status: 'SLETTET' },
  ] as const;
  const answers = changes.map((change) => ({ spurt: f.now, person: { ...f.person, ...change } }));
  return [null, { spurt: f.now, person: undefined }, ...answers];
}
