import { expect } from 'chai';
import { hentFraKoe } from '../../src/application/hentFraKoe.js';
import { kvitteringTilAvsender } from '../../src/application/kvitteringTilAvsender.js';
import type { BraktKvittering } from '../../src/domain/receipts.js';
import { createPullPace } from '../../src/application/pullPace.js';
import { kanFormidle, kanHente, taImotMelding, type Melding } from '../../src/application/taImotMelding.js';
import type { Formidling, Koe, Mpc, Utlevering } from '../../src/domain/formidling.js';
import type { SenderData } from '../../src/domain/sender.js';
import { limits } from '../../src/limits.js';
import { formidling, koekvittering, noekkel } from '../support/formidlinger.js';
import { mailbox } from '../support/letters.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import { memoryStore } from '../support/memoryStore.js';
import { testTime } from '../support/pki.js';
import { senders as some } from './shipping.js';
import { numbers } from './lookups.js';
import { codeOf } from './shipping.js';

const later = (ms: number): Date => new Date(testTime.getTime() + ms);
const clockAt = (now: () => Date) => ({ now });
const clock = clockAt(() => testTime);

/** `sender` may use the broker; `supplier` may act for it; `sender2` is known and may not. */
const data: SenderData = {
  ...some,
  rettigheter: [{ organisasjon: numbers.sender, tjeneste: 'SDP', fra: new Date('2020-01-01'), til: null }],
};
const senders = () => data;
const mpc: Mpc = { prioritet: 'NORMAL', id: 'a' };

describe('application/taImotMelding', () => {
  async function taking() {
    const [store, payloads] = [memoryStore(), memoryPayloads()];
    const {
      eier,
      mpc: koe,
      meldingsId,
      art,
      leverandoer,
      konversasjonsId,
      dokumentavsender,
      regning,
      innhold,
    } = formidling();
    const one = { eier, mpc: koe, meldingsId, art, leverandoer, konversasjonsId, dokumentavsender, regning, innhold };
    const put = () =>
      payloads.put(
        (async function* () {
          yield Buffer.from('cms');
        })(),
      );
    const melding = async (changes: Partial<Melding> = {}): Promise<Melding> => ({
      ...one,
      noekkel: first,
      innhold: { ...one.innhold, cms: await put() },
      ...changes,
    });
    const first = noekkel();
    return {
      store,
      payloads,
      melding,
      first,
      taImot: taImotMelding({ unitOfWork: store.unitOfWork, clock, payloads }),
    };
  }
  const found = async (store: ReturnType<typeof memoryStore>, m: Melding): Promise<Formidling[]> => {
    const all = await store.formidlinger.byConversation(m.konversasjonsId);
    return Promise.all(all.map(async ({ id }) => (await store.formidlinger.byId(id)) as Formidling));
  };

  it('R-39: takes a message over, as it is, and gives it a turn', async () => {
    const t = await taking();
    const { noekkel: key, ...given } = await t.melding();
    expect(await t.taImot({ ...given, noekkel: key })).to.equal(true);
    const [one, ...more] = await found(t.store, { ...given, noekkel: key });
    expect(more).to.deep.equal([]);
    expect(one).to.deep.include({ ...given, tilstand: 'MOTTATT', mottatt: testTime });
    expect(one?.videreId).not.to.equal(given.meldingsId);
    expect((await t.store.shipments.queue(9)).map(({ shipmentId }) => shipmentId)).to.deep.equal([one?.id]);
    expect(t.payloads.stored.size).to.equal(1);
  });

  it('R-38: the same message again changes nothing, and its package is let go', async () => {
    const t = await taking();
    const first = await t.melding();
    const answers = await Promise.all([t.taImot(first), t.taImot(await t.melding()), t.taImot(await t.melding())]);
    expect(answers).to.deep.equal([true, false, false]);
    expect(await found(t.store, first)).to.have.length(1);
    expect([...t.payloads.stored.keys()]).to.deep.equal([first.innhold.cms.ref]);
  });

  it('R-38: the same MessageId with other content is refused, and the first stays', async () => {
    const t = await taking();
    const first = await t.melding();
    await t.taImot(first);
    const other = await t.melding({ noekkel: { ...t.first, digest: Buffer.alloc(32, 2) } });
    expect(await codeOf(t.taImot(other))).to.equal('MESSAGE_ID_USED');
    expect(await found(t.store, first)).to.have.length(1);
    expect([...t.payloads.stored.keys()]).to.deep.equal([first.innhold.cms.ref]);
  });
});

