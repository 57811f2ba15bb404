import type { Selectable } from 'kysely';
import type { Kanal } from '../domain/routing/decision.js';
import type { Mottakersystem } from '../domain/svarut/bestilling.js';
import type { Reservasjon, SvarUtBrev, SvarUtKonto } from '../domain/svarut/ports.js';
import type { MottakersystemRow, ReservasjonRow, SvarUtKontoRow, SvarUtRow } from './schema.js';
import type { Seal } from './sealed.js';

/* Rows of SvarUt's tables, and what they stand for. */

/** Where the sealed column stands. */
const place = (shipmentId: string): string => `svarut ${shipmentId} lest_av`;

const time = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

const octets = (stored: Buffer | null): Buffer | null => (stored === null ? null : Buffer.from(stored));

export const proevdText = (proevd: readonly Kanal[]): string => proevd.join(',');

export const brevRow = (brev: SvarUtBrev, seal: Seal): SvarUtRow => ({
  shipment_id: brev.shipmentId,
  konto: brev.konto,
  mottatt: brev.mottatt.getTime(),
  eksternref: brev.eksternref,
  status: brev.status,
  status_endret: brev.statusEndret.getTime(),
  proevd: proevdText(brev.proevd),
  ettersendes: Number(brev.ettersendes),
  lesetimer: brev.lesetimer,
  frist: brev.frist?.getTime() ?? null,
  mottakersystem: brev.mottakersystem,
  lest_av: sealedReader(brev.shipmentId, brev.lestAv, seal),
  mottaker: brev.mottaker,
  konteringskode: brev.konteringskode,
});

export const sealedReader = (shipmentId: string, lestAv: string | null, seal: Seal): Buffer | null =>
  lestAv === null ? null : seal.seal({ lestAv }, place(shipmentId));

export const brevOf = (row: SvarUtRow, seal: Seal): SvarUtBrev => ({
  shipmentId: row.shipment_id,
  konto: row.konto,
  mottatt: new Date(row.mottatt),
  eksternref: octets(row.eksternref),
  mottaker: octets(row.mottaker),
  konteringskode: row.konteringskode,
  status: row.status,
  statusEndret: new Date(row.status_endret),
  proevd: row.proevd === '' ? [] : (row.proevd.split(',') as Kanal[]),
  ettersendes: row.ettersendes === 1,
  lesetimer: row.lesetimer,
  frist: time(row.frist),
  mottakersystem: row.mottakersystem,
  lestAv:
    row.lest_av === null
      ? null
      : (seal.open(row.lest_av, place(row.shipment_id)) as { readonly lestAv: string }).lestAv,
});

export const reservasjonOf = ({ id, konto, reservert, avvist, avvist_tekst: tekst }: ReservasjonRow): Reservasjon => ({
  id,
  konto,
  reservert: new Date(reservert),
  avvist: avvist === null ? null : { tid: new Date(avvist), tekst },
});

export const systemOf = (row: Selectable<MottakersystemRow>): Mottakersystem => ({
  brukernavn: row.brukernavn,
  navn: row.navn,
  mottakerid: String(row.mottakerid),
  orgnr: row.orgnr,
  forsendelseType: row.forsendelse_type,
  nivaa: row.nivaa as Mottakersystem['nivaa'],
  sertifikat: Buffer.from(row.sertifikat),
});

export const kontoOf = ({ altinn, sdp, ettersending, returadresse, ...row }: SvarUtKontoRow): SvarUtKonto => ({
  brukernavn: row.brukernavn,
  lesetimer: row.lesetimer,
  lesetimerApost: row.lesetimer_apost,
  varsel: { epost: row.varsel_epost, sms: row.varsel_sms },
  altinn: altinn === 1,
  sdp: sdp === 1,
  ettersending: ettersending === 1,
  returadresse: returadresse === null ? null : (JSON.parse(returadresse) as SvarUtKonto['returadresse']),
});

export const kontoRow = (konto: Omit<SvarUtKonto, 'brukernavn'>): Omit<SvarUtKontoRow, 'brukernavn'> => ({
  altinn: Number(konto.altinn),
  sdp: Number(konto.sdp),
  ettersending: Number(konto.ettersending),
  lesetimer: konto.lesetimer,
  lesetimer_apost: konto.lesetimerApost,
  varsel_epost: konto.varsel.epost,
  varsel_sms: konto.varsel.sms,
  returadresse: konto.returadresse === null ? null : JSON.stringify(konto.returadresse),
});
