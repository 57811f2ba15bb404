import { contentType } from '../../../src/soap/names.js';
import type { SoapVersion } from '../../../src/soap/names.js';

/* Messages by MTOM, made of messages whose documents stand inline. */

export interface Part {
  readonly contentId: string;
  readonly content: Buffer;
}

export const parts = (...contentIds: readonly string[]): Part[] =>
  contentIds.map((contentId) => ({ contentId, content: Buffer.from(`content of ${contentId}`) }));

export const include = (href: string): string =>
  `\n <xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="${href}"/> `;

const boundary = 'MIME-boundary';
const partOf = (type: string, contentId: string, content: string | Buffer): (string | Buffer)[] => [
  `--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <${contentId}>\r\n\r\n`,
  content,
  '\r\n',
];

/** A multipart message of an envelope and the parts that follow it. */
export function message(envelope: string, version: SoapVersion, following: readonly Part[], action = '') {
  const type = contentType[version].split(';')[0] ?? '';
  const pieces = [
    ...partOf(`application/xop+xml; charset=utf-8; type="${type}"${action}`, 'root@x', envelope),
    ...following.flatMap(({ contentId, content }) => partOf('application/octet-stream', contentId, content)),
    `--${boundary}--\r\n`,
  ];
  return {
    contentType: `multipart/related; type="application/xop+xml"; start="<root@x>"; start-info="${type}"; boundary="${boundary}"`,
    body: Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))),
  };
}

/** Each content of the envelope in a part of its own. */
export function xopMessage(
  envelope: string,
  version: SoapVersion,
  arrange: (all: Part[]) => readonly Part[] = (all) => all,
  action = '',
) {
  const all: Part[] = [];
  const optimised = envelope.replace(/(<f:innhold>)([^<]*)(?=<\/f:innhold>)/g, (_, start: string, text: string) => {
    const contentId = `doc-${all.length}@x`;
    all.push({ contentId, content: Buffer.from(text, 'base64') });
    return start + include(`cid:${contentId}`);
  });
  return message(optimised, version, arrange(all), action);
}
