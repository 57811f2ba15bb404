import type { Flavour, Step } from '../backend.js';

/**
 * Letters that Altinn has, until nothing more can be heard of them; and when a letter was asked about last, there and at a SvarUt upstream, so
 * that none goes on paper that was read meanwhile.
 */
export const altinn = ({ ddl }: Flavour): Step[] => [
  `create table if not exists altinn (
  ${ddl.text('meldings_id', 36)} not null,
  ${ddl.text('konversasjons_id', 36)} not null,
  ${ddl.text('oppstroems_id', 64)} not null,
  ${ddl.text('status', 32)},
  ${ddl.integer('endret')} not null,
  ${ddl.integer('klar')} not null,
  ${ddl.integer('spurt')} not null,
  primary key (meldings_id),
  unique (klar, meldings_id)) ${ddl.keyed}`,
  ddl.addColumn('svarut_upstream', 'spurt', `${ddl.integer('spurt')} not null default 0`),
];
