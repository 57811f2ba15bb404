import type { Ddl, Flavour } from '../backend.js';

// Sealed JSON: 200 attachments with long names are more than the 65,535 octets that MySQL gives all other columns of a row together.
const sealed = (kind: Flavour['kind'], name: string): string =>
  `${name} ${kind === 'mysql' ? 'mediumblob' : 'blob'} not null`;

const event = ({ text, integer }: Ddl): string => `${text('type', 32)} not null,
  ${integer('tid')} not null,
  ${text('kode', 128)},
  ${text('tekst', 2000)} not null`;

/**
 * Shipments, their events, their turns at being handed on, and the receipts that wait for their senders. Unique sets that end in a
 * key are there as indexes, in a form that both databases take. Without foreign keys: each would lock the shipment's row for whoever
 * writes an event of it.
 */
export const shipments = ({ kind, ddl }: Flavour): string[] => [
  `create table if not exists shipment (
  ${ddl.text('id', 64)} not null,
  ${ddl.text('avsender', 64)} not null,
  ${ddl.text('ekstern_ref', 512)} not null,
  ${ddl.blob('digest', 32)} not null,
  ${ddl.text('tilstand', 32)} not null,
  ${ddl.text('konversasjons_id', 255)} not null,
  ${ddl.text('meldings_id', 255)} not null,
  ${ddl.text('prioritet', 16)} not null,
  ${ddl.text('leverandoer', 64)} not null,
  ${ddl.integer('mottatt')} not null,
  ${sealed(kind, 'forsendelse')},
  ${sealed(kind, 'beslutning')},
  ${ddl.text('pakke', 2000)},
  primary key (id),
  unique (avsender, ekstern_ref),
  unique (konversasjons_id, id)) ${ddl.keyed}`,

  `create table if not exists shipment_event (
  ${ddl.serial('nr')},
  ${ddl.text('shipment_id', 64)} not null,
  ${event(ddl)},
  unique (shipment_id, nr)) ${ddl.appended}`,

  `create table if not exists job (
  ${ddl.serial('nr')},
  ${ddl.text('shipment_id', 64)} not null,
  ${ddl.text('leverandoer', 64)} not null,
  ${ddl.integer('neste')} not null,
  ${ddl.integer('klar')},
  ${ddl.integer('leased_until')} not null,
  ${ddl.integer('forsoek')} not null,
  ${ddl.integer('foerste_forsoek')},
  ${ddl.integer('fence')} not null,
  unique (shipment_id),
  unique (leverandoer, klar, nr)) ${ddl.appended}`,

  `create table if not exists receipt (
  ${ddl.serial('nr')},
  ${ddl.text('id', 64)} not null,
  ${ddl.text('shipment_id', 64)} not null,
  ${ddl.text('avsender', 64)} not null,
  ${ddl.text('prioritet', 16)} not null,
  ${ddl.integer('leased_until')} not null,
  ${event(ddl)},
  unique (id),
  unique (avsender, prioritet, nr)) ${ddl.appended}`,
];
