import { sql, type Insertable } from 'kysely';
import type { Tx } from '../domain/ports.js';
import type { Gyldighet, Leverandoer, SenderData } from '../domain/sender.js';
import type { FormidlingTx } from '../domain/formidlingPorts.js';
import type { LedgerTx } from '../domain/ledgerPorts.js';
import type { ShipmentTx } from '../domain/shipmentPorts.js';
import type { SvarUtTx } from '../domain/svarut/ports.js';
import type { VarselTx } from '../domain/varselrunde.js';
import type { Db, Flavour } from './backend.js';
import { insertRow } from './insert.js';
import type { Period, Tables } from './schema.js';

const period = ({ fra, til }: Gyldighet): Period => ({ fra: fra.getTime(), til: til?.getTime() ?? null });
const gyldighet = ({ fra, til }: Period): Gyldighet => ({
  fra: new Date(fra),
  til: til === null ? null : new Date(til),
});

/** Every organisation, with what it has chosen. */
async function organisations(db: Db): Promise<SenderData['organisasjoner']> {
  const rows = await db
    .selectFrom('organisation as o')
    .leftJoin('policy as p', 'p.organisasjonsnummer', 'o.organisasjonsnummer')
    .leftJoin('letter_policy as l', 'l.organisasjonsnummer', 'o.organisasjonsnummer')
    .leftJoin('sender_profile as s', 's.organisasjonsnummer', 'o.organisasjonsnummer')
    .selectAll('o')
    .select(['p.tillat_usignert_paa_vegne_av as tillat', 'l.uten_postkasse', 'l.egen_varsling', 'l.papir_uten_varsel'])
    .select(['s.sektor', 's.etterfoelger'])
    .orderBy('o.organisasjonsnummer')
    .execute();
  return rows.map(({ tillat, sektor, etterfoelger, ...found }) => {
    const { uten_postkasse, egen_varsling, papir_uten_varsel, ...row } = found;
    return {
      ...row,
      ...gyldighet(row),
      tillatUsignertPaaVegneAv: tillat === 1,
      ...(uten_postkasse !== null && {
        avsenderpolicy: {
          utenPostkasse: uten_postkasse,
          egenVarsling: egen_varsling === 1,
          ...(papir_uten_varsel === 1 && { papirUtenVarsel: true as const }),
        },
      }),
      ...(sektor !== null && { sektor }),
      ...(etterfoelger !== null && { etterfoelger }),
    };
  });
}

/** As `Reads.senders`; `db` is one snapshot. */
export async function senders(db: Db): Promise<SenderData> {
  const organisasjoner = await organisations(db);
  const certificates = await db.selectFrom('certificate').selectAll().orderBy('fingeravtrykk').execute();
  const delegations = await db
    .selectFrom('delegation')
    .selectAll()
    .orderBy('leverandoer')
    .orderBy('oppdragsgiver')
    .execute();
  const rights = await db.selectFrom('service_right').selectAll().orderBy('organisasjon').orderBy('tjeneste').execute();
  const credentials = await db.selectFrom('credential').selectAll().orderBy('tjeneste').orderBy('brukernavn').execute();
  const documentTypes = await db
    .selectFrom('document_type')
    .selectAll()
    .orderBy('organisasjonsnummer')
    .orderBy('dokumenttype')
    .execute();
  return {
    organisasjoner,
    sertifikater: certificates.map((row) => ({ ...row, ...gyldighet(row) })),
    delegeringer: delegations.map((row) => ({ ...row, ...gyldighet(row) })),
    rettigheter: rights.map((row) => ({ ...row, ...gyldighet(row) })),
    legitimasjoner: credentials.map(({ nett, ...row }) => ({
      ...row,
      ...(nett !== null && { nett: nett.split(',') }),
    })),
    dokumenttyper: documentTypes.map((row) => ({ ...row, vedtak: row.vedtak === 1 })),
  };
}

