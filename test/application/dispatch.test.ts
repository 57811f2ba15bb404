import { expect } from 'chai';
import { createCircuits, type Circuits } from '../../src/application/circuits.js';
import { dispatch, type DispatchDeps } from '../../src/application/dispatch.js';
import type { Channel } from '../../src/domain/channel.js';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import { flestTapte, type Utfall } from '../../src/domain/retry.js';
import type { Beslutning } from '../../src/domain/routing/decision.js';
import type { Job, Pakke, Shipment } from '../../src/domain/shipment.js';
import { Failure } from '../../src/errors.js';
import { ids, letter, mailbox, order, refused, toMailbox, toPortal, toPrint } from '../support/letters.js';
import { memoryStore } from '../support/memoryStore.js';
import { testTime } from '../support/pki.js';

const later = (ms: number): Date => new Date(testTime.getTime() + ms);
const day = 86_400_000;
const down: Utfall = { type: 'deferred', kode: 'TRANSPORT', grunn: ordrett('HTTP 503') };
const other: Utfall = { type: 'deferred', kode: 'EBMS:0004', grunn: ordrett('Other') };
const refusedBy = { type: 'rejected', kode: 'EBMS:0003', grunn: ordrett('ValueInconsistent') } as const;

const noAddress = { nb: 'Adresse.', en: 'No address.' };

type Deliver = (shipment: Shipment) => Promise<Utfall> | Utfall;

interface Setup {
  readonly shipment?: Shipment;
  readonly deliver?: Deliver;
  readonly prepare?: (shipment: Shipment) => Promise<Pakke | undefined>;
  readonly decideAgain?: () => Promise<Beslutning>;
  readonly channels?: DispatchDeps['channels'];
}

/** A store with one letter, due at `testTime`, and a channel that does as it is told. */
async function dispatching({ shipment = letter(), deliver = () => ({ type: 'sent' }), ...options }: Setup = {}) {
  const store = memoryStore();
  await store.unitOfWork((tx) =>
    tx.insertShipment(shipment, { type: 'MOTTATT', tid: testTime, kode: null, tekst: ordrett('Accepted') }, testTime),
  );
  let now = testTime;
  let calendar: Date | undefined;
  const delivered: Shipment[] = [];
  const reports: (readonly [string, boolean])[] = [];
  const failures: unknown[] = [];
  const unreached: (readonly [string, string])[] = [];
  let packed = 0;
  const channel: Channel = {
    prepare:
      options.prepare ??
      (async ({ meldingsId }): Promise<Pakke> => {
        const blob = { ref: `package-${++packed}`, size: 1, sha256: 'ab'.repeat(32) };
        return { meldingsId, sbd: blob, cms: blob };
      }),
    deliver: async (ready) => {
      delivered.push(ready);
      return deliver(ready);
    },
  };
  const real = createCircuits();
  const circuits: Circuits = {
    most: (leverandoer, at) => real.most(leverandoer, at),
    report: (leverandoer, reached, at) => {
      reports.push([leverandoer, reached]);
      real.report(leverandoer, reached, at);
    },
  };
  const deps: DispatchDeps = {
    shipments: store.shipments,
    unitOfWork: store.unitOfWork,
    clock: { now: () => now },
    calendar: { now: () => calendar ?? now },
    random: () => 0.5,
    channels: options.channels ?? new Map([['POSTKASSE', channel] as const, ['UTSKRIFT', channel] as const]),
    decideAgain: options.decideAgain ?? (() => Promise.reject(new Error('nobody is asked'))),
    circuits,
    failed: (error) => failures.push(error),
    unreached: (detail, shipmentId) => unreached.push([detail, shipmentId]),
  };
  const { id, forsendelse } = shipment;
  const claim = async (): Promise<Job> => {
    const [job] = await store.queue.claim(now, 60_000, 1, () => Infinity);
    if (job === undefined) throw new Error('nothing is due');
    return job;
  };
  const turn = async (job?: Job): Promise<void> => dispatch(deps)(job ?? (await claim()));
  return {
    ...{ store, deps, delivered, reports, failures, unreached, circuits, claim, turn },
    packed: () => packed,
    at: (time: Date) => void (now = time),
    calendarAt: (time: Date) => void (calendar = time),
    current: async () => (await store.shipments.byId(id)) as Shipment,
    events: async () => (await store.shipments.events(id)).slice(1),
    job: async () => (await store.shipments.queue(10))[0],
    receipts: async () =>
      (await store.queue.leaseReceipts(forsendelse.avsender, forsendelse.prioritet, now, 0, 10)).map((r) => r.hendelse),
  };
}

