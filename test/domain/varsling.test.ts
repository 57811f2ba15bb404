import { expect } from 'chai';
import { endringSvar, ferskhet, ferskTil, personSvar, varslingsstatus } from '../../src/domain/varsling.js';
import { informasjonsbehov, type Informasjonsbehov, type Kontaktpunkt, type Person } from '../../src/domain/person.js';

const now = new Date('2026-01-15T11:00:00Z');
const fresh = new Date('2025-11-15T11:00:00Z');
const stale = new Date('2024-06-15T10:00:00Z');

const punkt = (verdi: string, sistOppdatert: Date | null, sistVerifisert: Date | null = null): Kontaktpunkt => ({
  verdi,
  sistOppdatert,
  sistVerifisert,
});
const mail = (date: Date | null) => punkt('ola@example.com', date);
const mobile = (date: Date | null) => punkt('+4799990000', date);
const postkasse = { postkasseadresse: 'ola.nordmann#ABCD', postkasseleverandoerAdresse: '984661185' };

const id = '15819010029';
const person: Person = {
  personidentifikator: id,
  status: 'AKTIV',
  reservasjon: false,
  mobiltelefonnummer: mobile(fresh),
  epostadresse: mail(fresh),
  postkasse,
  spraak: 'nb',
};
const both = { mobiltelefonnummer: mobile(stale), epostadresse: mail(stale) };
const behov = (...wanted: Informasjonsbehov[]) => new Set(wanted);
const everything = behov(...informasjonsbehov);
const allButStatus = behov('Person', 'Kontaktinfo', 'Sertifikat', 'SikkerDigitalPost');

