import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Tx, UnitOfWork } from '../../src/domain/ports.js';
import type { SvarUtBrev, SvarUtReads } from '../../src/domain/svarut/ports.js';
import { memoryStore } from '../support/memoryStore.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { at, svarutLetter as brev, withStores } from './support/shipments.js';

interface Subject {
  readonly unitOfWork: UnitOfWork;
  readonly svarut: SvarUtReads;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** What holds of every store. `stores` are two processes on one database. */
function rules(stores: () => readonly Subject[]): void {
  const by = (n: number): Subject => stores()[n] as Subject;
  const tx = <T>(work: (tx: Tx) => Promise<T>, n = 0): Promise<T> => by(n).unitOfWork(work);
  const put = async (...letters: readonly SvarUtBrev[]): Promise<void> => {
    for (const letter of letters) await tx((t) => t.insertSvarUt(letter));
  };
  const reads = (): SvarUtReads => by(1).svarut;

  it('keeps a letter as it is, and what changes of it', async () => {
    const letter = brev({ eksternref: digest('ref'), frist: at(60), mottakersystem: 'mottak', proevd: ['POSTKASSE'] });
    await put(letter);
    expect(await reads().brev(letter.shipmentId)).to.deep.equal(letter);
    const change = {
      status: 'LEST',
      statusEndret: at(5),
      proevd: ['POSTKASSE', 'ALTINN'],
      frist: null,
      mottakersystem: null,
      lestAv: '01018012345',
    } as const;
    await tx((t) => t.updateSvarUt(letter.shipmentId, change));
    expect(await reads().brev(letter.shipmentId)).to.deep.equal({ ...letter, ...change });
    expect(await tx((t) => t.lockSvarUt(letter.shipmentId))).to.deep.equal({ ...letter, ...change });
    await tx((t) => t.updateSvarUt(letter.shipmentId, {}));
    expect(await reads().brev(letter.shipmentId)).to.deep.equal({ ...letter, ...change });
    expect(await reads().brev(randomUUID())).to.equal(undefined);
  });

  it("finds an account's own letters by the reference, newest first", async () => {
    const eksternref = digest(randomUUID());
    const [first, second] = [brev({ eksternref, mottatt: at(1) }), brev({ eksternref, mottatt: at(2) })];
    await put(first, second, brev({ eksternref, konto: 'other' }), brev({ eksternref: digest(randomUUID()) }));
    expect(await reads().iderForEksternref('arkiv', eksternref)).to.deep.equal([second.shipmentId, first.shipmentId]);
    expect(await reads().iderForEksternref('nobody', eksternref)).to.deep.equal([]);
  });

  it('lists what waits for a receiving system, oldest first and no more than is asked for', async () => {
    const mottakersystem = `mottak-${randomUUID()}`;
    const letters = [1, 2, 3].map((n) => brev({ mottakersystem, mottatt: at(n) }));
    await put(...letters, brev({ mottakersystem: 'another' }));
    const ids = letters.map(({ shipmentId }) => shipmentId);
    expect(await reads().ventende(mottakersystem, 2)).to.deep.equal(ids.slice(0, 2));
    await tx((t) => t.updateSvarUt(ids[0] as string, { mottakersystem: null }));
    expect(await reads().ventende(mottakersystem, 200)).to.deep.equal(ids.slice(1));
  });

  it('finds letters by all that is asked for, newest first and no more than is asked for', async () => {
    const [mottaker, eksternref] = [digest(randomUUID()), digest(randomUUID())];
    const letters = [
      brev({ mottaker, mottatt: at(1), status: 'LEST', eksternref }),
      brev({ mottaker, mottatt: at(2), konto: 'other' }),
      brev({ mottaker, mottatt: at(3) }),
    ];
    await put(...letters, brev({ mottaker: digest(randomUUID()), status: 'LEST' }));
    const found = async (...asked: Parameters<SvarUtReads['soek']>) =>
      (await reads().soek(...asked)).map(({ shipmentId }) => letters.findIndex((l) => l.shipmentId === shipmentId));
    expect(await found({ mottaker }, 10)).to.deep.equal([2, 1, 0]);
    expect(await found({ mottaker }, 2)).to.deep.equal([2, 1]);
    expect(await found({ mottaker, konto: 'arkiv' }, 10)).to.deep.equal([2, 0]);
    expect(await found({ mottaker, status: 'LEST' }, 10)).to.deep.equal([0]);
    expect(await found({ eksternref }, 10)).to.deep.equal([0]);
    expect(await found({ mottaker: digest('nobody') }, 10)).to.deep.equal([]);
    expect((await reads().soek({}, 1)).length).to.equal(1);
  });

  it('counts the letters of a time by account, cost code and status', async () => {
    const konto = `konto-${randomUUID()}`;
    const from = at(100_000);
    const rows = [
      brev({ konto, mottatt: at(99_999.999) }),
      brev({ konto, mottatt: from }),
      brev({ konto, mottatt: at(100_001), konteringskode: 'K-1' }),
      brev({ konto, mottatt: at(100_002), konteringskode: 'K-1' }),
      brev({ konto, mottatt: at(100_003), konteringskode: 'K-1', status: 'PRINTET' }),
      brev({ konto, mottatt: at(100_010), konteringskode: 'K-1' }),
    ];
    await put(...rows);
    const counted = (await reads().statistikk(from, at(100_010))).filter((row) => row.konto === konto);
    expect(counted).to.deep.equal([
      { konto, konteringskode: null, status: 'AKSEPTERT', antall: 1 },
      { konto, konteringskode: 'K-1', status: 'AKSEPTERT', antall: 2 },
      { konto, konteringskode: 'K-1', status: 'PRINTET', antall: 1 },
    ]);
  });

  it('knows how many letters each receiving system has let lie, and since when', async () => {
    const [one, two] = [`a-${randomUUID()}`, `b-${randomUUID()}`];
    await put(
      brev({ mottakersystem: one, mottatt: at(20) }),
      brev({ mottakersystem: one, mottatt: at(10) }),
      brev({ mottakersystem: one, mottatt: at(30) }),
      brev({ mottakersystem: two, mottatt: at(30) }),
      brev({ mottatt: at(10) }),
    );
    const lying = async (seconds: number) =>
      (await reads().liggende(at(seconds))).filter(({ mottakersystem }) => [one, two].includes(mottakersystem));
    expect(await lying(10)).to.deep.equal([]);
    expect(await lying(30)).to.deep.equal([{ mottakersystem: one, antall: 2, eldste: at(10) }]);
    expect((await lying(31)).map(({ antall }) => antall)).to.deep.equal([3, 1]);
  });

  it('pages through the letters whose time is up, each once', async () => {
    const ids = ['a', 'b', 'c', 'd'].map((letter) => letter + randomUUID().slice(1));
    const moments = [-3000, -2000, -2000, -1000].map(at);
    await put(...ids.map((shipmentId, n) => brev({ shipmentId, frist: moments[n] as Date })));
    const page = await reads().fristUte(at(-1000), undefined, 2);
    expect(page).to.deep.equal([0, 1].map((n) => ({ shipmentId: ids[n], frist: moments[n] })));
    const rest = await reads().fristUte(at(-1000), page[1], 10);
    expect(rest.map(({ shipmentId }) => shipmentId)).to.deep.equal(ids.slice(2));
    expect(await reads().fristUte(at(-1000.001), rest[0], 10)).to.deep.equal([]);
    for (const id of ids) await tx((t) => t.updateSvarUt(id, { frist: null }));
    expect(await reads().fristUte(at(-1000), undefined, 10)).to.deep.equal([]);
  });

  it('counts attempts; the window begins anew at each, and they are forgotten after it', async () => {
    const likhet = digest(randomUUID());
    const count = (seconds: number, n = 0) => tx((t) => t.countAttempt(likhet, at(seconds), at(seconds - 100)), n);
    expect([await count(0), await count(50), await count(150, 1)]).to.deep.equal([1, 2, 3]);
    expect(await count(250)).to.equal(4);
    expect(await count(350.001)).to.equal(1);
  });

  it('counts attempts of two processes at once one by one', async () => {
    const likhet = digest(randomUUID());
    const counts = await Promise.all(
      Array.from({ length: 10 }, (_, n) => tx((t) => t.countAttempt(likhet, at(n), at(-100)), n % 2)),
    );
    expect(counts.sort((a, b) => a - b)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('reserves ids, notes that one was refused, and forgets them', async () => {
    const row = { id: randomUUID(), konto: 'arkiv', reservert: at(0), avvist: null };
    const other = { ...row, id: randomUUID(), reservert: at(10) };
    for (const one of [row, other]) await tx((t) => t.reserve(one));
    expect(await reads().reservasjon(row.id)).to.deep.equal(row);
    const avvist = { tid: at(5), tekst: 'Ugyldig innhold: tittel' };
    await tx((t) => t.reserve({ ...row, konto: 'another', avvist }));
    expect(await reads().reservasjon(row.id)).to.deep.equal({ ...row, avvist });
    await tx((t) => t.forgetSvarUt(at(10), at(-1000), 100));
    expect(await reads().reservasjon(row.id)).to.equal(undefined);
    expect(await reads().reservasjon(other.id)).to.deep.equal(other);
    await tx((t) => t.releaseReservation(other.id));
    expect(await reads().reservasjon(other.id)).to.equal(undefined);
  });

  it('forgets attempts that are older than their window', async () => {
    const [old, fresh] = [digest(randomUUID()), digest(randomUUID())];
    await tx((t) => t.countAttempt(old, at(0), at(-10)));
    await tx((t) => t.countAttempt(fresh, at(1), at(-10)));
    await tx((t) => t.forgetSvarUt(at(-1000), at(1), 1000));
    expect(await tx((t) => t.countAttempt(old, at(2), at(-10)))).to.equal(1);
    expect(await tx((t) => t.countAttempt(fresh, at(2), at(-10)))).to.equal(2);
  });

  it('keeps accounts, types and receiving systems; what is put again is replaced, and a system keeps its number', async () => {
    const returadresse = { navn: 'Postmottak', adresselinjer: ['Gata 1'], postnummer: '0150', poststed: 'OSLO' };
    const policy = { altinn: true, sdp: false, ettersending: true, lesetimer: 40, lesetimerApost: 10 };
    const varsel = { epost: 'Du har post fra kommunen', sms: null };
    const konto = { brukernavn: 'arkiv', ...policy, varsel, returadresse };
    await tx((t) => t.putSvarUtKonto({ ...konto, sdp: true, lesetimer: 2, lesetimerApost: null, returadresse: null }));
    await tx((t) => t.putSvarUtKonto(konto));
    expect(await reads().kontoer()).to.deep.equal([konto]);
    expect(await reads().konto('arkiv')).to.deep.equal(konto);
    expect(await reads().konto('Arkiv')).to.equal(undefined);
    for (const navn of ['zeta', 'alfa', 'zeta']) await tx((t) => t.putForsendelseType(navn));
    expect((await reads().forsendelseTyper()).filter((navn) => ['alfa', 'zeta'].includes(navn))).to.deep.equal([
      'alfa',
      'zeta',
    ]);
    const system = {
      brukernavn: 'mottak',
      navn: 'Mottak',
      orgnr: '310000027',
      forsendelseType: null,
      nivaa: null,
      sertifikat: Buffer.from('der'),
    };
    await tx((t) => t.putMottakersystem(system));
    await tx((t) => t.putMottakersystem({ ...system, brukernavn: 'second', orgnr: '310000019' }));
    const better = { ...system, forsendelseType: 'nav.digisos', nivaa: 4 as const, sertifikat: Buffer.from('new') };
    await tx((t) => t.putMottakersystem(better));
    const [first, second, ...more] = await reads().mottakersystemer();
    expect(first).to.deep.equal({ ...better, mottakerid: first?.mottakerid });
    expect([Number(first?.mottakerid) < Number(second?.mottakerid), more]).to.deep.equal([true, []]);
    expect(await reads().mottakersystemer('310000027')).to.deep.equal([first]);
  });
}

describe('SvarUt in the store', () => {
  eachStore((database) => {
    const stores = withStores(database, 2);
    rules(stores);

    it('has the five types that were observed', async () => {
      const { svarut } = stores()[0] as Subject;
      expect(await svarut.forsendelseTyper()).to.include.members([
        'Byggesøknad',
        'Geointegrasjon.Matrikkelføring',
        'Geointegrasjon.Matrikkelføringsrespons',
        'ks.signertforsendelse',
        'nav.digisos',
      ]);
    });

    it('does not keep who read a letter in the clear', async () => {
      const letter = brev({ lestAv: '01018012345' });
      await (stores()[0] as Subject).unitOfWork((tx) => tx.insertSvarUt(letter));
      const backend = await openBackend(database.url());
      const row = await backend.read((db) =>
        db.selectFrom('svarut').selectAll().where('shipment_id', '=', letter.shipmentId).executeTakeFirstOrThrow(),
      );
      await backend.close();
      expect(row.lest_av?.includes('01018012345')).to.equal(false);
    });
  });

  describe('in memory, as tests of use cases have it', () => {
    const store = memoryStore();
    rules(() => [store, store]);
  });
});
