import { expect } from 'chai';
import { identities } from '../../src/sandbox/pki/identities.js';
import { altinnSettings, behave, startAltinn, ukjent, type TestAltinn } from '../support/altinn.js';
import { brev } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { is, steps, types } from '../support/sendingSteps.js';
import { eachStore } from '../support/stores.js';

const business = '310000035';
const letterTo = (id: string, klasse: 'VEDTAK' | 'INFO' = 'VEDTAK') =>
  brev('digipost', { mottaker: { id, postadresse: null }, prioritet: 'NORMAL', klasse });

describe("letters in Altinn by Altinn 2's Basic service", function () {
  this.timeout(60_000);
  eachStore((database) => {
    let double: TestAltinn;
    let world: SendingWorld;
    const { accepted } = steps(() => world);
    before(async () => {
      double = await startAltinn();
      world = await startSending(database.url(), { settings: () => altinnSettings(double, 'soap') });
    });
    after(async () => {
      await world.stop();
      await double.stop();
    });
    afterEach(() => {
      behave(double);
      expect(double.brudd).to.deep.equal([]);
    });
    const there = async (ref: string) => {
      const { meldingsId } = await world.stored(ref);
      return double.meldinger.filter(({ noekkel }) => noekkel === meldingsId);
    };

    it('R-48, R-51: given a business, then one letter, notified of again when it is a decision; nothing is heard of it afterwards', async () => {
      const [ref, info] = [await accepted(letterTo(business)), await accepted(letterTo(business, 'INFO'))];
      const stand = await world.until(ref, is('LEVERT', 'SENDT'));
      await world.until(info, is('LEVERT', 'SENDT'));
      expect(stand.hendelser.map(({ type }) => type)).to.not.include('AAPNING');
      const [melding, ...more] = await there(ref);
      expect(more).to.deep.equal([]);
      expect(melding).to.deep.include({ mottaker: business, ressurs: '4255/10' });
      expect(melding?.fra).to.contain(identities.sender.organisasjon);
      expect(melding?.varsel).to.deep.include({ gjentas: true });
      expect((await there(info))[0]?.varsel).to.deep.include({ gjentas: false });
    });

    it('a recipient that Altinn does not know has failed, and its sender is told', async () => {
      const stand = await world.until(await accepted(letterTo(ukjent)), is('FEILET'));
      expect(types(stand)).to.include('FEIL');
    });

    it('an outage puts the letter off, and it arrives once when it is over', async () => {
      double.behaviour.down = true;
      const ref = await accepted(letterTo(business));
      await world.until(ref, (s) => types(s).includes('FORSOEK_UTSATT'));
      behave(double);
      world.advance(2 * 3_600_000);
      await world.until(ref, is('LEVERT', 'SENDT'));
      expect(await there(ref)).to.have.length(1);
    });
  });
});
