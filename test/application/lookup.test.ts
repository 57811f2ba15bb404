import { expect } from 'chai';
import { authorise, readNothing, record } from '../../src/application/lookup.js';
import { Failure } from '../../src/errors.js';
import type { SenderData } from '../../src/domain/sender.js';
import { failureOf, testTime } from '../support/pki.js';
import { lookupTest, numbers, requester, senders } from './lookups.js';

const { sender, supplier, stranger } = numbers;

describe('application/lookup', () => {
  describe('authorise', () => {
    const ask = async (
      changes: Parameters<typeof requester>[0],
      data: SenderData = senders,
      tjeneste: 'OPPSLAGSTJENESTEN' | 'ENDRINGSTJENESTEN' = 'OPPSLAGSTJENESTEN',
    ) => {
      const { deps } = await lookupTest([], data);
      return () => authorise(deps, requester(changes), tjeneste);
    };

    it('R-42: gives the organisation acted for, itself when nobody was named', async () => {
      expect((await ask({}))()).to.equal(sender);
      expect((await ask({ paaVegneAv: sender }))()).to.equal(sender);
      expect((await ask({ organisasjon: supplier, paaVegneAv: sender }))()).to.equal(sender);
    });

    it('R-42: refuses without the right, with whose right was missing and for what', async () => {
      for (const [changes, owner] of [
        [{ organisasjon: stranger }, stranger],
        [{ organisasjon: supplier }, supplier],
        [{ organisasjon: stranger, paaVegneAv: sender }, sender],
        [{ paaVegneAv: stranger }, stranger],
        [{ organisasjon: '999999999' }, '999999999'],
      ] as const) {
        for (const service of ['OPPSLAGSTJENESTEN', 'ENDRINGSTJENESTEN'] as const) {
          const failure = failureOf(await ask(changes, senders, service));
          expect([failure.code, failure.values]).to.deep.equal(['NO_ACCESS', { owner, service }]);
        }
      }
    });

    it('holds each service for itself', async () => {
      const one = { ...senders, rettigheter: senders.rettigheter.slice(0, 1) };
      expect((await ask({}, one))()).to.equal(sender);
      expect(failureOf(await ask({}, one, 'ENDRINGSTJENESTEN')).code).to.equal('NO_ACCESS');
    });

    it('holds the certificate against those registered, before any right', async () => {
      const registered = {
        organisasjonsnummer: sender,
        fingeravtrykk: 'cd'.repeat(32),
        pem: '',
        fra: testTime,
        til: null,
      };
      const data = { ...senders, sertifikater: [registered] };
      expect((await ask({ fingeravtrykk: registered.fingeravtrykk }, data))()).to.equal(sender);
      expect(failureOf(await ask({}, data)).code).to.equal('INVALID_SECURITY_TOKEN');
      expect(failureOf(await ask({}, { ...data, rettigheter: [] })).code).to.equal('INVALID_SECURITY_TOKEN');
      const ended = { ...senders, sertifikater: [{ ...registered, fra: new Date(0), til: testTime }] };
      expect(failureOf(await ask({ fingeravtrykk: registered.fingeravtrykk }, ended)).code).to.equal(
        'INVALID_SECURITY_TOKEN',
      );
    });
  });

  describe('record', () => {
    it('writes who asked, for whom, what and about whom, hashed, in one transaction', async () => {
      const { store, deps, calls } = await lookupTest([]);
      const asks = requester({ organisasjon: supplier });
      await record(deps, asks, sender, 'HentPersoner', ['1', '2'], readNothing);
      expect(store.events()).to.deep.equal([
        {
          at: testTime,
          correlationId: asks.correlationId,
          organisasjon: supplier,
          paaVegneAv: sender,
          operasjon: 'HentPersoner',
          personer: Buffer.from('1...............2...............'),
        },
      ]);
      expect(calls).to.deep.equal(['unitOfWork', 'remember', 'appendEvent']);
    });

    it('refuses the same signed request the second time, and writes nothing of it', async () => {
      const { store, deps } = await lookupTest([]);
      const asks = requester();
      await record(deps, asks, sender, 'HentPersoner', [], readNothing);
      const again = await record(deps, asks, sender, 'HentPersoner', [], readNothing).catch((error: unknown) => error);
      expect(again).to.be.instanceOf(Failure).with.property('code', 'REPLAYED');
      expect(store.events()).to.have.length(1);
      await record(deps, requester(), sender, 'HentPersoner', [], readNothing);
      expect(store.events()).to.have.length(2);
    });

    it('takes one of two that come at once', async () => {
      const { store, deps } = await lookupTest([]);
      const asks = requester();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 5 }, () => record(deps, asks, sender, 'HentPersoner', [], readNothing)),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      expect(store.events()).to.have.length(1);
    });

    it('passes on that the store failed', async () => {
      const { deps } = await lookupTest([]);
      const broken = { ...deps, unitOfWork: () => Promise.reject(new Error('no disk')) };
      const outcome = await record(broken, requester(), sender, 'HentPersoner', [], readNothing).catch(
        (error: unknown) => error,
      );
      expect(outcome).to.be.instanceOf(Error).with.property('message', 'no disk');
    });
  });
});
