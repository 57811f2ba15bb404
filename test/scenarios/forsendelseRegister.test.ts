import { expect } from 'chai';
import type { Person } from '../../src/domain/person.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { brev, postadresse, resident, sendBrev, sender } from '../support/forsendelser.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';

const databehandler = identities.posthorn.organisasjonsnummer;

describe('a letter whose recipient another installation knows', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let register: TestGateway;
    let world: SendingWorld;
    let person: Person;
    let away: Promise<void> | undefined;
    const takeAway = (): Promise<void> => (away ??= register.stop());
    before(async () => {
      person = resident();
      const store = await database.open();
      const always = { fra: new Date('2014-11-19T00:00:00Z'), til: null };
      await store.unitOfWork(async (tx) => {
        await tx.putOrganisation({
          organisasjonsnummer: databehandler,
          navn: identities.posthorn.organisasjon,
          tillatUsignertPaaVegneAv: false,
          ...always,
        });
        await tx.putDelegation({ leverandoer: databehandler, oppdragsgiver: sender, ...always });
        await tx.upsertPersons([person]);
      });
      register = await startGateway({ POSTHORN_DATABASE_URL: database.url() });
      world = await startSending(undefined, { settings: () => ({ POSTHORN_REGISTER_URL: register.url }) });
    });
    after(async () => {
      await world.stop();
      await takeAway();
    });

    const letter = () => brev('digipost', { mottaker: { id: person.personidentifikator, postadresse } });

    it('R-09, R-42: is decided by what that one says to the databehandler on behalf of the sender', async () => {
      const sent = letter();
      const svar = await sendBrev(world.url, sent);
      expect(svar.status, svar.text).to.equal(200);
      expect((await world.until(sent.eksternRef, (s) => s.tilstand === 'LEVERT')).kanal).to.equal('POSTKASSE');
      const [event] = await register.store.reads.events(1);
      expect([event?.organisasjon, event?.paaVegneAv]).to.deep.equal([databehandler, sender]);
    });

    it('R-44: is not accepted while that one is away, and so never printed for want of an answer', async () => {
      await takeAway();
      const svar = await sendBrev(world.url, letter());
      expect([svar.status, svar.text.includes('[P-1001]')]).to.deep.equal([500, true]);
    });
  });
});
