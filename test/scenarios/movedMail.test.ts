import { expect } from 'chai';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { signingKey } from '../../src/security/sign.js';
import { brev, resident, sendBrev } from '../support/forsendelser.js';
import { askingFor, believe, postMessage } from '../support/sdpSender.js';
import { startSending, trustOf, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';

const address = '0000485887';

describe('mail that moves with its recipient', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    before(async () => {
      world = await startSending(database.url());
    });
    after(() => world.stop());

    /** A letter that lies in a mailbox at Digipost. */
    async function lying() {
      const person = resident();
      await world.store.unitOfWork((tx) => tx.upsertPersons([person]));
      const { personidentifikator: id } = person;
      const aapningskvittering = { begrunnelse: 'Fristen løper fra åpning' };
      const letter = brev('digipost', { mottaker: { id, postadresse: null }, aapningskvittering, sikkerhetsnivaa: 3 });
      expect((await sendBrev(world.url, letter)).status).to.equal(200);
      await world.until(letter.eksternRef, ({ tilstand }) => tilstand === 'LEVERT');
      const { konversasjonsId } = await world.stored(letter.eksternRef);
      return { id, letter, konversasjonsId };
    }
    const move = (id: string) => world.control('POST', `move/${id}?to=eboks&address=${address}`);
    const providersOf = (konversasjonsId: string): string[] =>
      world.lettersIn(konversasjonsId).map(({ provider }) => provider);

    /** Whether nothing waits for Digipost at the broker. */
    async function nothingWaits(): Promise<boolean> {
      const { organisasjonsnummer, privateKey, certificate } = world.pki.identities.digipost;
      const by = { organisasjonsnummer, key: signingKey(privateKey, certificate) };
      const asked = await askingFor(by, { pull: { prioritet: 'PRIORITERT', id: undefined } });
      const answer = await postMessage(new URL(BROKER_PATH, world.url).href, asked);
      return (await believe(answer, trustOf(world.pki))).operation.local === 'Body';
    }

    it('R-28: goes by the broker from one mailbox to the other, as its sender signed it', async () => {
      const { id, letter, konversasjonsId } = await lying();
      expect(await move(id)).to.deep.equal({ moved: [konversasjonsId], failed: [] });
      expect(providersOf(konversasjonsId)).to.deep.equal(['eboks']);
      const [found] = world.lettersIn(konversasjonsId);
      expect(found?.letter).to.include({
        flyttet: true,
        sender: identities.digipost.organisasjonsnummer,
        pakketAv: identities.posthorn.organisasjonsnummer,
      });
      expect(found?.letter.post.fysisk === null && found.letter.post.mottaker.postkasseadresse).to.equal(address);
      const [document] = found?.letter.documents ?? [];
      expect(document?.innhold.equals(Buffer.from(letter.hoveddokument.innhold))).to.equal(true);
      expect(found?.letter.reported).to.deep.equal(['levering']);
      expect(await nothingWaits()).to.equal(true);
      expect(world.lost).to.deep.equal([]);
    });

    it('R-28, R-36: is opened in the new mailbox, and its first sender is told', async () => {
      const { id, letter } = await lying();
      await move(id);
      await world.control('POST', `open/${id}?level=3`);
      const stand = await world.until(letter.eksternRef, ({ tilstand }) => tilstand === 'AAPNET');
      expect(stand.leverandoer).to.equal(identities.digipost.organisasjonsnummer);
    });

    it('stays where it is while the broker is not there, and moves later', async () => {
      const { id, konversasjonsId } = await lying();
      world.broker.dead = true;
      expect(await move(id)).to.deep.equal({ moved: [], failed: [konversasjonsId] });
      expect(providersOf(konversasjonsId)).to.deep.equal(['digipost']);
      world.broker.dead = false;
      expect(await move(id)).to.deep.equal({ moved: [konversasjonsId], failed: [] });
      expect(providersOf(konversasjonsId)).to.deep.equal(['eboks']);
    });
  });
});
