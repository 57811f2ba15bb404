import type { Flavour, Step } from '../backend.js';

/** Rounds of notices that the gateway sends itself, whose turns stand in `job`; and senders whose letters go on paper when nobody can be notified. */
export const notices = ({ ddl }: Flavour): Step[] => [
  `create table if not exists varsel (
  ${ddl.text('id', 64)} not null,
  ${ddl.text('shipment_id', 64)} not null,
  ${ddl.integer('nummer')} not null,
  ${ddl.integer('begynt')},
  ${ddl.text('epost', 16)},
  ${ddl.text('sms', 16)},
  primary key (id),
  unique (shipment_id, nummer)) ${ddl.keyed}`,
  ddl.addColumn('letter_policy', 'papir_uten_varsel', `${ddl.integer('papir_uten_varsel')} not null default 0`),
];
