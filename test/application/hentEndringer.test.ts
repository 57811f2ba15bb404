import { expect } from 'chai';
import { hentEndringer } from '../../src/application/hentEndringer.js';
import type { Endringer } from '../../src/application/hentEndringer.js';
import { Failure } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { lookupTest, numbers, person, requester, senders } from './lookups.js';

const id = (n: number): string => String(n).padStart(11, '0');
const persons = (n: number) => Array.from({ length: n }, (_, i) => person(id(i + 1)));
const idsOf = ({ personer }: Endringer): string[] => personer.map((p) => p.personidentifikator);
const numbersOf = (e: Endringer): readonly number[] => [
  e.fraEndringsNummer,
  e.tilEndringsNummer,
  e.senesteEndringsNummer,
];

describe('application/hentEndringer', () => {
  const from = (fraEndringsNummer: number) => ({ behov: new Set<never>(), fraEndringsNummer });

  it('R-07: begins with fraEndringsNummer itself, and reaches the last change when it is not full', async () => {
    const { deps } = await lookupTest(persons(5));
    const answer = await hentEndringer(deps)(requester(), from(3));
    expect([idsOf(answer), numbersOf(answer)]).to.deep.equal([
      [id(3), id(4), id(5)],
      [3, 5, 5],
    ]);
  });

  it('R-07: takes any number to begin with', async () => {
    const { deps } = await lookupTest(persons(3));
    for (const [fra, expected] of [
      [-5, 3],
      [0, 3],
      [1, 3],
      [3, 1],
      [4, 0],
      [Number.MAX_SAFE_INTEGER, 0],
    ] as const) {
      const answer = await hentEndringer(deps)(requester(), from(fra));
      expect([answer.personer.length, ...numbersOf(answer)]).to.deep.equal([expected, fra, 3, 3]);
    }
  });

  it('R-07: an empty register has no change', async () => {
    const { deps } = await lookupTest([]);
    expect(await hentEndringer(deps)(requester(), from(0))).to.deep.equal({
      fraEndringsNummer: 0,
      tilEndringsNummer: 0,
      senesteEndringsNummer: 0,
      personer: [],
    });
  });

  it('R-07: gives a person who changed often once, as it is now, so that til - fra may be more than the persons', async () => {
    const { store, deps } = await lookupTest(persons(3));
    for (const verdi of ['11111111', '22222222']) {
      const mobiltelefonnummer = { verdi, sistOppdatert: null, sistVerifisert: null };
      await store.unitOfWork((tx) => tx.upsertPersons([person(id(2), { mobiltelefonnummer })]));
    }
    const answer = await hentEndringer(deps)(requester(), from(1));
    expect([idsOf(answer), numbersOf(answer)]).to.deep.equal([
      [id(1), id(3), id(2)],
      [1, 5, 5],
    ]);
    expect(answer.personer[2]?.mobiltelefonnummer?.verdi).to.equal('22222222');
  });

  it('R-07: is cut at 1000 persons, and can be followed from there without a gap or a repetition', async () => {
    const { deps, calls } = await lookupTest(persons(2001));
    const seen: string[] = [];
    const tils: number[] = [];
    for (let fra = 1, done = false; !done;) {
      const answer = await hentEndringer(deps)(requester(), from(fra));
      seen.push(...idsOf(answer));
      tils.push(answer.tilEndringsNummer);
      done = answer.tilEndringsNummer === answer.senesteEndringsNummer;
      fra = answer.tilEndringsNummer + 1;
    }
    expect(tils).to.deep.equal([1000, 2000, 2001]);
    expect(seen).to.deep.equal(persons(2001).map((p) => p.personidentifikator));
    expect(calls.filter((c) => c.startsWith('changes'))).to.deep.equal(
      [1, 1001, 2001].map((n) => `changesFrom ${n} ${limits.persons}`),
    );
  });

  it('R-07: at limit - 1, limit and limit + 1 persons', async () => {
    for (const [n, given, til] of [
      [999, 999, 999],
      [1000, 1000, 1000],
      [1001, 1000, 1000],
    ] as const) {
      const { deps } = await lookupTest(persons(n));
      const answer = await hentEndringer(deps)(requester(), from(1));
      expect([answer.personer.length, ...numbersOf(answer)]).to.deep.equal([given, 1, til, n]);
    }
  });

  it('R-04, R-06: always has contact information, never varslingsstatus; a deleted person is a status', async () => {
    const { deps } = await lookupTest([person(id(1)), person(id(2), { status: 'SLETTET' })]);
    const behov = new Set(['VarslingsStatus', 'Person'] as const);
    const { personer } = await hentEndringer(deps)(requester(), { behov, fraEndringsNummer: 1 });
    expect(personer).to.deep.equal([
      {
        personidentifikator: id(1),
        reservasjon: 'NEI',
        status: 'AKTIV',
        mobiltelefonnummer: person(id(1)).mobiltelefonnummer,
      },
      { personidentifikator: id(2), status: 'SLETTET' },
    ]);
  });

  it('writes down whom it answered about', async () => {
    const { store, deps } = await lookupTest(persons(3));
    await hentEndringer(deps)(requester(), from(2));
    const [event] = store.events();
    expect(event?.operasjon).to.equal('HentEndringer');
    expect(event?.personer.toString()).to.equal(`${id(2)}.....${id(3)}.....`);
  });

  it('needs ENDRINGSTJENESTEN; the right to look up is not enough', async () => {
    const lookupOnly = {
      ...senders,
      rettigheter: senders.rettigheter.filter((r) => r.tjeneste === 'OPPSLAGSTJENESTEN'),
    };
    for (const [data, changes, owner] of [
      [lookupOnly, {}, numbers.sender],
      [senders, { organisasjon: numbers.stranger }, numbers.stranger],
    ] as const) {
      const { store, deps, calls } = await lookupTest(persons(1), data);
      const outcome = await hentEndringer(deps)(requester(changes), from(1)).catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(Failure).with.property('code', 'NO_ACCESS');
      expect((outcome as Failure).values).to.deep.equal({ owner, service: 'ENDRINGSTJENESTEN' });
      expect([calls, store.events()]).to.deep.equal([[], []]);
    }
  });

  it('refuses the same request again', async () => {
    const { deps } = await lookupTest(persons(1));
    const asks = requester();
    await hentEndringer(deps)(asks, from(1));
    const outcome = await hentEndringer(deps)(asks, from(1)).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Failure).with.property('code', 'REPLAYED');
  });
});
