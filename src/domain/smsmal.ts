/* What is sent to a gateway for SMS, and how its answers are told apart: both are configured, for every gateway has its own. */

/** What a template may name in braces. */
export const smsfelter = ['number', 'text', 'id', 'sender'] as const;
export type Smsfelt = (typeof smsfelter)[number];
export type Smsformat = 'json' | 'form';

/** A template that was read: values are put into it, so that none of them can become part of its structure. */
export type Smsmal =
  | { readonly format: 'json'; readonly verdi: object }
  | { readonly format: 'form'; readonly felter: readonly (readonly [navn: string, verdi: string])[] };

const felt = /\{(\w+)\}/g;

/** Every name that stands in braces. */
export const felterI = (tekst: string): ReadonlySet<string> =>
  new Set([...tekst.matchAll(felt)].map((m) => m[1] ?? ''));

export const erSmsfelt = (navn: string): navn is Smsfelt => (smsfelter as readonly string[]).includes(navn);

/** The template in a text: JSON, or a form as it stands in a URL. Undefined when it is none. */
export function lesSmsmal(format: Smsformat, tekst: string): Smsmal | undefined {
  if (format === 'form') return { format, felter: [...new URLSearchParams(tekst)] };
  try {
    const verdi = JSON.parse(tekst) as unknown;
    return typeof verdi === 'object' && verdi !== null ? { format, verdi } : undefined;
  } catch {
    return undefined;
  }
}

type Verdier = Readonly<Record<Smsfelt, string>>;

const fyll = (tekst: string, verdier: Verdier): string =>
  tekst.replace(felt, (alt, navn: string) => (erSmsfelt(navn) ? verdier[navn] : alt));

function fyllJson(verdi: unknown, verdier: Verdier): unknown {
  if (typeof verdi === 'string') return fyll(verdi, verdier);
  if (Array.isArray(verdi)) return verdi.map((ett) => fyllJson(ett, verdier));
  if (typeof verdi !== 'object' || verdi === null) return verdi;
  return Object.fromEntries(Object.entries(verdi).map(([navn, ett]) => [navn, fyllJson(ett, verdier)]));
}

/** The body of a request, and its type. */
export function fyllSmsmal(mal: Smsmal, verdier: Verdier): { readonly type: string; readonly body: string } {
  if (mal.format === 'json') return { type: 'application/json', body: JSON.stringify(fyllJson(mal.verdi, verdier)) };
  const felter = mal.felter.map(([navn, verdi]) => [navn, fyll(verdi, verdier)]);
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(felter).toString() };
}

/** An answer of the gateway: a status, and a member of its JSON where the status alone does not say it. */
export interface Smssvar {
  readonly status: number;
  readonly felt: { readonly sti: readonly string[]; readonly verdi: string } | null;
}

const smssvar = /^(\d{3})(?::([\w-]+(?:\.[\w-]+)*)=([^,]*))?$/;

/** `200`, or `200:messages.0.status=sent`; undefined when it is neither. */
export function lesSmssvar(tekst: string): Smssvar | undefined {
  const [hele, status, sti, verdi = ''] = smssvar.exec(tekst) ?? [];
  if (hele === undefined) return undefined;
  return { status: Number(status), felt: sti === undefined ? null : { sti: sti.split('.'), verdi } };
}

const iJson = (json: unknown, sti: readonly string[]): unknown =>
  sti.reduce<unknown>(
    (verdi, navn) =>
      typeof verdi === 'object' && verdi !== null && Object.hasOwn(verdi, navn)
        ? (verdi as Readonly<Record<string, unknown>>)[navn]
        : undefined,
    json,
  );

/** Whether an answer is one of those. */
export const erSmssvar = (svar: readonly Smssvar[], status: number, json: unknown): boolean =>
  svar.some((ett) => {
    if (ett.status !== status) return false;
    const funnet = ett.felt === null ? undefined : iJson(json, ett.felt.sti);
    return (
      ett.felt === null ||
      (['string', 'number', 'boolean'].includes(typeof funnet) && String(funnet) === ett.felt.verdi)
    );
  });
