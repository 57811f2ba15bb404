import { expect } from 'chai';
import { endrePostkasse } from '../../src/application/endrePostkasse.js';
import { kanVelgePostkasse } from '../../src/application/kanVelgePostkasse.js';
import type { Leverandoer } from '../../src/domain/sender.js';
import { kanVelge, oppdater, opprett, slett } from '../support/mailboxes.js';
import { lookupTest, person, requester } from './lookups.js';

const leverandoer = (organisasjonsnummer: string): Leverandoer => ({
  organisasjonsnummer,
  navn: 'Postkasse',
  rolle: 'POSTKASSE',
  sertifikat: Buffer.from('DER'),
});
const [digipost, eboks] = [leverandoer('984661185'), leverandoer('996460320')];
const id = '23863814839';
const asks = (changes = {}) => requester({ organisasjon: eboks.organisasjonsnummer, ...changes });

describe('application/kanVelgePostkasse', () => {
  it('R-26: answers, and writes down who asked about whom before it looks', async () => {
    const { store, deps, calls } = await lookupTest([person(id)]);
    expect(await kanVelgePostkasse(deps)(asks(), eboks, kanVelge())).to.equal(undefined);
    expect(await kanVelgePostkasse(deps)(asks(), digipost, kanVelge())).to.equal('ALLEREDE_AKTIV');
    expect(calls.slice(0, 4)).to.deep.equal(['unitOfWork', 'remember', 'appendEvent', 'persons']);
    const [event] = store.events();
    expect(event).to.include({
      organisasjon: '996460320',
      paaVegneAv: '996460320',
      operasjon: 'KanVelgeSikkerDigitalPostkasse',
    });
    expect(event?.personer.toString()).to.equal(id.padEnd(16, '.'));
  });

  it('SECURITY 74: refuses the same signed question a second time', async () => {
    const { deps } = await lookupTest([person(id)]);
    const again = asks();
    await kanVelgePostkasse(deps)(again, eboks, kanVelge());
    const error: unknown = await kanVelgePostkasse(deps)(again, eboks, kanVelge()).catch((e: unknown) => e);
    expect(error).to.have.property('code', 'REPLAYED');
  });
});

describe('application/endrePostkasse', () => {
  it('R-07: a change, its number and its event are one transaction', async () => {
    const { store, deps, calls } = await lookupTest([person(id)]);
    expect(await endrePostkasse(deps)(asks(), eboks, opprett())).to.equal(undefined);
    expect(calls).to.deep.equal(['unitOfWork', 'appendEvent']);
    const { personer, seneste } = await store.reads.changesFrom(2, 10);
    expect([seneste, personer[0]?.postkasse?.postkasseadresse]).to.deep.equal([2, '0000485887']);
    expect(store.events().map(({ operasjon }) => operasjon)).to.deep.equal(['OpprettOgVelgSikkerDigitalPostkasse']);
  });

  it('a refusal changes nobody, and is written down', async () => {
    const { store, deps } = await lookupTest([person(id, { reservasjon: true })]);
    expect(await endrePostkasse(deps)(asks(), eboks, opprett())).to.equal('RESERVERT');
    expect((await store.reads.changesFrom(0, 10)).seneste).to.equal(1);
    expect(store.events()).to.have.length(1);
  });

  it('SECURITY 74: the same signed request gets its first answer, whatever has changed since, and is one event', async () => {
    const { store, deps } = await lookupTest([person(id)]);
    const endre = endrePostkasse(deps);
    const [refused, made] = [asks(), asks()];
    expect(await endre(refused, eboks, oppdater({}, 'eboks'))).to.equal('INGEN_POSTBOKS_FUNNET');
    expect(await endre(made, eboks, opprett())).to.equal(undefined);
    expect(await endre(made, eboks, opprett())).to.equal(undefined);
    expect(await endre(refused, eboks, oppdater({}, 'eboks'))).to.equal('INGEN_POSTBOKS_FUNNET');
    expect(store.events()).to.have.length(2);
    expect((await store.reads.changesFrom(0, 10)).seneste).to.equal(2);
  });

  it('a deleted mailbox leaves the rest of the person as it is', async () => {
    const { store, deps } = await lookupTest([person(id)]);
    expect(await endrePostkasse(deps)(asks(), digipost, slett())).to.equal(undefined);
    expect((await store.reads.persons([id])).get(id)).to.deep.equal(person(id, { postkasse: null }));
  });

  it('believes no kept answer that nobody has written', async () => {
    const { deps, store } = await lookupTest([person(id)]);
    const request = asks();
    await store.unitOfWork((tx) => tx.keepAnswer(request.replay, 'KANSKJE'));
    const error: unknown = await endrePostkasse(deps)(request, eboks, opprett()).catch((e: unknown) => e);
    expect(error).to.have.property('code', 'INTERNAL');
  });
});
