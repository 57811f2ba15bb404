import { expect } from 'chai';
import { parseDate } from '../../src/application/cells.js';
import { columns, readPerson, type Column } from '../../src/application/personRow.js';

const id = '15819010029';
const full: Readonly<Record<Column, string>> = {
  personidentifikator: id,
  status: 'AKTIV',
  reservasjon: 'JA',
  mobiltelefonnummer: '+4799990000',
  mobiltelefonnummer_oppdatert: '2026-01-15T12:00:00.000+01:00',
  mobiltelefonnummer_sist_verifisert: '2026-01-16',
  epostadresse: 'ola@example.com',
  epostadresse_oppdatert: '2026-07-01T12:00:00Z',
  epostadresse_sist_verifisert: '',
  postkasseadresse: 'ola.nordmann#ABCD',
  postkasseleverandoeradresse: '984661185',
  spraak: 'nn',
};

/** The errors of the full row with some cells changed, as `column: message`. */
const errorsOf = (change: Readonly<Record<string, unknown>>): string[] => {
  const result = readPerson({ ...full, ...change });
  return 'personidentifikator' in result ? [] : result.map((error) => `${error.column}: ${error.message}`);
};

describe('application/personRow', () => {
  it('reads every column', () => {
    expect(Object.keys(full)).to.deep.equal([...columns]);
    expect(readPerson(full)).to.deep.equal({
      personidentifikator: id,
      status: 'AKTIV',
      reservasjon: true,
      mobiltelefonnummer: {
        verdi: '+4799990000',
        sistOppdatert: new Date('2026-01-15T11:00:00Z'),
        sistVerifisert: new Date('2026-01-15T23:00:00Z'),
      },
      epostadresse: { verdi: 'ola@example.com', sistOppdatert: new Date('2026-07-01T12:00:00Z'), sistVerifisert: null },
      postkasse: { postkasseadresse: 'ola.nordmann#ABCD', postkasseleverandoerAdresse: '984661185' },
      spraak: 'nn',
    });
  });

  it('needs nothing but the identifier, of which it judges the length only (R-54)', () => {
    const person = {
      personidentifikator: '00000000000',
      status: 'AKTIV',
      reservasjon: false,
      mobiltelefonnummer: null,
      epostadresse: null,
      postkasse: null,
      spraak: null,
    };
    expect(readPerson({ personidentifikator: '00000000000' })).to.deep.equal(person);
    expect(readPerson({ personidentifikator: ' 00000000000 ', spraak: null, status: '' })).to.deep.equal(person);
  });

  it('R-05: keeps nothing of a deleted person, and reads no other cell', () => {
    expect(readPerson({ ...full, status: 'SLETTET', epostadresse: 'x' })).to.deep.equal({
      personidentifikator: id,
      status: 'SLETTET',
      reservasjon: false,
      mobiltelefonnummer: null,
      epostadresse: null,
      postkasse: null,
      spraak: null,
    });
  });

  for (const [column, min, max] of [
    ['mobiltelefonnummer', 8, 20],
    ['epostadresse', 3, 50],
    ['postkasseadresse', 8, 100],
    ['postkasseleverandoeradresse', 8, 20],
  ] as const) {
    it(`takes ${min} to ${max} characters as ${column}`, () => {
      const message = (length: number) => [`${column}: has ${length} characters, must have ${min} to ${max}`];
      expect(errorsOf({ [column]: 'x'.repeat(min - 1) })).to.deep.equal(message(min - 1));
      expect(errorsOf({ [column]: 'x'.repeat(min) })).to.deep.equal([]);
      expect(errorsOf({ [column]: '😀'.repeat(max) })).to.deep.equal([]);
      expect(errorsOf({ [column]: 'x'.repeat(max + 1) })).to.deep.equal(message(max + 1));
    });
  }

  const bad: readonly (readonly [change: Readonly<Record<string, unknown>>, error: string])[] = [
    [{ personidentifikator: '' }, 'personidentifikator: must be 11 digits'],
    [{ personidentifikator: '1581901002' }, 'personidentifikator: must be 11 digits'],
    [{ personidentifikator: '158190100290' }, 'personidentifikator: must be 11 digits'],
    [{ personidentifikator: 15819010029 }, 'personidentifikator: must be text in quotes'],
    [{ status: 'IKKE_REGISTRERT' }, 'status: must be AKTIV, SLETTET or empty'],
    [{ status: 'aktiv' }, 'status: must be AKTIV, SLETTET or empty'],
    [{ reservasjon: 'TRUE' }, 'reservasjon: must be JA, NEI or empty'],
    [{ reservasjon: true }, 'reservasjon: must be text in quotes'],
    [{ spraak: 'no' }, 'spraak: must be nb, nn, en, se or empty'],
    [{ epostadresse: 'ola\u0000@example.com' }, 'epostadresse: has a control character or half a character'],
    [{ epostadresse: 'ola\ud800@example.com' }, 'epostadresse: has a control character or half a character'],
    [{ epostadresse: '' }, 'epostadresse: is empty, but has a date'],
    [{ postkasseadresse: '' }, 'postkasseadresse: is empty, but the other half of the mailbox is not'],
    [
      { postkasseleverandoeradresse: null },
      'postkasseleverandoeradresse: is empty, but the other half of the mailbox is not',
    ],
    [{ epost: 'ola@example.com' }, 'epost: is no column of the register'],
  ];
  for (const [change, error] of bad) {
    it(`refuses ${JSON.stringify(change)}`, () => expect(errorsOf(change)).to.deep.equal([error]));
  }

  it('tells everything that is wrong with a row, and no value', () => {
    const errors = errorsOf({ personidentifikator: '1234', epostadresse: 'x', spraak: 'no' });
    expect(errors.map((error) => error.split(':')[0])).to.deep.equal(['personidentifikator', 'epostadresse', 'spraak']);
    expect(errors.join()).to.not.contain('1234');
  });

  describe('dates', () => {
    for (const [text, instant] of [
      ['2026-01-15', '2026-01-14T23:00:00.000Z'],
      ['2026-07-15', '2026-07-14T22:00:00.000Z'],
      ['2026-07-15T12:00', '2026-07-15T10:00:00.000Z'],
      ['2026-07-15T12:00:30Z', '2026-07-15T12:00:30.000Z'],
      ['2026-07-15T12:00:30.123456789Z', '2026-07-15T12:00:30.123Z'],
      ['2023-06-29T10:14:52+02', '2023-06-29T08:14:52.000Z'],
      ['2026-07-15T12:00:30+0530', '2026-07-15T06:30:30.000Z'],
      ['2026-07-15T12:00:30-03:30', '2026-07-15T15:30:30.000Z'],
      ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
    ] as const) {
      it(`reads ${text}`, () => expect(parseDate(text)?.toISOString()).to.equal(instant));
    }

    for (const text of [
      '2025-02-29',
      '2026-04-31T00:00:00Z',
      '2026-13-01',
      '2026-01-15T24:00:00Z',
      '2026-01-15T12:60:00Z',
      '2026-01-15T12:00:00+15:00',
      '2026-01-15T12:00:00+01:60',
      '2026-01-15 12:00',
      '15.01.2026',
      '2026-1-15',
      '1768478400000',
      'yesterday',
    ]) {
      it(`refuses ${text}`, () => {
        expect(parseDate(text)).to.equal(undefined);
        expect(errorsOf({ epostadresse_oppdatert: text })).to.have.length(1);
      });
    }
  });
});