/** As `Reads.agencies`. */
export const agencies = async (db: Db): Promise<string[]> =>
  (await db.selectFrom('agency').select('navn').orderBy('navn').execute()).map(({ navn }) => navn);

/** As `Reads.suppliers`, by organisation number and role. */
export const suppliers = (db: Db): Promise<Leverandoer[]> =>
  db.selectFrom('supplier').selectAll().orderBy('organisasjonsnummer').orderBy('rolle').execute();

type SenderTx = Pick<
  Tx,
  (`put${string}` | 'removeDocumentType') &
    Exclude<keyof Tx, keyof ShipmentTx | keyof FormidlingTx | keyof SvarUtTx | keyof LedgerTx | keyof VarselTx>
>;

/** The writes of `Tx` that replace one row by its key. */
export function senderWrites(db: Db, flavour: Flavour): SenderTx {
  const put = async <T extends keyof Tables>(table: T, key: readonly string[], row: Insertable<Tables[T]>) => {
    const columns = Object.keys(row).filter((column) => !key.includes(column));
    await db
      .insertInto(table)
      .values(row)
      .modifyEnd(sql.raw(flavour.onDuplicate(key, columns)))
      .execute();
  };
  return {
    putOrganisation: async ({ organisasjonsnummer, navn, tillatUsignertPaaVegneAv, avsenderpolicy, ...rest }) => {
      const { sektor = null, etterfoelger = null, ...validity } = rest;
      const key = ['organisasjonsnummer'];
      await put('organisation', key, { organisasjonsnummer, navn, ...period(validity) });
      const tillat = tillatUsignertPaaVegneAv ? 1 : 0;
      await put('policy', key, { organisasjonsnummer, tillat_usignert_paa_vegne_av: tillat });
      await put('sender_profile', key, { organisasjonsnummer, sektor, etterfoelger });
      if (avsenderpolicy === undefined) return;
      const { utenPostkasse: uten_postkasse, egenVarsling, papirUtenVarsel } = avsenderpolicy;
      const [egen_varsling, papir_uten_varsel] = [egenVarsling ? 1 : 0, papirUtenVarsel === true ? 1 : 0];
      await put('letter_policy', key, { organisasjonsnummer, uten_postkasse, egen_varsling, papir_uten_varsel });
    },
    putCertificate: ({ organisasjonsnummer, fingeravtrykk, pem, ...validity }) =>
      put('certificate', ['fingeravtrykk'], { fingeravtrykk, organisasjonsnummer, pem, ...period(validity) }),
    putDelegation: ({ leverandoer, oppdragsgiver, ...validity }) =>
      put('delegation', ['leverandoer', 'oppdragsgiver'], { leverandoer, oppdragsgiver, ...period(validity) }),
    putServiceRight: ({ organisasjon, tjeneste, ...validity }) =>
      put('service_right', ['organisasjon', 'tjeneste'], { organisasjon, tjeneste, ...period(validity) }),
    putCredential: ({ nett, ...row }) =>
      put('credential', ['tjeneste', 'brukernavn'], { ...row, nett: nett?.join(',') ?? null }),
    putDocumentType: ({ organisasjonsnummer, dokumenttype, vei, vedtak }) =>
      put('document_type', ['organisasjonsnummer', 'dokumenttype'], {
        organisasjonsnummer,
        dokumenttype,
        vei,
        vedtak: vedtak ? 1 : 0,
      }),
    removeDocumentType: async ({ organisasjonsnummer, dokumenttype }) => {
      const { numDeletedRows } = await db
        .deleteFrom('document_type')
        .where('organisasjonsnummer', '=', organisasjonsnummer)
        .where('dokumenttype', '=', dokumenttype)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
    putSupplier: ({ organisasjonsnummer, rolle, navn, sertifikat }) =>
      put('supplier', ['organisasjonsnummer', 'rolle'], { organisasjonsnummer, rolle, navn, sertifikat }),
    putAgency: (navn, fra) => insertRow(db, 'agency', { navn, fra: fra.getTime() }, flavour.onDuplicate(['navn'], [])),
  };
}
