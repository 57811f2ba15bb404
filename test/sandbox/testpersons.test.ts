import { expect } from 'chai';
import { parsePersonnummer } from '../../src/domain/identifier.js';
import { informasjonsbehov } from '../../src/domain/person.js';
import { ferskhet, personSvar } from '../../src/domain/varsling.js';
import { testpersons } from '../../src/sandbox/testpersons.js';

const now = new Date('2026-03-31T08:00:00Z');

/** [status, reservasjon, varslingsstatus, mobile, e-mail, mailbox supplier] as the register should have them */
const expected: Readonly<Record<string, readonly unknown[]>> = {
  fresh: ['AKTIV', 'NEI', 'KAN_VARSLES', 'FERSK', 'FERSK', undefined],
  'stale-mail': ['AKTIV', 'NEI', 'KAN_VARSLES', 'FERSK', 'FORELDET', undefined],
  'stale-mobile': ['AKTIV', 'NEI', 'KAN_VARSLES', 'FORELDET', 'FERSK', undefined],
  'both-stale': ['AKTIV', 'NEI', 'KAN_IKKE_VARSLES', 'FORELDET', 'FORELDET', '984661185'],
  reserved: ['AKTIV', 'JA', 'KAN_IKKE_VARSLES', 'FERSK', 'FERSK', '984661185'],
  'no-contact': ['AKTIV', 'NEI', 'KAN_IKKE_VARSLES', 'MANGLER', 'MANGLER', undefined],
  deleted: ['SLETTET', undefined, 'KAN_IKKE_VARSLES', 'MANGLER', 'MANGLER', undefined],
  unknown: ['IKKE_REGISTRERT', undefined, 'KAN_IKKE_VARSLES', 'MANGLER', 'MANGLER', undefined],
  digipost: ['AKTIV', 'NEI', 'KAN_VARSLES', 'FERSK', 'FERSK', '984661185'],
  'e-boks': ['AKTIV', 'NEI', 'KAN_VARSLES', 'FERSK', 'FERSK', '996460320'],
  'd-number': ['AKTIV', 'NEI', 'KAN_VARSLES', 'FERSK', 'MANGLER', '984661185'],
  '2032-number': ['AKTIV', 'NEI', 'KAN_VARSLES', 'MANGLER', 'FERSK', '996460320'],
};

describe('sandbox/testpersons', () => {
  it('are the twelve rule cases', () => {
    expect(testpersons(now).map((p) => p.navn)).to.deep.equal(Object.keys(expected));
  });

  for (const { navn, personidentifikator, person } of testpersons(now)) {
    it(`R-02 to R-05: ${navn}`, () => {
      const svar = personSvar(personidentifikator, person, new Set(informasjonsbehov), now);
      expect([
        svar.status,
        svar.reservasjon,
        svar.varslingsstatus,
        ferskhet(person?.mobiltelefonnummer ?? null, now),
        ferskhet(person?.epostadresse ?? null, now),
        person?.postkasse?.postkasseleverandoerAdresse,
      ]).to.deep.equal(expected[navn]);
    });

    it(`R-54: ${navn} has a valid synthetic number`, () => {
      expect(parsePersonnummer(personidentifikator)).to.deep.equal({
        art: navn === 'd-number' ? 'DNR' : 'FNR',
        serie: 'TENOR',
        regel: navn === '2032-number' ? '2032' : '1964',
      });
    });
  }

  it('have their own numbers, one line each, mailbox addresses of the right form', () => {
    const all = testpersons(now);
    expect(new Set(all.map((p) => p.personidentifikator)).size).to.equal(12);
    for (const { beskrivelse, person } of all) {
      expect(beskrivelse).to.match(/^[^\n]{10,120}$/);
      const postkasse = person?.postkasse;
      if (postkasse?.postkasseleverandoerAdresse === '984661185') {
        expect(postkasse.postkasseadresse).to.match(/^[a-z]+\.[a-z]+#[0-9A-Z]{4}$/);
      } else if (postkasse) {
        expect(postkasse.postkasseadresse).to.match(/^\d{10}$/);
      }
    }
  });

  it('are the same all day, so that a second start changes nothing', () => {
    expect(testpersons(new Date('2026-03-31T21:59:59Z'))).to.deep.equal(testpersons(now));
    expect(testpersons(new Date('2026-03-31T22:00:00Z'))).to.not.deep.equal(testpersons(now));
  });
});
