import { expect } from 'chai';
import type { Person } from '../../src/domain/person.js';
import type { Endring } from '../../src/domain/postkasse.js';
import { eider, endret, hvorforIkke } from '../../src/domain/postkasse.js';
import { syntheticId } from '../../src/domain/identifier.js';
import type { Leverandoer } from '../../src/domain/sender.js';
import { resident } from '../support/forsendelser.js';
import { kanVelge, oppdater, opprett, slett } from '../support/mailboxes.js';

const eboks: Leverandoer = {
  organisasjonsnummer: '996460320',
  navn: 'e-Boks',
  rolle: 'POSTKASSE',
  sertifikat: Buffer.from('certificate of e-Boks'),
};
const digipost: Leverandoer = { ...eboks, organisasjonsnummer: '984661185', navn: 'Digipost' };
const at = ({ organisasjonsnummer }: Leverandoer): Person['postkasse'] => ({
  postkasseadresse: 'kari.nordmann#1',
  postkasseleverandoerAdresse: organisasjonsnummer,
});

const nobody = resident({ postkasse: null });
const elsewhere = resident({ postkasse: at(digipost) });
const here = resident({ postkasse: at(eboks) });
const reserved = resident({ postkasse: null, reservasjon: true });
const deleted = resident({ status: 'SLETTET', postkasse: null });

const changeOf = (person: Person | undefined, endring: Endring, by = eboks): Person | string => {
  const outcome = endret(person, endring, by);
  return 'avslag' in outcome ? outcome.avslag : outcome.person;
};

describe('domain/postkasse', () => {
  describe('R-26: a mailbox is chosen at level 4', () => {
    const rows = eider.flatMap((eid) => ([3, 4] as const).map((sikkerhetsnivaa) => ({ eid, sikkerhetsnivaa })));
    const enough = new Set(['BankID 4', 'Buypass 4', 'Commfides 4']);
    for (const { eid, sikkerhetsnivaa } of rows) {
      const expected = enough.has(`${eid} ${sikkerhetsnivaa}`) ? undefined : 'LEVEL_TOO_LOW';
      it(`${eid}, level ${sikkerhetsnivaa}: ${expected ?? 'yes'}`, () => {
        expect(hvorforIkke(nobody, kanVelge({ eid, sikkerhetsnivaa }), eboks)).to.equal(expected);
        const made = changeOf(nobody, opprett({ eid, sikkerhetsnivaa }));
        expect(typeof made === 'string' ? made : undefined).to.equal(expected);
      });
    }

    it('at sixteen by Buypass too, and with a D-number: the age is for whoever issues the eID', () => {
      for (const personidentifikator of [
        syntheticId('2010-01-02', 1, { art: 'FNR', regel: '1964' }),
        syntheticId('1990-01-02', 1, { art: 'DNR', regel: '2032' }),
      ]) {
        expect(hvorforIkke(nobody, kanVelge({ personidentifikator, eid: 'Buypass' }), eboks)).to.equal(undefined);
      }
    });

    it('is told before anything that the register knows', () => {
      for (const person of [undefined, reserved, deleted, here]) {
        expect(hvorforIkke(person, kanVelge({ sikkerhetsnivaa: 3 }), eboks)).to.equal('LEVEL_TOO_LOW');
      }
    });
  });

  const choices: readonly (readonly [string, Person | undefined, string | undefined, string | undefined])[] = [
    ['R-25: somebody without a mailbox', nobody, undefined, undefined],
    ['R-28: somebody with a mailbox at another provider', elsewhere, undefined, undefined],
    ['somebody with a mailbox here', here, 'ALLEREDE_AKTIV', 'POSTKASSE_EKSISTERER_ALLEREDE'],
    ['R-12: somebody who is reserved', reserved, 'RESERVERT', 'RESERVERT'],
    ['R-05: somebody who is deleted', deleted, 'BRUKER_IKKE_FUNNET', 'BRUKER_IKKE_FUNNET'],
    ['R-05: somebody unknown', undefined, 'BRUKER_IKKE_FUNNET', 'BRUKER_IKKE_FUNNET'],
  ];
  for (const [who, person, asked, made] of choices) {
    it(`${who}: ${asked ?? 'may choose'}`, () => {
      expect(hvorforIkke(person, kanVelge(), eboks)).to.equal(asked);
      const change = changeOf(person, opprett());
      expect(change).to.deep.equal(
        made ?? {
          ...person,
          postkasse: { postkasseadresse: '0000485887', postkasseleverandoerAdresse: eboks.organisasjonsnummer },
        },
      );
    });
  }

  const own: readonly (readonly [string, Person | undefined, string | undefined])[] = [
    ['its own mailbox', here, undefined],
    ['R-29: the mailbox of another provider', elsewhere, 'INGEN_POSTBOKS_FUNNET'],
    ['a mailbox that is not there', nobody, 'INGEN_POSTBOKS_FUNNET'],
    ['the mailbox of somebody deleted', { ...deleted, postkasse: at(eboks) }, 'BRUKER_IKKE_FUNNET'],
    ['the mailbox of somebody unknown', undefined, 'BRUKER_IKKE_FUNNET'],
    ['R-14: its own mailbox, of somebody reserved', { ...here, reservasjon: true }, undefined],
  ];
  for (const [what, person, refused] of own) {
    it(`changes and deletes ${what}: ${refused ?? 'yes'}`, () => {
      const postkasse = { postkasseadresse: '0000000009', postkasseleverandoerAdresse: eboks.organisasjonsnummer };
      const change = oppdater({ postkasseadresse: '0000000009' }, 'eboks');
      expect(changeOf(person, change)).to.deep.equal(refused ?? { ...person, postkasse });
      expect(changeOf(person, slett({}, 'eboks'))).to.deep.equal(refused ?? { ...person, postkasse: null });
    });
  }

  const wrong: readonly (readonly [string, Endring, string])[] = [
    ['the number of another provider', opprett({}, 'digipost'), 'UGYLDIG_ORGNR'],
    ['no number of an organisation', slett({ virksomhetsidentifikator: '99646032' }), 'UGYLDIG_ORGNR'],
    ['ten digits for a person', opprett({ personidentifikator: '2386381483' }), 'UGYLDIG_PERSONNUMMER'],
    ['spaces around a person', slett({ personidentifikator: ' 23863814839' }, 'eboks'), 'UGYLDIG_PERSONNUMMER'],
    ['another certificate', opprett({ sertifikat: Buffer.from('another') }), 'UGYLDIG_SERTIFIKAT'],
    ['an empty certificate', oppdater({ sertifikat: Buffer.alloc(0) }, 'eboks'), 'UGYLDIG_SERTIFIKAT'],
  ];
  for (const [what, endring, code] of wrong) {
    it(`refuses ${what}: ${code}`, () => {
      expect(changeOf(endring.operasjon === 'OpprettOgVelgSikkerDigitalPostkasse' ? nobody : here, endring)).to.equal(
        code,
      );
    });
  }

  it('refuses a question about no number of a person, and takes the registered certificate', () => {
    expect(hvorforIkke(nobody, kanVelge({ personidentifikator: 'x' }), eboks)).to.equal('UGYLDIG_PERSONNUMMER');
    expect(changeOf(nobody, opprett({ sertifikat: Buffer.from(eboks.sertifikat) }))).to.be.an('object');
  });
});
