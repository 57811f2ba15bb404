import type { Backend, Db } from '../../src/store/backend.js';
import { openMysql } from '../../src/store/mysql.js';
import { openSqlite } from '../../src/store/sqlite.js';
import type { Hendelsestype, Tilstand } from '../../src/domain/shipment.js';

/* What the gateway has written down of its letters, once all is quiet (SECURITY.md, I1, I3, I5 and I7). */

/** What of the books is looked at. */
export interface Rows {
  readonly letters: readonly { readonly id: string; readonly tilstand: string }[];
  /** Messages that the broker has taken. */
  readonly messages: readonly { readonly id: string }[];
  /** In the order in which they were written. */
  readonly events: readonly { readonly letter: string; readonly type: string }[];
  readonly lines: readonly Line[];
  /** Letters that have a turn at being handed on. */
  readonly jobs: readonly string[];
  /** Letters that a stored document belongs to. */
  readonly documents: readonly string[];
}

interface Line {
  readonly letter: string;
  readonly post: string;
  /** Who is charged, and when: `2026-11`. */
  readonly series: string;
  readonly number: number | null;
}

/** How a letter may stand when nobody has anything to do with it any more. */
const atEnd: ReadonlySet<string> = new Set<Tilstand>([
  'LEVERT',
  'AAPNET',
  'RETURNERT',
  'TRUKKET',
  'OVERLATT',
  'FEILET',
]);

/** What happens once in a letter's life. */
const once: readonly Hendelsestype[] = ['SENDT', 'MOTTAK', 'LEVERING', 'AAPNING'];

/** Posts whose lines are numbered: mailbox letters for each who is charged and month, what the broker passes on for all. */
const numbered: Readonly<Record<string, (line: Line) => string>> = {
  POSTKASSE: ({ series }) => series,
  MELDINGSFORMIDLER: () => 'all',
};

const grouped = <T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
};

function wrongEvents({ letters, events }: Rows): string[] {
  const byLetter = grouped(events, ({ letter }) => letter);
  return letters.flatMap(({ id }) => {
    const types = (byLetter.get(id) ?? []).map(({ type }) => type);
    const repeated = once.filter((type) => types.filter((one) => one === type).length > 1);
    return [
      ...(types[0] === 'MOTTATT' ? [] : [`${id} begins with ${types[0] ?? 'nothing'}`]),
      ...repeated.map((type) => `${id} has ${type} more than once`),
    ];
  });
}

function wrongNumbers(lines: readonly Line[]): string[] {
  return Object.entries(numbered).flatMap(([post, series]) => {
    const those = lines.filter((line) => line.post === post);
    return [...grouped(those, series)].flatMap(([name, some]) => {
      const numbers = some.map(({ number }) => number ?? 0).sort((a, b) => a - b);
      const off = numbers.findIndex((number, i) => number !== i + 1);
      return off < 0 ? [] : [`${post}, ${name}: number ${off + 1} is ${numbers[off]}`];
    });
  });
}

/** Sentences about what does not add up. @param acknowledged letters and messages that somebody has an answer for */
export function wrongIn(rows: Rows, acknowledged: number): readonly string[] {
  const { letters, messages, lines, jobs, documents } = rows;
  const known = new Set([...letters, ...messages].map(({ id }) => id));
  const charged = new Set(lines.map(({ letter }) => letter));
  const strange = (what: string, ids: readonly string[]): string[] =>
    ids.filter((id) => !known.has(id)).map((id) => `${what} of ${id}, which is no letter`);
  return [
    ...(known.size === acknowledged ? [] : [`${known.size} letters and messages, ${acknowledged} acknowledged`]),
    ...letters.filter(({ tilstand }) => !atEnd.has(tilstand)).map(({ id, tilstand }) => `${id} is still ${tilstand}`),
    ...wrongEvents(rows),
    ...jobs.map((id) => `${id} still has its turn`),
    ...[...grouped(lines, ({ letter, post }) => `${letter} ${post}`)]
      .filter(([, some]) => some.length > 1)
      .map(([key]) => `${key} is charged more than once`),
    ...messages.filter(({ id }) => !charged.has(id)).map(({ id }) => `${id} is passed on and not charged`),
    ...strange('a charge', [...charged]),
    ...strange('a document', documents),
    ...wrongNumbers(lines),
  ];
}

async function rowsOf(db: Db): Promise<Rows> {
  const events = db.selectFrom('shipment_event').select(['shipment_id as letter', 'type']).orderBy('nr');
  const lines = db.selectFrom('ledger').select(['shipment_id', 'post', 'avsender', 'maaned', 'nummer']);
  return {
    letters: await db.selectFrom('shipment').select(['id', 'tilstand']).execute(),
    messages: await db.selectFrom('formidling').select('id').execute(),
    events: await events.execute(),
    lines: (await lines.execute()).map(({ shipment_id: letter, post, avsender, maaned, nummer }) => ({
      ...{ letter, post },
      series: `${avsender} ${maaned}`,
      number: nummer,
    })),
    jobs: (await db.selectFrom('job').select('shipment_id').execute()).map((row) => row.shipment_id),
    documents: (await db.selectFrom('payload').select('shipment_id').execute()).map((row) => row.shipment_id),
  };
}

const open = (url: string): Promise<Backend> =>
  url.startsWith('sqlite:') ? openSqlite(url.slice('sqlite:'.length)) : openMysql(url);

/** Reads the books of a gateway. */
export async function readBooks(url: string): Promise<Rows> {
  const backend = await open(url);
  try {
    return await backend.snapshot(rowsOf);
  } finally {
    await backend.close();
  }
}
