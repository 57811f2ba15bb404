import type { Meldingsnoekkel, Mpc } from './formidling.js';
import type { ReplayKey } from './ports.js';
import type { Kanal } from './routing/decision.js';
import type { Hendelsestype, Tilstand } from './shipment.js';

/**
 * What a business receipt says: the element in `kvittering`, or `feil` (sdp-kvittering.xsd, sdp-feil.xsd). underveis: a SvarUt upstream has handed
 * the letter on, which tells its reader of it and changes nothing here. tilgjengelig: Altinn shows the letter, which may go on paper yet;
 * vist: so does Altinn 2, which will never tell whether anybody has opened it.
 */
export type Kvitteringstype =
  'mottak' | 'levering' | 'aapning' | 'varslingfeilet' | 'returpost' | 'feil' | 'underveis' | 'tilgjengelig' | 'vist';
/** `feiltype` of `feil`: the input was wrong, or the provider failed. */
export type Feiltype = 'KLIENT' | 'SERVER';

/** A business receipt from a provider, verified. */
export interface MottattKvittering {
  readonly type: Kvitteringstype;
  /** With `feil`. */
  readonly feiltype: Feiltype | null;
  /** The provider's words. */
  readonly detaljer: string;
  readonly konversasjonsId: string;
  /** Organisation number of the provider, as its signature proves it. */
  readonly leverandoer: string;
  /** Made by the broker that had taken the letter over, which answers for the provider then. */
  readonly avFormidler?: true;
  /** MessageId of the push that it is about, where that is known: about an earlier one it decides nothing. */
  readonly gjelder?: string;
  /** Recognises the document when it comes again, in whichever message. */
  readonly replay: ReplayKey;
  /** Recognises the message that it was brought in; absent when it was fetched, for then each delivery is another message. */
  readonly melding?: Meldingsnoekkel;
}

/** A receipt that its provider has brought, for whoever it is addressed to. */
export interface BraktKvittering extends MottattKvittering {
  /** Organisation number that it is addressed to. */
  readonly mottaker: string;
  readonly melding: Meldingsnoekkel;
  /** Where the provider thinks that it is waited for. */
  readonly mpc: Mpc;
  /** InstanceIdentifier of the document, and the document as it came. */
  readonly instansId: string;
  readonly sbd: string;
}

/** The event that each receipt is. `levering` is what a mailbox makes available and what a printer posts. */
export const hendelseAv: Readonly<Record<Kvitteringstype, Hendelsestype>> = {
  mottak: 'MOTTAK',
  levering: 'LEVERING',
  aapning: 'AAPNING',
  varslingfeilet: 'VARSLINGFEILET',
  returpost: 'RETURPOST',
  feil: 'FEIL',
  underveis: 'SENDT',
  tilgjengelig: 'LEVERING',
  vist: 'LEVERING',
};

/**
 * record: the event goes into the history and leads where the state table says. resend: one new look-up, and the letter goes out
 * again under a new message id (event NYTT_OPPSLAG). fail: as record, and the letter is given up (event FEIL). close: as fail, where the letter
 * was given up by ourselves, so that nobody takes it up again; as record where it was refused already.
 */
export interface Kvitteringsfoelge {
  readonly type: 'record' | 'resend' | 'fail' | 'close';
}

/** States in which the provider that was addressed still owes an answer. */
const uavklart: ReadonlySet<Tilstand> = new Set<Tilstand>(['MOTTATT', 'SENDT', 'I_PRODUKSJON']);

/**
 * What a `feil` leads to (R-28, PROFILES "Outcome of a push"). The caller has checked that it comes from the provider that was
 * addressed, and that it is not one that was seen before (the InstanceIdentifier of the receipt).
 * `sendtPaaNytt`: the letter has had its one new look-up.
 */
export function feilfoelge(sak: {
  readonly tilstand: Tilstand;
  readonly kanal: Kanal;
  readonly sendtPaaNytt: boolean;
  readonly feiltype: Feiltype;
}): Kvitteringsfoelge {
  if (sak.tilstand === 'FEILET') return { type: 'close' };
  if (!uavklart.has(sak.tilstand)) return { type: 'record' };
  const kanVaereFlyttet =
    (sak.kanal === 'POSTKASSE' || sak.kanal === 'ALTINN') &&
    sak.feiltype === 'KLIENT' &&
    sak.tilstand !== 'I_PRODUKSJON';
  return { type: kanVaereFlyttet && !sak.sendtPaaNytt ? 'resend' : 'fail' };
}
