import type { Gyldighet, SenderData, Tjeneste } from './sender.js';

/** From its first instant up to, but not including, its last. */
const valid = (row: Gyldighet, at: Date): boolean => row.fra <= at && (row.til === null || at < row.til);

const registered = (data: SenderData, organisasjonsnummer: string, at: Date) =>
  data.organisasjoner.find((o) => o.organisasjonsnummer === organisasjonsnummer && valid(o, at));

/**
 * May the organisation of the signing certificate use a service for `paaVegneAv` (itself, when nobody was named)? The right is
 * always that of the organisation acted for; another than itself must have delegated to it (R-42, CONTRACT.md section 3).
 */
export function accessFor(
  data: SenderData,
  organisasjon: string,
  paaVegneAv: string,
  tjeneste: Tjeneste,
  at: Date,
): 'granted' | 'denied' {
  const mayAct =
    organisasjon === paaVegneAv ||
    data.delegeringer.some((d) => d.leverandoer === organisasjon && d.oppdragsgiver === paaVegneAv && valid(d, at));
  const hasRight = data.rettigheter.some(
    (r) => r.organisasjon === paaVegneAv && r.tjeneste === tjeneste && valid(r, at),
  );
  const known = [organisasjon, paaVegneAv].every((number) => registered(data, number, at));
  return known && mayAct && hasRight ? 'granted' : 'denied';
}

/** May the organisation use a service at all: for itself, or for somebody that it acts for? */
export function mayUse(data: SenderData, organisasjon: string, tjeneste: Tjeneste, at: Date): boolean {
  const owners = data.rettigheter.filter((r) => r.tjeneste === tjeneste).map((r) => r.organisasjon);
  return owners.some((owner) => accessFor(data, organisasjon, owner, tjeneste, at) === 'granted');
}

/**
 * An organisation that has registered certificates may use only those, each within its validity; one that has registered none may
 * use any trusted certificate with its number. `fingeravtrykk` is SHA-256 over the DER, lower-case hex.
 */
export function certificateAllowed(data: SenderData, organisasjon: string, fingeravtrykk: string, at: Date): boolean {
  const own = data.sertifikater.filter((c) => c.organisasjonsnummer === organisasjon);
  return own.length === 0 || own.some((c) => c.fingeravtrykk === fingeravtrykk && valid(c, at));
}

/** Does this sender's row accept an `Oppslagstjenesten` header that is not signed (PROFILES.md, signature profiles)? */
export function unsignedOnBehalfAllowed(data: SenderData, organisasjon: string, at: Date): boolean {
  return registered(data, organisasjon, at)?.tillatUsignertPaaVegneAv ?? false;
}
