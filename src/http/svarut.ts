import type { Konto, SvarUtTjeneste } from '../application/svarut/tjenester.js';
import type { Kommando } from '../contract/svarut/decode.js';
import {
  encodeHistorikk,
  encodeMottakersystem,
  encodeSigneringshistorikk,
  encodeStatus,
  encodeStatusresultat,
  type Retur,
} from '../contract/svarut/encode.js';
import type { Operasjon, Versjon } from '../contract/svarut/names.js';
import { Failure } from '../errors.js';

type Run<O extends Operasjon> = (
  konto: Konto,
  kommando: Extract<Kommando, { operasjon: O }>,
  versjon: Versjon,
) => Promise<readonly Retur[]>;

/** @throws Failure SVARUT_UNKNOWN_ID for the one that was asked for and is not there */
function one<T>([found]: readonly T[], id: string): T {
  if (found === undefined) throw new Failure('SVARUT_UNKNOWN_ID', 'no letter of this account has the id', { id });
  return found;
}

/** One row an operation: from what is asked to what each `return` of the answer holds. */
const operations = (tjeneste: SvarUtTjeneste): { readonly [O in Operasjon]: Run<O> } => ({
  sendForsendelse: async (konto, { bestilling }) => [await tjeneste.send(konto, bestilling, null)],
  sendForsendelseMedId: async (konto, { bestilling, id }) => [await tjeneste.send(konto, bestilling, id)],
  startNyForsendelse: async (konto) => [await tjeneste.startNyForsendelse(konto)],
  retrieveForsendelseStatus: async (konto, { id }, versjon) => [
    encodeStatus(versjon, one(await tjeneste.statuser(konto, [id]), id).status),
  ],
  retrieveForsendelseStatuser: async (konto, { ider }, versjon) =>
    (await tjeneste.statuser(konto, ider)).map((result) => encodeStatusresultat(versjon, result)),
  retrieveForsendelseHistorikk: async (konto, { id }) => [encodeHistorikk(await tjeneste.historikk(konto, id))],
  retrieveForsendelseIdByEksternRef: (konto, { eksternref }) => tjeneste.iderForEksternRef(konto, eksternref),
  setForsendelseLestAvEksterntSystem: async (konto, { lest }) => {
    await tjeneste.settLest(konto, lest);
    return [];
  },
  retreiveForsendelseTyper: (konto) => tjeneste.forsendelseTyper(konto),
  retrieveMottakerSystemForOrgnr: async (konto, { orgnr }) =>
    (await tjeneste.mottakersystemer(konto, orgnr)).map(encodeMottakersystem),
  retrieveSigneringshistorikk: async (konto, { id }) => [
    encodeSigneringshistorikk(one(await tjeneste.signeringshistorikk(konto, [id]), id)),
  ],
  retrieveSigneringshistorikkForFlereForsendelser: async (konto, { ider }) =>
    (await tjeneste.signeringshistorikk(konto, ider)).map(encodeSigneringshistorikk),
});

/** Runs what an account asks. */
export function svarut(
  tjeneste: SvarUtTjeneste,
): (konto: Konto, kommando: Kommando, versjon: Versjon) => Promise<readonly Retur[]> {
  const rows = operations(tjeneste);
  return (konto, kommando, versjon) => {
    const run = rows[kommando.operasjon] as (k: Konto, c: Kommando, v: Versjon) => Promise<readonly Retur[]>;
    return run(konto, kommando, versjon);
  };
}