describe('who may use the broker', () => {
  const signer = (organisasjonsnummer: string) => ({ organisasjonsnummer, fingeravtrykk: 'ab'.repeat(32) });
  const formidle = kanFormidle({ senders, clock });
  const hente = kanHente({ senders, clock });
  const verdict = (work: () => void): Promise<unknown> =>
    Promise.resolve()
      .then(work)
      .then(
        () => 'may',
        (error: { code?: unknown }) => error.code,
      );
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['R-42: a sender with the right', numbers.sender, numbers.sender, 'may'],
    ['R-42: who acts for it', numbers.supplier, numbers.sender, 'may'],
    ['SECURITY 86: who may act, for itself', numbers.supplier, numbers.supplier, 'NO_ACCESS'],
    ['SECURITY 86: a sender for who acts for it', numbers.sender, numbers.supplier, 'NO_ACCESS'],
    ['SECURITY 86: nobody that is known', '999999999', numbers.sender, 'NO_ACCESS'],
  ];
  for (const [what, who, avsender, expected] of cases) {
    it(`${what} → ${expected}`, async () => {
      expect(await verdict(() => formidle(signer(who), avsender))).to.equal(expected);
    });
  }

  it('R-42: receipts are fetched by who has the right, or acts for who has it', async () => {
    expect(await verdict(() => hente(signer(numbers.sender)))).to.equal('may');
    expect(await verdict(() => hente(signer(numbers.supplier)))).to.equal('may');
    expect(await verdict(() => hente(signer('999999999')))).to.equal('NO_ACCESS');
  });

  it('SECURITY 86: who has registered certificates uses no other', async () => {
    const sertifikater = [
      { organisasjonsnummer: numbers.sender, fingeravtrykk: 'cd'.repeat(32), pem: '', fra: new Date(0), til: null },
    ];
    const with1 = { senders: () => ({ ...data, sertifikater }), clock };
    expect(await verdict(() => kanFormidle(with1)(signer(numbers.sender), numbers.sender))).to.equal(
      'INVALID_SECURITY_TOKEN',
    );
    expect(await verdict(() => kanHente(with1)(signer(numbers.sender)))).to.equal('INVALID_SECURITY_TOKEN');
    const registered = { organisasjonsnummer: numbers.sender, fingeravtrykk: 'cd'.repeat(32) };
    expect(await verdict(() => kanFormidle(with1)(registered, numbers.sender))).to.equal('may');
  });
});

