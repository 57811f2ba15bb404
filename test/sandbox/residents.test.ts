import { expect } from 'chai';
import { parsePersonnummer } from '../../src/domain/identifier.js';
import { addMonths } from '../../src/domain/oslo.js';
import { ferskhet, type Ferskhet } from '../../src/domain/varsling.js';
import { maxResidents, resident } from '../../src/sandbox/residents.js';
import { testpersons } from '../../src/sandbox/testpersons.js';

const now = new Date('2026-03-31T08:00:00Z');
const first = Array.from({ length: 5000 }, (_, index) => resident(index, now));
const share = (of: (p: (typeof first)[number]) => boolean) => first.filter(of).length / first.length;

describe('sandbox/residents', () => {
  it('R-54: have valid synthetic numbers, some of them D-numbers', () => {
    for (const { personidentifikator: id } of first) {
      const { serie, regel } = parsePersonnummer(id) ?? {};
      expect([serie, regel], id).to.deep.equal(['TENOR', '1964']);
    }
    expect(share((p) => parsePersonnummer(p.personidentifikator)?.art === 'DNR')).to.be.within(0.01, 0.03);
  });

  it('never share a number, within a birth date nor with a test person', () => {
    const sameBirthDate = Array.from({ length: 400 }, (_, round) => resident(17 + round * (maxResidents / 400), now));
    const test = testpersons(now).map((p) => p.personidentifikator);
    const ids = [...first, ...sameBirthDate.slice(1)].map((p) => p.personidentifikator);
    expect(new Set([...ids, ...test]).size).to.equal(ids.length + test.length);
    expect(new Set(sameBirthDate.map((p) => Number(p.personidentifikator.slice(0, 2)) % 40)).size).to.equal(1);
  });

  it('each use their own birth date and serial, and leave the test persons their years', () => {
    const dates = maxResidents / 400;
    expect(maxResidents).to.be.above(4_000_000);
    const seen = new Set(Array.from({ length: dates }, (_, i) => dateOf(resident(i, now).personidentifikator)));
    expect(seen.size).to.equal(dates);
    for (const { personidentifikator } of testpersons(now)) expect(seen).to.not.include(dateOf(personidentifikator));
  });

  it('fit the register: lengths, suppliers, example addresses', () => {
    for (const index of [0, 1, 3_799_999, maxResidents - 1]) {
      const p = resident(index, now);
      expect(p.mobiltelefonnummer?.verdi ?? '99990000').to.match(/^[49]999\d{4}$/);
      expect(p.epostadresse?.verdi ?? 'a@example.com').to.match(/^innbygger\.\d+@example\.(com|net|org)$/);
      expect(p.epostadresse?.verdi.length ?? 3).to.be.within(3, 50);
    }
    for (const { postkasse } of first) {
      if (postkasse?.postkasseleverandoerAdresse === '984661185') {
        expect(postkasse.postkasseadresse).to.match(/^innbygger\.\d+#[0-9A-Z]{4}$/);
      } else if (postkasse) {
        expect(postkasse.postkasseleverandoerAdresse).to.equal('996460320');
        expect(postkasse.postkasseadresse).to.match(/^\d{10}$/);
      }
    }
  });

  it('are a mix of fresh, stale and missing contact points, of mailboxes and of languages', () => {
    for (const channel of ['mobiltelefonnummer', 'epostadresse'] as const) {
      const has = (state: Ferskhet) => share((p) => ferskhet(p[channel], now) === state);
      expect(has('FERSK')).to.be.within(0.72, 0.78);
      expect(has('FORELDET')).to.be.within(0.1, 0.16);
      expect(has('MANGLER')).to.be.within(0.09, 0.15);
    }
    expect(share((p) => p.postkasse?.postkasseleverandoerAdresse === '984661185')).to.be.within(0.27, 0.33);
    expect(share((p) => p.postkasse?.postkasseleverandoerAdresse === '996460320')).to.be.within(0.1, 0.14);
    expect(new Set(first.map((p) => p.spraak))).to.deep.equal(new Set(['nb', 'nn', 'en', 'se', null]));
  });

  it('R-03: stay fresh or stale for weeks, whenever a test looks', () => {
    const [soonStale, longStale] = [addMonths(now, -17), addMonths(now, -19)];
    const points = first.flatMap((p) => [p.mobiltelefonnummer, p.epostadresse].filter((punkt) => punkt !== null));
    const between = points.filter(({ sistVerifisert: at }) => at !== null && at > longStale && at < soonStale);
    expect(between).to.deep.equal([]);
  });

  it('are always the same, but for the day that the dates are counted from', () => {
    expect(resident(42, now)).to.deep.equal(resident(42, new Date('2026-03-31T20:00:00Z')));
    expect(resident(42, now, true)).to.deep.equal({ ...resident(42, now), reservasjon: true });
    expect(resident(42, new Date('2030-01-01')).personidentifikator).to.equal(resident(42, now).personidentifikator);
  });

  it('end with a RangeError', () => {
    expect(() => resident(maxResidents, now)).to.throw(RangeError);
  });
});

/** The date digits, with the day of a D-number as the day of birth. */
function dateOf(id: string): string {
  return String(Number(id.slice(0, 2)) % 40).padStart(2, '0') + id.slice(2, 6);
}
