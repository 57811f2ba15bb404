import { expect } from 'chai';
import type { DokumentInn } from '../../src/contract/forsendelse/request.js';
import { encodeSendForsendelse } from '../../src/contract/forsendelse/request.js';
import { good } from '../contract/document/support.js';
import { brev, callDoor, pdf, postadresse } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { change, is, steps, types } from '../support/sendingSteps.js';
import { eachStore } from '../support/stores.js';

const ehf = 'application/ehf+xml';
const invoice = good.get(ehf) ?? Buffer.alloc(0);

describe('the rules of what a letter holds', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    before(async () => {
      world = await startSending(database.url());
    });
    after(() => world.stop());
    const { registered, letterTo, accepted, received, expectRefused } = steps(() => world);

    const document = (filnavn: string, changes: Partial<DokumentInn> = {}): DokumentInn => ({
      filnavn,
      tittel: filnavn,
      mimetype: 'text/plain',
      innhold: Buffer.from(filnavn),
      ...changes,
    });
    const documents = (n: number) => Array.from({ length: n }, (_, i) => document(`blåbær-${i}.txt`));
    it('R-33: given 200 attachments with names in UTF-8, when they are sent, then the mailbox has them in their order', async () => {
      const letter = letterTo(await registered(), { vedlegg: documents(200) });
      const { letter: there } = await received(letter);
      expect(there.documents.slice(1).map(({ filnavn }) => filnavn)).to.deep.equal(
        letter.vedlegg.map(({ filnavn }) => filnavn),
      );
    });
    for (const [what, words, vedlegg] of [
      ['201 attachments', 'vedlegg: 0 to 200 are allowed', documents(201)],
      ['a program', 'filnavn is that of a program', [document('kart.exe')]],
      ['a type that is not listed', 'mimetype is one of', [document('kart.zip', { mimetype: 'application/zip' })]],
      ['an invoice as attachment', 'mimetype is one of', [document('f.xml', { mimetype: ehf, innhold: invoice })]],
      ['two documents of one name', 'filnavn is unique', [document('VEDTAK.pdf')]],
      ['a document without octets', 'innhold holds at least', [document('tomt.txt', { innhold: Buffer.alloc(0) })]],
    ] as const) {
      it(`R-33: given ${what}, when it is sent, then it is refused before it is accepted`, async () =>
        expectRefused(letterTo(await registered(), { vedlegg }), words));
    }

    it('R-34: given a title, when the letter is delivered, then the title stands before log-in, and in no notice', async () => {
      const tittel = 'Svar på søknad om barnehageplass';
      const { digital } = (await received(letterTo(await registered(), { tittel }))).letter.post;
      expect(digital?.ikkeSensitivTittel.tekst).to.equal(tittel);
      const notices = [digital?.epostVarsel, digital?.smsVarsel].map((varsel) => varsel?.tekst.tekst ?? tittel);
      for (const notice of notices)
        expect(notice)
          .to.match(/Logg inn/)
          .and.not.to.contain(tittel);
    });

    it('R-36: given no order for it, when a letter is delivered, then no opening receipt is asked of the mailbox', async () => {
      const plain = letterTo(await registered());
      const ordered = letterTo(await registered(), { aapningskvittering: { begrunnelse: 'Fristen løper' } });
      const both = [await received(plain), await received(ordered)];
      expect(both.map(({ letter }) => letter.post.digital?.aapningskvittering)).to.deep.equal([false, true]);
    });
    it('R-36: given no reason, when an opening receipt is ordered, then the letter is refused', async () =>
      expectRefused(letterTo(await registered(), { aapningskvittering: { begrunnelse: '' } }), 'begrunnelse '));

    it('R-43: given an address abroad, when a letter is sent there, then it is printed with the country', async () => {
      const abroad = { navn: 'Kari Nordmann', adresselinjer: ['1 High Street'], land: { kode: 'GB' } };
      const { provider, letter } = await received(brev('digipost', { mottaker: { id: null, postadresse: abroad } }));
      expect([provider, letter.post.fysisk?.mottaker]).to.deep.equal(['utskrift', abroad]);
    });

    it('R-45: given options of print, or none, when a letter is printed, then the printer has them, or B post in black', async () => {
      const returadresse = postadresse;
      const chosen = {
        posttype: 'A_PRIORITERT',
        farge: 'FARGE',
        retur: 'MAKULERING_MED_MELDING',
        returadresse,
      } as const;
      const { fysisk } = (await received(letterTo(await registered({ postkasse: null }), { utskrift: chosen }))).letter
        .post;
      expect(fysisk?.utskrift).to.deep.equal(chosen);
      const plain = letterTo(await registered({ postkasse: null }));
      const request = change(encodeSendForsendelse(plain), 'utskrift', (member) => [
        ['posttype', 'farge', 'retur'].reduce((rest, name) => change(rest, name), member),
      ]);
      expect((await callDoor(world.url, request)).status).to.equal(200);
      await world.until(plain.eksternRef, is('LEVERT'));
      const [there] = await world.lettersOf(plain.eksternRef);
      expect(there?.letter.post.fysisk?.utskrift).to.deep.equal({
        posttype: 'B_OEKONOMI',
        farge: 'SORT_HVIT',
        retur: 'DIREKTE_RETUR',
        returadresse,
      });
    });

    it('R-46: given paper that is delivered, when it comes back later, then the letter was kept open for it', async () => {
      const hoveddokument = { ...document('returned mail.pdf'), mimetype: 'application/pdf', innhold: await pdf('x') };
      const utskrift = { ...brev('digipost').utskrift, retur: 'MAKULERING_MED_MELDING' } as const;
      const letter = letterTo(await registered({ postkasse: null }), { hoveddokument, utskrift });
      const stand = await world.until(await accepted(letter), is('RETURNERT'));
      const [posted, returned] = ['LEVERING', 'RETURPOST'].map((type) => types(stand).indexOf(type));
      expect(posted)
        .to.be.greaterThan(0)
        .and.below(returned ?? 0);
    });
  });
});
