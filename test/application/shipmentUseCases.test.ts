import { expect } from 'chai';
import { bekreftKvitteringer } from '../../src/application/bekreftKvitteringer.js';
import { forklarForsendelse } from '../../src/application/forklarForsendelse.js';
import { hentKvitteringer } from '../../src/application/hentKvitteringer.js';
import { hentStatus } from '../../src/application/hentStatus.js';
import { sendForsendelse } from '../../src/application/sendForsendelse.js';
import { trekkTilbakeForsendelse } from '../../src/application/trekkTilbakeForsendelse.js';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import { limits } from '../../src/limits.js';
import { testTime } from '../support/pki.js';
import { numbers, person } from './lookups.js';
import { byPassword, bySignature, codeOf, ola, other, shipping } from './shipping.js';

const later = (ms: number): Date => new Date(testTime.getTime() + ms);
const address = { navn: 'Ola', adresselinjer: [], postnummer: '0155', poststed: 'OSLO' };

async function sent() {
  const all = shipping();
  const { id } = await sendForsendelse(all.deps)(byPassword(), await all.letter());
  return { ...all, id };
}

async function tenkt(all: ReturnType<typeof shipping>, ...mottakere: readonly (string | null)[]) {
  const bestilling = await all.letter();
  const to = mottakere.map((id) => ({ id, postadresse: address }));
  return { mottakere: to, bestilling, stoerrelse: 100_000, sider: 1 };
}

describe('application/forklarForsendelse', () => {
  it('says for each recipient what would happen and what it would cost, asks once, and stores no letter', async () => {
    const all = shipping({ persons: [person(ola)] });
    const unknown = '24916296424';
    const answers = await forklarForsendelse(all.deps)(byPassword(), await tenkt(all, ola, null, unknown, ola, '1'));
    const outcomes = answers.map(({ beslutning: b }) => (b.utfall === 'SEND' ? b.kanal : b.kode));
    expect(outcomes).to.deep.equal(['POSTKASSE', 'UTSKRIFT', 'UTSKRIFT', 'POSTKASSE', 'INVALID_RECIPIENT']);
    expect(answers.map((a) => a.kostnad?.minst)).to.deep.equal([69 + 50, 510, 510, 69 + 50, undefined]);
    expect(answers.at(-1)?.kostnad).to.equal(null);
    expect(all.asked).to.have.length(1);
    expect(all.memory.state().shipments.size).to.equal(0);
  });

  it('writes down who asked about whom before the register is asked', async () => {
    const all = shipping({ registerFails: true });
    expect(await codeOf(forklarForsendelse(all.deps)(byPassword(), await tenkt(all, ola)))).to.equal('UNAVAILABLE');
    expect(all.memory.state().audit.map((e) => [e.operasjon, e.personer.length])).to.deep.equal([
      ['ForklarForsendelse', 16],
    ]);
  });

  it('R-48: asks nothing about a business, and writes nothing down', async () => {
    const all = shipping();
    await forklarForsendelse(all.deps)(byPassword(), await tenkt(all, '310000019'));
    expect([all.asked.length, all.memory.state().audit.length]).to.deep.equal([0, 0]);
  });
});

describe('application/hentStatus', () => {
  it('gives letters in the order asked, by id and by reference, with every event', async () => {
    const { deps, id, letter } = await sent();
    const second = await sendForsendelse(deps)(byPassword(), await letter({ eksternRef: 'sak-2' }));
    const byId = await hentStatus(deps)(byPassword(), { ider: [second.id, id] });
    const byRef = await hentStatus(deps)(byPassword(), { eksterneRefer: ['sak-2', 'sak-1'] });
    expect(byId).to.deep.equal(byRef);
    expect(byId.map((s) => s.shipment.id)).to.deep.equal([second.id, id]);
    expect(byId[0]?.hendelser.map((h) => h.type)).to.deep.equal(['MOTTATT']);
  });

  it('R-42: says the same of a letter of another body and of one that is not there', async () => {
    const { deps, id } = await sent();
    const stranger = byPassword({ organisasjon: other });
    const none = '00000000-0000-4000-8000-000000000000';
    for (const utvalg of [{ ider: [id] }, { ider: [none] }, { eksterneRefer: ['sak-1'] }]) {
      expect(await codeOf(hentStatus(deps)(stranger, utvalg))).to.equal('UNKNOWN_SHIPMENT');
      expect(await codeOf(trekkTilbakeForsendelse(deps)(stranger, utvalg))).to.equal('UNKNOWN_SHIPMENT');
    }
    expect(await codeOf(hentStatus(deps)(byPassword(), { ider: [id, none] }))).to.equal('UNKNOWN_SHIPMENT');
  });
});