describe('domain/varsling', () => {
  describe('R-03: 18 calendar months', () => {
    /** [last updated, the last fresh second] */
    const boundaries: readonly (readonly [string, string])[] = [
      ['2024-07-15T10:00:00Z', '2026-01-15T11:00:00Z'],
      ['2025-01-15T11:00:00Z', '2026-07-15T10:00:00Z'],
      ['2024-08-31T10:00:00Z', '2026-02-28T11:00:00Z'],
      ['2022-08-31T10:00:00Z', '2024-02-29T11:00:00Z'],
      ['2024-02-29T11:00:00Z', '2025-08-29T10:00:00Z'],
    ];
    for (const [updated, last] of boundaries) {
      it(`${updated} is fresh until ${last}, and not a second longer`, () => {
        const at = (seconds: number) => ferskhet(mail(new Date(updated)), new Date(Date.parse(last) + seconds * 1000));
        expect([at(-1), at(0), at(1)]).to.deep.equal(['FERSK', 'FERSK', 'FORELDET']);
      });
    }

    it('agrees with the calendar on every day of ten years, at each side of the deadline', () => {
      for (let day = 0; day < 3653; day++) {
        const updated = new Date(Date.UTC(2020, 0, 1 + day, day % 24, day % 60));
        const contact = mail(updated);
        const last = ferskTil(contact)?.getTime() ?? NaN;
        const at = (ms: number) => ferskhet(contact, new Date(last + ms));
        expect([at(0), at(1)], updated.toISOString()).to.deep.equal(['FERSK', 'FORELDET']);
      }
    });

    it('takes either date', () => {
      expect(ferskhet(punkt('a@b', stale, fresh), now)).to.equal('FERSK');
      expect(ferskhet(punkt('a@b', fresh, stale), now)).to.equal('FERSK');
      expect(ferskhet(punkt('a@b', null, fresh), now)).to.equal('FERSK');
      expect(ferskhet(punkt('a@b', stale, stale), now)).to.equal('FORELDET');
    });

    it('counts the later deadline where the earlier date has it', () => {
      const shortened = punkt('a@b', new Date('2024-08-30T20:00:00Z'), new Date('2024-08-31T10:00:00Z'));
      expect(ferskTil(shortened)?.toISOString()).to.equal('2026-02-28T21:00:00.000Z');
    });

    it('does not take a contact point without dates for fresh', () => {
      expect(ferskhet(mail(null), now)).to.equal('FORELDET');
      expect(ferskTil(mail(null))).to.equal(null);
    });

    it('judges each channel by itself', () => {
      expect(varslingsstatus({ ...person, epostadresse: mail(stale) }, now)).to.equal('KAN_VARSLES');
      expect(varslingsstatus({ ...person, mobiltelefonnummer: mobile(stale) }, now)).to.equal('KAN_VARSLES');
      expect(varslingsstatus({ ...person, ...both }, now)).to.equal('KAN_IKKE_VARSLES');
      expect(ferskhet(null, now)).to.equal('MANGLER');
    });
  });

  it('R-02: no mobile and no e-mail means that notice is impossible', () => {
    const none = { mobiltelefonnummer: null, epostadresse: null };
    expect(varslingsstatus({ ...person, ...none }, now)).to.equal('KAN_IKKE_VARSLES');
    expect(varslingsstatus({ ...person, epostadresse: null }, now)).to.equal('KAN_VARSLES');
  });

  it('R-04: reserved, deleted and unknown persons cannot be notified', () => {
    expect(varslingsstatus(person, now)).to.equal('KAN_VARSLES');
    expect(varslingsstatus({ ...person, reservasjon: true }, now)).to.equal('KAN_IKKE_VARSLES');
    expect(varslingsstatus({ ...person, status: 'SLETTET' }, now)).to.equal('KAN_IKKE_VARSLES');
    expect(varslingsstatus(undefined, now)).to.equal('KAN_IKKE_VARSLES');
  });

  describe('HentPersoner', () => {
    const base = { personidentifikator: id, reservasjon: 'NEI', status: 'AKTIV' } as const;
    const contact = { mobiltelefonnummer: mobile(fresh), epostadresse: mail(fresh) };

    it('answers Person whether asked for or not', () => {
      expect(personSvar(id, person, behov(), now)).to.deep.equal(base);
      expect(personSvar(id, person, behov('Person'), now)).to.deep.equal(base);
      expect(personSvar(id, { ...person, reservasjon: true }, behov(), now)).to.deep.equal({
        ...base,
        reservasjon: 'JA',
      });
    });

    it('answers each element only when it is asked for', () => {
      expect(personSvar(id, person, behov('Kontaktinfo'), now)).to.deep.equal({ ...base, ...contact });
      expect(personSvar(id, person, behov('SikkerDigitalPost'), now)).to.deep.equal({ ...base, postkasse });
      expect(personSvar(id, person, behov('Sertifikat'), now)).to.deep.equal({ ...base, visSertifikat: '984661185' });
      expect(personSvar(id, person, behov('VarslingsStatus'), now)).to.deep.equal({
        ...base,
        varslingsstatus: 'KAN_VARSLES',
      });
    });

    it('answers everything when everything is asked for', () => {
      expect(personSvar(id, person, everything, now)).to.deep.equal({
        ...base,
        varslingsstatus: 'KAN_VARSLES',
        ...contact,
        postkasse,
        visSertifikat: '984661185',
      });
    });

    it('leaves out what the person does not have', () => {
      const bare = { ...person, mobiltelefonnummer: null, postkasse: null };
      expect(personSvar(id, bare, allButStatus, now)).to.deep.equal({ ...base, epostadresse: mail(fresh) });
    });

    it('R-03: delivers a stale channel beside a fresh one', () => {
      const half = { ...person, epostadresse: mail(stale) };
      const svar = personSvar(id, half, everything, now);
      expect(svar.varslingsstatus).to.equal('KAN_VARSLES');
      expect(svar.epostadresse).to.deep.equal(mail(stale));
    });

    for (const [why, who] of [
      ['stale', { ...person, ...both }],
      ['reserved', { ...person, reservasjon: true }],
      ['without contact', { ...person, mobiltelefonnummer: null, epostadresse: null }],
    ] as const) {
      it(`R-04: filters a person that is ${why} only when VarslingsStatus is asked for`, () => {
        const reservasjon = who.reservasjon ? 'JA' : 'NEI';
        expect(personSvar(id, who, everything, now)).to.deep.equal({
          ...base,
          reservasjon,
          varslingsstatus: 'KAN_IKKE_VARSLES',
        });
        expect(personSvar(id, who, allButStatus, now)).to.deep.equal({
          ...base,
          reservasjon,
          ...(who.mobiltelefonnummer && { mobiltelefonnummer: who.mobiltelefonnummer }),
          ...(who.epostadresse && { epostadresse: who.epostadresse }),
          postkasse,
          visSertifikat: '984661185',
        });
      });
    }

    for (const [status, who] of [
      ['SLETTET', { ...person, status: 'SLETTET' }],
      ['IKKE_REGISTRERT', undefined],
    ] as const) {
      it(`R-05: ${status} is a status alone, whatever is asked for`, () => {
        expect(personSvar(id, who, allButStatus, now)).to.deep.equal({ personidentifikator: id, status });
        expect(personSvar(id, who, everything, now)).to.deep.equal({
          personidentifikator: id,
          status,
          varslingsstatus: 'KAN_IKKE_VARSLES',
        });
      });
    }
  });

  describe('HentEndringer', () => {
    const base = { personidentifikator: id, reservasjon: 'NEI', status: 'AKTIV' } as const;

    it('R-06: contains contact information without being asked', () => {
      expect(endringSvar(person, behov())).to.deep.equal({
        ...base,
        mobiltelefonnummer: mobile(fresh),
        epostadresse: mail(fresh),
      });
    });

    it('R-04: has no varslingsstatus and filters nothing, though VarslingsStatus is asked for', () => {
      expect(endringSvar({ ...person, ...both, reservasjon: true }, everything)).to.deep.equal({
        ...base,
        reservasjon: 'JA',
        ...both,
        postkasse,
        visSertifikat: '984661185',
      });
    });

    it('R-05: a deleted person is a status alone', () => {
      expect(endringSvar({ ...person, status: 'SLETTET' }, everything)).to.deep.equal({
        personidentifikator: id,
        status: 'SLETTET',
      });
    });
  });
});
