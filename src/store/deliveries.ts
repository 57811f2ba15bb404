/** Characters of a receipt's id that all its deliveries have in common. */
const FELLES = 28;

/** What the deliveries of one receipt have in common: each can be confirmed, a late one too. */
export const kvitteringsmerke = (id: string): string => id.slice(0, FELLES);

/** MessageId of a receipt's delivery: a UUID that is new each time. @param nummer 1, 2, … */
export const utleveringsId = (merke: string, nummer: number): string =>
  merke + (nummer % 2 ** 32).toString(16).padStart(8, '0');
