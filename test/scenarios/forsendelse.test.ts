import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { PDFDocument } from 'pdf-lib';
import { identities } from '../../src/sandbox/pki/identities.js';
import { brev, hentKvitteringer, pdf, postadresse, sendBrev, testperson, trekkTilbake } from '../support/forsendelser.js';
import type { Stand } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';

const is =
  (tilstand: string) =>
  (stand: Stand): boolean =>
    stand.tilstand === tilstand;
const has =
  (type: string) =>
  (stand: Stand): boolean =>
    stand.hendelser.some((h) => h.type === type);
const types = (stand: Stand): string[] => stand.hendelser.map((h) => h.type);

describe('sending a letter', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    before(async () => {
      world = await startSending(database.url());
    });
    after(() => world.stop());

    const accepted = async (letter: ReturnType<typeof brev>): Promise<string> => {
      const svar = await sendBrev(world.url, letter);
      expect(svar.status, svar.text).to.equal(200);
      return letter.eksternRef;
    };

    for (const [person, provider] of [
      ['digipost', 'digipost'],
      ['e-boks', 'eboks'],
    ] as const) {
      it(`R-39: delivers to the mailbox at ${provider}, and its receipt comes home`, async () => {
        const vedlegg = { filnavn: 'kart.pdf', tittel: 'Kart', mimetype: 'application/pdf', innhold: await pdf('Kart') };
        const letter = brev(person, { vedlegg: [vedlegg] });
        const ref = await accepted(letter);
        const stand = await world.until(ref, is('LEVERT'));
        expect(stand.kanal).to.equal('POSTKASSE');
        expect(stand.leverandoer).to.equal(identities[provider].organisasjonsnummer);
        expect(types(stand)).to.include.members(['MOTTATT', 'SENDT', 'LEVERING']);
        const [delivered, ...more] = await world.lettersOf(ref);
        expect(more).to.deep.equal([]);
        expect(delivered?.provider).to.equal(provider);
        expect(delivered?.letter.documents.map((d) => d.innhold.toString('base64'))).to.deep.equal(
          [letter.hoveddokument, vedlegg].map((d) => Buffer.from(d.innhold).toString('base64')),
        );
        const home = await hentKvitteringer(world.url);
        expect(home.all('eksternRef')).to.include(ref);
      });
    }

    it('R-39: SENDT is not LEVERT: the provider has the letter and has not reported on it', async () => {
      world.broker.dead = true;
      const ref = await accepted(brev('digipost'));
      const stand = await world.until(ref, is('SENDT'));
      expect(types(stand)).to.deep.equal(['MOTTATT', 'SENDT']);
      world.broker.dead = false;
      await world.until(ref, is('LEVERT'));
    });

    for (const [person, rule] of [
      ['reserved', 'R-10'],
      ['no-contact', 'R-43'],
      ['unknown', 'R-43'],
    ] as const) {
      it(`${rule}, R-44: prints for a person who is "${person}", behind a page with the address`, async () => {
        const { personidentifikator: id } = testperson(person);
        const ref = await accepted(brev(person, { mottaker: { id, postadresse } }));
        const stand = await world.until(ref, is('LEVERT'));
        expect(stand.kanal).to.equal('UTSKRIFT');
        expect(types(stand)).to.include('MOTTAK');
        const { konversasjonsId } = await world.stored(ref);
        const printed = await PDFDocument.load(await readFile(join(world.tray, `${konversasjonsId}.pdf`)));
        expect(printed.getPages().map((page) => Math.round(page.getWidth()))).to.deep.equal([595, 300]);
      });

      it(`R-44: refuses a letter to a person who is "${person}" without an address`, async () => {
        const svar = await sendBrev(world.url, brev(person));
        expect(svar.text).to.contain('[P-3001]');
      });
    }
  });
});