describe('application/hentFraKoe', () => {
  const koe: Koe = { eier: numbers.sender, mpc };
  async function fetching(receipts: number) {
    const store = memoryStore();
    let now = testTime;
    for (let i = 0; i < receipts; i++) {
      await store.unitOfWork((tx) => tx.putKoekvittering(koekvittering({ ...koe, sbd: `<a>${i}</a>` })));
    }
    const hent = hentFraKoe({
      formidlinger: store.formidlinger,
      unitOfWork: store.unitOfWork,
      clock: clockAt(() => now),
    });
    const ask = (changes: Partial<Parameters<typeof hent>[0]> = {}) =>
      hent({ eier: koe.eier, bekreft: undefined, hent: mpc, replay: noekkel(), ...changes });
    return { ask, at: (time: Date) => void (now = time) };
  }

  const confirming = (utlevert: Utlevering | undefined) => ({
    meldingsId: utlevert?.meldingsId ?? 'none',
    gjelder: (held: Utlevering) => held.sbd === utlevert?.sbd,
  });

  it('a confirmation of other content is refused, changes nothing, and the receipt comes again', async () => {
    const f = await fetching(2);
    const first = (await f.ask()).utlevering;
    const other = { ...confirming(first), gjelder: () => false };
    const refused: unknown = await f.ask({ bekreft: other }).catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'CONFIRMATION_MISMATCH');
    expect((await f.ask()).utlevering?.sbd, 'the next was not lent by the refused message').to.equal('<a>1</a>');
    f.at(later(limits.receiptLease));
    const again = (await f.ask()).utlevering;
    expect([again?.sbd, again?.meldingsId === first?.meldingsId]).to.deep.equal(['<a>0</a>', false]);
    const late = await f.ask({ bekreft: confirming(first), hent: undefined });
    expect(late.bekreftet, 'by its first delivery').to.equal(true);
  });

  it('nobody is told of the content of a receipt of others', async () => {
    const f = await fetching(1);
    const first = (await f.ask()).utlevering;
    const svar = await f.ask({ eier: numbers.supplier, bekreft: { ...confirming(first), gjelder: () => false } });
    expect(svar.bekreftet).to.equal(false);
  });

  it(`R-37: lends a receipt for ${limits.receiptLease} milliseconds, and it comes again`, async () => {
    const f = await fetching(1);
    const first = await f.ask();
    expect(first.utlevering?.sbd).to.equal('<a>0</a>');
    f.at(later(limits.receiptLease - 1));
    expect((await f.ask()).utlevering).to.equal(undefined);
    f.at(later(limits.receiptLease));
    expect((await f.ask()).utlevering?.sbd).to.equal('<a>0</a>');
  });

  it('confirms alone, asks alone, and does both at once', async () => {
    const f = await fetching(2);
    const first = (await f.ask()).utlevering;
    const both = await f.ask({ bekreft: confirming(first) });
    expect([both.bekreftet, both.utlevering?.sbd]).to.deep.equal([true, '<a>1</a>']);
    const alone = await f.ask({ bekreft: confirming(both.utlevering), hent: undefined });
    expect(alone).to.deep.equal({ bekreftet: true, utlevering: undefined });
    f.at(later(limits.receiptLease));
    expect((await f.ask()).utlevering).to.equal(undefined);
  });

  it('a confirmation of nothing is no error, and says so', async () => {
    const f = await fetching(1);
    const svar = await f.ask({ bekreft: { meldingsId: 'unknown', gjelder: () => false } });
    expect([svar.bekreftet, svar.utlevering?.sbd]).to.deep.equal([false, '<a>0</a>']);
  });

  it('SECURITY 74, 75: the same signed request gets its first answer again, and takes no other receipt', async () => {
    const f = await fetching(2);
    const replay = noekkel();
    const first = await f.ask({ replay });
    expect(await f.ask({ replay })).to.deep.equal(first);
    const empty = noekkel();
    await f.ask();
    expect((await f.ask({ replay: empty })).utlevering).to.equal(undefined);
    await f.ask({ hent: undefined, bekreft: confirming(first.utlevering) });
    expect((await f.ask({ replay })).utlevering).to.equal(undefined);
    f.at(later(limits.receiptLease));
    expect((await f.ask({ replay: empty })).utlevering, 'an empty answer stays empty').to.equal(undefined);
  });
});

