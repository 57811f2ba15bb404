import { osloOffset } from '../../domain/oslo.js';
import type { Mottakersystem } from '../../domain/svarut/bestilling.js';
import type { SvarUtStatus } from '../../domain/svarut/status.js';
import { oneLine } from '../../xml/chars.js';
import type { XmlElement } from '../../xml/model.js';
import { element } from '../../xml/write.js';
import type { Versjon } from './names.js';

/*
 * Answers of SvarUt. Known clients look for `<return>` by its letters and for its end on the same line (CONTRACT.md section 1, rule 1), so
 * nothing in it has a prefix, an attribute or a line break.
 */

const none = { prefix: '', uri: '' } as const;

const leaf = (name: string, text: string): XmlElement => element(none, name, {}, [oneLine(text)]);
const group = (name: string, children: readonly XmlElement[]): XmlElement => element(none, name, {}, children);

/** The answer to an operation, by the name that it was called by. @param returns what `return` holds each time that it stands */
export const encodeSvar = (versjon: Versjon, navn: string, returns: readonly Retur[]): XmlElement =>
  element(
    versjon.ns,
    `${navn}Response`,
    {},
    returns.map((held) => (typeof held === 'string' ? leaf('return', held) : group('return', held))),
  );

/** What a `return` holds. */
export type Retur = string | readonly XmlElement[];

const local = (at: Date): string => new Date(at.getTime() + osloOffset(at) * 60_000).toISOString();

/** `18.10.2017 13:43:31`, Norwegian time (section 2). */
function klokkeslett(at: Date): string {
  const [year, month, day, time] = local(at).split(/[-T.]/);
  return `${day}.${month}.${year} ${time}`;
}

/** `2017-10-18T23:21:18.398+02:00`, Norwegian time. */
const dateTime = (at: Date): string => local(at).replace('Z', `+0${osloOffset(at) / 60}:00`);

/** Statuses that version 4 does not know, as ones that it does (section 3). */
const before: Readonly<Partial<Record<SvarUtStatus, SvarUtStatus>>> = {
  KLAR_FOR_MOTTAK: 'AKSEPTERT',
  SENDT_SDP: 'VARSLET',
  LEVERT_SDP: 'VARSLET',
  IKKE_LEVERT: 'AVVIST',
};

/** A status in the words of a version. */
export const encodeStatus = ({ alleStatuser }: Versjon, status: SvarUtStatus): SvarUtStatus =>
  alleStatuser ? status : (before[status] ?? status);

export const encodeStatusresultat = (
  versjon: Versjon,
  result: { readonly forsendelsesid: string; readonly status: SvarUtStatus; readonly sisteStatusEndring: Date },
): Retur => [
  leaf('forsendelseStatus', encodeStatus(versjon, result.status)),
  leaf('forsendelsesid', result.forsendelsesid),
  leaf('sisteStatusEndring', dateTime(result.sisteStatusEndring)),
];

export const encodeHistorikk = (lines: readonly { readonly hendelse: string; readonly tidspunkt: Date }[]): Retur =>
  lines.map(({ hendelse, tidspunkt }) =>
    group('hendelsesLogg', [leaf('hendelse', hendelse), leaf('tidspunkt', klokkeslett(tidspunkt))]),
  );

export const encodeSigneringshistorikk = (history: {
  readonly forsendelseid: string;
  readonly logg: readonly { readonly tidspunkt: Date; readonly type: string; readonly hendelse: string }[];
}): Retur => [
  leaf('forsendelseid', history.forsendelseid),
  ...history.logg.map(({ tidspunkt, type, hendelse }) =>
    group('logg', [leaf('tidspunkt', klokkeslett(tidspunkt)), leaf('type', type), leaf('hendelse', hendelse)]),
  ),
];

/** A system that takes both levels is one of the higher: the contract has one number. */
export const encodeMottakersystem = (
  system: Pick<Mottakersystem, 'forsendelseType' | 'mottakerid' | 'navn' | 'nivaa' | 'orgnr'>,
): Retur => [
  ...(system.forsendelseType === null ? [] : [leaf('forsendelseType', system.forsendelseType)]),
  leaf('mottakerid', system.mottakerid),
  leaf('mottakersystem', system.navn),
  leaf('niva', String(system.nivaa ?? 4)),
  leaf('orgnr', system.orgnr),
];
