import type { Innholdsart } from '../../domain/mimetypes.js';
import { innholdsart } from '../../domain/mimetypes.js';
import { Failure } from '../../errors.js';
import { gif, jpeg, ole, pdf, png } from './binary.js';
import { html } from './html.js';
import type { Judge } from './judge.js';
import { text } from './text.js';
import { ehf, xml } from './xml.js';
import { odf, ooxml, zip } from './zip.js';

/** One row a kind of content. */
const judges: Readonly<Record<Innholdsart, (mimetype: string) => Judge>> = {
  pdf,
  png,
  jpeg,
  gif,
  doc: () => ole('Word document', 'WordDocument'),
  xls: () => ole('Excel workbook', 'Workbook', 'Book'),
  ppt: () => ole('presentation', 'PowerPoint Document'),
  docx: () => ooxml('Word document', 'word'),
  xlsx: () => ooxml('Excel workbook', 'xl'),
  pptx: () => ooxml('presentation', 'ppt'),
  odf,
  zip: () => zip('file'),
  text: () => text(),
  html,
  xml: () => xml(),
  ehf,
};

/** Holds octets against the type that their sender gives them, while they pass (SECURITY 93). */
export interface ContentCheck {
  /** @throws Failure INVALID_REQUEST as soon as they are something else */
  write(octets: Uint8Array): void;
  /** After the last one; what has no octets at all is refused elsewhere. @throws Failure INVALID_REQUEST */
  end(): void;
}

/** @param mimetype in lower case. @returns undefined for a type that octets cannot be held against */
export function contentCheck(mimetype: string): ContentCheck | undefined {
  const art = innholdsart(mimetype);
  if (art === undefined) return undefined;
  let judge: Judge | undefined;
  const hold = (reason: string | undefined): void => {
    if (reason === undefined) return;
    const said = `innhold is not ${mimetype}: ${reason}`;
    throw new Failure('INVALID_REQUEST', said, { reason: said });
  };
  return {
    write: (octets) => {
      if (octets.length === 0) return;
      judge ??= judges[art](mimetype);
      hold(judge.write(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)));
    },
    end: () => hold(judge?.end()),
  };
}
