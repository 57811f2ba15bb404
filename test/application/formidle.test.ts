import { expect } from 'chai';
import { createCircuits } from '../../src/application/circuits.js';
import { formidle, type FormidleDeps } from '../../src/application/formidle.js';
import type { Formidling, Formidlingstilstand, Koekvittering } from '../../src/domain/formidling.js';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import type { Feiltype } from '../../src/domain/receipts.js';
import type { Utfall } from '../../src/domain/retry.js';
import type { Tospraaklig } from '../../src/domain/routing/words.js';
import type { Job } from '../../src/domain/shipment.js';
import { Failure } from '../../src/errors.js';
import { formidling } from '../support/formidlinger.js';
import { mailbox } from '../support/letters.js';
import { memoryStore } from '../support/memoryStore.js';
import { testTime } from '../support/pki.js';

const later = (ms: number): Date => new Date(testTime.getTime() + ms);
const day = 86_400_000;
const down: Utfall = { type: 'deferred', kode: 'TRANSPORT', grunn: ordrett('HTTP 503') };
const rejected = (kode: string): Utfall => ({ type: 'rejected', kode, grunn: { nb: 'avvist', en: 'refused' } });

interface Setup {
  readonly message?: Partial<Formidling>;
  readonly deliver?: (formidling: Formidling) => Promise<Utfall> | Utfall;
}

/** A store with one message, due at `testTime`, and a provider that does as it is told. */
async function passing({ message = {}, deliver = () => ({ type: 'sent' }) }: Setup = {}) {
  const store = memoryStore();
  const one = formidling(message);
  await store.unitOfWork((tx) => tx.insertFormidling(one));
  let now = testTime;
  const delivered: Formidling[] = [];
  const told: (readonly [Feiltype, Tospraaklig])[] = [];
  const reports: boolean[] = [];
  const failures: unknown[] = [];
  const real = createCircuits();
  const deps: FormidleDeps = {
    formidlinger: store.formidlinger,
    unitOfWork: store.unitOfWork,
    clock: { now: () => now },
    calendar: { now: () => now },
    random: () => 0.5,
    videresender: {
      deliver: async (given) => {
        delivered.push(given);
        return deliver(given);
      },
      feil: async ({ eier, mpc }, feiltype, detaljer): Promise<Koekvittering> => {
        told.push([feiltype, detaljer]);
        return {
          id: '0000000a-0000-4000-8000-000000000001',
          mottatt: now,
          eier,
          mpc,
          instansId: 'feil',
          sbd: '<feil/>',
        };
      },
    },
    circuits: {
      most: (leverandoer, at) => real.most(leverandoer, at),
      report: (_, reached) => void reports.push(reached),
    },
    failed: (error) => failures.push(error),
  };
  const claim = async (): Promise<Job> => {
    const [job] = await store.queue.claim(now, 60_000, 1, () => Infinity);
    if (job === undefined) throw new Error('nothing is due');
    return job;
  };
  const state = async (): Promise<Formidlingstilstand | undefined> => (await store.formidlinger.byId(one.id))?.tilstand;
  return {
    ...{ store, one, delivered, told, reports, failures, claim, state },
    /** Packages that nobody needs any more, whatever the calendar says. */
    removed: () => [...store.payloads()].flatMap(([ref, { ledig }]) => (ledig === 0 ? [ref] : [])),
    turn: async (job?: Job) => formidle(deps)(job ?? (await claim())),
    at: (time: Date) => void (now = time),
    job: async () => (await store.shipments.queue(10))[0],
    events: () => store.shipments.events(one.id),
    waiting: () => store.unitOfWork((tx) => tx.leaseKoekvittering(one, now, later(60 * day), Buffer.alloc(32))),
  };
}

