import type { DigitalPostInfo, Varsel } from '../../contract/sdp/types.js';
import { osloInstant } from '../../domain/oslo.js';
import { notifiedOn, type Notified } from '../notices.js';
import type { Letter, ProviderName } from './types.js';

/** What the reader's own settings ask for, by any provider. */
const OWN = 'as the recipient has asked for';

/** Whether the notice of the sender stands beside the reader's own settings, as at Digipost, or instead of them, as at e-Boks. */
const beside: Readonly<Record<ProviderName, boolean>> = { digipost: true, eboks: false, utskrift: false };

/** From when the recipient sees the letter: from virkningstidspunkt on, or from the beginning of virkningsdato; null: at once. */
export const visibleFrom = ({ virkning }: DigitalPostInfo): Date | null =>
  typeof virkning === 'string' ? osloInstant(Date.parse(virkning)) : virkning;

const ordered = ({ epostVarsel, smsVarsel }: DigitalPostInfo): readonly (readonly [by: string, Varsel])[] => [
  ...(epostVarsel === null ? [] : [['e-mail', epostVarsel] as const]),
  ...(smsVarsel === null ? [] : [['SMS', smsVarsel] as const]),
];

/** Whether the recipient is told as it has asked for itself. */
const asWished = (provider: ProviderName, digital: DigitalPostInfo): boolean =>
  beside[provider] || ordered(digital).length === 0;

/** What the recipient will be told, and how. */
export function noticesOf(provider: ProviderName, { post: { digital } }: Letter): string[] {
  if (digital === null) return [];
  const lines = ordered(digital).map(
    ([by, { dagerEtter, tekst }]) => `${by} on day ${dagerEtter.join(', ')}: ${tekst.tekst}`,
  );
  const own = beside[provider] ? `${OWN} (Digipost adds the notice of the sender to it)` : OWN;
  return asWished(provider, digital) ? [...lines, own] : lines;
}

/** What the recipient has been told until `now`; nothing by addresses that do not work. */
export function notifiedOf(provider: ProviderName, letter: Letter, now: Date): Notified[] {
  const { post, received, opened, reported } = letter;
  if (post.digital === null) return [];
  const told = { from: visibleFrom(post.digital) ?? received, opened };
  const each = (by: string, text: string, days: readonly number[]): Notified[] =>
    notifiedOn(days, told, now).map((at) => ({ at: at.toISOString(), by, text }));
  const sent = reported.includes('varslingfeilet') ? [] : ordered(post.digital);
  return [
    ...sent.flatMap(([by, { dagerEtter, tekst }]) => each(by, tekst.tekst, dagerEtter)),
    ...(asWished(provider, post.digital) ? each('own settings', OWN, [0]) : []),
  ];
}
