import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Avsenderpolicy } from '../../src/domain/forsendelse.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import type { Stand } from '../support/forsendelser.js';
import { brev, hentStatus, sender } from '../support/forsendelser.js';
import { altinnSettings, behave, startAltinn, utenAdresse, type TestAltinn } from '../support/altinn.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { is, steps, types } from '../support/sendingSteps.js';
import { eachStore } from '../support/stores.js';
import { svarutSteps } from '../support/svarutSteps.js';

const business = '310000035';
const toBusiness = (changes: Partial<ReturnType<typeof brev>> = {}) =>
  brev('digipost', { mottaker: { id: business, postadresse: null }, prioritet: 'NORMAL', ...changes });

/** How often each question was asked, whatever it was asked about. */
const tally = (questions: readonly string[]) => {
  const kinds = questions.map((line) => line.replace(/[0-9a-f-]{36}/g, '{id}'));
  return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((k) => k === kind).length]));
};

describe('letters in Altinn', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let ahead = 0;
    let double: TestAltinn;
    let world: SendingWorld;
    const { accepted, registered, letterTo } = steps(() => world);
    const svarut = svarutSteps(() => world);
    before(async () => {
      ahead = 0;
      double = await startAltinn(() => new Date(Date.now() + ahead));
      world = await startSending(database.url(), { settings: () => altinnSettings(double, 'rest') });
    });
    after(async () => {
      await world.stop();
      await double.stop();
    });
    afterEach(() => {
      behave(double);
      expect(double.brudd).to.deep.equal([]);
    });

    const until = (ref: string, ...tilstander: string[]): Promise<Stand> => world.until(ref, is(...tilstander));
    const there = async (ref: string) => {
      const { meldingsId } = await world.stored(ref);
      return double.meldinger.filter(({ noekkel }) => noekkel === meldingsId);
    };
    const setPolicy = (avsenderpolicy: Avsenderpolicy): Promise<void> =>
      world.registerSenders((tx) =>
        tx.putOrganisation({
          organisasjonsnummer: sender,
          navn: identities.sender.organisasjon,
          tillatUsignertPaaVegneAv: false,
          avsenderpolicy,
          fra: new Date('2014-11-19T00:00:00Z'),
          til: null,
        }),
      );

    it('R-48, R-51: given a business, then Altinn, by one letter with notices on day 0 and 7, read when it reads it; the register is not asked', async () => {
      const ref = await accepted(toBusiness());
      const stand = await until(ref, 'LEVERT');
      expect((await world.stored(ref)).beslutning).to.deep.include({ kanal: 'ALTINN' });
      expect((await world.stored(ref)).beslutning.register.status).to.equal('IKKE_SPURT');
      expect(types(stand)).to.include.members(['SENDT', 'LEVERING']);
      const [melding, ...more] = await there(ref);
      expect(more).to.deep.equal([]);
      expect(melding).to.deep.include({ mottaker: business, fra: identities.sender.organisasjon });
      expect(melding?.varsel).to.deep.include({ gjentas: true, sendt: true });
      double.open(business);
      const read = await until(ref, 'AAPNET');
      expect(types(read).filter((type) => type === 'LEVERING' || type === 'AAPNING')).to.deep.equal([
        'LEVERING',
        'AAPNING',
      ]);
    });

    it('R-51: what is for information is not notified of again', async () => {
      const ref = await accepted(toBusiness({ klasse: 'INFO' }));
      await until(ref, 'SENDT', 'LEVERT');
      expect((await there(ref))[0]?.varsel?.gjentas).to.equal(false);
    });

    it('R-49: given no address for notices, then delivered all the same, and told with help', async () => {
      const ref = await accepted(toBusiness({ mottaker: { id: utenAdresse, postadresse: null } }));
      const stand = await until(ref, 'LEVERT');
      const [told] = stand.hendelser.filter(({ kode }) => kode === 'NO_NOTIFICATION_ADDRESS');
      expect(told?.type).to.equal('VARSLINGFEILET');
      expect(told?.tekst).to.contain('nobody was notified');
    });

    it('R-50: given a confidential letter, then its own resource', async () => {
      const ref = await accepted(toBusiness({ taushetsbelagt: true }));
      await until(ref, 'SENDT', 'LEVERT');
      expect((await there(ref))[0]).to.deep.include({ ressurs: 'posthorn-taushetsbelagt', taushetsbelagt: true });
    });

    it('R-53: given no mailbox and a sender that uses Altinn, then Altinn; who has opted out meanwhile gets paper after a new look-up', async () => {
      await setPolicy({ utenPostkasse: 'ALTINN', egenVarsling: true });
      const person = await registered({ postkasse: null });
      const ref = await accepted(letterTo(person));
      await until(ref, 'LEVERT');
      const [melding] = await there(ref);
      expect(melding).to.deep.include({ mottaker: person.personidentifikator, varsel: null });
      const second = await accepted(letterTo(person));
      await world.store.unitOfWork((tx) => tx.upsertPersons([{ ...person, reservasjon: true }]));
      const [waiting] = await (async () => {
        for (;;) {
          const found = await there(second);
          if (found.length > 0) return found;
          await sleep(20);
        }
      })();
      double.tell(waiting?.id ?? '', 'Reserved');
      const stand = await world.until(second, (s) => s.tilstand === 'LEVERT' && types(s).includes('NYTT_OPPSLAG'));
      expect(stand.leverandoer).to.equal('310000051');
      await setPolicy({ utenPostkasse: 'UTSKRIFT', egenVarsling: false });
    });

    it('a letter that Altinn cannot show has failed, and its sender is told', async () => {
      const ref = await accepted(toBusiness());
      await until(ref, 'LEVERT', 'SENDT');
      double.tell((await there(ref))[0]?.id ?? '', 'Failed');
      const stand = await world.until(ref, (s) => types(s).includes('FEIL'));
      expect(stand.hendelser.at(-1)?.tekst).to.contain('Failed');
    });

    it('R-47: SvarUt: read in Altinn is LEST and never printed; unread when the time is up it is printed', async () => {
      const [read, unread] = [
        await svarut.send(await svarut.order({ orgnr: business })),
        await svarut.send(await svarut.order({ orgnr: '310000043' })),
      ];
      for (const id of [read, unread]) await svarut.until(id, 'VARSLET');
      double.open(business);
      expect(await svarut.until(read, 'LEST')).to.include('Lest i Altinn');
      const { frist } = (await world.store.svarut.brev(unread)) ?? {};
      await world.moveCalendar((frist?.getTime() ?? 0) + 1_000 - Date.now());
      const history = await svarut.until(unread, 'PRINTET');
      expect(history).to.include('Lesefrist utløpt.').and.to.include('Tilgjengelig i Altinn');
      expect(history.join()).to.contain('ingen er varslet');
    });

    it('R-52: given a municipality that does not use mailboxes, then a person with a mailbox has the letter in Altinn', async () => {
      await svarut.policy({ sdp: false });
      const person = await svarut.registered();
      const id = await svarut.send(await svarut.order(person));
      await svarut.until(id, 'VARSLET');
      const letter = await world.store.shipments.byId(id);
      expect(letter?.beslutning).to.deep.include({ kanal: 'ALTINN' });
      expect(double.meldinger.at(-1)).to.include({ mottaker: person.fnr });
      await svarut.policy({ sdp: true });
    });

    it('409: an answer that was lost is one letter there; 429 is waited for as long as it says', async () => {
      double.behaviour.loseAnswer = true;
      const ref = await accepted(toBusiness());
      await world.until(ref, (s) => types(s).includes('FORSOEK_UTSATT'));
      behave(double);
      await until(ref, 'LEVERT');
      expect(await there(ref)).to.have.length(1);
      Object.assign(double.behaviour, { status: 429, retryAfter: '3' });
      const began = Date.now();
      const later = await accepted(toBusiness());
      await world.until(later, (s) => types(s).includes('FORSOEK_UTSATT'));
      behave(double);
      await until(later, 'SENDT', 'LEVERT');
      expect(Date.now() - began).to.be.at.least(3_000);
    });

    for (const status of [404, 410] as const)
      it(`${status}: nothing more is asked of a letter that is not there any more`, async () => {
        const ref = await accepted(toBusiness());
        await until(ref, 'LEVERT');
        const id = (await there(ref))[0]?.id ?? '';
        double.behaviour.gone = new Map([[id, status]]);
        await world.until(ref, (s) => s.hendelser.some(({ tekst }) => tekst.includes('Gone')));
        const { meldingsId } = await world.stored(ref);
        while ((await world.store.altinn.sistSpurt(meldingsId)) !== undefined) await sleep(20);
      });

    it('two weeks of outage, and then all letters arrive once, and what was read is told', async () => {
      const read = await accepted(toBusiness());
      await until(read, 'LEVERT');
      const start = double.spurt.length;
      double.behaviour.down = true;
      const refs: string[] = [];
      for (let i = 0; i < 12; i++) refs.push(await accepted(toBusiness()));
      await world.until(refs[0] ?? '', (s) => types(s).includes('FORSOEK_UTSATT'));
      double.open(business);
      ahead += 14 * 86_400_000;
      world.advance(14 * 86_400_000);
      const waits = await hentStatus(world.url, refs);
      expect(waits.map(({ tilstand }) => tilstand)).to.deep.equal(refs.map(() => 'MOTTATT'));
      const before = double.spurt.length;
      expect(before - start, 'questions during the outage').to.be.within(1, 2 * refs.length);
      behave(double);
      for (const ref of refs) await until(ref, 'LEVERT');
      await until(read, 'AAPNET');
      for (const ref of refs) expect(await there(ref)).to.have.length(1);
      const altinn = '/altinn/correspondence/api/v1';
      const { [`GET ${altinn}/correspondence/{id}`]: looks, ...once } = tally(double.spurt.slice(before));
      expect(once).to.deep.equal({
        'POST /maskinporten/token': 1,
        'GET /altinn/authentication/api/v1/exchange/maskinporten': 1,
        [`POST ${altinn}/attachment`]: refs.length,
        [`POST ${altinn}/attachment/{id}/upload`]: refs.length,
        [`GET ${altinn}/attachment/{id}`]: refs.length,
        [`POST ${altinn}/correspondence`]: refs.length,
      });
      expect(looks, 'looks at letters').to.be.within(refs.length + 1, 5 * (refs.length + 1));
    });
  });
});
