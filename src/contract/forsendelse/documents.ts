import type { Blob, Dokument } from '../../domain/forsendelse.js';
import { mainOnly } from '../../domain/mimetypes.js';
import type { XmlElement } from '../../xml/model.js';
import { childrenOf, invalid, leaf, length, must, one, optional, text } from './fields.js';
import { CONTENT, CONTENT_REFERENCE } from './names.js';

const executable =
  /\.(?:exe|com|bat|cmd|msi|msp|scr|pif|cpl|dll|sys|vbs?|vbe|jse?|mjs|wsf|wsh|hta|ps1|psm1|sh|bash|jar|class|app|apk|deb|rpm|lnk|reg|py|pl|rb|php|docm|xlsm|pptm)$/i;

/** Path characters, what Windows cannot have in a name, and characters that cannot be seen. */
const notInName = /[/\\:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** A file name that means the same in every package and on every disk. @throws Failure INVALID_REQUEST */
export function filnavn(element: XmlElement): string {
  const name = leaf(element);
  if (length(name) < 4 || length(name) > 100) throw invalid('filnavn has 4 to 100 characters');
  if (notInName.test(name) || /^[. ]|[. ]$/.test(name)) {
    throw invalid('filnavn has no path and none of the characters / \\ : * ? " < > |');
  }
  if (executable.test(name)) throw invalid('filnavn is that of a program, which no letter can have');
  return name;
}

/** A type as it is compared. @throws Failure INVALID_REQUEST */
export const mimetypeOf = (element: XmlElement): string => leaf(element).trim().toLowerCase();

const known =
  (allowed: readonly string[]) =>
  (element: XmlElement): string => {
    const type = mimetypeOf(element);
    if (!allowed.includes(type)) throw invalid(`mimetype is one of ${allowed.join(', ')}`);
    return type;
  };

/** Contents of a request by what stands for them in the tree. */
export type Contents = ReadonlyMap<string, Blob>;

function dokument(element: XmlElement, allowed: readonly string[], contents: Contents): Dokument {
  const fields = childrenOf(element, {
    filnavn: one,
    tittel: one,
    mimetype: one,
    [CONTENT]: optional,
    [CONTENT_REFERENCE]: optional,
  });
  const [token, ...more] = [...fields[CONTENT], ...fields[CONTENT_REFERENCE]].map(leaf);
  if (token === undefined || more.length > 0) throw invalid(`${element.local}: it has either innhold or innholdRef`);
  const innhold = contents.get(token);
  if (innhold === undefined || innhold.size === 0) throw invalid('innhold holds at least one octet');
  return {
    filnavn: must(fields.filnavn, filnavn),
    tittel: must(fields.tittel, text(1, 255)),
    mimetype: must(fields.mimetype, known(allowed)),
    innhold,
  };
}

/** What two names have in common on a disk that tells neither case nor composition apart. */
const folded = (name: string): string => name.normalize('NFKC').toLowerCase();

/** The documents of a letter, held against R-33 but for their size, which the stage has bounded. @throws Failure INVALID_REQUEST */
export function documents(
  hoveddokument: readonly XmlElement[],
  vedlegg: readonly XmlElement[],
  contents: Contents,
  allowed: readonly string[],
): { readonly hoveddokument: Dokument; readonly vedlegg: readonly Dokument[] } {
  const others = allowed.filter((type) => !mainOnly.has(type));
  const main = must(hoveddokument, (e) => dokument(e, allowed, contents));
  const attachments = vedlegg.map((e) => dokument(e, others, contents));
  const all = [main, ...attachments];
  if (new Set(all.map((d) => folded(d.filnavn))).size < all.length) throw invalid('filnavn is unique in a letter');
  return { hoveddokument: main, vedlegg: attachments };
}