const waiting = (changes: Partial<Shipment> = {}): Shipment =>
  letter({ beslutning: { ...toPrint, fattet: later(-day), tidligst: testTime }, ...changes });

describe('application/dispatch', () => {
  it('R-39: a letter that the provider took over is SENT, its job is ended, and nobody is told before the provider reports', async () => {
    const d = await dispatching();
    await d.turn();
    expect((await d.current()).tilstand).to.equal('SENDT');
    expect(await d.job()).to.equal(undefined);
    expect(await d.receipts()).to.deep.equal([]);
    const [sent, ...more] = await d.events();
    expect(sent).to.include({ type: 'SENDT', kode: null });
    expect(sent?.tid).to.deep.equal(testTime);
    expect(more).to.deep.equal([]);
  });

  for (const [til, who] of [
    [undefined, 'The provider has'],
    ['meldingsformidler', 'The broker upstream has'],
    ['svarut', 'The SvarUt upstream has'],
  ] as const)
    it(`R-39: the history says who has taken a letter over: ${til ?? 'the provider'}`, async () => {
      const d = await dispatching({ deliver: () => ({ type: 'sent', ...(til && { til }) }) });
      await d.turn();
      const [sent] = await d.events();
      expect(sent?.tekst.en.slice(0, who.length)).to.equal(who);
    });

  it('R-37: a deferred letter waits as long as the retry table says, and its event has the code', async () => {
    const d = await dispatching({ deliver: () => down });
    await d.turn();
    expect((await d.current()).tilstand).to.equal('MOTTATT');
    expect(await d.job()).to.deep.include({ neste: later(2_500), givenUp: false, forsoek: 1 });
    d.at(later(2_500));
    await d.turn();
    expect(await d.job()).to.deep.include({ neste: later(2_500 + 5_000), givenUp: false, forsoek: 2 });
    const events = await d.events();
    expect(events.map(({ type, kode }) => [type, kode])).to.deep.equal([
      ['FORSOEK_UTSATT', 'TRANSPORT'],
      ['FORSOEK_UTSATT', 'TRANSPORT'],
    ]);
    expect(events[1]?.tekst).to.deep.equal({
      nb: `Forsøk 2: HTTP 503. Neste forsøk ${later(7_500).toISOString()}.`,
      en: `Attempt 2: HTTP 503. Next attempt at ${later(7_500).toISOString()}.`,
    });
    expect(await d.receipts()).to.deep.equal([]);
  });

  it('where a provider is stands in the log, and in nothing that its sender reads', async () => {
    const unreached = {
      type: 'deferred',
      kode: 'TRANSPORT',
      grunn: ordrett('ECONNREFUSED'),
      detalj: 'http://mailbox/',
    } as const;
    const d = await dispatching({ deliver: () => unreached });
    await d.turn();
    expect(d.unreached).to.deep.equal([['http://mailbox/', (await d.current()).id]]);
    expect(JSON.stringify([await d.events(), await d.current(), await d.job()])).not.to.contain('http://mailbox');
  });

  it('R-37: normal letters wait by their own row', async () => {
    const d = await dispatching({
      shipment: letter({ forsendelse: { ...order, prioritet: 'NORMAL' } }),
      deliver: () => down,
    });
    await d.turn();
    expect(await d.job()).to.deep.include({ neste: later(15_000) });
  });

  it('F30, R-40: a rejected letter has failed at once, and its sender is told', async () => {
    const d = await dispatching({ deliver: () => refusedBy });
    await d.turn();
    expect((await d.current()).tilstand).to.equal('FEILET');
    expect(await d.job()).to.equal(undefined);
    const [event] = await d.events();
    expect(event).to.deep.include({ type: 'FEIL', kode: 'EBMS:0003', tekst: refusedBy.grunn });
    expect(await d.receipts()).to.deep.equal([event]);
  });

  it("SECURITY 100: what a provider says of a signature may be the wire's doing, so the letter goes again", async () => {
    const damaged: Utfall = { type: 'rejected', kode: 'EBMS:0101', grunn: ordrett('FailedAuthentication') };
    const d = await dispatching({ deliver: () => damaged });
    await d.turn();
    expect((await d.current()).tilstand).to.equal('MOTTATT');
    expect((await d.events())[0]).to.include({ type: 'FORSOEK_UTSATT', kode: 'EBMS:0101' });
    expect(await d.job()).to.deep.include({ neste: later(2_500), givenUp: false });
  });

  it('R-37: a letter is tried once more when its lifetime ends, then given up and told; its job stays for the operator', async () => {
    const d = await dispatching({ deliver: () => down });
    await d.turn();
    d.at(later(day - 1_000));
    await d.turn();
    expect(await d.job()).to.deep.include({ neste: later(day), givenUp: false });
    d.at(later(day));
    await d.turn();
    expect((await d.current()).tilstand).to.equal('FEILET');
    expect(await d.job()).to.include({ givenUp: true, forsoek: 3 });
    expect((await d.receipts()).map(({ type, kode }) => [type, kode])).to.deep.equal([['OPPGITT', 'TRANSPORT']]);
    expect((await d.receipts())[0]?.tekst.en).to.match(/3 attempts in 24 hours.*HTTP 503/);
  });

  const ours: Readonly<Record<string, readonly [code: string, text: RegExp, options: Setup]>> = {
    'an unknown error': [
      'INTERNAL',
      /^Attempt 1: An error of our own\. Next/,
      { deliver: () => Promise.reject(new Error('secret 01018012345')) },
    ],
    'a package that cannot be made': [
      'INTERNAL',
      /^Attempt 1: An error of our own\. Next/,
      { prepare: () => Promise.reject(new Failure('INTERNAL', 'secret payload')) },
    ],
    'a service that does not answer': [
      'UNAVAILABLE',
      /^Attempt 1: A service that the letter needs did not answer\. Next/,
      { prepare: () => Promise.reject(new Failure('UNAVAILABLE', 'secret host')) },
    ],
  };
  for (const [what, [code, text, options]] of Object.entries(ours)) {
    it(`${what} defers the letter with ${code}, tells the log and not the sender, and says nothing about the provider`, async () => {
      const d = await dispatching(options);
      await d.turn();
      expect((await d.current()).tilstand).to.equal('MOTTATT');
      expect(await d.job()).to.deep.include({ neste: later(2_500), givenUp: false });
      const [event] = await d.events();
      expect(event).to.include({ type: 'FORSOEK_UTSATT', kode: code });
      expect(event?.tekst.en).to.match(text);
      expect(JSON.stringify([event, await d.receipts()])).not.to.match(/secret|01018012345/);
      expect(String(d.failures[0])).to.match(/secret/);
      expect(d.reports).to.deep.equal([]);
    });
  }

  it('F31: a letter whose turns are lost, as when it ends its process, is tried so many times, given up and told; others go on', async () => {
    const d = await dispatching();
    const other = letter({
      ...{ id: 'other', konversasjonsId: 'other', meldingsId: 'other' },
      forsendelse: { ...order, eksternRef: 'other' },
    });
    for (let lost = 0; lost < flestTapte; lost++) {
      expect((await d.claim()).tapte).to.equal(lost);
      d.at(later((lost + 1) * 90_000));
    }
    await d.store.unitOfWork((tx) =>
      tx.insertShipment(other, { type: 'MOTTATT', tid: testTime, kode: null, tekst: ordrett('Accepted') }, testTime),
    );
    await d.turn();
    expect((await d.store.shipments.byId(other.id))?.tilstand).to.equal('SENDT');
    await d.turn();
    expect(d.delivered.map(({ id }) => id)).to.deep.equal([other.id]);
    expect((await d.current()).tilstand).to.equal('FEILET');
    expect(await d.job()).to.include({ givenUp: true, forsoek: flestTapte + 1 });
    expect((await d.receipts()).map(({ type, kode }) => [type, kode])).to.deep.equal([['OPPGITT', 'INTERNAL']]);
  });

  it('F31: one lost turn fewer, and it is tried', async () => {
    const d = await dispatching();
    for (let lost = 0; lost < flestTapte - 1; lost++) {
      await d.claim();
      d.at(later((lost + 1) * 90_000));
    }
    await d.turn();
    expect((await d.current()).tilstand).to.equal('SENDT');
  });

  it('R-33: a package that may not be made, since it is too large, ends the letter, and says why', async () => {
    const reason = 'a document package has at most 5 octets';
    const nb = 'en dokumentpakke har høyst 5 oktetter';
    const d = await dispatching({ prepare: () => Promise.reject(new Failure('INVALID_REQUEST', 'x', { reason, nb })) });
    await d.turn();
    expect((await d.current()).tilstand).to.equal('FEILET');
    const [event] = await d.events();
    expect(event).to.include({ type: 'FEIL', kode: 'INVALID_REQUEST' });
    expect(event?.tekst).to.deep.equal({
      nb: `Brevet kan ikke pakkes: ${nb}`,
      en: `The letter cannot be packed: ${reason}`,
    });
    expect(await d.job()).to.equal(undefined);
    expect(d.reports).to.deep.equal([]);
  });

  it('R-15: a letter that waited is decided by the register as it is when it goes', async () => {
    let asked = 0;
    const fresh = { ...toMailbox, fattet: testTime };
    const d = await dispatching({
      shipment: waiting(),
      decideAgain: async () => {
        asked++;
        return fresh;
      },
      deliver: () => down,
    });
    await d.turn();
    expect(d.delivered[0]?.beslutning).to.deep.equal(fresh);
    expect((await d.current()).beslutning).to.deep.equal(fresh);
    expect((await d.events()).map(({ type, kode }) => [type, kode])).to.deep.equal([
      ['NYTT_OPPSLAG', null],
      ['FORSOEK_UTSATT', 'TRANSPORT'],
    ]);
    expect((await d.job())?.leverandoer).to.equal(mailbox);
    d.at(later(2_500));
    await d.turn();
    expect(asked).to.equal(1);
  });

  it('R-15: a letter that did not wait is not decided again', async () => {
    for (const beslutning of [toMailbox, { ...toPrint, fattet: testTime, tidligst: testTime }]) {
      const d = await dispatching({ shipment: letter({ beslutning }) });
      await d.turn();
      expect((await d.current()).tilstand).to.equal('SENDT');
    }
  });

  it('R-15: a register that does not answer defers the letter, and never prints it', async () => {
    const d = await dispatching({
      shipment: waiting(),
      decideAgain: () => Promise.reject(new Failure('UNAVAILABLE', 'the register is down')),
    });
    await d.turn();
    expect([d.delivered, d.packed()]).to.deep.equal([[], 0]);
    expect((await d.current()).tilstand).to.equal('MOTTATT');
    expect((await d.events()).map(({ type, kode }) => [type, kode])).to.deep.equal([['FORSOEK_UTSATT', 'UNAVAILABLE']]);
    expect((await d.current()).beslutning).to.deep.equal(waiting().beslutning);
  });

  it('R-15: a letter that is now refused has failed by the rule that said so, and its sender is told', async () => {
    const d = await dispatching({ shipment: waiting(), decideAgain: async () => refused });
    await d.turn();
    expect(d.delivered).to.deep.equal([]);
    expect((await d.current()).tilstand).to.equal('FEILET');
    expect(await d.job()).to.equal(undefined);
    const [told] = await d.receipts();
    expect(told).to.deep.include({ type: 'FEIL', kode: 'POSTAL_ADDRESS_REQUIRED', tekst: noAddress });
  });

  it('R-15: a refusal that was written before a crash ends the letter at the next turn, with the same words', async () => {
    const d = await dispatching({ shipment: letter({ beslutning: refused }) });
    await d.turn();
    expect((await d.current()).tilstand).to.equal('FEILET');
    expect((await d.receipts())[0]).to.deep.include({ kode: 'POSTAL_ADDRESS_REQUIRED', tekst: noAddress });
  });

  it('R-14, R-15: a letter that is now its sender’s to show is handed back, and its sender is told', async () => {
    const d = await dispatching({ shipment: waiting(), decideAgain: async () => toPortal });
    await d.turn();
    expect([d.delivered, d.packed()]).to.deep.equal([[], 0]);
    expect((await d.current()).tilstand).to.equal('OVERLATT');
    expect(await d.job()).to.equal(undefined);
    expect((await d.receipts()).map((e) => e.type)).to.deep.equal(['OVERLATT']);
  });

  it('R-35: a letter is not handed on before its time by the calendar, and that is no attempt', async () => {
    const tidligst = later(3_600_000);
    const again = { ...toPrint, fattet: tidligst, tidligst };
    const d = await dispatching({
      shipment: letter({ beslutning: { ...toPrint, tidligst } }),
      decideAgain: async () => again,
    });
    d.calendarAt(later(600_000));
    await d.turn();
    expect(d.delivered).to.deep.equal([]);
    expect(await d.job()).to.deep.include({ neste: tidligst, forsoek: 0, givenUp: false });
    expect(await d.events()).to.deep.equal([]);
    d.calendarAt(tidligst);
    await d.turn((await d.store.queue.claim(testTime, 60_000, 1, () => Infinity, 3_600_000))[0]);
    expect((await d.current()).tilstand).to.equal('SENDT');
  });

  describe('what a letter holds', () => {
    const portal = { shipment: waiting(), decideAgain: async () => toPortal };
    const cases: readonly (readonly [string, Setup, boolean])[] = [
      ['needed when it was taken over, for it may come back', {}, false],
      ['needed while it is tried again', { deliver: () => down }, false],
      ['free when it was refused', { deliver: () => refusedBy }, true],
      ['free when it is handed back', portal, true],
    ];
    for (const [name, setup, freed] of cases) {
      it(`is ${name}`, async () => {
        const d = await dispatching(setup);
        await d.turn();
        for (const { ledig } of d.store.payloads().values()) expect(ledig).to.equal(freed ? testTime.getTime() : null);
        expect(d.store.payloads().size).to.be.at.least(3);
      });
    }

    it('is needed when the letter was given up: an operator may take it up again', async () => {
      const d = await dispatching({ deliver: () => down });
      await d.turn();
      d.at(later(day));
      await d.turn();
      expect((await d.current()).tilstand).to.equal('FEILET');
      for (const { ledig } of d.store.payloads().values()) expect(ledig).to.equal(null);
    });
  });

  it('F35: a lost turn writes nothing, whatever came of it', async () => {
    for (const outcome of [{ type: 'sent' } as const, down, refusedBy]) {
      const d = await dispatching({ deliver: () => outcome });
      const old = await d.claim();
      d.at(later(60_000));
      const fresh = await d.claim();
      await d.turn(old);
      expect((await d.current()).tilstand).to.equal('MOTTATT');
      expect(await d.events()).to.deep.equal([]);
      expect(await d.receipts()).to.deep.equal([]);
      await d.turn(fresh);
      expect(await d.events()).to.have.length(1);
    }
  });

  it('R-15: a lost turn hands nothing back', async () => {
    const d = await dispatching({ shipment: letter({ beslutning: toPortal }) });
    const old = await d.claim();
    d.at(later(60_000));
    await d.claim();
    await d.turn(old);
    expect((await d.current()).tilstand).to.equal('MOTTATT');
    expect(await d.receipts()).to.deep.equal([]);
    expect(await d.job()).to.not.equal(undefined);
  });

  it('R-15: two turns that decide at once send by one decision', async () => {
    const decisions = [toMailbox, toPrint].map((b, i) => ({ ...b, fattet: later(i) }));
    const both: { go?: () => void } = {};
    const gate = new Promise<void>((resolve) => (both.go = resolve));
    let asked = 0;
    const d = await dispatching({
      shipment: waiting(),
      decideAgain: async () => {
        const mine = decisions[asked++] as Beslutning;
        if (asked === 2) both.go?.();
        await gate;
        return mine;
      },
    });
    const old = await d.claim();
    d.at(later(60_000));
    const fresh = await d.claim();
    await Promise.all([d.turn(old), d.turn(fresh)]);
    expect(new Set(d.delivered.map(({ beslutning }) => beslutning)).size).to.equal(1);
    expect((await d.events()).filter((e) => e.type === 'NYTT_OPPSLAG')).to.have.length(1);
    expect((await d.current()).tilstand).to.equal('SENDT');
  });

  it('makes the package once, and sends the same octets under the same MessageId at each attempt', async () => {
    const d = await dispatching({ deliver: () => down });
    for (const seconds of [0, 10, 30]) {
      d.at(later(seconds * 1000));
      await d.turn();
    }
    expect(d.packed()).to.equal(1);
    expect(d.delivered.map((s) => [s.meldingsId, s.pakke?.cms.ref])).to.deep.equal(
      Array.from({ length: 3 }, () => [ids.message, 'package-1']),
    );
    expect((await d.current()).pakke?.meldingsId).to.equal(ids.message);
  });

  it('keeps the package before it leaves the house', async () => {
    const kept: (Pakke | undefined)[] = [];
    const d = await dispatching({
      deliver: async () => {
        kept.push((await d.current()).pakke);
        return { type: 'sent' };
      },
    });
    await d.turn();
    expect(kept[0]?.cms.ref).to.equal('package-1');
  });

  it('two turns that pack at once send one package', async () => {
    const d = await dispatching();
    const old = await d.claim();
    d.at(later(60_000));
    const fresh = await d.claim();
    await Promise.all([d.turn(old), d.turn(fresh)]);
    expect(new Set(d.delivered.map((s) => s.pakke?.cms.ref)).size).to.equal(1);
    expect(d.delivered).to.have.length(2);
  });

  it('R-28: packs anew under a new MessageId', async () => {
    const blob = { ref: 'old', size: 1, sha256: 'ab'.repeat(32) };
    const d = await dispatching({ shipment: letter({ pakke: { meldingsId: 'another', sbd: blob, cms: blob } }) });
    await d.turn();
    expect(d.delivered[0]?.pakke).to.deep.include({ meldingsId: ids.message });
    expect(d.delivered[0]?.pakke?.cms.ref).to.equal('package-1');
  });

  it('sends by a channel that has nothing to keep', async () => {
    const d = await dispatching({ prepare: () => Promise.resolve(undefined) });
    await d.turn();
    expect((await d.current()).tilstand).to.equal('SENDT');
    expect((await d.current()).pakke).to.equal(undefined);
  });

  for (const [what, outcome, reached] of [
    ['a provider that took the letter', { type: 'sent' }, true],
    ['a provider that refused it', refusedBy, true],
    ['a provider that asks for another try', other, true],
    ['a provider that does not answer', down, false],
    ['a provider that is not believed', { ...down, kode: 'UNVERIFIABLE' }, false],
  ] as const) {
    it(`reports ${what} as ${reached ? 'reached' : 'not reached'}`, async () => {
      const d = await dispatching({ deliver: () => outcome });
      await d.turn();
      expect(d.reports).to.deep.equal([[mailbox, reached]]);
    });
  }

  it('leaves a provider alone after three failures in a row', async () => {
    const d = await dispatching({ deliver: () => down });
    for (const seconds of [0, 10, 30]) {
      expect(d.circuits.most(mailbox, later(seconds * 1000))).to.be.above(0);
      d.at(later(seconds * 1000));
      await d.turn();
    }
    expect(d.circuits.most(mailbox, later(30_000))).to.equal(0);
  });

  it('waits for a channel that this installation does not have', async () => {
    const d = await dispatching({ channels: new Map() });
    await d.turn();
    expect((await d.current()).tilstand).to.equal('MOTTATT');
    expect((await d.events())[0]).to.include({ type: 'FORSOEK_UTSATT', kode: 'CHANNEL_NOT_AVAILABLE' });
    expect(d.reports).to.deep.equal([]);
  });

  it('does not send what its sender has withdrawn, and ends its job', async () => {
    const d = await dispatching({ shipment: letter({ tilstand: 'TRUKKET' }) });
    await d.turn();
    expect([d.delivered, d.packed(), await d.events()]).to.deep.equal([[], 0, []]);
    expect(await d.job()).to.equal(undefined);
    expect((await d.current()).tilstand).to.equal('TRUKKET');
  });

  it('does not send what was withdrawn while its package was made', async () => {
    const d = await dispatching({
      prepare: async ({ meldingsId }) => {
        await d.store.unitOfWork((tx) => tx.updateShipment(ids.shipment, { tilstand: 'TRUKKET' }));
        const blob = { ref: 'r', size: 1, sha256: 'ab'.repeat(32) };
        return { meldingsId, sbd: blob, cms: blob };
      },
    });
    await d.turn();
    expect(d.delivered).to.deep.equal([]);
    expect(await d.job()).to.equal(undefined);
    expect((await d.current()).pakke).to.equal(undefined);
  });

  it('ends a job whose letter is not there', async () => {
    const d = await dispatching();
    const job = { ...(await d.claim()), shipmentId: 'another' };
    await d.turn(job);
    expect(d.delivered).to.deep.equal([]);
  });

  for (const tilstand of ['LEVERT', 'I_PRODUKSJON', 'FEILET'] as const) {
    for (const outcome of [{ type: 'sent' } as const, down, refusedBy]) {
      it(`R-39: ${outcome.type} does not overwrite ${tilstand}, which a receipt said before the answer came`, async () => {
        const d = await dispatching({
          deliver: async () => {
            await d.store.unitOfWork((tx) => tx.updateShipment(ids.shipment, { tilstand }));
            return outcome;
          },
        });
        await d.turn();
        expect((await d.current()).tilstand).to.equal(tilstand);
        expect(await d.job()).to.equal(undefined);
        expect(await d.receipts()).to.deep.equal([]);
        const type = outcome.type === 'sent' ? 'SENDT' : 'FORSOEK_UTSATT';
        expect((await d.events()).map((e) => e.type)).to.deep.equal([type]);
      });
    }
  }

  it('a lost turn whose letter has moved on writes nothing', async () => {
    const d = await dispatching({
      deliver: async () => {
        d.at(later(60_000));
        await d.claim();
        await d.store.unitOfWork((tx) => tx.updateShipment(ids.shipment, { tilstand: 'LEVERT' }));
        return { type: 'sent' };
      },
    });
    await d.turn();
    expect(await d.events()).to.deep.equal([]);
    expect(await d.job()).to.not.equal(undefined);
  });

  it('R-37: a letter is not given up that a receipt has told of meanwhile', async () => {
    let receipt = false;
    const d = await dispatching({
      deliver: async () => {
        if (receipt) await d.store.unitOfWork((tx) => tx.updateShipment(ids.shipment, { tilstand: 'LEVERT' }));
        return down;
      },
    });
    await d.turn();
    receipt = true;
    d.at(later(day));
    await d.turn();
    expect((await d.current()).tilstand).to.equal('LEVERT');
    expect(await d.job()).to.equal(undefined);
    expect(await d.receipts()).to.deep.equal([]);
  });

  it('R-28: a new message that was ordered while the old one was under way goes out at once', async () => {
    const fresh = '00000000-0000-4000-8000-000000000009';
    let first = true;
    const d = await dispatching({
      deliver: async () => {
        if (first) {
          await d.store.unitOfWork(async (tx) => {
            await tx.updateShipment(ids.shipment, { meldingsId: fresh });
            await tx.retryJob(ids.shipment, testTime);
          });
        }
        first = false;
        return { type: 'sent' };
      },
    });
    await d.turn();
    expect((await d.current()).tilstand).to.equal('MOTTATT');
    expect(await d.job()).to.deep.include({ neste: testTime, givenUp: false });
    await d.turn();
    expect(d.delivered.map((s) => s.meldingsId)).to.deep.equal([ids.message, fresh]);
    expect(d.delivered[1]?.pakke?.meldingsId).to.equal(fresh);
    expect((await d.current()).tilstand).to.equal('SENDT');
  });
});
