import { expect } from 'chai';
import {
  mottakertype,
  parsePersonnummer,
  syntheticId,
  validOrganisasjonsnummer,
  type Nummerart,
  type Nummerserie,
} from '../../src/domain/identifier.js';

type Vector = readonly [id: string, art: Nummerart, serie: Nummerserie, rule1964: boolean, rule2032: boolean];

const vectors: readonly Vector[] = [
  ['15819010029', 'FNR', 'TENOR', true, true],
  ['15819010037', 'FNR', 'TENOR', false, true],
  ['15819010045', 'FNR', 'TENOR', false, true],
  ['15819010053', 'FNR', 'TENOR', false, true],
  ['15819010061', 'FNR', 'TENOR', false, false],
  ['55819010012', 'DNR', 'TENOR', true, true],
  ['55819010020', 'DNR', 'TENOR', false, true],
  ['55819010039', 'DNR', 'TENOR', false, true],
  ['55819010047', 'DNR', 'TENOR', false, true],
  ['55819010055', 'DNR', 'TENOR', false, false],
  ['17912099997', 'FNR', 'TENOR', true, true],
  ['57912075186', 'DNR', 'TENOR', true, true],
  ['20914695016', 'FNR', 'TENOR', true, true],
];

/** Any number with a given date part and right check digits, found by trying. */
function numberWithDate(date: string): string {
  const k1 = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0];
  const k2 = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
  for (let rest = 0; rest < 100_000; rest++) {
    const id = date + String(rest).padStart(5, '0');
    const fits = (weights: number[]) => weights.reduce((sum, k, i) => sum + k * Number(id[i]), 0) % 11 === 0;
    if (fits(k1) && fits(k2)) return id;
  }
  throw new Error(`No number has the date ${date}`);
}

describe('domain/identifier', () => {
  describe('R-54: fødselsnummer and D-number', () => {
    for (const [id, art, serie, rule1964, rule2032] of vectors) {
      it(`${id}: 1964 ${rule1964 ? 'valid' : 'invalid'}, 2032 ${rule2032 ? 'valid' : 'invalid'}`, () => {
        const expected = rule2032 ? { art, serie, regel: rule1964 ? '1964' : '2032' } : undefined;
        expect(parsePersonnummer(id)).to.deep.equal(expected);
      });
    }

    it('finds any single wrong digit under the 1964 rule', () => {
      const id = '15819010029';
      for (let place = 0; place < 11; place++) {
        for (let digit = 0; digit < 10; digit++) {
          if (Number(id[place]) === digit) continue;
          const wrong = id.slice(0, place) + String(digit) + id.slice(place + 1);
          expect(parsePersonnummer(wrong)?.regel, wrong).to.not.equal('1964');
        }
      }
    });

    it('knows the series by what is added to the month', () => {
      const seriesOf = (date: string) => parsePersonnummer(numberWithDate(date))?.serie;
      expect(seriesOf('150190')).to.equal('EKTE');
      expect(seriesOf('154190')).to.equal('DOLLY');
      expect(seriesOf('156690')).to.equal('NHN');
      expect(seriesOf('158190')).to.equal('TENOR');
      expect(seriesOf('151390')).to.equal(undefined);
      expect(seriesOf('159390')).to.equal(undefined);
    });

    it('refuses dates that no century has', () => {
      expect(parsePersonnummer(numberWithDate('298292'))?.art).to.equal('FNR');
      expect(parsePersonnummer(numberWithDate('298200'))?.art).to.equal('FNR');
      expect(parsePersonnummer(numberWithDate('298293'))).to.equal(undefined);
      expect(parsePersonnummer(numberWithDate('308292'))).to.equal(undefined);
      expect(parsePersonnummer(numberWithDate('318492'))).to.equal(undefined);
      expect(parsePersonnummer(numberWithDate('008192'))).to.equal(undefined);
      expect(parsePersonnummer(numberWithDate('718192'))?.art).to.equal('DNR');
      expect(parsePersonnummer(numberWithDate('728192'))).to.equal(undefined);
    });

    for (const id of [
      '',
      '1581901002',
      '158190100290',
      '1581901002a',
      '１5819010029',
      '15819010029\n',
      ' 5819010029',
    ]) {
      it(`refuses ${JSON.stringify(id)}`, () => expect(parsePersonnummer(id)).to.equal(undefined));
    }
  });

  describe('R-54: synthetic numbers', () => {
    const kinds = (['FNR', 'DNR'] as const).flatMap((art) =>
      (['1964', '2032'] as const).map((regel) => ({ art, regel })),
    );
    for (const kind of kinds) {
      it(`makes 400 different Tenor numbers a date: ${kind.art}, ${kind.regel} rule`, () => {
        for (const date of ['1990-01-15', '2004-02-29']) {
          const ids = Array.from({ length: 400 }, (_, serial) => syntheticId(date, serial, kind));
          expect(new Set(ids).size).to.equal(400);
          for (const id of ids) expect(parsePersonnummer(id), id).to.deep.equal({ ...kind, serie: 'TENOR' });
        }
      });
    }

    it('never changes', () => {
      expect(syntheticId('1990-01-15', 82, { art: 'FNR', regel: '1964' })).to.equal('15819010029');
    });

    it('says when a date has no more numbers', () => {
      expect(() => syntheticId('1990-01-15', 500, { art: 'FNR', regel: '1964' })).to.throw(RangeError, '1990-01-15');
    });
  });

  describe('R-55: organisation number', () => {
    for (const id of ['991825827', '984661185', '922020175', '971203420', '996460320', '310000019']) {
      it(`${id} is valid`, () => expect(validOrganisasjonsnummer(id)).to.equal(true));
    }
    for (const id of ['991825828', '310000010', '99182582', '9918258270', '99182582X', '']) {
      it(`${JSON.stringify(id)} is not`, () => expect(validOrganisasjonsnummer(id)).to.equal(false));
    }
    it('has no number whose check digit would be 10', () => {
      for (let check = 0; check < 10; check++)
        expect(validOrganisasjonsnummer(`31000003${check}`)).to.equal(check === 5);
      for (let check = 0; check < 10; check++) expect(validOrganisasjonsnummer(`31000006${check}`)).to.equal(false);
    });
  });

  it('R-56: 11 digits are a person, 9 a business, anything else neither', () => {
    expect(mottakertype('15819010061')).to.equal('PERSON');
    expect(mottakertype('991825828')).to.equal('VIRKSOMHET');
    for (const id of ['', '1234567890', '123456789012', '9918258 7', '1581901006a']) {
      expect(mottakertype(id), id).to.equal(undefined);
    }
  });
});
