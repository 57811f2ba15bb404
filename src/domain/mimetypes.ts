/* Types that a letter may be made of, and how the octets of each are told (R-33, SECURITY 93). */

const ooxml = 'application/vnd.openxmlformats-officedocument';
const odf = 'application/vnd.oasis.opendocument';

/** What octets can be told to be. */
export type Innholdsart =
  | 'pdf'
  | 'png'
  | 'jpeg'
  | 'gif'
  | 'doc'
  | 'xls'
  | 'ppt'
  | 'docx'
  | 'xlsx'
  | 'pptx'
  | 'odf'
  | 'zip'
  | 'text'
  | 'html'
  | 'xml'
  | 'ehf';

const arter: ReadonlyMap<string, Innholdsart> = new Map<string, Innholdsart>([
  ['application/pdf', 'pdf'],
  ['text/html', 'html'],
  ['text/plain', 'text'],
  ['text/xml', 'xml'],
  ['application/xml', 'xml'],
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/gif', 'gif'],
  ['application/msword', 'doc'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.ms-powerpoint', 'ppt'],
  [`${ooxml}.wordprocessingml.document`, 'docx'],
  [`${ooxml}.spreadsheetml.sheet`, 'xlsx'],
  [`${ooxml}.presentationml.presentation`, 'pptx'],
  ...['text', 'spreadsheet', 'presentation', 'graphics'].map((t) => [`${odf}.${t}`, 'odf'] as const),
  ['application/ehf+xml', 'ehf'],
]);

/** Types that an installation may allow on top; the mailboxes take a zip file as octets. */
const moreArter: ReadonlyMap<string, Innholdsart> = new Map<string, Innholdsart>([
  [`${odf}.formula`, 'odf'],
  ['application/zip', 'zip'],
  ['application/octet-stream', 'zip'],
]);

/** The types that a letter may be made of when the installation says nothing (PROFILES, "Validation"). */
export const mimetypes: readonly string[] = Object.freeze([...arter.keys()]);

/** Invoices, as main document only. */
export const mainOnly: ReadonlySet<string> = new Set(['application/ehf+xml']);

/** How the octets of a type are told; undefined for one that they cannot be held against. */
export function innholdsart(mimetype: string): Innholdsart | undefined {
  const listed = arter.get(mimetype) ?? moreArter.get(mimetype);
  if (listed !== undefined) return listed;
  if (/^[a-z]+\/[\w.-]+\+xml$/.test(mimetype)) return 'xml';
  return /^text\/[\w.-]+$/.test(mimetype) ? 'text' : undefined;
}

/** Kinds whose octets are packed already: to pack them once more costs more than all signatures of a letter, and gains next to nothing. */
const packed: ReadonlySet<Innholdsart | undefined> = new Set<Innholdsart>([
  ...(['pdf', 'png', 'jpeg', 'gif'] as const),
  ...(['docx', 'xlsx', 'pptx', 'odf', 'zip'] as const),
]);

export const isPacked = (mimetype: string): boolean => packed.has(innholdsart(mimetype));
