import type { Flavour } from '../backend.js';

/** Types that senders were seen to use. At least one must be there: clients ask at their start. */
const typer = [
  'Byggesøknad',
  'Geointegrasjon.Matrikkelføring',
  'Geointegrasjon.Matrikkelføringsrespons',
  'ks.signertforsendelse',
  'nav.digisos',
];

/** What SvarUt letters have beside their shipments, ids that are reserved, and attempts that are counted. */
const letters = ({ kind, ddl }: Flavour): string[] => [
  `create table if not exists svarut (
  ${ddl.text('shipment_id', 64)} not null,
  ${ddl.text('konto', 100)} not null,
  ${ddl.integer('mottatt')} not null,
  ${ddl.blob('eksternref', 32)},
  ${ddl.text('status', 32)} not null,
  ${ddl.integer('status_endret')} not null,
  ${ddl.text('proevd', 255)} not null,
  ${ddl.integer('ettersendes')} not null,
  ${ddl.integer('lesetimer')} not null,
  ${ddl.integer('frist')},
  ${ddl.text('mottakersystem', 100)},
  lest_av ${kind === 'mysql' ? 'mediumblob' : 'blob'},
  primary key (shipment_id),
  unique (konto, eksternref, mottatt, shipment_id),
  unique (frist, shipment_id),
  unique (mottakersystem, mottatt, shipment_id)) ${ddl.keyed}`,

  `create table if not exists svarut_forsoek (
  ${ddl.blob('likhet', 32)} not null,
  ${ddl.integer('antall')} not null,
  ${ddl.integer('siste')} not null,
  primary key (likhet),
  unique (siste, likhet)) ${ddl.keyed}`,

  `create table if not exists svarut_reservert (
  ${ddl.text('id', 64)} not null,
  ${ddl.text('konto', 100)} not null,
  ${ddl.integer('reservert')} not null,
  ${ddl.integer('avvist')},
  ${ddl.text('avvist_tekst', 2000)} not null,
  primary key (id),
  unique (reservert, id)) ${ddl.keyed}`,
];

/** Who sends, what they may send, and who fetches letters by SvarInn. */
const parties = ({ ddl, onDuplicate }: Flavour): string[] => [
  `create table if not exists svarut_konto (
  ${ddl.text('brukernavn', 100)} not null,
  ${ddl.integer('altinn')} not null,
  ${ddl.integer('sdp')} not null,
  ${ddl.integer('ettersending')} not null,
  ${ddl.integer('lesetimer')} not null,
  ${ddl.text('returadresse', 2000)},
  primary key (brukernavn)) ${ddl.keyed}`,

  `create table if not exists svarut_type (
  ${ddl.text('navn', 255)} not null,
  primary key (navn)) ${ddl.keyed}`,

  ...typer.map((navn) => `insert into svarut_type (navn) values ('${navn}') ${onDuplicate(['navn'], [])}`),

  `create table if not exists mottakersystem (
  ${ddl.serial('mottakerid')},
  ${ddl.text('brukernavn', 100)} not null,
  ${ddl.text('navn', 255)} not null,
  ${ddl.text('orgnr', 64)} not null,
  ${ddl.text('forsendelse_type', 255)},
  ${ddl.integer('nivaa')},
  ${ddl.blob('sertifikat', 16384)} not null,
  unique (brukernavn),
  unique (orgnr, mottakerid)) ${ddl.appended}`,
];

/** SvarUt. Unique sets that end in a key are there as indexes, in a form that both databases take. */
export const svarut = (flavour: Flavour): string[] => [...letters(flavour), ...parties(flavour)];
