import type { Flavour } from '../backend.js';

/** Letters that a SvarUt upstream delivers, until nothing more can be heard of them. */
export const svarutUpstream = ({ ddl }: Flavour): string[] => [
  `create table if not exists svarut_upstream (
  ${ddl.text('meldings_id', 36)} not null,
  ${ddl.text('konversasjons_id', 36)} not null,
  ${ddl.text('oppstroems_id', 64)} not null,
  ${ddl.text('status', 32)},
  ${ddl.integer('endret')} not null,
  ${ddl.integer('klar')} not null,
  primary key (meldings_id),
  unique (klar, meldings_id)) ${ddl.keyed}`,
];
