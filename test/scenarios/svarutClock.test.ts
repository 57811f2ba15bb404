import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { plain } from '../../src/around.js';
import { stans } from '../../src/application/svarut/stans.js';
import type { Channel } from '../../src/domain/channel.js';
import { ordrett } from '../../src/domain/hendelsestekst.js';
import { lesefrist } from '../../src/domain/svarut/lesefrist.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';
import { konto, mottakersOrgnr, svarutSteps } from '../support/svarutSteps.js';

/** Stands for Altinn: takes letters and never hears of them again, but refuses some. */
const altinn: Channel = {
  prepare: () => Promise.resolve(undefined),
  deliver: ({ forsendelse }) =>
    Promise.resolve(
      forsendelse.tittel.includes('refused')
        ? { type: 'rejected', kode: 'ALTINN:REJECTED', grunn: ordrett('Altinn has no such recipient') }
        : { type: 'sent' },
    ),
};
/** A business that has no receiving system. */
const virksomhet = { orgnr: '310000043' };

describe('SvarUt: letters that nobody reads, and ways that fail', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    const { order, registered, send, statusOf, historyOf, until, policy } = svarutSteps(() => world);
    before(async () => {
      const around = { ...plain, besides: new Map([['ALTINN', altinn]] as const) };
      world = await startSending(database.url(), { around });
    });
    after(() => world.stop());

    const now = async () => new Date(Date.now() + (await world.store.calendar.ahead()));
    const paper = async (id: string) => {
      const conversation = (await world.store.shipments.byId(id))?.konversasjonsId ?? '';
      return world.lettersIn(conversation).filter(({ provider }) => provider === 'utskrift');
    };
    /** Moves the calendar so far that the time of a letter is up, but for so many milliseconds. */
    const pass = async (id: string, short = 0) => {
      const { frist } = (await world.store.svarut.brev(id)) ?? {};
      if (!frist) throw new Error('no time runs');
      await world.moveCalendar(frist.getTime() - short - (await now()).getTime());
    };
    /** As long as several rounds take. */
    const rounds = () => sleep(2_500);

    it('R-47: VARSLET until 40 hours of working days are up, and then on paper, once', async () => {
      const before = await now();
      const person = await registered({ postkasse: null });
      const id = await send(await order(person));
      expect(await until(id, 'VARSLET')).to.include(
        'Varsling sendt til Altinn. Forsendelsen vil ettersendes som brevpost dersom den ikke blir lest innen utløp av ' +
          'lesefristen. Lesefristen utløper etter 40 timer.',
      );
      const { frist } = (await world.store.svarut.brev(id)) ?? {};
      expect(frist).to.be.within(lesefrist(before, 40), lesefrist(await now(), 40));
      await pass(id, 60_000);
      await rounds();
      expect(await statusOf(id)).to.equal('VARSLET');
      await pass(id);
      const history = await until(id, 'PRINTET');
      expect(history.filter((line) => line === 'Lesefrist utløpt.')).to.have.length(1);
      expect(history.filter((line) => line === 'Sendt til print')).to.have.length(1);
      await rounds();
      expect(await paper(id)).to.have.length(1);
      expect((await world.store.svarut.brev(id))?.frist).to.equal(null);
    });

    it('SENDT_DIGITALT when only digital will do, and LEST when it is read after all', async () => {
      const id = await send(await order(await registered({ postkasse: null }), { kunDigitalLevering: true }));
      expect((await until(id, 'VARSLET')).join()).to.include('Forsendelsen ettersendes ikke som brevpost.');
      await pass(id);
      expect((await until(id, 'SENDT_DIGITALT')).at(-1)).to.equal(
        'Lesefrist utløpt. Forsendelsen er bare sendt digitalt.',
      );
      const unsigned = { forsendelsesid: id, lestAvFodselsnummer: null, navnPaEksterntSystem: null, datoLest: null };
      await world.svarut.settLest(konto, unsigned);
      expect(await statusOf(id)).to.equal('LEST');
      expect(await paper(id)).to.deep.equal([]);
    });

    it('a letter to a business is not printed when its sender has turned that off, and one to a person is', async () => {
      await policy({ ettersending: false, lesetimer: 2 });
      const [business, person] = [
        await send(await order(virksomhet)),
        await send(await order(await registered({ postkasse: null }))),
      ];
      await policy({ ettersending: true, lesetimer: 40 });
      for (const id of [business, person]) expect((await until(id, 'VARSLET')).join()).to.include('etter 2 timer');
      await pass(business);
      await pass(person);
      await until(business, 'SENDT_DIGITALT');
      await until(person, 'PRINTET');
      expect(await paper(business)).to.deep.equal([]);
    });

    it('goes on paper when Altinn refuses it; IKKE_LEVERT when only digital will do', async () => {
      const refused = { tittel: `refused ${Date.now()}` };
      const [printed, lost] = [
        await send(await order(virksomhet, refused)),
        await send(await order(virksomhet, { ...refused, kunDigitalLevering: true })),
      ];
      expect(await until(printed, 'PRINTET')).to.include('Avvist: Altinn has no such recipient');
      expect((await until(lost, 'IKKE_LEVERT')).at(-1)).to.match(/^Ikke levert: /);
      expect(await paper(lost)).to.deep.equal([]);
    });

    it('MANUELT_HANDTERT: an operator stops a letter that nobody has read, and it is never printed', async () => {
      const id = await send(await order(virksomhet));
      await until(id, 'VARSLET');
      const { store } = world;
      const stop = stans({
        unitOfWork: store.unitOfWork,
        clock: { now: () => new Date() },
        calendar: { now: () => new Date() },
      });
      const { frist } = (await store.svarut.brev(id)) ?? {};
      expect([await stop(id), await stop(id)]).to.deep.equal([{ type: 'stopped' }, { type: 'stopped' }]);
      expect((await until(id, 'MANUELT_HANDTERT')).at(-1)).to.match(/stanset av operatør/);
      await world.moveCalendar((frist as Date).getTime() + 60_000 - (await now()).getTime());
      await rounds();
      expect([await statusOf(id), await paper(id)]).to.deep.equal(['MANUELT_HANDTERT', []]);
    });

    it('what is with the printer, or was opened, is not stopped any more', async () => {
      const { store } = world;
      const clock = { now: () => new Date() };
      const stop = stans({ unitOfWork: store.unitOfWork, clock, calendar: clock });
      const id = await send(await order(await registered({ reservasjon: true })));
      await until(id, 'PRINTET');
      expect(await stop(id)).to.deep.equal({ type: 'late', tilstand: 'LEVERT' });
      expect(await stop('00000000-0000-4000-8000-000000000000')).to.deep.equal({ type: 'unknown' });
    });

    it('one that was read elsewhere is not printed when its time would be up', async () => {
      const id = await send(await order(await registered({ postkasse: null })));
      await until(id, 'VARSLET');
      const { frist } = (await world.store.svarut.brev(id)) ?? {};
      await world.svarut.settLest(konto, {
        forsendelsesid: id,
        lestAvFodselsnummer: null,
        navnPaEksterntSystem: 'X',
        datoLest: null,
      });
      await world.moveCalendar((frist as Date).getTime() + 60_000 - (await now()).getTime());
      await rounds();
      expect([await statusOf(id), await paper(id)]).to.deep.equal(['LEST', []]);
    });

    it('a mailbox that reports an error: on to Altinn, and unread there, on paper; never to the mailbox again', async () => {
      const person = await registered();
      await world.control('POST', `switch/${person.fnr}?to=eboks`);
      const id = await send(await order(person));
      const history = await until(id, 'VARSLET');
      expect(history.join()).to.include('No such mailbox address here');
      expect((await world.store.svarut.brev(id))?.proevd).to.deep.equal(['POSTKASSE']);
      await pass(id);
      await until(id, 'PRINTET');
      expect((await world.store.svarut.brev(id))?.proevd).to.deep.equal(['POSTKASSE', 'ALTINN']);
      expect(await paper(id)).to.have.length(1);
    });

    it('a mailbox that reports an error where Altinn is not used: on paper, or IKKE_LEVERT when only digital will do', async () => {
      await policy({ altinn: false });
      const sendTo = async (kunDigitalLevering: boolean) => {
        const person = await registered();
        await world.control('POST', `switch/${person.fnr}?to=eboks`);
        return send(await order(person, { kunDigitalLevering }));
      };
      const [printed, lost] = [await sendTo(false), await sendTo(true)];
      await until(printed, 'PRINTET');
      expect((await until(lost, 'IKKE_LEVERT')).at(-1)).to.match(/^Ikke levert: /);
      await policy({ altinn: true });
      expect([(await paper(printed)).length, (await paper(lost)).length]).to.deep.equal([1, 0]);
    });

    it('a letter that lies in a mailbox is never printed, whatever is reported of it afterwards', async () => {
      const id = await send(await order(await registered()));
      await until(id, 'LEVERT_SDP');
      const [there] = world.lettersIn((await world.store.shipments.byId(id))?.konversasjonsId ?? '');
      if (there === undefined) throw new Error('nobody has the letter');
      const { doubles } = world;
      await doubles[there.provider].report(there.letter, { type: 'feil', feiltype: 'SERVER', detaljer: 'late' });
      await doubles[there.provider].report(there.letter, {
        type: 'varslingfeilet',
        varslingskanal: 'SMS',
        beskrivelse: 'late',
      });
      await rounds();
      expect([await statusOf(id), await paper(id)]).to.deep.equal(['LEVERT_SDP', []]);
    });

    it('KLAR_FOR_MOTTAK has no end: the calendar passes, and the letter waits', async () => {
      const id = await send(await order({ orgnr: mottakersOrgnr }));
      await until(id, 'KLAR_FOR_MOTTAK');
      await world.moveCalendar(60 * 86_400_000);
      await rounds();
      expect(await statusOf(id)).to.equal('KLAR_FOR_MOTTAK');
      expect((await historyOf(id)).at(-1)).to.equal('Klar for mottak i mottakerens system');
    });
  });
});