describe('application/hentKvitteringer', () => {
  const receipt = (n: number, shipmentId: string, avsender: string = numbers.sender) => ({
    id: `00000000-0000-4000-8000-00000000000${n}`,
    shipmentId,
    avsender,
    prioritet: 'NORMAL' as const,
    hendelse: { type: 'LEVERING' as const, tid: testTime, kode: null, tekst: ordrett('Levert') },
  });

  async function waiting() {
    const all = await sent();
    await all.deps.unitOfWork(async (tx) => {
      for (const n of [1, 2, 3]) await tx.putReceipt(receipt(n, all.id));
      await tx.putReceipt(receipt(4, 'another', other));
    });
    const fetch = (antall = 10, prioritet: 'NORMAL' | 'PRIORITERT' = 'NORMAL') =>
      hentKvitteringer(all.deps)(byPassword(), { prioritet, antall });
    return { ...all, fetch };
  }

  it('lends receipts oldest first, with the reference of the letter, to their sender and in their priority', async () => {
    const { fetch } = await waiting();
    expect((await fetch(2)).map((k) => [k.id.slice(-1), k.eksternRef])).to.deep.equal([
      ['1', 'sak-1'],
      ['2', 'sak-1'],
    ]);
    expect(await fetch(10, 'PRIORITERT')).to.deep.equal([]);
    expect((await fetch()).map((k) => k.id.slice(-1))).to.deep.equal(['3']);
  });

  it('lends for 5 minutes', async () => {
    const { fetch, at } = await waiting();
    await fetch();
    for (const [ms, count] of [
      [limits.receiptLease - 1, 0],
      [limits.receiptLease, 3],
    ] as const) {
      at(later(ms));
      expect(await fetch()).to.have.length(count);
    }
  });

  it('ends what is confirmed; twice does no harm, and nobody ends what is another body’s', async () => {
    const { deps, fetch, at } = await waiting();
    const [first] = await fetch(1);
    const theirs = receipt(4, '').id;
    const ids = [first?.id ?? '', theirs, first?.id ?? ''];
    expect(await bekreftKvitteringer(deps)(byPassword(), ids)).to.deep.equal({
      bekreftet: [first?.id],
      ukjent: [theirs],
    });
    expect(await bekreftKvitteringer(deps)(byPassword(), ids)).to.deep.equal({
      bekreftet: [],
      ukjent: [first?.id, theirs],
    });
    at(later(limits.receiptLease));
    expect(await fetch()).to.have.length(2);
  });

  it('gives a receipt without reference when its letter is gone', async () => {
    const { deps } = shipping();
    await deps.unitOfWork((tx) => tx.putReceipt(receipt(1, 'gone')));
    const [lent] = await hentKvitteringer(deps)(byPassword(), { prioritet: 'NORMAL', antall: 1 });
    expect(lent?.eksternRef).to.equal(null);
  });
});

describe('application/trekkTilbakeForsendelse', () => {
  it('withdraws a letter that waits; again gives the same answer', async () => {
    const { deps, memory, id } = await sent();
    for (const utvalg of [{ ider: [id] }, { eksterneRefer: ['sak-1'] }]) {
      expect(await trekkTilbakeForsendelse(deps)(byPassword(), utvalg)).to.deep.equal({ id, tilstand: 'TRUKKET' });
    }
    expect(memory.state().jobs.size).to.equal(0);
    expect((await memory.shipments.events(id)).map((e) => e.type)).to.deep.equal(['MOTTATT', 'TRUKKET']);
    expect([...memory.state().payloads.values()]).to.deep.equal([{ shipmentId: id, ledig: testTime.getTime() }]);
  });

  it('refuses one that somebody has begun to hand on', async () => {
    const { deps, memory, id } = await sent();
    await memory.queue.claim(testTime, 1, 1, () => Infinity);
    expect(await codeOf(trekkTilbakeForsendelse(deps)(byPassword(), { ider: [id] }))).to.equal('ALREADY_DISPATCHED');
    expect(memory.state().shipments.get(id)?.tilstand).to.equal('MOTTATT');
  });

  for (const tilstand of ['SENDT', 'LEVERT', 'AAPNET', 'OVERLATT', 'FEILET'] as const) {
    it(`refuses one that is ${tilstand}`, async () => {
      const { deps, memory, id } = await sent();
      await deps.unitOfWork((tx) => tx.updateShipment(id, { tilstand }));
      expect(await codeOf(trekkTilbakeForsendelse(deps)(byPassword(), { ider: [id] }))).to.equal('ALREADY_DISPATCHED');
      expect(memory.state().shipments.get(id)?.tilstand).to.equal(tilstand);
    });
  }
});

describe('application/shipmentDeps', () => {
  it('SECURITY: answers the same signed read once, a read by password each time', async () => {
    const { deps, id } = await sent();
    const reads = [
      (caller: ReturnType<typeof byPassword>) => hentStatus(deps)(caller, { ider: [id] }),
      (caller: ReturnType<typeof byPassword>) => hentKvitteringer(deps)(caller, { prioritet: 'NORMAL', antall: 1 }),
    ];
    for (const read of reads) {
      const caller = bySignature();
      expect(await codeOf(read(caller))).to.be.an('array');
      expect(await codeOf(read(caller))).to.equal('REPLAYED');
      for (const n of [1, 2]) expect(await codeOf(read(byPassword())), `${n}`).to.be.an('array');
    }
  });

  it('R-42: every operation asks for the right FORSENDELSE', async () => {
    const { deps, id, ...all } = await sent();
    const stranger = byPassword({ organisasjon: numbers.stranger });
    for (const call of [
      forklarForsendelse(deps)(stranger, await tenkt({ deps, ...all }, ola)),
      hentStatus(deps)(stranger, { ider: [id] }),
      hentKvitteringer(deps)(stranger, { prioritet: 'NORMAL', antall: 1 }),
      bekreftKvitteringer(deps)(stranger, [id]),
      trekkTilbakeForsendelse(deps)(stranger, { ider: [id] }),
    ]) {
      expect(await codeOf(call)).to.equal('NO_ACCESS');
    }
  });
});
