import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { dispatch } from '../../src/application/dispatch.js';
import { createCircuits } from '../../src/application/circuits.js';
import { mottaKvittering, type KvitteringDeps } from '../../src/application/mottaKvittering.js';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import type { BraktKvittering } from '../../src/domain/receipts.js';
import type { Beslutning } from '../../src/domain/routing/decision.js';
import type { Hendelsestype, Shipment, Tilstand } from '../../src/domain/shipment.js';
import { Failure } from '../../src/errors.js';
import { ids, letter, mailbox, order, printer, refused, toMailbox, toPrint } from '../support/letters.js';
import { memoryStore } from '../support/memoryStore.js';
import { testTime } from '../support/pki.js';
import { codeOf } from './shipping.js';

const blob = { ref: 'r', size: 1, sha256: 'ab'.repeat(32) };
const sent = (changes: Partial<Shipment> = {}): Shipment =>
  letter({ tilstand: 'SENDT', pakke: { meldingsId: ids.message, sbd: blob, cms: blob }, ...changes });

let messages = 0;
const kvittering = (changes: Partial<BraktKvittering> = {}): BraktKvittering => ({
  type: 'levering',
  feiltype: null,
  detaljer: '',
  konversasjonsId: ids.conversation,
  leverandoer: mailbox,
  mottaker: '310000000',
  replay: { key: createHash('sha256').update(`document ${++messages}`).digest(), expires: testTime },
  melding: {
    key: createHash('sha256').update(`message ${messages}`).digest(),
    digest: Buffer.alloc(32, 1),
    expires: testTime,
  },
  mpc: { prioritet: 'NORMAL', id: undefined },
  instansId: 'aaaaaaaa-0000-4000-8000-000000000001',
  sbd: '<a/>',
  ...changes,
});
const feil = (changes: Partial<BraktKvittering> = {}): BraktKvittering =>
  kvittering({ type: 'feil', feiltype: 'KLIENT', detaljer: 'Ukjent postkasse', ...changes });

interface Setup {
  readonly shipment?: Shipment;
  readonly decideAgain?: (shipment: Shipment) => Promise<Beslutning>;
}

/** A week ahead of the clock. */
const inCalendar = new Date(testTime.getTime() + 7 * 86_400_000);

const moved: Beslutning = { ...toMailbox, leverandoer: '996460320' };

/** A store with one letter that has been handed on, so that it has no job. */
async function receiving({ shipment = sent(), decideAgain = async () => moved }: Setup = {}) {
  const store = memoryStore();
  const accepted = { type: 'MOTTATT', tid: testTime, kode: null, tekst: ordrett('Accepted') } as const;
  await store.unitOfWork((tx) => tx.insertShipment(shipment, accepted, testTime));
  const handedOn = async (): Promise<void> => {
    const [job] = await store.queue.claim(testTime, 60_000, 1, () => Infinity);
    if (job !== undefined) await store.unitOfWork((tx) => tx.endJob(job));
  };
  if (shipment.tilstand !== 'MOTTATT') await handedOn();
  const asked: Shipment[] = [];
  const deps: KvitteringDeps = {
    shipments: store.shipments,
    unitOfWork: store.unitOfWork,
    clock: { now: () => testTime },
    calendar: { now: () => inCalendar },
    decideAgain: async (one) => {
      asked.push(one);
      return decideAgain(one);
    },
  };
  const read = {
    current: async () => (await store.shipments.byId(shipment.id)) as Shipment,
    events: async () => (await store.shipments.events(shipment.id)).slice(1),
    job: async () => (await store.shipments.queue(10))[0],
    receipts: async () =>
      (await store.queue.leaseReceipts(order.avsender, order.prioritet, testTime, 0, 99)).map((r) => r.hendelse),
  };
  const all = async () => [await read.current(), await read.events(), await read.job(), await read.receipts()];
  return { store, deps, asked, handedOn, ...read, all, motta: mottaKvittering(deps) };
}

