import { expect } from 'chai';
import { takeUpAgain } from '../../src/application/takeUpAgain.js';
import { cost } from '../../src/domain/overslag.js';
import { grunnlagAv } from '../../src/domain/ledger.js';
import { flestTapte } from '../../src/domain/retry.js';
import { limits } from '../../src/limits.js';
import { pris, prisliste } from '../../src/domain/tariff.js';
import { noticeWorld } from '../support/noticeWorld.js';
import { eachStore } from '../support/stores.js';
import { withStores } from '../store/support/shipments.js';
import { codeOf } from './shipping.js';

const monday = '2026-03-02T12:00:00Z';
const hour = 3_600_000;
const plus = (time: string | Date, ms: number): Date => new Date(new Date(time).getTime() + ms);
const week = 7 * 24 * hour;
const old = { verdi: '+4799990000', sistOppdatert: new Date('2024-01-01'), sistVerifisert: null };

describe('application/varsle', () => {
  eachStore((database) => {
    const stores = withStores(database, 2);
    let refs = 0;
    const world = (start = monday) => {
      const w = noticeWorld(() => stores()[0]!, start);
      return { ...w, post: (changes = {}) => w.send(`${start} ${++refs}`, changes) };
    };
    type World = ReturnType<typeof world>;
    const ways = (w: World) => w.sent.map(({ kanal }) => kanal);
    /** What came of the letters of earlier tests is over. */
    const told = async (w: World, id: string) => (await w.receipts()).filter((line) => line.startsWith(id));

    it('R-16, R-24: a letter in a portal is notified of at once, by each fresh way', async () => {
      const w = world();
      const id = await w.post();
      await w.rounds();
      expect(w.sent.map(({ kanal, adresse, emne, at }) => [kanal, adresse, emne, at.toISOString()])).to.deep.equal([
        [
          'EPOST',
          'kari@example.com',
          'Du har fått et vedtak eller et annet viktig brev',
          plus(monday, 0).toISOString(),
        ],
        ['SMS', '+4799990000', null, plus(monday, 0).toISOString()],
      ]);
      expect(new Set(w.sent.map(({ id: notice }) => notice)).size).to.equal(2);
      expect(await w.history(id)).to.deep.equal(['MOTTATT', 'OVERLATT', 'VARSLET EPOST', 'VARSLET SMS']);
      expect((await w.events(id))[1]?.tekst.en).to.contain('notified from here');
      expect(await told(w, id)).to.deep.equal([]);
    });

    it('R-09: each look-up that was answered stands in the audit trail as one of its sender', async () => {
      const w = world();
      await w.post();
      const { reads } = stores()[0]!;
      const [before] = await reads.events(1);
      w.register('away');
      await w.rounds();
      expect(await reads.events(1), 'no answer').to.deep.equal([before].filter((event) => event !== undefined));
      w.register('there');
      w.skjebne.SMS = 'busy';
      await w.goTo(plus(monday, hour));
      await w.goTo(plus(monday, 2 * hour));
      const [again, first] = await reads.events(2);
      expect(first).to.deep.equal({ ...again, at: plus(monday, hour) });
      const { avsender } = (await w.letter(await w.post())).forsendelse;
      const { correlationId, personer, ...event } = again!;
      expect(event).to.deep.equal({
        at: plus(monday, 2 * hour),
        organisasjon: avsender,
        paaVegneAv: avsender,
        operasjon: 'Varsling',
      });
      expect(correlationId).to.match(/^varsel-[0-9a-f-]{36}$/);
      expect(personer.length).to.equal(16);
    });

    it('R-03: the way is chosen when the notice goes, not when the letter came', async () => {
      const w = world('2026-03-02T21:00:00Z');
      const id = await w.post();
      w.is({ epostadresse: null, mobiltelefonnummer: { ...old, sistOppdatert: new Date('2024-09-03T07:00:00Z') } });
      await w.goTo('2026-03-03T06:59:59Z');
      expect(w.sent).to.deep.equal([]);
      await w.goTo('2026-03-03T07:00:00Z');
      expect(ways(w)).to.deep.equal(['SMS']);
      expect(await w.history(id)).to.include('VARSLET SMS');
    });

    it('R-11: the language is the register’s, else the letter’s', async () => {
      const w = world();
      w.is({ spraak: 'en', epostadresse: null });
      await w.post({ spraak: 'nn' });
      await w.rounds();
      w.is({ epostadresse: null });
      await w.post({ spraak: 'nn' });
      await w.rounds();
      expect(w.sent.map(({ spraak, tekst }) => [spraak, tekst.slice(0, 12)])).to.deep.equal([
        ['en', 'You have rec'],
        ['nn', 'Du har fått '],
      ]);
    });

    it('R-13: information goes to a reserved person and by a stale way, once', async () => {
      const w = world();
      w.is({ reservasjon: true, epostadresse: null, mobiltelefonnummer: old });
      const id = await w.post({ klasse: 'INFO' });
      await w.rounds();
      await w.goTo(plus(monday, 2 * week));
      expect(ways(w)).to.deep.equal(['SMS']);
      expect((await w.letter(id)).tilstand).to.equal('OVERLATT');
    });

    describe('R-17: the repeat', () => {
      it('goes once, a week after the notice, and not a second earlier', async () => {
        const w = world();
        const id = await w.post();
        await w.rounds();
        await w.goTo(plus(monday, week - 1_000));
        expect(w.sent).to.have.length(2);
        await w.goTo(plus(monday, week));
        expect(ways(w)).to.deep.equal(['EPOST', 'SMS', 'EPOST', 'SMS']);
        expect(new Set(w.sent.map(({ id: notice }) => notice)).size).to.equal(4);
        for (let weeks = 2; weeks < 6; weeks++) await w.goTo(plus(monday, weeks * week));
        expect(w.sent).to.have.length(4);
        expect((await w.history(id)).filter((line) => line === 'VARSLET SMS')).to.have.length(2);
      });

      it('is cancelled by an opening at 6 days, 23 hours and 59 minutes, and while it is on its way out', async () => {
        const w = world();
        const [early, late] = [await w.post(), await w.post()];
        await w.rounds();
        w.at(plus(monday, week - 60_000));
        expect(await w.open(early)).to.deep.equal({ id: early, tilstand: 'AAPNET' });
        expect(await w.open(early), 'again').to.deep.equal({ id: early, tilstand: 'AAPNET' });
        w.at(plus(monday, week));
        const jobs = await w.due();
        expect(jobs).to.have.length(2);
        await w.open(late);
        for (const job of jobs) await w.turn(job);
        expect(w.sent).to.have.length(4);
        expect((await w.history(early)).filter((line) => line === 'LEST_EKSTERNT')).to.have.length(1);
        expect((await w.letter(late)).tilstand).to.equal('AAPNET');
      });

      const boundaries = [
        ['a month end', '2026-01-30T12:00:00Z', '2026-02-06T12:00:00Z'],
        ['a leap day', '2028-02-22T12:00:00Z', '2028-02-29T12:00:00Z'],
        ['the week of a leap day', '2028-02-25T12:00:00Z', '2028-03-03T12:00:00Z'],
        ['a year end', '2026-12-28T12:00:00Z', '2027-01-04T12:00:00Z'],
        ['Good Friday, so after Easter at 08:00', '2026-03-27T12:00:00Z', '2026-04-07T06:00:00Z'],
      ] as const;
      for (const [what, first, again] of boundaries)
        it(`over ${what}: at ${again}; not where it was opened a second before, and no more where it was opened then`, async () => {
          const w = world(first);
          const [early, late] = [await w.post(), await w.post()];
          await w.rounds();
          await w.goTo(plus(again, -1_000));
          expect(w.sent).to.have.length(4);
          await w.open(early);
          await w.goTo(again);
          expect(w.sent.slice(4).map(({ kanal, at }) => [kanal, at.toISOString()])).to.deep.equal(
            ['EPOST', 'SMS'].map((kanal) => [kanal, plus(again, 0).toISOString()]),
          );
          expect(await w.open(late)).to.deep.equal({ id: late, tilstand: 'AAPNET' });
          await w.goTo(plus(again, week));
          expect(w.sent).to.have.length(6);
          const notified = async (id: string) =>
            (await w.history(id)).filter((line) => line.startsWith('VARSLET')).length;
          expect([await notified(early), await notified(late)]).to.deep.equal([2, 4]);
        });

      it('counts from the later of availability and notice: virkningstidspunkt, and a first notice that was late', async () => {
        const w = world();
        await w.post({ virkningstidspunkt: new Date('2026-03-06T10:00:00Z') });
        await w.goTo('2026-03-06T09:59:59Z');
        expect(w.sent).to.deep.equal([]);
        Object.assign(w.skjebne, { EPOST: 'unreached', SMS: 'unreached' });
        await w.goTo('2026-03-06T10:00:00Z');
        Object.assign(w.skjebne, { EPOST: 'ok', SMS: 'ok' });
        await w.goTo('2026-03-06T11:00:00Z');
        expect(w.sent).to.have.length(2);
        await w.goTo('2026-03-13T10:59:59Z');
        expect(w.sent).to.have.length(2);
        await w.goTo('2026-03-13T11:00:00Z');
        expect(w.sent).to.have.length(4);
      });

      const changes = [
        ['R-12: reserved', { reservasjon: true }],
        ['R-05: deleted', { status: 'SLETTET' }],
        ['R-05: unknown', null],
        ['R-02: without addresses', { mobiltelefonnummer: null, epostadresse: null }],
        ['R-03: stale', { mobiltelefonnummer: old, epostadresse: null }],
      ] as const;
      for (const [what, change] of changes)
        it(`${what} meanwhile: nobody is notified, the sender is told, and paper goes where that is wanted`, async () => {
          const w = world();
          const kept = await w.post();
          await w.rounds();
          w.is(change);
          await w.goTo(plus(monday, week));
          w.is({});
          w.policy({ papirUtenVarsel: true });
          const printed = await w.post();
          await w.rounds();
          w.is(change);
          await w.goTo(plus(w.now(), week));
          expect(w.sent).to.have.length(4);
          expect((await w.letter(kept)).tilstand).to.equal('OVERLATT');
          expect(await told(w, kept)).to.deep.equal([`${kept} VARSLINGFEILET NOT_NOTIFIED`]);
          const paper = await w.letter(printed);
          expect(paper.tilstand).to.equal('MOTTATT');
          expect(paper.beslutning).to.include({ kanal: 'UTSKRIFT' });
          expect(paper.beslutning.spor.find(({ traff }) => traff)?.regel).to.equal(what.slice(0, 4));
        });

      it('goes by the way that is fresh then, though the first notice went by another', async () => {
        const w = world();
        w.is({ mobiltelefonnummer: null });
        await w.post();
        await w.rounds();
        w.is({ epostadresse: null });
        await w.goTo(plus(monday, week));
        expect(ways(w)).to.deep.equal(['EPOST', 'SMS']);
      });
    });

    it('R-19: none after an address that the recipient gave', async () => {
      const w = world();
      await w.post({ oppgittAdresse: { bevis: 'skjema av 1. mars' } });
      await w.rounds();
      await w.goTo(plus(monday, 2 * week));
      expect(w.sent).to.have.length(2);
    });

    it('R-20: an advance notice goes by e-mail only where that was asked for, and on paper where nothing else is left', async () => {
      const w = world();
      await w.post({ forhaandsvarsel: { epostBevis: null } });
      await w.rounds();
      expect(ways(w)).to.deep.equal(['SMS']);
      await w.post({ forhaandsvarsel: { epostBevis: 'ba om det 1. mars' } });
      await w.rounds();
      expect(ways(w)).to.deep.equal(['SMS', 'EPOST', 'SMS']);
      w.is({ mobiltelefonnummer: null });
      const id = await w.post({ forhaandsvarsel: { epostBevis: null } });
      expect((await w.letter(id)).beslutning).to.include({ kanal: 'UTSKRIFT' });
    });

    it('R-20, R-22: an advance notice whose only way has gone meanwhile is not sent by e-mail, and its sender is told why', async () => {
      const w = world('2026-03-02T19:30:00Z');
      const id = await w.post({ forhaandsvarsel: { epostBevis: null } });
      w.is({ mobiltelefonnummer: null });
      await w.goTo(plus(monday, 24 * hour));
      expect(w.sent).to.deep.equal([]);
      const told = (await w.events(id)).find(({ kode }) => kode === 'NOT_NOTIFIED');
      expect(told?.tekst.en).to.contain('has not asked for advance notices by e-mail');
    });

    it('a gateway that says how long it is busy is left alone for so long, and the history says that a service did not answer', async () => {
      const w = world();
      Object.assign(w.skjebne, { EPOST: 'busy', SMS: 'busy' });
      const id = await w.post();
      await w.rounds();
      expect(w.reports).to.deep.equal([{ reached: false, vent: 90_000 }]);
      const waits = (await w.events(id)).filter(({ type }) => type === 'FORSOEK_UTSATT');
      expect(waits).to.have.length(2);
      for (const { tekst } of waits) expect(tekst.en).to.contain('did not answer');
    });

    it('F13: a notice whose turns are lost ten times in a row is handed over no more, and has failed', async () => {
      const w = world();
      Object.assign(w.skjebne, { EPOST: 'crash', SMS: 'crash' });
      const id = await w.post();
      for (let n = 0; n <= flestTapte + 2; n++) await w.goTo(plus(monday, n * 91_000));
      expect(w.sent).to.have.length(2 * flestTapte);
      expect((await w.history(id)).filter((line) => line.startsWith('VARSLINGFEILET'))).to.have.length(3);
    });

    describe('R-21: daytime', () => {
      const cases = [
        ['2026-03-02T18:59:59Z', '2026-03-02T18:59:59Z', 'the last second of the day'],
        ['2026-03-02T19:00:00Z', '2026-03-03T07:00:00Z', 'the evening'],
        ['2026-03-06T20:00:00Z', '2026-03-09T07:00:00Z', 'a weekend'],
        ['2026-04-01T18:30:00Z', '2026-04-07T06:00:00Z', 'Easter'],
        ['2026-03-28T12:00:00Z', '2026-03-30T06:00:00Z', 'the night that summer time begins'],
        ['2026-10-24T12:00:00Z', '2026-10-26T07:00:00Z', 'the night that it ends'],
        ['2028-02-29T19:00:00Z', '2028-03-01T07:00:00Z', 'a leap day'],
        ['2026-12-31T19:00:00Z', '2027-01-04T07:00:00Z', 'the turn of a year'],
      ] as const;
      for (const [sent, goes, what] of cases)
        it(`${what}: what comes at ${sent} is notified at ${goes}`, async () => {
          const w = world(sent);
          if (goes === '2026-04-07T06:00:00Z') w.at('2026-04-01T19:00:00Z');
          await w.post();
          await w.goTo(plus(goes, sent === goes ? 0 : -1_000));
          expect(w.sent).to.have.length(sent === goes ? 2 : 0);
          await w.goTo(goes);
          expect(w.sent.map(({ at }) => at.getTime())).to.deep.equal([
            plus(goes, 0).getTime(),
            plus(goes, 0).getTime(),
          ]);
        });

      it('R-17: a week has its local hours on both sides of a DST night', async () => {
        for (const [first, again] of [
          ['2026-03-25T12:00:00Z', '2026-04-01T11:00:00Z'],
          ['2026-10-21T11:00:00Z', '2026-10-28T12:00:00Z'],
        ] as const) {
          const w = world(first);
          await w.post();
          await w.rounds();
          await w.goTo(plus(again, -1_000));
          expect(w.sent).to.have.length(2);
          await w.goTo(again);
          expect(w.sent).to.have.length(4);
        }
      });
    });

    describe('R-22: failed notices', () => {
      it('one way fails: one receipt, the letter stays, and the repeat comes', async () => {
        const w = world();
        w.skjebne.EPOST = 'refused';
        const id = await w.post();
        await w.rounds();
        expect(await told(w, id)).to.deep.equal([`${id} VARSLINGFEILET EPOST`]);
        const words = (await w.events(id)).find(({ type }) => type === 'VARSLINGFEILET')?.tekst.nb ?? '';
        expect(words)
          .to.contain('is not here')
          .and.not.match(/kari@|99 99/);
        w.skjebne.EPOST = 'ok';
        await w.goTo(plus(monday, week));
        expect(ways(w)).to.deep.equal(['SMS', 'EPOST', 'SMS']);
        expect(await told(w, id)).to.have.length(1);
      });

      it('both fail: a receipt of each, and "not notified"; no repeat of what never came', async () => {
        const w = world();
        Object.assign(w.skjebne, { EPOST: 'refused', SMS: 'refused' });
        const id = await w.post();
        await w.rounds();
        expect(await told(w, id)).to.deep.equal([
          `${id} VARSLINGFEILET EPOST`,
          `${id} VARSLINGFEILET SMS`,
          `${id} VARSLINGFEILET NOT_NOTIFIED`,
        ]);
        await w.goTo(plus(monday, 2 * week));
        expect(await told(w, id)).to.have.length(3);
        expect(await w.lines(id)).to.deep.equal([]);
      });

      it('both fail: paper where the sender wants it, and why not where it cannot be', async () => {
        const w = world();
        w.policy({ papirUtenVarsel: true });
        Object.assign(w.skjebne, { EPOST: 'refused', SMS: 'refused' });
        const [paper, digital] = [await w.post(), await w.post({ kunDigitalt: true })];
        const information = await w.post({ klasse: 'INFO' });
        await w.rounds();
        const { beslutning, tilstand } = await w.letter(paper);
        expect([tilstand, beslutning.utfall === 'SEND' && beslutning.kanal]).to.deep.equal(['MOTTATT', 'UTSKRIFT']);
        expect(beslutning.spor.find(({ traff }) => traff)?.regel).to.equal('R-22');
        expect((await w.letter(digital)).tilstand).to.equal('OVERLATT');
        expect((await w.events(digital)).at(-1)?.tekst.en).to.contain('digital delivery only');
        expect((await w.letter(information)).tilstand).to.equal('OVERLATT');
        expect(await told(w, information)).to.have.length(2);
      });

      it('a way that is not reached is tried again in the daytime, and has failed when the day after has passed', async () => {
        const w = world('2026-03-06T18:00:00Z');
        Object.assign(w.skjebne, { EPOST: 'ok', SMS: 'unreached' });
        const id = await w.post();
        for (let t = plus(w.now(), 0); t < new Date('2026-03-07T18:58:00Z'); t = plus(t, 30 * 60_000)) await w.goTo(t);
        expect(await told(w, id)).to.deep.equal([]);
        await w.goTo('2026-03-07T18:59:59Z');
        expect(await told(w, id)).to.deep.equal([`${id} VARSLINGFEILET SMS`]);
        expect(ways(w)).to.deep.equal(['EPOST']);
        expect((await w.history(id)).filter((line) => line === 'FORSOEK_UTSATT SMS').length).to.be.greaterThan(5);
      });

      it('a register that does not answer says of nobody that he cannot be reached', async () => {
        const w = world();
        const id = await w.post();
        w.register('away');
        for (let days = 0; days < 3; days++) await w.goTo(plus(monday, days * 24 * hour));
        expect(await told(w, id)).to.deep.equal([]);
        w.register('there');
        await w.goTo(plus(monday, 3 * 24 * hour));
        expect(w.sent).to.have.length(2);
      });
    });

    describe('R-22: a register that does not answer', () => {
      const end = plus(monday, limits.noticeSilence * 24 * hour);
      /** Letters whose recipients the register says nothing of for a week. */
      const silent = async (paper: boolean, ...changes: readonly Parameters<World['post']>[0][]) => {
        const w = world();
        if (paper) w.policy({ papirUtenVarsel: true });
        const ids: string[] = [];
        for (const change of changes) ids.push(await w.post(change));
        w.register('away');
        for (let days = 0; days < limits.noticeSilence; days++) await w.goTo(plus(monday, days * 24 * hour));
        await w.goTo(plus(end, -1_000));
        for (const id of ids) expect(await w.history(id)).to.not.include('VARSLINGFEILET NOT_NOTIFIED');
        return { w, ids };
      };

      it(`has notices fail after ${limits.noticeSilence} days, and not a second earlier; then paper where that is wanted`, async () => {
        for (const paper of [false, true]) {
          const { w, ids } = await silent(paper, {}, { kunDigitalt: true }, { klasse: 'INFO' });
          await w.goTo(end);
          const [letter, digital, info] = ids as [string, string, string];
          const receipts = (await w.receipts()).filter((line) => ids.some((id) => line.startsWith(id)));
          expect(receipts).to.deep.equal([letter, digital].map((id) => `${id} VARSLINGFEILET NOT_NOTIFIED`));
          expect((await w.history(info)).at(-1)).to.equal('VARSLINGFEILET NOT_NOTIFIED');
          const failed = (await w.events(letter)).find(
            ({ kode, type }) => type === 'VARSLINGFEILET' && kode === 'NOT_NOTIFIED',
          );
          expect(failed?.tekst.en).to.contain('the register has not answered for 7 days (R-22)');
          const { tilstand, beslutning } = await w.letter(letter);
          expect([tilstand, beslutning.utfall === 'SEND' && beslutning.kanal]).to.deep.equal(
            paper ? ['MOTTATT', 'UTSKRIFT'] : ['OVERLATT', 'PORTAL'],
          );
          if (paper) expect(beslutning.spor.find(({ traff }) => traff)?.regel).to.equal('R-22');
          expect((await w.letter(digital)).tilstand).to.equal('OVERLATT');
          w.register('there');
          await w.goTo(plus(end, 2 * week));
          expect(w.sent).to.deep.equal([]);
        }
      });

      it('counts anew when it has answered meanwhile, and says so where one of two ways had gone', async () => {
        const w = world();
        w.skjebne.SMS = 'unreached';
        const id = await w.post();
        await w.rounds();
        w.register('away');
        for (let days = 1; days <= limits.noticeSilence + 1; days++) await w.goTo(plus(monday, days * 24 * hour));
        expect(await told(w, id)).to.deep.equal([]);
        const words = (await w.events(id)).map(({ tekst }) => tekst.en);
        expect(words.filter((text) => text.startsWith('No more notices of the letter go out'))).to.have.length(1);
        const { w: late, ids } = await silent(false, {});
        late.register('there');
        Object.assign(late.skjebne, { EPOST: 'unreached', SMS: 'unreached' });
        await late.goTo(end);
        late.register('away');
        await late.goTo(plus(end, hour));
        expect(await told(late, ids[0]!)).to.deep.equal([]);
      });

      it('an error of ours ends after the same time as a job for the operator, and its sender is told', async () => {
        const w = world();
        const id = await w.post();
        w.register('broken');
        for (let days = 0; days < limits.noticeSilence; days++) await w.goTo(plus(monday, days * 24 * hour));
        expect(await told(w, id)).to.deep.equal([]);
        await w.goTo(end);
        expect(await told(w, id)).to.deep.equal([`${id} VARSLINGFEILET NOT_NOTIFIED`]);
        expect((await w.letter(id)).tilstand).to.equal('OVERLATT');
        const store = stores()[0]!;
        const given: string[] = [];
        for (const row of await store.shipments.queue(100_000))
          if (row.givenUp && (await store.varsler.byId(row.shipmentId))?.shipmentId === id) {
            expect(row.sisteHendelse).to.contain('The notices are given up');
            given.push(row.shipmentId);
          }
        expect(given).to.have.length(1);
        const again = takeUpAgain({ ...store, clock: { now: w.now } });
        expect(await again(given[0]!)).to.deep.equal({ type: 'due' });
        expect(await again(given[0]!), 'it is given up no more').to.deep.equal({ type: 'unknown' });
        await w.rounds();
        expect(await w.history(id), 'its time begins anew').to.satisfy((h: string[]) =>
          h.at(-1)?.startsWith('FORSOEK_UTSATT'),
        );
        w.register('there');
        await w.goTo(plus(end, hour));
        expect(ways(w)).to.deep.equal(['EPOST', 'SMS']);
      });
    });

    it('R-23: nothing goes, and nothing is charged, where the sender notifies; it is reminded of the repeat', async () => {
      const w = world();
      w.policy({ egenVarsling: true });
      const id = await w.post();
      await w.rounds();
      await w.goTo(plus(monday, 2 * week));
      expect(w.sent).to.deep.equal([]);
      expect(await w.lines(id)).to.deep.equal([]);
      const [received, handedBack] = await w.events(id);
      expect(received?.tekst.en).to.contain('has to notify once more').and.to.contain('(R-17)');
      expect(handedBack?.tekst.en).to.contain('its sender shows it and notifies');
    });

    it('with no way configured the letter is handed back with the order, as before; with one, by that way only', async () => {
      const w = world();
      w.ways();
      const order = await w.letter(await w.post());
      expect(order.beslutning.varsler.map((v) => v.varslingskanal)).to.deep.equal(['EPOST', 'SMS']);
      expect(order.beslutning.spor.at(-1)?.tekst.en).to.contain('and notifies the recipient');
      w.ways('SMS');
      await w.post();
      w.is({ mobiltelefonnummer: null });
      const unable = await w.letter(await w.post());
      expect(unable.beslutning).to.not.have.property('varslesHerfra');
      w.is({});
      await w.rounds();
      expect(ways(w)).to.deep.equal(['SMS']);
    });

    it('R-58: the SMS and its repeat are charged when they have gone, as the dry run said', async () => {
      const w = world();
      const own = {
        plan: '',
        vare: 'SMS',
        leverandoer: null,
        fra: new Date('2026-01-01'),
        fraNummer: 1,
        oere: 39,
      } as const;
      await stores()[0]!.unitOfWork((tx) => tx.putPrice(own));
      expect(pris('SMS', null, { liste: [...prisliste, own], at: w.now(), nummer: 1 })).to.equal(39);
      const [read, unread] = [await w.post(), await w.post()];
      await w.rounds();
      await w.open(read);
      await w.goTo(plus(monday, week));
      const { beslutning, forsendelse } = await w.letter(unread);
      const liste = await stores()[0]!.ledger.prisbilde(forsendelse.avsender, '2026-03');
      const estimate = cost(beslutning, grunnlagAv(forsendelse, undefined), liste);
      expect(await w.lines(read)).to.deep.equal([['SMS', 39]]);
      expect(await w.lines(unread)).to.deep.equal([['SMS', 39], ['SMS_GJENTATT', 39]]); // prettier-ignore
      expect([estimate.minst, estimate.hoyst]).to.deep.equal([0, 78]);
    });

    it('R-17: two workers with the same due rounds send each notice once', async () => {
      const w = world();
      for (let n = 0; n < 10; n++) await w.post();
      const [one, two] = stores();
      const work = async (store: typeof one) => {
        for (let jobs = await w.due(store); jobs.length > 0; jobs = await w.due(store))
          await Promise.all(jobs.map((job) => w.turn(job, store)));
      };
      await Promise.all([work(one), work(two), work(one)]);
      w.at(plus(monday, week));
      await Promise.all([work(one), work(two), work(two)]);
      expect(w.sent).to.have.length(40);
      expect(new Set(w.sent.map(({ id }) => id)).size).to.equal(40);
    });

    it('R-17: a crash between handing over and writing it down repeats the notice with its id, and orders one repeat', async () => {
      const w = world();
      Object.assign(w.skjebne, { EPOST: 'crash', SMS: 'crash' });
      const id = await w.post();
      await w.rounds();
      Object.assign(w.skjebne, { EPOST: 'ok', SMS: 'ok' });
      await w.goTo(plus(monday, 59_000));
      expect(w.sent).to.have.length(2);
      await w.goTo(plus(monday, 61_000));
      expect(w.sent).to.have.length(4);
      expect(new Set(w.sent.map((notice) => notice.id)).size).to.equal(2);
      await w.goTo(plus(monday, week + 61_000));
      await w.goTo(plus(monday, 3 * week));
      expect(w.sent).to.have.length(6);
      expect((await w.history(id)).filter((line) => line.startsWith('VARSLET'))).to.have.length(4);
    });

    describe('R-17: what is lost on its way is notified of once where it can be known, and never repeated twice', () => {
      // Where a turn is lost, and how often the first notice and the repeat are handed over in all, by e-mail and by SMS: to a gateway that knows ids, and to another.
      const lost = [
        ['before it is written that a notice goes', 'claimed', [1, 1, 1, 1], [1, 1, 1, 1]],
        ['between that and the hand-over', 'stopped', [1, 1, 0, 1], [1, 0, 0, 0]],
        ['between the hand-over and what came of it', 'crash', [2, 2, 1, 2], [2, 1, 1, 1]],
        ['with the answer', 'unanswered', [2, 2, 1, 2], [2, 1, 1, 1]],
        ['nowhere: nobody was reached', 'unreached', [1, 1, 1, 1], [1, 1, 1, 1]],
      ] as const;
      for (const [where, fate, known, unknown] of lost)
        it(`lost ${where}`, async () => {
          for (const [knowing, times] of [
            [['SMS'], known],
            [[], unknown],
          ] as const) {
            const w = world();
            w.knowing(...knowing);
            const id = await w.post();
            for (const since of [0, week + 120_000]) {
              const at = plus(monday, since);
              w.at(at);
              if (fate !== 'claimed') Object.assign(w.skjebne, { EPOST: fate, SMS: fate });
              if (fate === 'claimed') expect(await w.due()).to.have.length(1);
              else for (const job of await w.due()) await w.turn(job);
              Object.assign(w.skjebne, { EPOST: 'ok', SMS: 'ok' });
              await w.goTo(plus(at, 61_000));
              await w.goTo(plus(at, 3_600_000));
            }
            for (let weeks = 2; weeks < 4; weeks++) await w.goTo(plus(monday, weeks * week));
            const early = (first: boolean) => w.sent.filter(({ at }) => at < plus(monday, week) === first);
            const handed = [true, false].flatMap((first) =>
              (['EPOST', 'SMS'] as const).map((way) => early(first).filter(({ kanal }) => kanal === way).length),
            );
            expect(handed, `${knowing.join()} first and repeat`).to.deep.equal(times);
            const events = (await w.events(id)).filter(({ type }) => type === 'VARSLET');
            expect(events.map(({ kode }) => kode).sort()).to.deep.equal(['EPOST', 'EPOST', 'SMS', 'SMS']);
            const inDoubt = ['claimed', 'unreached'].includes(fate) ? 0 : knowing.length > 0 ? 1 : 3;
            expect(events.filter(({ tekst }) => tekst.en.startsWith('It is in doubt'))).to.have.length(inDoubt);
            expect((await w.lines(id)).map(([post]) => post)).to.deep.equal(['SMS', 'SMS_GJENTATT']);
            expect(await told(w, id)).to.deep.equal([]);
          }
        });
    });

    it('a turn that lost its lease writes nothing and orders nothing', async () => {
      const w = world();
      const id = await w.post();
      const [stale] = await w.due();
      w.at(plus(monday, 61_000));
      await w.rounds();
      await w.turn(stale!);
      expect(w.sent).to.have.length(2);
      expect((await w.history(id)).filter((line) => line.startsWith('VARSLET'))).to.have.length(2);
    });

    it('R-18: when it was opened is kept, and is neither before the letter came nor in the future', async () => {
      const w = world();
      const id = await w.post();
      w.at(plus(monday, 2 * hour));
      for (const wrong of [plus(monday, -1_000), plus(w.now(), limits.openingAhead + 1_000)])
        expect(await codeOf(w.open(id, wrong))).to.equal('INVALID_REQUEST');
      const ahead = await w.post();
      for (const [letter, lest] of [
        [id, plus(monday, 0)],
        [ahead, plus(w.now(), limits.openingAhead)],
      ] as const) {
        expect(await w.open(letter, lest)).to.deep.equal({ id: letter, tilstand: 'AAPNET' });
        expect((await w.events(letter)).at(-1)).to.deep.include({ type: 'LEST_EKSTERNT', tid: w.now(), skjedd: lest });
      }
      const now = await w.post();
      await w.open(now);
      expect((await w.events(now)).at(-1)?.skjedd).to.deep.equal(w.now());
    });

    it('R-18: only what was handed back is reported open by its sender', async () => {
      const w = world();
      w.is({ reservasjon: true });
      const id = await w.post();
      expect(await codeOf(w.open(id))).to.equal('NOT_HANDED_BACK');
      expect(await codeOf(w.open('00000000-0000-0000-0000-000000000000'))).to.equal('UNKNOWN_SHIPMENT');
    });
  });
});
