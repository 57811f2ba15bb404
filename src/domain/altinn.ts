import type { Dokument } from './forsendelse.js';
import { nesteEtter, type Statusrunde } from './overlevering.js';
import { epostTillatt, gjentas } from './routing/notices.js';
import type { Feiltype, Kvitteringstype } from './receipts.js';
import type { Shipment } from './shipment.js';
import type { Svar } from './svar.js';
import { altinntekster, type Altinntekster } from './altinntekster.js';

/*
 * Altinn's correspondence (CONTRACT.md of SvarUt, sections 9 and 10), which shows letters to businesses and to persons without a mailbox whose
 * sender wants it, and notifies of them by itself.
 */

/** What Altinn says of a letter: the statuses of Altinn 3, `Created` of Altinn 2, and `Gone` for what it has no more. */
export type Altinnstatus =
  | 'Initialized'
  | 'ReadyForPublish'
  | 'Published'
  | 'Fetched'
  | 'Read'
  | 'Replied'
  | 'Confirmed'
  | 'PurgedByRecipient'
  | 'PurgedByAltinn'
  | 'Archived'
  | 'Reserved'
  | 'Failed'
  | 'AttachmentsDownloaded'
  | 'Created'
  | 'Gone';

/** What each status is to us; null: nothing. Fetched is a list that was shown, not a letter that was read. */
export const altinnKvittering: Readonly<Record<Altinnstatus, Kvitteringstype | null>> = {
  Initialized: null,
  ReadyForPublish: null,
  Published: 'tilgjengelig',
  Fetched: 'tilgjengelig',
  Read: 'aapning',
  Replied: 'aapning',
  Confirmed: 'aapning',
  AttachmentsDownloaded: 'aapning',
  PurgedByRecipient: 'underveis',
  PurgedByAltinn: 'underveis',
  Archived: 'tilgjengelig',
  Reserved: 'feil',
  Failed: 'feil',
  Created: 'vist',
  Gone: 'underveis',
};

/** A recipient who has opted out meanwhile is decided about anew; a letter that Altinn cannot show is not. */
export const altinnFeiltype: Partial<Readonly<Record<Altinnstatus, Feiltype>>> = {
  Reserved: 'KLIENT',
  Failed: 'SERVER',
};

/** After these nothing more comes that would be news. Of `Created` Altinn 2's Basic service says no more. */
const endelige: ReadonlySet<Altinnstatus> = new Set<Altinnstatus>([
  'Read',
  'Replied',
  'Confirmed',
  'AttachmentsDownloaded',
  'PurgedByRecipient',
  'PurgedByAltinn',
  'Reserved',
  'Failed',
  'Created',
  'Gone',
]);

/** When a letter is asked about again; null: never. */
export const nesteAltinnspoersmaal = nesteEtter(endelige);

/** A letter as it is handed over. */
export interface Altinnbrev {
  /** Organisation number, or number of a person. */
  readonly mottaker: string;
  readonly tittel: string;
  readonly tekster: Altinntekster;
  /** Name of the body whose letter it is. */
  readonly avsender: string;
  /** By the resource for confidential letters. */
  readonly taushetsbelagt: boolean;
  /** Null: the body notifies by itself. `gjentas`: once more after seven days, when it is unread. */
  readonly varsel: {
    readonly epost: string;
    readonly sms: string;
    readonly gjentas: boolean;
    /** An advance notice whose party has not asked for e-mail. */
    readonly bareSms?: true;
  } | null;
  /** Reservation is no bar to what is no decision. */
  readonly trossReservasjon: boolean;
  /** The main document first. */
  readonly dokumenter: readonly Dokument[];
}

export interface Altinnmottak {
  /** The id by which its status is asked for. */
  readonly id: string;
  /** False: nobody could be notified, for there is no address; null: it does not say. */
  readonly varslet: boolean | null;
}

/** What we ask of Altinn, whichever contract it speaks. What it does is an answer, never an error. */
export interface Altinn {
  /** Hands a letter over, by an id (UUID) that is its idempotency key and its sender's reference: once, however often it is called. */
  send(brev: Altinnbrev, id: string): Promise<Svar<Altinnmottak>>;
  statuser(ider: readonly string[]): Promise<Statusrunde<Altinnstatus>>;
}

/** What is known of the body whose letter it is. */
export interface Altinnavsender {
  readonly navn: string;
  /** It notifies by itself. */
  readonly egenVarsling: boolean;
}

/** The letter as it goes to Altinn. @param mottaker as `Altinnbrev` */
export function altinnbrevAv(
  { forsendelse }: Pick<Shipment, 'forsendelse'>,
  mottaker: string,
  { navn, egenVarsling }: Altinnavsender,
): Altinnbrev {
  const { tittel, klasse, varseltekst, hoveddokument, vedlegg, taushetsbelagt = false, spraak } = forsendelse;
  const tekster = altinntekster(spraak, navn, taushetsbelagt);
  return {
    mottaker,
    tittel,
    tekster,
    avsender: navn,
    taushetsbelagt,
    varsel: egenVarsling
      ? null
      : {
          epost: varseltekst.epost ?? tekster.epost,
          sms: varseltekst.sms ?? tekster.sms,
          gjentas: gjentas(forsendelse),
          ...(!epostTillatt(forsendelse) && { bareSms: true }),
        },
    trossReservasjon: klasse === 'INFO',
    dokumenter: [hoveddokument, ...vedlegg],
  };
}
