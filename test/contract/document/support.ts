import { ZipFile } from 'yazl';
import { contentCheck } from '../../../src/contract/document/check.js';
import { Failure } from '../../../src/errors.js';

/* Small documents of every type, and a way to hold octets against a type. */

/** Why `octets` are not of the type; '' when they are. In which pieces they come makes no difference. */
export function reasonAgainst(mimetype: string, octets: Uint8Array | string, sizes = [1, 7, 4096]): string {
  const whole = Buffer.from(octets);
  const reasons = sizes.map((size) => {
    const check = contentCheck(mimetype);
    if (check === undefined) throw new Error(`${mimetype} is not held against anything`);
    try {
      for (let at = 0; at < whole.length; at += size) check.write(whole.subarray(at, at + size));
      check.end();
      return '';
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'INVALID_REQUEST') throw error;
      return error.values['reason'] ?? '';
    }
  });
  const reason = reasons.at(-1) ?? '';
  if (reasons.some((other) => (other === '') !== (reason === '')))
    throw new Error(`it depends on the pieces: ${reasons.join(' | ')}`);
  return reason;
}

export type Entry = readonly [name: string, content: string, compress?: boolean];

export async function zipped(entries: readonly Entry[], comment = ''): Promise<Buffer> {
  const file = new ZipFile();
  for (const [name, content, compress = true] of entries) file.addBuffer(Buffer.from(content), name, { compress });
  file.end({ comment, forceZip64Format: false });
  const chunks: Buffer[] = [];
  for await (const chunk of file.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const utf16 = (name: string): Buffer => Buffer.from(name, 'utf16le');

/** An OLE file with directory entries of these names, the first of them at octet 1024. */
export function oleFile(...names: readonly string[]): Buffer {
  const entries = ['Root Entry', ...names].map((name) =>
    Buffer.concat([utf16(name), Buffer.alloc(128)]).subarray(0, 128),
  );
  return Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(1016), ...entries, Buffer.alloc(300)]);
}

const office = 'application/vnd.openxmlformats-officedocument';
const odf = 'application/vnd.oasis.opendocument';
const types = ['[Content_Types].xml', '<Types/>'] as const;

export const odfFile = (mimetype: string): Promise<Buffer> =>
  zipped([
    ['mimetype', mimetype, false],
    ['content.xml', '<office/>'],
  ]);

/** One good document of each type that a letter may have. */
export const good: ReadonlyMap<string, Buffer> = new Map<string, Buffer>([
  ['application/pdf', Buffer.from('%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n')],
  ['text/html', Buffer.from('<!DOCTYPE html><html><body><p>Hei på deg</p></body></html>')],
  ['text/plain', Buffer.from('Hei på deg\r\n')],
  ['text/xml', Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n<?pi a?><a b="å"><c/></a>')],
  ['application/xml', Buffer.from('<a/>')],
  ['image/png', Buffer.from('89504e470d0a1a0a0000000d494844520000000100000001', 'hex')],
  ['image/jpeg', Buffer.from('ffd8ffe000104a464946', 'hex')],
  ['image/gif', Buffer.from('GIF89a;')],
  ['application/msword', oleFile('1Table', 'WordDocument')],
  ['application/vnd.ms-excel', oleFile('Workbook')],
  ['application/vnd.ms-powerpoint', oleFile('PowerPoint Document', 'Current User')],
  [`${office}.wordprocessingml.document`, await zipped([types, ['word/document.xml', '<w/>']])],
  [`${office}.spreadsheetml.sheet`, await zipped([['xl/workbook.xml', '<x/>'], types], 'made by hand')],
  [`${office}.presentationml.presentation`, await zipped([types, ['ppt/presentation.xml', '<p/>']])],
  ...(await Promise.all(
    ['text', 'spreadsheet', 'presentation', 'graphics'].map(
      async (t) => [`${odf}.${t}`, await odfFile(`${odf}.${t}`)] as const,
    ),
  )),
  [
    'application/ehf+xml',
    Buffer.from('<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><a/></Invoice>'),
  ],
]);
