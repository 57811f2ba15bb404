import { expect } from 'chai';
import { hentPersoner } from '../../src/application/hentPersoner.js';
import { Failure } from '../../src/errors.js';
import { addMonths } from '../../src/domain/oslo.js';
import { testTime } from '../support/pki.js';
import { asking, lookupTest, numbers, person, requester } from './lookups.js';

const [a, b, deleted, unknown] = ['1', '2', '3', '4'].map((n) => n.repeat(11)) as [string, string, string, string];
const persons = [person(a), person(b, { reservasjon: true }), person(deleted, { status: 'SLETTET' })];

describe('application/hentPersoner', () => {
  it('gives as many as were asked for, in the same order, repeated and unknown ones too', async () => {
    const { deps } = await lookupTest(persons);
    const answer = await hentPersoner(deps)(requester(), asking(b, unknown, a, b, deleted, unknown));
    expect(answer.map((p) => [p.personidentifikator, p.status])).to.deep.equal([
      [b, 'AKTIV'],
      [unknown, 'IKKE_REGISTRERT'],
      [a, 'AKTIV'],
      [b, 'AKTIV'],
      [deleted, 'SLETTET'],
      [unknown, 'IKKE_REGISTRERT'],
    ]);
  });

  it('gives what is asked for', async () => {
    const { deps } = await lookupTest(persons);
    const [one] = await hentPersoner(deps)(requester(), {
      behov: new Set(['Kontaktinfo', 'Sertifikat']),
      personer: [a],
    });
    expect(one).to.deep.equal({
      personidentifikator: a,
      reservasjon: 'NEI',
      status: 'AKTIV',
      mobiltelefonnummer: persons[0]?.mobiltelefonnummer,
      visSertifikat: '984661185',
    });
  });

  it('R-03: judges freshness by the calendar, not by the clock', async () => {
    const { deps } = await lookupTest(persons);
    const behov = new Set(['VarslingsStatus'] as const);
    const statusAt = async (now: Date): Promise<string | undefined> => {
      const lookup = hentPersoner({ ...deps, calendar: { now: () => now } });
      return (await lookup(requester(), { behov, personer: [a] }))[0]?.varslingsstatus;
    };
    expect(await statusAt(addMonths(testTime, 18))).to.equal('KAN_VARSLES');
    expect(await statusAt(new Date(addMonths(testTime, 18).getTime() + 1))).to.equal('KAN_IKKE_VARSLES');
    expect(await statusAt(addMonths(testTime, 19))).to.equal('KAN_IKKE_VARSLES');
  });

  it('writes down everyone asked about, then reads the register, in one transaction', async () => {
    const { store, deps, calls } = await lookupTest(persons);
    await hentPersoner(deps)(requester(), asking(a, unknown, a));
    expect(calls).to.deep.equal(['unitOfWork', 'remember', 'appendEvent', 'persons']);
    const [event] = store.events();
    expect(event?.operasjon).to.equal('HentPersoner');
    expect(event?.personer).to.have.length(3 * 16);
  });

  it('reads nothing and writes nothing for one who may not ask', async () => {
    const { store, deps, calls } = await lookupTest(persons);
    const outcome = await hentPersoner(deps)(requester({ organisasjon: numbers.stranger }), asking(a)).catch(
      (error: unknown) => error,
    );
    expect(outcome).to.be.instanceOf(Failure).with.property('code', 'NO_ACCESS');
    expect([calls, store.events()]).to.deep.equal([[], []]);
  });

  it('reads nothing for a request that was answered before', async () => {
    const { deps, calls } = await lookupTest(persons);
    const asks = requester();
    await hentPersoner(deps)(asks, asking(a));
    const outcome = await hentPersoner(deps)(asks, asking(a)).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Failure).with.property('code', 'REPLAYED');
    expect(calls.filter((call) => call === 'persons')).to.have.length(1);
  });

  it('is written down for whom it was made', async () => {
    const { store, deps } = await lookupTest(persons);
    await hentPersoner(deps)(requester({ organisasjon: numbers.supplier, paaVegneAv: numbers.sender }), asking(a));
    expect(store.events()[0]).to.deep.include({ organisasjon: numbers.supplier, paaVegneAv: numbers.sender });
  });
});
