import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { PDFDocument } from 'pdf-lib';
import { identities } from '../../src/sandbox/pki/identities.js';
import {
  brev,
  hentKvitteringer,
  pdf,
  postadresse,
  sendBrev,
  testperson,
  trekkTilbake,
} from '../support/forsendelser.js';
import type { Stand } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';

const is =
  (tilstand: string) =>
  (stand: Stand): boolean =>
    stand.tilstand === tilstand;
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
        const vedlegg = {
          filnavn: 'kart.pdf',
          tittel: 'Kart',
          mimetype: 'application/pdf',
          innhold: await pdf('Kart'),
        };
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
      ['reserved', 'R-12'],
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
        expect(svar.text).to.contain('[P-2000]');
      });
    }

    it('R-44: prints for an address alone', async () => {
      const ref = await accepted(brev('digipost', { mottaker: { id: null, postadresse } }));
      const stand = await world.until(ref, is('LEVERT'));
      expect([stand.kanal, stand.leverandoer]).to.deep.equal(['UTSKRIFT', identities.utskrift.organisasjonsnummer]);
    });

    it('R-43: refuses a letter that may go digitally only, to a person who is reserved', async () => {
      const { personidentifikator: id } = testperson('reserved');
      const letter = brev('reserved', { mottaker: { id, postadresse }, kunDigitalt: true });
      expect((await sendBrev(world.url, letter)).text).to.contain('[P-2003]');
    });

    it('R-48: refuses a letter to a business, for which there is no channel', async () => {
      const mottaker = { id: identities.sender2.organisasjonsnummer, postadresse: null };
      expect((await sendBrev(world.url, brev('digipost', { mottaker }))).text).to.contain('[P-2002]');
    });

    const open = (person: string, level: 3 | 4) =>
      world.control('POST', `open/${testperson(person).personidentifikator}?level=${level}`) as Promise<{
        readonly opened: readonly string[];
        readonly stepUp: readonly string[];
      }>;

    it('R-27, R-36: a log-in of level 3 does not open a letter of level 4; who opens it is reported', async () => {
      const aapningskvittering = { begrunnelse: 'Fristen løper fra åpning' };
      const ref = await accepted(brev('d-number', { sikkerhetsnivaa: 4, aapningskvittering }));
      await world.until(ref, is('LEVERT'));
      const { konversasjonsId } = await world.stored(ref);
      expect(await open('d-number', 3)).to.deep.equal({ opened: [], stepUp: [konversasjonsId] });
      expect((await world.until(ref, is('LEVERT'))).hendelser.map((h) => h.type)).not.to.include('AAPNING');
      expect(await open('d-number', 4)).to.deep.equal({ opened: [konversasjonsId], stepUp: [] });
      await world.until(ref, is('AAPNET'));
    });

    it('R-36: reports no opening that nobody asked for', async () => {
      const ref = await accepted(brev('2032-number'));
      await world.until(ref, is('LEVERT'));
      expect((await open('2032-number', 3)).opened).to.have.length(1);
      expect(types(await world.until(ref, is('LEVERT')))).not.to.include('AAPNING');
    });

    it('R-46: tells of paper that came back', async () => {
      const { personidentifikator: id } = testperson('reserved');
      const { hoveddokument, utskrift, ...rest } = brev('reserved', { mottaker: { id, postadresse } });
      const ref = await accepted({
        ...rest,
        hoveddokument: { ...hoveddokument, filnavn: 'returned mail.pdf' },
        utskrift: { ...utskrift, retur: 'MAKULERING_MED_MELDING' },
      });
      expect(types(await world.until(ref, is('RETURNERT')))).to.include.members(['MOTTAK', 'LEVERING', 'RETURPOST']);
    });

    it('R-22: a notice that failed leaves the letter delivered', async () => {
      const ref = await accepted(brev('digipost', { tittel: 'Vedtak, notice failed' }));
      const stand = await world.until(ref, (s) => s.hendelser.filter((h) => h.type === 'VARSLINGFEILET').length === 2);
      expect(stand.tilstand).to.equal('LEVERT');
    });

    it('takes a letter back that waits, once and for all, and none that has gone', async () => {
      const { personidentifikator: id } = testperson('reserved');
      const virkningstidspunkt = new Date(Date.now() + 3_600_000);
      const waiting = await accepted(brev('reserved', { mottaker: { id, postadresse }, virkningstidspunkt }));
      for (let time = 0; time < 2; time++) {
        expect((await trekkTilbake(world.url, waiting)).all('tilstand')).to.deep.equal(['TRUKKET']);
      }
      const gone = await accepted(brev('digipost'));
      await world.until(gone, is('LEVERT'));
      expect((await trekkTilbake(world.url, gone)).text).to.contain('[P-2006]');
      expect(await world.lettersOf(waiting)).to.deep.equal([]);
    });
  });
});
