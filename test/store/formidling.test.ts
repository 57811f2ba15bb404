import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Koe, Utlevering } from '../../src/domain/formidling.js';
import type { FormidlingReads } from '../../src/domain/formidlingPorts.js';
import type { Tx, UnitOfWork } from '../../src/domain/ports.js';
import type { Queue } from '../../src/domain/shipmentPorts.js';
import { formidling, koekvittering, noekkel } from '../support/formidlinger.js';
import { memoryStore } from '../support/memoryStore.js';
import { testTime } from '../support/pki.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';
import { withStores } from './support/shipments.js';

interface Subject {
  readonly unitOfWork: UnitOfWork;
  readonly formidlinger: FormidlingReads;
  readonly queue: Queue;
}

const at = (seconds: number): Date => new Date(testTime.getTime() + seconds * 1000);
const LEASE = 300;

/** What holds of every store. `stores` are two processes on one database. */
function rules(stores: () => readonly Subject[]): void {
  const by = (n: number): Subject => stores()[n] as Subject;
  const tx = <T>(work: (tx: Tx) => Promise<T>, n = 0): Promise<T> => by(n).unitOfWork(work);
  /** A queue that no other test uses. */
  const koe = (changes: Partial<Koe> = {}): Koe => ({
    eier: '310000019',
    mpc: { prioritet: 'NORMAL', id: randomUUID() },
    ...changes,
  });
  const put = async (where: Koe, count: number, seconds = 0): Promise<string[]> => {
    const sbds = Array.from({ length: count }, (_, i) => `<a>${i} æ</a>`);
    for (const sbd of sbds) await tx((t) => t.putKoekvittering(koekvittering({ ...where, sbd, mottatt: at(seconds) })));
    return sbds;
  };
  const lease = (where: Koe, seconds = 0, n = 0, hentetAv = noekkel().key): Promise<Utlevering | undefined> =>
    tx((t) => t.leaseKoekvittering(where, at(seconds), at(seconds + LEASE), hentetAv), n);

  it('keeps a message as it is, finds it by its conversation in any case, and gives it a turn', async () => {
    const one = formidling({ konversasjonsId: randomUUID().toUpperCase(), leverandoer: `P${randomUUID()}` });
    await tx((t) => t.insertFormidling(one));
    const kept = await by(1).formidlinger.byId(one.id);
    expect(kept).to.deep.equal(one);
    for (const id of [one.konversasjonsId, one.konversasjonsId.toLowerCase()]) {
      const [rute, ...more] = await by(1).formidlinger.byConversation(id);
      expect(more).to.deep.equal([]);
      expect(rute).to.include({ id: one.id, eier: one.eier, dokumentavsender: one.dokumentavsender, art: 'digital' });
      expect(rute?.mpc).to.deep.equal(one.mpc);
    }
    const jobs = await by(0).queue.claim(testTime, 60_000, 100, () => Infinity);
    const mine = jobs.filter(({ shipmentId }) => shipmentId === one.id);
    expect(mine.map(({ forsoek }) => forsoek)).to.deep.equal([1]);
    expect(await by(0).formidlinger.byId('formidling-none')).to.equal(undefined);
    expect(await by(0).formidlinger.byConversation(randomUUID())).to.deep.equal([]);
  });

  it('keeps a message without a channel of its own, that nobody pays for', async () => {
    const one = formidling({ mpc: { prioritet: 'NORMAL', id: undefined }, regning: null });
    await tx((t) => t.insertFormidling(one));
    expect(await by(0).formidlinger.byId(one.id)).to.deep.equal(one);
  });

  it('the newest message of a conversation comes first', async () => {
    const konversasjonsId = randomUUID();
    const messages = [1, 3, 2].map((s) => formidling({ konversasjonsId, mottatt: at(s) }));
    for (const one of messages) await tx((t) => t.insertFormidling(one));
    const found = await by(0).formidlinger.byConversation(konversasjonsId);
    expect(found.map(({ id }) => id)).to.deep.equal([messages[1]?.id, messages[2]?.id, messages[0]?.id]);
  });

  it('changes the state of a message', async () => {
    const one = formidling();
    await tx((t) => t.insertFormidling(one));
    expect(await tx((t) => t.lockFormidling(one.id))).to.equal('MOTTATT');
    await tx((t) => t.settleFormidling(one.id, 'SENDT'));
    expect(await tx((t) => t.lockFormidling(one.id), 1)).to.equal('SENDT');
    expect(await tx((t) => t.lockFormidling('formidling-none'))).to.equal(undefined);
  });

  it('R-38: knows a message again by its key, and one with other content by its digest', async () => {
    const first = noekkel();
    expect(await tx((t) => t.rememberMessage(first))).to.equal('new');
    expect(await tx((t) => t.rememberMessage(first), 1)).to.equal('same');
    expect(await tx((t) => t.rememberMessage({ ...first, digest: Buffer.alloc(32, 9) }), 1)).to.equal('other');
    expect(await tx((t) => t.rememberMessage(noekkel()))).to.equal('new');
  });

  it('R-38: the same message many times at once is new once', async () => {
    const one = noekkel();
    const seen = await Promise.all(Array.from({ length: 20 }, (_, i) => tx((t) => t.rememberMessage(one), i % 2)));
    expect(seen.filter((s) => s === 'new')).to.have.length(1);
    expect(seen.filter((s) => s === 'same')).to.have.length(19);
  });

  it('R-37: receipts come in the order of arrival, each to one at a time, and only from their own queue', async () => {
    const [mine, foreign] = [koe(), koe()];
    const sbds = await put(mine, 3);
    await put(foreign, 1);
    await put({ ...mine, eier: '310000027' }, 1);
    await put({ ...mine, mpc: { ...mine.mpc, prioritet: 'PRIORITERT' } }, 1);
    const given = [await lease(mine), await lease(mine, 0, 1), await lease(mine)];
    expect(given.map((one) => one?.sbd)).to.deep.equal(sbds);
    expect(await lease(mine, 0, 1)).to.equal(undefined);
  });

  it('R-37: what is not confirmed comes again under another MessageId when the lease is over', async () => {
    const mine = koe();
    await put(mine, 1);
    const first = await lease(mine);
    expect(await lease(mine, LEASE - 0.001, 1)).to.equal(undefined);
    const second = await lease(mine, LEASE, 1);
    expect(second?.sbd).to.equal(first?.sbd);
    expect(second?.instansId).to.equal(first?.instansId);
    expect(second?.meldingsId).not.to.equal(first?.meldingsId);
    for (const one of [first, second]) {
      expect(one?.meldingsId).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('R-37: a confirmation ends a receipt, a late one of an earlier delivery too, and only for its owner', async () => {
    const mine = koe();
    await put(mine, 2);
    const first = (await lease(mine)) as Utlevering;
    expect(await tx((t) => t.confirmKoekvittering('310000027', first.meldingsId))).to.equal(false);
    await lease(mine, LEASE);
    const again = (await lease(mine, LEASE)) as Utlevering;
    expect(again.instansId).to.equal(first.instansId);
    expect(await tx((t) => t.confirmKoekvittering(mine.eier, first.meldingsId))).to.equal(true);
    expect(await tx((t) => t.confirmKoekvittering(mine.eier, first.meldingsId))).to.equal(false);
    expect(await tx((t) => t.confirmKoekvittering(mine.eier, again.meldingsId))).to.equal(false);
    const left = await lease(mine, 2 * LEASE);
    expect(left?.sbd).to.equal('<a>1 æ</a>');
    expect(await lease(mine, 2 * LEASE)).to.equal(undefined);
  });

  it('a receipt that nobody has been given cannot be confirmed', async () => {
    const mine = koe();
    const one = koekvittering(mine);
    await tx((t) => t.putKoekvittering(one));
    expect(await tx((t) => t.confirmKoekvittering(mine.eier, one.id))).to.equal(false);
    expect((await lease(mine))?.instansId).to.equal(one.instansId);
  });

  it('SECURITY 74: knows what a request was given, as long as it is lent', async () => {
    const [mine, request] = [koe(), noekkel().key];
    await put(mine, 1);
    expect(await tx((t) => t.leasedBy(request, testTime))).to.equal(undefined);
    const given = await lease(mine, 0, 0, request);
    expect(await tx((t) => t.leasedBy(request, at(LEASE - 1)), 1)).to.deep.equal(given);
    expect(await tx((t) => t.leasedBy(request, at(LEASE)))).to.equal(undefined);
    await tx((t) => t.confirmKoekvittering(mine.eier, given?.meldingsId ?? ''));
    expect(await tx((t) => t.leasedBy(request, testTime))).to.equal(undefined);
  });

  it('parallel requests never get the same receipt twice, and get them all', async () => {
    const mine = koe();
    await put(mine, 20);
    const given = await Promise.all(Array.from({ length: 20 }, (_, i) => lease(mine, 0, i % 2)));
    expect(new Set(given.map((one) => one?.sbd)).size).to.equal(20);
    expect(await lease(mine)).to.equal(undefined);
  });
}

describe('messages that are passed on, and receipts that wait', function () {
  this.timeout(30_000);
  eachStore((database) => {
    const stores = withStores(database, 2);
    rules(stores);

    it('an operator sees whose message waits', async () => {
      const one = formidling();
      const store = stores()[0];
      await store?.unitOfWork((tx) => tx.insertFormidling(one));
      const rows = (await store?.shipments.queue(1000)) ?? [];
      const row = rows.find(({ shipmentId }) => shipmentId === one.id);
      expect(row).to.deep.include({ avsender: one.eier, leverandoer: one.leverandoer, forsoek: 0, sisteHendelse: '' });
    });

    it('forgets messages that nobody repeats any more', async () => {
      const [store] = stores();
      const one = noekkel({ expires: at(10) });
      await store?.unitOfWork((tx) => tx.rememberMessage(one));
      await store?.pruneReplay(at(9));
      expect(await store?.unitOfWork((tx) => tx.rememberMessage(one))).to.equal('same');
      await store?.pruneReplay(at(10));
      expect(await store?.unitOfWork((tx) => tx.rememberMessage(one))).to.equal('new');
    });

    it('keeps what a message says sealed', async () => {
      const one = formidling();
      await stores()[0]?.unitOfWork((tx) => tx.insertFormidling(one));
      const backend = await openBackend(database.url());
      const row = await backend.read((db) =>
        db.selectFrom('formidling').select('innhold').where('id', '=', one.id).executeTakeFirstOrThrow(),
      );
      await backend.close();
      expect(Buffer.from(row.innhold).includes('StandardBusinessDocument')).to.equal(false);
    });
  });

  describe('of the memory store that tests of use cases stand on', () => {
    const store = memoryStore();
    rules(() => [store, store]);
  });
});
