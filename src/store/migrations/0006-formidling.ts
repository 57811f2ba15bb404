import type { Flavour } from '../backend.js';

/**
 * Messages that the broker has seen, those that it passes on, and the receipts that wait to be fetched. Their jobs are in the one table
 * of jobs. Unique sets that end in a key are there as indexes, in a form that both databases take.
 */
export const formidling = ({ kind, ddl }: Flavour): string[] => {
  const sealed = `innhold ${kind === 'mysql' ? 'mediumblob' : 'blob'} not null`;
  return [
    `create table if not exists ebms_message (
  ${ddl.blob('noekkel', 32)} not null,
  ${ddl.blob('digest', 32)} not null,
  ${ddl.integer('expires')} not null,
  primary key (noekkel),
  unique (expires, noekkel)) ${ddl.keyed}`,

    `create table if not exists formidling (
  ${ddl.text('id', 64)} not null,
  ${ddl.text('eier', 64)} not null,
  ${ddl.text('prioritet', 16)} not null,
  ${ddl.text('mpc_id', 255)},
  ${ddl.text('meldings_id', 512)} not null,
  ${ddl.text('videre_id', 64)} not null,
  ${ddl.text('art', 16)} not null,
  ${ddl.text('leverandoer', 64)} not null,
  ${ddl.text('konversasjons_id', 64)} not null,
  ${ddl.text('dokumentavsender', 64)} not null,
  ${ddl.text('tilstand', 16)} not null,
  ${ddl.integer('mottatt')} not null,
  ${sealed},
  primary key (id),
  unique (konversasjons_id, id)) ${ddl.keyed}`,

    `create table if not exists mpc_receipt (
  ${ddl.serial('nr')},
  ${ddl.text('merke', 64)} not null,
  ${ddl.text('eier', 64)} not null,
  ${ddl.text('koe', 400)} not null,
  ${ddl.integer('klar')} not null,
  ${ddl.integer('utleveringer')} not null,
  ${ddl.blob('hentet_av', 32)},
  ${sealed},
  unique (merke),
  unique (koe, klar, nr),
  unique (hentet_av)) ${ddl.appended}`,
  ];
};