describe('application/pullPace', () => {
  const koe = (prioritet: Mpc['prioritet'], id?: string): Koe => ({ eier: '310000019', mpc: { prioritet, id } });
  for (const [prioritet, ms] of [
    ['NORMAL', 600_000],
    ['PRIORITERT', 60_000],
  ] as const) {
    it(`R-37: an empty ${prioritet} channel is asked about again after ${ms} milliseconds`, () => {
      const pace = createPullPace();
      expect(pace.early(koe(prioritet), testTime)).to.equal(false);
      pace.found(koe(prioritet), true, testTime);
      expect(pace.early(koe(prioritet), later(ms - 1))).to.equal(true);
      expect(pace.early(koe(prioritet), later(ms))).to.equal(false);
    });
  }

  it('R-37: after a receipt the next may be asked for at once, and other channels are others', () => {
    const pace = createPullPace();
    pace.found(koe('NORMAL'), true, testTime);
    for (const other of [koe('NORMAL', 'a'), koe('PRIORITERT'), { ...koe('NORMAL'), eier: '310000027' }]) {
      expect(pace.early(other, testTime)).to.equal(false);
    }
    pace.found(koe('NORMAL'), false, testTime);
    expect(pace.early(koe('NORMAL'), testTime)).to.equal(false);
  });

  it('remembers so many queues, and forgets the oldest', () => {
    expect(limits.brokerQueues).to.equal(10_000);
    const pace = createPullPace(2);
    for (const id of ['a', 'b']) pace.found(koe('NORMAL', id), true, testTime);
    expect(pace.early(koe('NORMAL', 'a'), testTime)).to.equal(true);
    pace.found(koe('NORMAL', 'c'), true, testTime);
    const known = ['a', 'b', 'c'].map((id) => pace.early(koe('NORMAL', id), testTime));
    expect(known).to.deep.equal([false, true, true]);
  });
});

