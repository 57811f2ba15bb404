/* What the doubles of a mail server and of a gateway for SMS have in common. */

/** A notice as its reader sees it. */
export interface Mottattvarsel {
  readonly kanal: 'EPOST' | 'SMS';
  readonly mottatt: Date;
  readonly til: string;
  /** Of an e-mail. */
  readonly emne: string | null;
  readonly tekst: string;
}

/** What the doubles do otherwise than they should, on demand. */
export interface Varselfeil {
  /** Takes nothing and closes every connection. */
  down?: boolean;
}

/** Eleven digits, grouped as people do: no notice holds any, whoever wrote it. */
const nasjonalId = /(?<!\d)\d{6}[\s.-]?\d{5}(?!\d)/;

export const harNasjonalId = (...tekster: readonly string[]): boolean =>
  tekster.some((tekst) => nasjonalId.test(tekst));

export const varselkonto = { bruker: 'posthorn-dev', passord: 'posthorn-dev-password' } as const;
