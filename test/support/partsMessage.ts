import { contentType } from '../../src/soap/names.js';
import type { SoapVersion } from '../../src/soap/names.js';

/* Messages with parts, made of messages whose documents stand inline. */

export interface Part {
  readonly contentId: string;
  readonly content: Buffer;
}

export const parts = (...contentIds: readonly string[]): Part[] =>
  contentIds.map((contentId) => ({ contentId, content: Buffer.from(`content of ${contentId}`) }));

/** In canonical form. */
export const include = (href: string): string =>
  `<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="${href}"></xop:Include>`;

const boundary = 'MIME-boundary';
const partOf = (type: string, contentId: string, content: string | Buffer): (string | Buffer)[] => [
  `--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <${contentId}>\r\n\r\n`,
  content,
  '\r\n',
];

interface Envelope {
  readonly text: string;
  /** Of the message, and of the part that the envelope is. */
  readonly type: string;
  readonly partType: string;
}

function multipart({ text, type, partType }: Envelope, following: readonly Part[]) {
  const pieces = [
    ...partOf(partType, 'root@x', text),
    ...following.flatMap(({ contentId, content }) => partOf('application/octet-stream', contentId, content)),
    `--${boundary}--\r\n`,
  ];
  return {
    contentType: `multipart/related; type="${type}"; start="<root@x>"; boundary="${boundary}"`,
    body: Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))),
  };
}

const typeOf = (version: SoapVersion): string => contentType[version].split(';')[0] ?? '';

/** By XOP: an envelope and the parts that follow it. */
export const message = (text: string, version: SoapVersion, following: readonly Part[], action = '') =>
  multipart(
    {
      text,
      type: 'application/xop+xml',
      partType: `application/xop+xml; charset=utf-8; type="${typeOf(version)}"${action}`,
    },
    following,
  );

/** With attachments: an envelope as it stands, and the parts that follow it. */
export const swaMessage = (text: string, version: SoapVersion, following: readonly Part[], action = '') =>
  multipart({ text, type: typeOf(version), partType: `${typeOf(version)}; charset=utf-8${action}` }, following);

/** The envelope, and what stood inline in each `innhold` of it, numbered; `put` says what stands there instead. */
export function takeOut(envelope: string, put: (contentId: string) => string): { text: string; all: Part[] } {
  const all: Part[] = [];
  const text = envelope.replace(/<f:innhold>([^<]*)<\/f:innhold>/g, (_, base64: string) => {
    const contentId = `doc-${all.length}@x`;
    all.push({ contentId, content: Buffer.from(base64, 'base64') });
    return put(contentId);
  });
  return { text, all };
}

/** Each content of the envelope in a part of its own, by XOP. */
export function xopMessage(
  envelope: string,
  version: SoapVersion,
  arrange: (all: Part[]) => readonly Part[] = (all) => all,
  action = '',
) {
  const { text, all } = takeOut(envelope, (id) => `<f:innhold>${include(`cid:${id}`)}</f:innhold>`);
  return message(text, version, arrange(all), action);
}

/** The envelope with the address of an attachment in the place of each content, and the attachments. */
export const referring = (envelope: string) => takeOut(envelope, (id) => `<f:innholdRef>cid:${id}</f:innholdRef>`);
