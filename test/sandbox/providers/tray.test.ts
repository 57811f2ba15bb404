import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodePDFRawStream, PDFArray, PDFDocument, PDFRawStream, type PDFPage } from 'pdf-lib';
import type { Utpakket } from '../../../src/package/asice.js';
import { addressLines, printed, putInTray } from '../../../src/sandbox/providers/tray.js';
import type { Letter } from '../../../src/sandbox/providers/types.js';
import { digital, fysisk } from '../../contract/sdp/support.js';
import { pdf } from '../../support/forsendelser.js';

const document = (filnavn: string, mimetype: string, innhold: Buffer): Utpakket => ({ filnavn, mimetype, innhold });

const letter = (documents: readonly Utpakket[], post: Letter['post'] = fysisk): Letter => ({
  messageId: 'm-1',
  conversationId: '537ded9b-0000-4000-8000-000000000001',
  sender: '310000000',
  prioritet: 'NORMAL',
  received: new Date('2026-03-02T12:00:00Z'),
  post,
  flyttet: false,
  pakke: Buffer.alloc(0),
  pakketAv: undefined,
  documents,
  reported: [],
  opened: null,
});

/** What is drawn on a page, a line each: strings of the content streams, which standard fonts write in hexadecimal. */
function linesOf(page: PDFPage): string[] {
  const contents = page.node.Contents();
  const streams =
    contents instanceof PDFArray ? contents.asArray().map((ref) => page.doc.context.lookup(ref)) : [contents];
  const octets = streams.map((stream) =>
    stream instanceof PDFRawStream ? Buffer.from(decodePDFRawStream(stream).decode()) : Buffer.alloc(0),
  );
  return [
    ...Buffer.concat(octets)
      .toString('latin1')
      .matchAll(/<([0-9A-Fa-f]*)> Tj/g),
  ].map(([, hex]) => Buffer.from(hex ?? '', 'hex').toString('latin1'));
}

const pagesOf = async (octets: Uint8Array): Promise<readonly (readonly string[])[]> =>
  (await PDFDocument.load(octets)).getPages().map(linesOf);

describe('sandbox/providers/tray', () => {
  const [norway, name, code] = [
    { navn: 'Kåre Ødegård', adresselinjer: ['Storgata 1', 'Oppgang B'], postnummer: '0155', poststed: 'OSLO' },
    { navn: 'Kari', adresselinjer: ['1 High Street'], land: { navn: 'Storbritannia' } },
    { navn: 'Kari', adresselinjer: ['1 High Street'], land: { kode: 'GB' } },
  ];

  it('R-43: an address ends with the place, or with the country', () => {
    expect(addressLines(norway)).to.deep.equal(['Kåre Ødegård', 'Storgata 1', 'Oppgang B', '0155 OSLO']);
    expect(addressLines(name).at(-1)).to.equal('Storbritannia');
    expect(addressLines(code).at(-1)).to.equal('GB');
  });

  it('R-44: prints the address alone on the first page, then the pages of each document in their order', async () => {
    const { utskrift } = fysisk.fysisk;
    const post = { ...fysisk, fysisk: { ...fysisk.fysisk, mottaker: norway } };
    const two = await PDFDocument.create();
    for (const text of ['Vedtak side 1', 'Vedtak side 2']) {
      const [page] = await two.copyPages(await PDFDocument.load(await pdf(text)), [0]);
      if (page !== undefined) two.addPage(page);
    }
    const octets = await printed(
      letter(
        [
          document('vedtak.pdf', 'application/pdf', Buffer.from(await two.save())),
          document('kart.pdf', 'application/pdf', await pdf('Kart')),
        ],
        post,
      ),
    );
    expect(await pagesOf(octets)).to.deep.equal([
      ['Kåre Ødegård', 'Storgata 1', 'Oppgang B', '0155 OSLO'],
      ['Vedtak side 1'],
      ['Vedtak side 2'],
      ['Kart'],
    ]);
    const made = await PDFDocument.load(octets);
    expect(made.getTitle()).to.equal('537ded9b-0000-4000-8000-000000000001');
    expect(made.getSubject()).to.equal(`${utskrift.posttype} ${utskrift.farge} ${utskrift.retur}`);
  });

  it('names what is no PDF, or cannot be read, on a page of its own, in letters that can be printed', async () => {
    const octets = await printed(
      letter([
        document('bilde 💌.png', 'image/png', Buffer.from([1])),
        document('brev.pdf', 'application/pdf', Buffer.from('no PDF at all')),
      ]),
    );
    expect((await pagesOf(octets)).slice(1)).to.deep.equal([
      ['bilde ??.png', 'image/png'],
      ['brev.pdf', 'application/pdf'],
    ]);
  });

  it('prints nothing that goes to a mailbox', async () => {
    const refused: unknown = await printed(letter([], digital)).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Error);
  });

  it('puts a letter where only its owner reads, under the name of its conversation', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'posthorn-tray-'));
    try {
      const tray = join(dir, 'utskrift');
      const file = await putInTray(tray, letter([document('a.pdf', 'application/pdf', await pdf('A'))]));
      expect(await readdir(tray)).to.deep.equal(['537ded9b-0000-4000-8000-000000000001.pdf']);
      expect((await pagesOf(await readFile(file)))[1]).to.deep.equal(['A']);
      expect([(await stat(file)).mode & 0o777, (await stat(tray)).mode & 0o777]).to.deep.equal([0o600, 0o700]);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
