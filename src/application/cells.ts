import { osloInstant } from '../domain/oslo.js';

/** What is wrong with one cell, or with a row as a whole; never quotes the value, which may be a national id. */
export interface CellError {
  readonly column?: string;
  readonly message: string;
}

const isoDate = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?$/;
/** Control characters and lone surrogates cannot stand in the XML of an answer. */
const notXml = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/** The instant of an ISO 8601 date or date and time, or undefined when there is no such time. */
export function parseDate(text: string): Date | undefined {
  const [, date, time = '00:00', zone] = isoDate.exec(text) ?? [];
  if (date === undefined) return undefined;
  const local = new Date(`${date}T${time}Z`);
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(date)) return undefined;
  if (zone === undefined) return osloInstant(local.getTime());
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [undefined, '+', '0', '0'];
  const offset = (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
  return new Date(local.getTime() + (sign === '+' ? -offset : offset));
}

/** Reads cells by rule and collects what is wrong with them; a wrong cell reads as null. */
export function cellReader<C extends string>(values: Readonly<Record<string, unknown>>, errors: CellError[]) {
  const wrong = (column: string, message: string): null => {
    errors.push({ column, message });
    return null;
  };
  const cell = (column: C): string | null => {
    const value = values[column];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') return wrong(column, 'must be text in quotes');
    return value.trim() || null;
  };
  return {
    wrong,
    cell,
    text(column: C, min: number, max: number): string | null {
      const value = cell(column);
      if (value === null) return null;
      if (notXml.test(value)) return wrong(column, 'has a control character or half a character');
      const length = [...value].length;
      return length < min || length > max
        ? wrong(column, `has ${length} characters, must have ${min} to ${max}`)
        : value;
    },
    oneOf<T extends string>(column: C, allowed: readonly T[]): T | null {
      const value = cell(column);
      if (value === null) return null;
      return allowed.find((known) => known === value) ?? wrong(column, `must be ${allowed.join(', ')} or empty`);
    },
    date(column: C): Date | null {
      const value = cell(column);
      if (value === null) return null;
      return (
        parseDate(value) ?? wrong(column, 'must be a date or a date and time by ISO 8601, as 2026-01-31T12:00:00+01:00')
      );
    },
  };
}
export type CellReader<C extends string> = ReturnType<typeof cellReader<C>>;
