import type { Sikkerhetsnivaa } from '../../domain/forsendelse.js';
import type { Calendar } from '../../domain/ports.js';
import type { Notified } from '../notices.js';
import type { NewMailbox } from './move.js';
import { noticesOf, notifiedOf, visibleFrom } from './notices.js';
import type { Doubles } from './routes.js';
import type { Letter, ProviderName } from './types.js';

/** A letter as its recipient sees it. */
export interface InboxLetter {
  readonly provider: ProviderName | 'altinn';
  readonly conversationId: string;
  readonly received: string;
  readonly title: string;
  readonly from: string;
  readonly level: Sikkerhetsnivaa;
  readonly opened: string | null;
  readonly files: readonly { readonly name: string; readonly type: string; readonly octets: number }[];
  /** What the recipient is told, and how. */
  readonly notices: readonly string[];
  /** What it has been told so far. */
  readonly notified: readonly Notified[];
}

/** What came of trying to open the letters that are not open yet. */
export interface Opening {
  readonly opened: readonly string[];
  /** Letters that ask for a stronger log-in. */
  readonly stepUp: readonly string[];
}

export interface Inboxes {
  inbox(personidentifikator: string): readonly InboxLetter[];
  open(personidentifikator: string, level: Sikkerhetsnivaa): Promise<Opening>;
  /** The person has a mailbox at `to` from now on, and none at the other provider. */
  switchProvider(personidentifikator: string, to: Mailbox): void;
  /** The person takes what lies in the other mailbox along to `to`, by the broker. */
  moveLetters(personidentifikator: string, to: Mailbox, postkasseadresse: string): Promise<Moving>;
}

/** What came of taking letters along, by conversation. */
export interface Moving {
  readonly moved: readonly string[];
  readonly failed: readonly string[];
}

export const mailboxes = ['digipost', 'eboks'] as const satisfies readonly ProviderName[];
export type Mailbox = (typeof mailboxes)[number];

const isTo = ({ post }: Letter, id: string): boolean =>
  post.fysisk === null && post.mottaker.personidentifikator === id;

/** Whether the recipient sees the letter yet. */
function isVisible({ post: { digital } }: Letter, now: Date): boolean {
  if (digital === null) return false;
  const from = visibleFrom(digital);
  return from === null || from <= now;
}

function shown(provider: ProviderName, letter: Letter, now: Date): InboxLetter[] {
  const { post, documents } = letter;
  if (post.digital === null) return [];
  return [
    {
      provider,
      conversationId: letter.conversationId,
      received: letter.received.toISOString(),
      title: post.digital.ikkeSensitivTittel.tekst,
      from: post.avsender.organisasjonsnummer,
      level: post.digital.sikkerhetsnivaa,
      opened: letter.opened?.toISOString() ?? null,
      files: documents.map((d) => ({ name: d.filnavn, type: d.mimetype, octets: d.innhold.length })),
      notices: noticesOf(provider, letter),
      notified: notifiedOf(provider, letter, now),
    },
  ];
}

/** What citizens do with the letters that the doubles hold, and that they see by the calendar. */
export function inboxes(
  doubles: Doubles,
  moved: Map<string, ProviderName>,
  calendar: Calendar,
  identities: Readonly<Record<Mailbox, NewMailbox['identity']>>,
): Inboxes {
  /** Visible or not. What has not been unpacked is in no mailbox: it is late, or was refused. */
  const letters = (name: Mailbox, id: string): (readonly [Mailbox, Letter])[] =>
    doubles[name].letters.filter((l) => isTo(l, id) && l.documents.length > 0).map((l) => [name, l] as const);
  const lettersOf = (id: string): (readonly [Mailbox, Letter])[] => {
    const now = calendar.now();
    return mailboxes.flatMap((name) => letters(name, id).filter(([, letter]) => isVisible(letter, now)));
  };
  return {
    inbox: (id) => lettersOf(id).flatMap(([name, letter]) => shown(name, letter, calendar.now())),

    async open(id, level) {
      const closed = lettersOf(id).filter(([, { opened }]) => opened === null);
      const enough = closed.filter(([, { post }]) => (post.digital?.sikkerhetsnivaa ?? 4) <= level);
      for (const [name, letter] of enough) {
        letter.opened = calendar.now();
        if (letter.post.digital?.aapningskvittering === true) await doubles[name].report(letter, { type: 'aapning' });
      }
      return {
        opened: enough.map(([, l]) => l.conversationId),
        stepUp: closed.filter((entry) => !enough.includes(entry)).map(([, l]) => l.conversationId),
      };
    },

    switchProvider: (id, to) => void moved.set(id, to),

    async moveLetters(id, to, postkasseadresse) {
      moved.set(id, to);
      const result = { moved: [] as string[], failed: [] as string[] };
      const lying = mailboxes.filter((name) => name !== to).flatMap((name) => letters(name, id));
      for (const [name, letter] of lying) {
        const done = await doubles[name].move(letter, { identity: identities[to], postkasseadresse });
        result[done ? 'moved' : 'failed'].push(letter.conversationId);
      }
      return result;
    },
  };
}
