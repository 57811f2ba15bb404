import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PDFDocument, StandardFonts, type PDFFont, type PDFPage } from 'pdf-lib';
import type { Postadresse } from '../../domain/forsendelse.js';
import type { Letter } from './types.js';

/** A4 in points. */
const PAGE: [number, number] = [595.28, 841.89];
/** Where the window of an envelope shows the address: points from the left and the top. */
const WINDOW = { left: 71, top: 150 };
const SIZE = 11;
const LINE = 15;

/** The lines of an address as they stand on an envelope. */
export function addressLines(adresse: Postadresse): string[] {
  const place =
    'postnummer' in adresse
      ? `${adresse.postnummer} ${adresse.poststed}`
      : 'navn' in adresse.land
        ? adresse.land.navn
        : adresse.land.kode;
  return [adresse.navn, ...adresse.adresselinjer, place];
}

/** Text in the characters that a standard font has. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '?');

function addPage(pdf: PDFDocument, font: PDFFont, lines: readonly string[], top = WINDOW.top): void {
  const page = pdf.addPage(PAGE);
  lines.forEach((line, i) => {
    page.drawText(printable(line).slice(0, 90), { x: WINDOW.left, y: PAGE[1] - top - i * LINE, size: SIZE, font });
  });
}

/** Copies of the pages of a PDF; none when it cannot be read. */
async function pagesOf(pdf: PDFDocument, innhold: Buffer): Promise<PDFPage[]> {
  try {
    const source = await PDFDocument.load(innhold);
    return await pdf.copyPages(source, source.getPageIndices());
  } catch {
    return [];
  }
}

/** The letter as it is put into the envelope: a page with the address, then the documents; what is no PDF is named on a page of its own. */
export async function printed({ post, documents, conversationId }: Letter): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  if (post.fysisk === null) throw new Error('only letters to print are printed');
  const { mottaker, utskrift } = post.fysisk;
  addPage(pdf, font, addressLines(mottaker));
  for (const { filnavn, mimetype, innhold } of documents) {
    const pages = mimetype === 'application/pdf' ? await pagesOf(pdf, innhold) : [];
    if (pages.length === 0) addPage(pdf, font, [filnavn, mimetype], 72);
    for (const page of pages) pdf.addPage(page);
  }
  pdf.setTitle(conversationId);
  pdf.setSubject(`${utskrift.posttype} ${utskrift.farge} ${utskrift.retur}`);
  return pdf.save();
}

/** Puts a letter into the tray. @returns the file */
export async function putInTray(directory: string, letter: Letter): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, `${letter.conversationId}.pdf`);
  await writeFile(file, await printed(letter), { mode: 0o600 });
  return file;
}
