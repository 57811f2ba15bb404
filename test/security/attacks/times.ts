import { WSU } from '../../../src/soap/names.js';
import { timestamp } from '../../support/messages.js';
import type { Attack, Base, Before, Variant } from './attack.js';
import { refusedAs, seconds, signed, signing } from './attack.js';

/* SECURITY 72 and 73: every Timestamp is signed by the sender as it stands here. */

const written =
  (make: (at: Date, id: string) => string): Before =>
  ({ at }: Base) => ({ parts: (_, ids) => ({ timestamp: make(at, ids.timestamp) }) });

/** Created and Expires, seconds from now; null for no Expires. */
const times = (created: number, expires: number | null): Before =>
  written((at, id) => timestamp(id, seconds(at, created), expires === null ? null : seconds(at, expires)));

/** Created in another form. */
const created = (change: (text: string) => string): Before =>
  written((at, id) => timestamp(id, change(seconds(at, 0)), null));

/** The children of Timestamp as given. */
const children = (make: (created: string, expires: string) => string): Before =>
  written((at, id) => {
    const element = (local: string, s: number): string => `<wsu:${local}>${seconds(at, s)}</wsu:${local}>`;
    return `<wsu:Timestamp xmlns:wsu="${WSU}" wsu:Id="${id}">${make(element('Created', 0), element('Expires', 120))}</wsu:Timestamp>`;
  });

export const timeAttacks: readonly Attack[] = [
  ...refusedAs('INVALID_SECURITY', [
    signing(72, 'no Timestamp', () => ({ parts: () => ({ timestamp: '' }), references: ([, body]) => [body!] })),
    signing(72, 'two Timestamps', ({ at }) => ({
      parts: (p) => ({ timestamp: p.timestamp + timestamp('second', seconds(at, 0), null) }),
    })),
    signing(
      72,
      'an empty Timestamp',
      children(() => ''),
    ),
    signing(
      72,
      'Expires only',
      children((_, e) => e),
    ),
    signing(
      72,
      'Expires before Created',
      children((c, e) => e + c),
    ),
    signing(
      72,
      'two Createds',
      children((c) => c + c),
    ),
    signing(
      72,
      'two Expires',
      children((c, e) => c + e + e),
    ),
    signing(
      72,
      'another element in the place of Expires',
      children((c, e) => c + e.replaceAll('wsu:Expires', 'wsu:Until')),
    ),
    signing(
      72,
      'another element',
      children((c, e) => `${c}${e}<x xmlns=""/>`),
    ),
    signing(
      72,
      'Created in another namespace',
      children((c) => c.replaceAll('wsu:Created', 'x:Created').replace('<x:Created', '<x:Created xmlns:x="urn:x"')),
    ),
    signing(
      72,
      'text in Timestamp',
      children((c, e) => `${c}text${e}`),
    ),
    signing(
      72,
      'an element in Created',
      children((c) => c.replace('</', '<x xmlns=""/></')),
    ),
    signing(
      72,
      'a comment in Created',
      children((c) => c.replace('</', '<!-- x --></')),
    ),
    signing(
      72,
      'a ValueType on Created',
      children((c) => c.replace('<wsu:Created', '<wsu:Created ValueType="urn:x"')),
    ),
    signing(
      72,
      'a ValueType on Expires',
      children((c, e) => c + e.replace('<wsu:Expires', '<wsu:Expires ValueType="urn:x"')),
    ),
    signing(72, 'a lifetime of nothing', times(0, 0)),
    signing(72, 'Expires earlier than Created', times(0, -1)),
    signing(
      72,
      'four fraction digits',
      created((t) => t.replace('Z', '0Z')),
    ),
    signing(
      72,
      'a point without digits',
      created((t) => t.replace(/\d{3}Z$/, 'Z')),
    ),
    signing(
      72,
      'second 60',
      created((t) => t.replace(/:\d\d\.\d{3}Z$/, ':60Z')),
    ),
    signing(
      72,
      'hour 24',
      created((t) => t.replace(/T.*/, 'T24:00:00Z')),
    ),
    signing(
      72,
      '30 February',
      created((t) => t.replace(/-.*T/, '-02-30T')),
    ),
    signing(
      72,
      'no zone',
      created((t) => t.replace('Z', '')),
    ),
    signing(
      72,
      'a zone of +14:00',
      created((t) => t.replace('Z', '+14:00')),
    ),
    signing(
      72,
      'a zone of +00:00',
      created((t) => t.replace('Z', '+00:00')),
    ),
    signing(
      72,
      'a small z',
      created((t) => t.replace('Z', 'z')),
    ),
    signing(
      72,
      'a year of five digits',
      created((t) => `1${t}`),
    ),
    signing(
      72,
      'a date only',
      created((t) => t.slice(0, 10)),
    ),
    signing(
      72,
      'nothing in Created',
      created(() => ''),
    ),
    signing(
      72,
      'seconds since 1970',
      created((t) => String(Date.parse(t))),
    ),
  ]),
  ...refusedAs('MESSAGE_EXPIRED', [
    signing(73, 'created more than 300 s ago', times(-301, 120)),
    signing(73, 'created more than 300 s ago, without Expires', times(-301, null)),
    signing(73, 'created more than 60 s ahead', times(62, 120)),
    signing(73, 'expired a second ago', times(-100, -1)),
    signing(73, 'a lifetime above 2,100 s', times(0, 2101)),
    signing(73, 'a lifetime of ten years', times(0, 315_360_000)),
    signing(73, 'created in 1970', times(-1_700_000_000, null)),
  ]),
];

export const timeVariants: readonly Variant[] = [
  signed('no Expires', times(0, null)),
  signed('created 290 s ago', times(-290, 10)),
  signed('created 50 s ahead', times(50, 100)),
  signed('a lifetime of 2,100 s', times(0, 2100)),
  signed(
    'no fraction',
    created((t) => t.replace(/\.\d{3}/, '')),
  ),
  signed(
    'one fraction digit',
    created((t) => t.replace(/\d{2}Z/, 'Z')),
  ),
  signed(
    'space around Created',
    created((t) => `\n ${t}\t`),
  ),
];