describe('application/kvitteringTilAvsender', () => {
  const message = formidling({ eier: numbers.supplier, mpc, dokumentavsender: numbers.sender });
  const receipt = (changes: Partial<BraktKvittering> = {}): BraktKvittering => ({
    type: 'levering',
    feiltype: null,
    detaljer: '',
    konversasjonsId: message.konversasjonsId,
    leverandoer: mailbox,
    mottaker: numbers.sender,
    replay: noekkel(),
    melding: noekkel(),
    mpc: { prioritet: 'PRIORITERT', id: 'said' },
    instansId: 'aaaaaaaa-0000-4000-8000-000000000001',
    sbd: '<kvittering/>',
    ...changes,
  });
  async function receiving(messages: readonly Formidling[] = [message]) {
    const store = memoryStore();
    for (const one of messages) await store.unitOfWork((tx) => tx.insertFormidling(one));
    const til = kvitteringTilAvsender({
      formidlinger: store.formidlinger,
      unitOfWork: store.unitOfWork,
      clock,
      calendar: clock,
      senders,
    });
    const waiting = async (koe: Koe): Promise<string[]> => {
      const found: string[] = [];
      for (;;) {
        const one = await store.unitOfWork((tx) => tx.leaseKoekvittering(koe, testTime, later(1000), noekkel().key));
        if (one === undefined) return found;
        found.push(one.sbd);
      }
    };
    return { store, til, waiting, state: async () => (await store.formidlinger.byId(message.id))?.tilstand };
  }

  it('R-39: a receipt waits with whoever signed the envelope, in the channel of the message', async () => {
    const r = await receiving();
    expect(await r.til(receipt())).to.equal(true);
    expect(await r.waiting(message)).to.deep.equal(['<kvittering/>']);
    expect(await r.waiting({ eier: numbers.sender, mpc })).to.deep.equal([]);
    expect(await r.state(), 'the provider has it').to.equal('SENDT');
  });

  it('R-60, R-61: a receipt that is faster than the answer to the push charges the body once, however many come', async () => {
    const r = await receiving();
    for (const type of ['mottak', 'levering'] as const) await r.til(receipt({ type }));
    const lines = await r.store.ledger.lines(message.id);
    expect(lines.map(({ avsender, post, kostnadskode }) => [avsender, post, kostnadskode])).to.deep.equal([
      [numbers.sender, 'MELDINGSFORMIDLER', 'K-17'],
    ]);
  });

  it('every kind of receipt goes the same way', async () => {
    const r = await receiving();
    const types = ['mottak', 'levering', 'aapning', 'varslingfeilet', 'returpost', 'feil'] as const;
    for (const type of types) expect(await r.til(receipt({ type, sbd: `<${type}/>` }))).to.equal(true);
    expect(await r.waiting(message)).to.deep.equal(types.map((type) => `<${type}/>`));
  });

  it('R-38: the same message again changes nothing, and neither does the same document in another', async () => {
    const r = await receiving();
    const [one, replay] = [receipt(), noekkel()];
    for (const again of [one, one, receipt({ replay }), receipt({ replay })]) expect(await r.til(again)).to.equal(true);
    expect(await r.waiting(message)).to.have.length(2);
  });

  it('R-38: the same MessageId with other content is refused', async () => {
    const r = await receiving();
    const one = receipt();
    await r.til(one);
    const other = receipt({ melding: { ...one.melding, digest: Buffer.alloc(32, 7) } });
    expect(await codeOf(r.til(other))).to.equal('MESSAGE_ID_USED');
    expect(await r.waiting(message)).to.have.length(1);
  });

  it('R-28: another provider says nothing of a message but that it was opened', async () => {
    const r = await receiving();
    const elsewhere = { leverandoer: '996460320' };
    expect(await r.til(receipt({ ...elsewhere, type: 'aapning' }))).to.equal(true);
    expect([(await r.waiting(message)).length, await r.state()]).to.deep.equal([1, 'MOTTATT']);
    expect(await r.til(receipt({ ...elsewhere, type: 'feil' }))).to.equal(false);
    expect(await r.waiting(message)).to.deep.equal([]);
    expect(await r.waiting({ eier: numbers.sender, mpc: receipt().mpc })).to.deep.equal([]);
  });

  it('a receipt to another than the sender of the document is about no message of its', async () => {
    const r = await receiving();
    expect(await r.til(receipt({ mottaker: '310000043' }))).to.equal(false);
    expect(await r.waiting(message)).to.deep.equal([]);
  });

  it('of several messages of a conversation the newest to that provider counts', async () => {
    const newer = formidling({
      ...message,
      id: 'formidling-2',
      mottatt: later(1),
      mpc: { prioritet: 'NORMAL', id: 'b' },
    });
    const elsewhere = formidling({
      ...newer,
      ...{ id: 'formidling-3', mottatt: later(2), leverandoer: '996460320', mpc: { prioritet: 'NORMAL', id: 'c' } },
    });
    const r = await receiving([message, newer, elsewhere]);
    for (const type of ['levering', 'aapning'] as const) await r.til(receipt({ type }));
    expect(await r.waiting(newer)).to.have.length(2);
    expect(await r.waiting(elsewhere)).to.deep.equal([]);
  });

  it('R-46: a receipt of what has failed waits too, and the message stays what it is', async () => {
    const r = await receiving([{ ...message, tilstand: 'FEILET' }]);
    expect(await r.til(receipt())).to.equal(true);
    expect([await r.state(), (await r.waiting(message)).length]).to.deep.equal(['FEILET', 1]);
  });

  it('R-46: what has failed while its receipt was read stays what it is, and is not charged for', async () => {
    const { store, state, waiting } = await receiving();
    const til = kvitteringTilAvsender({
      formidlinger: store.formidlinger,
      unitOfWork: async (work) => {
        await store.unitOfWork((tx) => tx.settleFormidling(message.id, 'FEILET'));
        return store.unitOfWork(work);
      },
      clock,
      calendar: clock,
      senders,
    });
    expect(await til(receipt())).to.equal(true);
    expect([await state(), (await waiting(message)).length]).to.deep.equal(['FEILET', 1]);
    expect(await store.ledger.lines(message.id)).to.deep.equal([]);
  });

  it('F33, CONTRACT 13: a receipt about nothing that is remembered waits where its provider says, if its receiver may fetch', async () => {
    const r = await receiving([]);
    expect(await r.til(receipt())).to.equal(true);
    expect(await r.waiting({ eier: numbers.sender, mpc: { prioritet: 'PRIORITERT', id: 'said' } })).to.have.length(1);
    expect(await r.til(receipt({ mottaker: '999999999' }))).to.equal(false);
  });
});