describe('application/mottaKvittering', () => {
  const printed = sent({ beslutning: toPrint });
  const cases: readonly (readonly [BraktKvittering['type'], Shipment, Hendelsestype, Tilstand])[] = [
    ['mottak', printed, 'MOTTAK', 'I_PRODUKSJON'],
    ['levering', printed, 'LEVERING', 'LEVERT'],
    ['returpost', printed, 'RETURPOST', 'RETURNERT'],
    ['levering', sent(), 'LEVERING', 'LEVERT'],
    ['varslingfeilet', sent(), 'VARSLINGFEILET', 'SENDT'],
    ['aapning', sent(), 'AAPNING', 'AAPNET'],
    ['levering', sent({ tilstand: 'MOTTATT' }), 'LEVERING', 'LEVERT'],
  ];
  for (const [type, shipment, event, state] of cases) {
    it(`R-39: ${type} of a letter in ${shipment.tilstand} is ${event}, leads to ${state}, and its sender is told`, async () => {
      const r = await receiving({ shipment });
      const { leverandoer } = shipment.beslutning as typeof toPrint;
      const taken = await r.motta(kvittering({ type, leverandoer: leverandoer as string, detaljer: 'SMS' }));
      expect(taken).to.equal(true);
      expect((await r.current()).tilstand).to.equal(state);
      const events = await r.events();
      expect(events).to.have.length(1);
      expect(events[0]).to.include({ type: event, kode: type });
      expect(events[0]?.tid).to.deep.equal(testTime);
      expect(events[0]?.tekst.en).to.match(/\. SMS$|stays where it is\. SMS$/);
      expect(await r.receipts()).to.deep.equal(events);
      expect(r.asked).to.deep.equal([]);
    });
  }

  for (const [message, freed] of [
    [kvittering({ type: 'levering' }), true],
    [kvittering({ type: 'aapning' }), true],
    [kvittering({ type: 'varslingfeilet' }), false],
    [feil({ feiltype: 'SERVER' }), true],
    [feil(), false],
  ] as const) {
    it(`what the letter holds is ${freed ? 'free by the calendar' : 'still needed'} after ${message.type} ${message.feiltype ?? ''}`, async () => {
      const r = await receiving();
      await r.motta(message);
      const rows = [...r.store.payloads().values()];
      expect(rows).to.have.length(3);
      for (const { ledig } of rows) expect(ledig).to.equal(freed ? inCalendar.getTime() : null);
    });
  }

  const fromSvarUt = { leverandoer: '', avFormidler: true, gjelder: ids.message } as const;

  it('the handing-on by a SvarUt upstream is told in the history, and changes nothing in any state', async () => {
    for (const tilstand of ['SENDT', 'LEVERT', 'FEILET', 'VARSLET'] as const) {
      const r = await receiving({ shipment: sent({ tilstand, beslutning: toPrint }) });
      await r.motta(kvittering({ ...fromSvarUt, type: 'underveis', detaljer: 'SvarUt: VARSLET' }));
      expect((await r.current()).tilstand).to.equal(tilstand);
      expect((await r.events()).map(({ type, tekst }) => [type, tekst.nb.endsWith('«SvarUt: VARSLET»')])).to.deep.equal(
        [['SENDT', true]],
      );
      expect(await r.receipts()).to.deep.equal([]);
    }
  });

  it('F33: an error about the push in force ends the letter, even before its answer; one about an earlier push decides nothing', async () => {
    const unpacked = letter({ tilstand: 'MOTTATT', beslutning: toPrint });
    const error = { ...fromSvarUt, feiltype: null } as const;
    const one = await receiving({ shipment: unpacked });
    await one.motta(feil({ ...error, gjelder: 'an earlier one' }));
    expect((await one.current()).tilstand).to.equal('MOTTATT');
    await one.motta(feil(error));
    expect((await one.current()).tilstand).to.equal('FEILET');
    const later = await receiving({ shipment: sent({ beslutning: toPrint }) });
    await later.motta(feil({ ...error, gjelder: 'an earlier one' }));
    expect((await later.current()).tilstand).to.equal('SENDT');
  });

  it('R-37: an error that the broker makes itself is about the letter, as one of its provider is', async () => {
    const strange = { leverandoer: '310000027', feiltype: 'SERVER' } as const;
    const recorded = await receiving();
    await recorded.motta(feil(strange));
    expect((await recorded.current()).tilstand).to.equal('SENDT');
    const ended = await receiving();
    await ended.motta(feil({ ...strange, avFormidler: true }));
    expect((await ended.current()).tilstand).to.equal('FEILET');
  });

  it('F33, F34: the same message twice changes nothing the second time', async () => {
    for (const message of [kvittering(), feil(), feil({ feiltype: 'SERVER' })]) {
      const r = await receiving();
      expect(await r.motta(message)).to.equal(true);
      const once = await r.all();
      expect(await r.motta(message)).to.equal(true);
      expect(await r.all()).to.deep.equal(once);
    }
  });

  it('R-38: the same MessageId with other content is refused, and nothing is written', async () => {
    const r = await receiving();
    const message = kvittering();
    await r.motta(message);
    const once = await r.all();
    const melding = { ...message.melding, digest: Buffer.alloc(32, 2) };
    expect(await codeOf(r.motta(kvittering({ type: 'aapning', melding })))).to.equal('MESSAGE_ID_USED');
    expect(await r.all()).to.deep.equal(once);
  });

  it('the same message many times at once is one receipt', async () => {
    for (const message of [kvittering(), feil()]) {
      const r = await receiving();
      await Promise.all(Array.from({ length: 6 }, () => r.motta(message)));
      expect(await r.events()).to.have.length(1);
    }
  });

  it('F33, R-46: receipts out of order are all kept, and none takes a letter back', async () => {
    const r = await receiving({ shipment: printed });
    for (const type of ['returpost', 'levering', 'mottak'] as const)
      await r.motta(kvittering({ type, leverandoer: printer }));
    expect((await r.current()).tilstand).to.equal('RETURNERT');
    expect((await r.receipts()).map((e) => e.type)).to.deep.equal(['RETURPOST', 'LEVERING', 'MOTTAK']);
    const mail = await receiving();
    for (const type of ['aapning', 'levering'] as const) await mail.motta(kvittering({ type }));
    expect((await mail.current()).tilstand).to.equal('AAPNET');
    expect(await mail.receipts()).to.have.length(2);
  });

  it('F33: a receipt of an unknown conversation is not ours, and nothing is written', async () => {
    const r = await receiving();
    const before = await r.all();
    const message = kvittering({ konversasjonsId: '00000000-0000-4000-8000-0000000000ff' });
    expect(await r.motta(message)).to.equal(false);
    expect(await r.all()).to.deep.equal(before);
  });

  it('a receipt of a letter that was never to be sent is not ours', async () => {
    const r = await receiving({ shipment: letter({ beslutning: refused, tilstand: 'FEILET' }) });
    expect(await r.motta(kvittering())).to.equal(false);
    expect(await r.events()).to.deep.equal([]);
  });

  it('a conversation is known in upper case too', async () => {
    const r = await receiving();
    expect(await r.motta(kvittering({ konversasjonsId: ids.conversation.toUpperCase() }))).to.equal(true);
    expect((await r.current()).tilstand).to.equal('LEVERT');
  });

  it('R-28: an error KLIENT of the addressed mailbox leads to one new look-up and one resend under a new MessageId', async () => {
    const r = await receiving();
    expect(await r.motta(feil())).to.equal(true);
    const shipment = await r.current();
    expect(r.asked.map((s) => s.id)).to.deep.equal([ids.shipment]);
    expect(shipment).to.deep.include({ tilstand: 'MOTTATT', beslutning: moved, konversasjonsId: ids.conversation });
    expect(shipment.meldingsId)
      .to.match(/^[0-9a-f-]{36}$/)
      .and.not.equal(ids.message);
    expect(await r.job()).to.deep.include({ leverandoer: '996460320', neste: testTime, forsoek: 0, givenUp: false });
    const [event, ...more] = await r.events();
    expect(event).to.include({ type: 'NYTT_OPPSLAG', kode: 'feil' });
    expect(event?.tekst.nb).to.match(/^Leverandøren melder en feil\. KLIENT\. «Ukjent postkasse» .*R-28/);
    expect(event?.tekst.en).to.match(/KLIENT\. Ukjent postkasse .*R-28/);
    expect(more).to.deep.equal([]);
    expect(await r.receipts()).to.deep.equal([]);
  });

  /** After the first error, pushed again to where the new decision says. */
  const resent = async (again: Beslutning = toMailbox) => {
    const r = await receiving({ decideAgain: async () => again });
    await r.motta(feil());
    const { meldingsId } = await r.current();
    await r.handedOn();
    const pakke = { meldingsId, sbd: blob, cms: blob };
    await r.store.unitOfWork((tx) => tx.updateShipment(ids.shipment, { tilstand: 'SENDT', pakke }));
    return r;
  };

  it('R-28: the second error is final', async () => {
    const r = await resent();
    await r.motta(feil({ detaljer: 'Fortsatt ukjent' }));
    expect((await r.current()).tilstand).to.equal('FEILET');
    expect(r.asked).to.have.length(1);
    expect(await r.job()).to.equal(undefined);
    expect((await r.receipts()).map(({ type, kode }) => [type, kode])).to.deep.equal([['FEIL', 'feil']]);
  });

  it('R-28: errors of one letter at once lead to one new look-up that counts', async () => {
    let open: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let waiting = 0;
    const r = await receiving({
      decideAgain: async () => {
        if (++waiting === 2) open?.();
        await gate;
        return moved;
      },
    });
    await Promise.all([r.motta(feil()), r.motta(feil())]);
    expect((await r.events()).filter((e) => e.type === 'NYTT_OPPSLAG')).to.have.length(1);
    expect((await r.current()).tilstand).to.equal('MOTTATT');
    expect((await r.events()).map((e) => e.type)).to.deep.equal(['NYTT_OPPSLAG', 'FEIL']);
    expect(await r.receipts()).to.deep.equal([]);
  });

  it('R-28: an error about a message that has not left the house yet is kept, and changes nothing', async () => {
    const r = await receiving({ decideAgain: async () => toMailbox });
    await r.motta(feil());
    await r.motta(feil());
    expect((await r.current()).tilstand).to.equal('MOTTATT');
    expect((await r.events()).map((e) => e.type)).to.deep.equal(['NYTT_OPPSLAG', 'FEIL']);
    expect(await r.job()).to.include({ givenUp: false });
  });

  it('R-28: an error that is faster than the answer to its push still sends the letter once more', async () => {
    const r = await receiving({
      shipment: letter(),
      decideAgain: async () => moved,
    });
    const pushed: string[] = [];
    const turn = dispatch({
      ...r.deps,
      random: () => 0,
      circuits: createCircuits(),
      channels: new Map([
        [
          'POSTKASSE',
          {
            prepare: async ({ meldingsId }) => ({ meldingsId, sbd: blob, cms: blob }),
            deliver: async ({ meldingsId }) => {
              if (pushed.push(meldingsId) === 1) await r.motta(feil());
              return { type: 'sent' } as const;
            },
          },
        ],
      ]),
    });
    for (let n = 0; n < 2; n++) {
      const [job] = await r.store.queue.claim(testTime, 60_000, 1, () => Infinity);
      if (job !== undefined) await turn(job);
    }
    expect(new Set(pushed).size).to.equal(2);
    expect((await r.current()).tilstand).to.equal('SENDT');
    expect(await r.job()).to.equal(undefined);
  });

  it('R-15, R-28: a letter that now goes on paper waits for its time', async () => {
    const tidligst = new Date('2026-04-01T00:00:00Z');
    const r = await receiving({ decideAgain: async () => ({ ...toPrint, tidligst }) });
    await r.motta(feil());
    expect(await r.job()).to.deep.include({ neste: tidligst, leverandoer: printer });
  });

  it('R-28: a letter that can go nowhere any more has failed, and its sender is told', async () => {
    const r = await receiving({ decideAgain: async () => refused });
    await r.motta(feil());
    expect((await r.current()).tilstand).to.equal('FEILET');
    expect((await r.current()).meldingsId).to.equal(ids.message);
    expect(await r.job()).to.equal(undefined);
    expect((await r.receipts()).map((e) => e.type)).to.deep.equal(['FEIL']);
  });

  for (const [what, message, shipment] of [
    ['SERVER', feil({ feiltype: 'SERVER' }), sent()],
    ['KLIENT of a printer', feil({ leverandoer: printer }), printed],
  ] as const) {
    it(`an error ${what} is final, and nobody is asked`, async () => {
      const r = await receiving({ shipment });
      await r.motta(message);
      expect((await r.current()).tilstand).to.equal('FEILET');
      expect(r.asked).to.deep.equal([]);
      expect((await r.receipts()).map((e) => e.type)).to.deep.equal(['FEIL']);
    });
  }

  it('F33: an error that comes after delivery is kept, and changes nothing', async () => {
    const r = await receiving({ shipment: sent({ tilstand: 'LEVERT' }) });
    await r.motta(feil({ feiltype: 'SERVER' }));
    expect((await r.current()).tilstand).to.equal('LEVERT');
    expect((await r.events()).map((e) => e.type)).to.deep.equal(['FEIL']);
    expect(await r.receipts()).to.deep.equal([]);
  });

  const foreign = { leverandoer: '996460320' };
  for (const message of [
    feil(foreign),
    feil({ ...foreign, feiltype: 'SERVER' }),
    kvittering(foreign),
    kvittering({ ...foreign, type: 'aapning' }),
    kvittering({ ...foreign, type: 'returpost' }),
  ]) {
    it(`${message.type} ${message.feiltype ?? ''} of another provider is kept, and changes no state`, async () => {
      const r = await receiving();
      expect(await r.motta(message)).to.equal(true);
      expect(await r.current()).to.deep.equal(sent());
      expect(await r.events()).to.have.length(1);
      expect(await r.receipts()).to.deep.equal([]);
      expect(await r.job()).to.equal(undefined);
      expect(r.asked).to.deep.equal([]);
    });
  }

  it('R-28, R-36: a delivered letter that has moved is opened in its new mailbox; nothing else is believed of that one', async () => {
    const r = await receiving({ shipment: sent({ tilstand: 'LEVERT' }) });
    await r.motta(kvittering({ ...foreign, type: 'returpost' }));
    expect((await r.current()).tilstand).to.equal('LEVERT');
    await r.motta(kvittering({ ...foreign, type: 'aapning' }));
    expect((await r.current()).tilstand).to.equal('AAPNET');
    expect((await r.receipts()).map((e) => e.type)).to.deep.equal(['AAPNING']);
    const paper = await receiving({ shipment: sent({ tilstand: 'LEVERT', beslutning: toPrint }) });
    await paper.motta(kvittering({ type: 'aapning' }));
    expect((await paper.current()).tilstand).to.equal('LEVERT');
  });

  it('a register that does not answer is UNAVAILABLE, with nothing written: the provider’s next try counts', async () => {
    let down = true;
    const r = await receiving({
      decideAgain: async () => {
        if (down) throw new Failure('UNAVAILABLE', 'the register is down');
        return moved;
      },
    });
    const before = await r.all();
    const message = feil();
    expect(await codeOf(r.motta(message))).to.equal('UNAVAILABLE');
    expect(await r.all()).to.deep.equal(before);
    down = false;
    expect(await r.motta(message)).to.equal(true);
    expect((await r.current()).tilstand).to.equal('MOTTATT');
  });

  it('quotes the words of others in Norwegian, but no codes', async () => {
    for (const [detaljer, nb, en] of [
      [
        'Altinn: Failed (2026-03-02): no such unit',
        ' «Altinn: Failed (2026-03-02): no such unit»',
        ' Altinn: Failed (2026-03-02): no such unit',
      ],
      ['SMS', ' SMS', ' SMS'],
      ['', '', ''],
    ]) {
      const r = await receiving();
      await r.motta(feil({ detaljer: detaljer ?? '' }));
      const said = (await r.events()).map(({ tekst }) => tekst).find((tekst) => tekst.en.includes('reports an error'));
      expect(said?.nb).to.contain(`Leverandøren melder en feil. KLIENT.${nb}`);
      expect(said?.en).to.contain(`The provider reports an error. KLIENT.${en}`);
      if (detaljer === '') expect(said?.nb).not.to.contain('«');
    }
  });

  it('writes no national id of the provider’s words into the history, and no more of them than fit', async () => {
    for (const message of [
      feil({ detaljer: 'Ukjent 23863814839' }),
      feil({ feiltype: 'SERVER', detaljer: '238638 14839' + 'x'.repeat(1000) }),
      kvittering({ type: 'varslingfeilet', detaljer: 'EPOST 23863814839' }),
    ]) {
      const r = await receiving();
      await r.motta(message);
      const text = (await r.events())[0]?.tekst.nb ?? '';
      expect(text).to.match(/…/).and.not.match(/14839/);
      expect(text.length).to.be.below(400);
    }
  });
});
