/** How people and registers group the digits of a number. */
const skille = /[\s\-.()]/g;
/** Eight digits, as they stand or with the country before them. */
const norsk = /^(?:\+47|0047)?([2-9]\d{7})$/;

/** A Norwegian telephone number as the register has it (`+4799990000`, `0047 999 90 000`, `99990000`) in E.164; undefined for all else. */
export function e164(nummer: string): string | undefined {
  const [, abonnent] = norsk.exec(nummer.replace(skille, '')) ?? [];
  return abonnent === undefined ? undefined : `+47${abonnent}`;
}
