import { expect } from 'chai';
import { decide } from '../../../src/domain/routing/decide.js';
import type { Fakta } from '../../../src/domain/routing/facts.js';
import {
  checkVarseltekst,
  varselbestillinger,
  varslingsdager,
  varseltekstTegn,
} from '../../../src/domain/routing/notices.js';
import * as f from './fakta.js';

const by = (fakta: Fakta) => decide(fakta).varsler.map((v) => [v.varslingskanal, v.adresse]);
const info = (of: Fakta) => f.order({ klasse: 'INFO' }, of);
const email = ['EPOST', 'kari@example.com'];
const sms = ['SMS', '+4799990000'];
const decision =
  'Du har fått et vedtak eller et annet viktig brev fra det offentlige. Logg inn i den digitale postkassen din for å lese det.';

describe('domain/routing/notices', () => {
  it('R-16, R-17: a decision is notified at once and after a week, by what is fresh', () => {
    const common = { tekst: decision, dagerEtter: [0, 7], spraak: 'nb' };
    expect(decide(f.fakta).varsler).to.deep.equal([
      { varslingskanal: 'EPOST', adresse: 'kari@example.com', ...common },
      { varslingskanal: 'SMS', adresse: '+4799990000', ...common },
    ]);
  });

  it('R-03: a stale channel is left out of a decision', () => {
    expect(by(f.about({ epostadresse: f.epost(f.foreldet) }))).to.deep.equal([sms]);
    expect(by(f.about({ mobiltelefonnummer: f.mobil(f.foreldet) }))).to.deep.equal([email]);
    expect(by(f.about({ mobiltelefonnummer: null }))).to.deep.equal([email]);
  });

  it('R-13: a stale channel may carry a notice of information, once', () => {
    const stale = { epostadresse: f.epost(f.foreldet), mobiltelefonnummer: f.mobil(null) };
    expect(by(info(f.about(stale)))).to.deep.equal([email, sms]);
    expect(decide(info(f.fakta)).varsler.map((v) => v.dagerEtter)).to.deep.equal([[0], [0]]);
    expect(by(info(f.about({ epostadresse: null, mobiltelefonnummer: null })))).to.deep.equal([]);
  });

  it('R-17: days are unique whole numbers of 0 to 25, at most ten', () => {
    for (const days of Object.values(varslingsdager)) {
      expect(new Set(days).size).to.equal(days.length);
      expect(days.length).to.be.within(1, 10);
      expect(days.every((day) => Number.isInteger(day) && day >= 0 && day <= 25)).to.equal(true);
    }
  });

  it('R-19: is not notified again after an address that the recipient gave', () => {
    const days = (fakta: Fakta) => decide(fakta).varsler.map((v) => v.dagerEtter);
    expect(days(f.order({ oppgittAdresse: { bevis: 'skjema' } }))).to.deep.equal([[0], [0]]);
    expect(days(f.fakta)).to.deep.equal([[0, 7], [0, 7]]); // prettier-ignore
  });

  it('R-20: an advance notice by e-mail needs evidence that it was asked for', () => {
    expect(by(f.order({ forhaandsvarsel: { epostBevis: null } }))).to.deep.equal([sms]);
    expect(by(f.order({ forhaandsvarsel: { epostBevis: 'ba om det' } }))).to.deep.equal([email, sms]);
  });

  it('R-23: nothing is ordered where the sender notifies', () =>
    expect(by(f.policy({ egenVarsling: true }))).to.deep.equal([]));

  it('orders nothing for paper and Altinn, and tells a portal whom to notify', () => {
    expect(varselbestillinger(f.fakta, 'UTSKRIFT')).to.deep.equal([]);
    expect(varselbestillinger(f.fakta, 'ALTINN')).to.deep.equal([]);
    const portal = varselbestillinger(f.fakta, 'PORTAL');
    expect(portal.map((v) => v.adresse)).to.deep.equal(['kari@example.com', '+4799990000']);
    expect(portal[0]?.tekst).to.contain('nettstedet til avsenderen');
  });

  describe('R-11: language', () => {
    const languages = (fakta: Fakta) => decide(fakta).varsler.map((v) => v.spraak);
    it("is the recipient's", () => {
      expect(languages(f.about({ spraak: 'nn' }))).to.deep.equal(['nn', 'nn']);
      expect(decide(f.about({ spraak: 'en' })).varsler[0]?.tekst).to.match(/^You have received a decision/);
    });
    it("is the sender's where the recipient has none", () =>
      expect(languages(f.order({ spraak: 'se' }))).to.deep.equal(['se', 'se']));
    it("is the letter's for a text of the sender's own", () => {
      const own = f.order({ varseltekst: { epost: 'Nytt brev', sms: null } }, f.about({ spraak: 'en' }));
      expect(languages(own)).to.deep.equal(['nb', 'en']);
      expect(decide(own).varsler[0]?.tekst).to.equal('Nytt brev');
    });
    it('has a text for each that may be sent as an SMS, and differs', () => {
      const texts = new Set<string>();
      for (const spraak of ['nb', 'nn', 'en', 'se'] as const)
        for (const klasse of ['VEDTAK', 'INFO'] as const)
          for (const kanal of ['POSTKASSE', 'PORTAL'] as const)
            for (const { tekst } of varselbestillinger(f.order({ klasse }, f.about({ spraak })), kanal)) {
              texts.add(tekst);
              expect(checkVarseltekst(tekst, 'SMS'), tekst).to.equal(undefined);
              expect(tekst).not.to.match(/https?:|www\.|\d/);
            }
      expect(texts.size).to.equal(16);
    });
  });

  describe("R-16: a link in a sender's own text", () => {
    const of = (varseltekst: { epost: string | null; sms: string | null }, from = f.fakta) =>
      f.order({ varseltekst }, from);
    const warnings = (fakta: Fakta): readonly string[] =>
      decide(fakta).spor.flatMap(({ regel, tekst }) => (regel === 'R-16' ? [tekst.en] : []));
    for (const link of [
      'https://a.example',
      'HTTP://A.EXAMPLE',
      'www.kommune.example',
      'minside.kommune.no',
      'Se NAV.no.',
    ]) {
      it(`is warned of, once, and the notice goes out: ${link}`, () => {
        for (const texts of [
          { epost: link, sms: null },
          { epost: null, sms: link },
          { epost: link, sms: link },
        ]) {
          expect(warnings(of(texts))).to.have.length(1);
          expect(warnings(of(texts))[0]).to.contain('holds a link');
        }
        const { varsler, spor, ...rest } = decide(of({ epost: link, sms: null }));
        expect(varsler[0]?.tekst).to.equal(link);
        const plain = decide(f.fakta);
        expect({ ...rest, spor: spor.filter(({ regel }) => regel !== 'R-16') }).to.deep.equal({
          ...rest,
          ...{ utfall: plain.utfall, spor: plain.spor },
        });
      });
    }
    it('is none in other texts', () => {
      for (const text of ['Du har fått et brev.', 'Brev nr. 4.no', 'Frist kl.12.Norge', 'kari@example']) {
        expect(warnings(of({ epost: text, sms: null })), text).to.deep.equal([]);
      }
    });
    it('is not warned of where that text does not go out', () => {
      const texts = { epost: 'https://a.example', sms: null };
      expect(warnings(of(texts, f.policy({ egenVarsling: true })))).to.deep.equal([]);
      expect(warnings(of(texts, f.about({ reservasjon: true })))).to.deep.equal([]);
    });
  });

  describe("R-16: a sender's own text", () => {
    for (const kanal of ['SMS', 'EPOST'] as const) {
      const limit = varseltekstTegn[kanal];
      it(`has ${limit} characters by ${kanal} at most`, () => {
        const text = (n: number) => checkVarseltekst('æ'.repeat(n), kanal);
        expect([text(1), text(limit - 1), text(limit)]).to.deep.equal([undefined, undefined, undefined]);
        expect(text(limit + 1)).to.equal(
          `the text of a notice by ${kanal} has ${limit + 1} characters; ${limit} are allowed`,
        );
      });
    }
    it('has the limits of the schema', () => expect(varseltekstTegn).to.deep.equal({ SMS: 160, EPOST: 500 }));
    it('counts characters as the schema does, not code units', () =>
      expect(checkVarseltekst('😀'.repeat(160), 'SMS')).to.equal(undefined));
    it('is not empty', () => {
      expect(checkVarseltekst('', 'SMS')).to.contain('is empty');
      expect(checkVarseltekst(' \n', 'SMS')).to.contain('is empty');
    });

    const reason = 'the text of a notice holds a number of 11 digits, which may be a national id';
    for (const id of ['15819010029', 'sak15819010029.', '158190 10029', '158190-10029', '158190\u00a010029'])
      it(`does not hold ${id}`, () => expect(checkVarseltekst(`Brev til ${id}`, 'SMS')).to.equal(reason));
    it('does not hold one in other digits, or with something invisible in it', () => {
      expect(checkVarseltekst('１５８１９０１００２９', 'SMS')).to.equal(reason);
      expect(checkVarseltekst('15819\u200b010029', 'SMS')).to.equal(reason);
    });
    it('may hold other numbers', () => {
      for (const text of ['Ring 22 22 22 22', '1234567890', '158190100291', 'Frist 15.01.2026 kl. 12'])
        expect(checkVarseltekst(text, 'SMS'), text).to.equal(undefined);
    });
  });
});