describe('application/formidle', () => {
  it('passes a message on, ends its turn and lets the package go', async () => {
    const p = await passing();
    await p.turn();
    expect(p.delivered).to.deep.equal([p.one]);
    expect([await p.state(), await p.job(), p.removed()]).to.deep.equal(['SENDT', undefined, [p.one.innhold.cms.ref]]);
    expect((await p.events()).map(({ type }) => type)).to.deep.equal(['SENDT']);
    expect([p.told, await p.waiting(), p.reports]).to.deep.equal([[], undefined, [true]]);
  });

  it('tries again what a provider did not take over, with the same message', async () => {
    const p = await passing({ deliver: () => down });
    await p.turn();
    expect([await p.state(), p.removed(), p.told]).to.deep.equal(['MOTTATT', [], []]);
    const job = await p.job();
    expect([job?.forsoek, job?.givenUp, job?.leverandoer]).to.deep.equal([1, false, mailbox]);
    expect(job?.neste.getTime()).to.be.above(testTime.getTime());
    expect((await p.events()).map(({ type, kode }) => [type, kode])).to.deep.equal([['FORSOEK_UTSATT', 'TRANSPORT']]);
    p.at(job?.neste ?? testTime);
    await p.turn();
    expect(p.delivered.map(({ videreId }) => videreId)).to.deep.equal([p.one.videreId, p.one.videreId]);
    expect(p.reports).to.deep.equal([false, false]);
  });

  it('an error of our own is told to the operator, and the message waits', async () => {
    const error = new Failure('UNAVAILABLE', 'no address');
    const p = await passing({ deliver: () => Promise.reject(error) });
    await p.turn();
    expect([p.failures, await p.state(), p.reports]).to.deep.equal([[error], 'MOTTATT', []]);
  });

  for (const [prioritet, days] of [
    ['PRIORITERT', 1],
    ['NORMAL', 30],
  ] as const) {
    it(`R-37: ${prioritet} is tried for ${days} days after it was taken over, and then its sender is told`, async () => {
      const p = await passing({ message: { mpc: { prioritet, id: 'a' } }, deliver: () => down });
      p.at(later(days * day - 1));
      await p.turn();
      expect([await p.state(), p.told]).to.deep.equal(['MOTTATT', []]);
      p.at(later(days * day));
      await p.turn();
      expect(await p.state()).to.equal('FEILET');
      expect(p.told.map(([feiltype]) => feiltype)).to.deep.equal(['SERVER']);
      expect(await p.job()).to.equal(undefined);
      expect((await p.events()).at(-1)).to.include({ type: 'OPPGITT', kode: 'TRANSPORT' });
      expect((await p.waiting())?.instansId).to.equal('feil');
      expect(p.removed()).to.deep.equal([p.one.innhold.cms.ref]);
    });
  }

  const refusals: readonly (readonly [string, Feiltype])[] = [
    ['EBMS:0003', 'KLIENT'],
    ['EBMS:0008', 'KLIENT'],
    ['EBMS:0103', 'SERVER'],
    ['EBMS:0102', 'SERVER'],
  ];
  for (const [kode, feiltype] of refusals) {
    it(`R-40: a refusal with ${kode} is final, and told as feil ${feiltype}`, async () => {
      const p = await passing({ deliver: () => rejected(kode) });
      await p.turn();
      expect([await p.state(), await p.job()]).to.deep.equal(['FEILET', undefined]);
      expect(p.told).to.deep.equal([[feiltype, { nb: `${kode}: avvist`, en: `${kode}: refused` }]]);
      expect((await p.waiting())?.sbd).to.equal('<feil/>');
    });
  }

  it('R-40: FailedAuthentication may be a message that was damaged on its way, so it is tried again', async () => {
    const p = await passing({ deliver: () => rejected('EBMS:0101') });
    await p.turn();
    expect([await p.state(), p.told]).to.deep.equal(['MOTTATT', []]);
  });

  it('R-46: what a receipt has said before the answer came stands', async () => {
    for (const outcome of [down, rejected('EBMS:0003'), { type: 'sent' } as const]) {
      const p = await passing({
        deliver: async () => {
          await p.store.unitOfWork((tx) => tx.settleFormidling(p.one.id, 'SENDT'));
          return outcome;
        },
      });
      await p.turn();
      expect([await p.state(), await p.job(), await p.waiting()]).to.deep.equal(['SENDT', undefined, undefined]);
      expect(await p.events()).to.deep.equal([]);
    }
  });

  it('does not pass on what has come to its end, or is not there any more', async () => {
    const p = await passing({ message: { tilstand: 'SENDT' } });
    await p.turn();
    expect([p.delivered, await p.job(), p.removed()]).to.deep.equal([[], undefined, [p.one.innhold.cms.ref]]);
    const gone = await passing();
    const job = await gone.claim();
    await gone.turn({ ...job, shipmentId: 'formidling-none' });
    expect(gone.delivered).to.deep.equal([]);
  });

  it('whose lease has run out writes nothing, and keeps the package for the other', async () => {
    const p = await passing();
    const late = await p.claim();
    p.at(later(60_001));
    await p.claim();
    await p.turn(late);
    expect([await p.state(), p.removed(), await p.events()]).to.deep.equal(['MOTTATT', [], []]);
  });

  it('nor does it say that it tries again', async () => {
    const p = await passing({ deliver: () => down });
    const late = await p.claim();
    p.at(later(60_001));
    await p.claim();
    const before = await p.job();
    await p.turn(late);
    expect([await p.events(), await p.job()]).to.deep.equal([[], before]);
  });
});
