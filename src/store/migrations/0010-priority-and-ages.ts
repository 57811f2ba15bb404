import type { Flavour, Step } from '../backend.js';

/**
 * Jobs know their priority, and go by it. What the broker has done with is found by its age. Where a column is new its rows get what they
 * would have had; the index on jobs that the new one takes the place of goes where it has a name.
 */
export const priorityAndAges = ({ kind, ddl }: Flavour): Step[] => [
  ddl.addColumn('job', 'prioritet', `${ddl.text('prioritet', 16)} not null default 'NORMAL'`),
  ...['shipment', 'formidling'].map(
    (table) =>
      `update job set prioritet = 'PRIORITERT' where shipment_id in (select id from ${table} where prioritet = 'PRIORITERT')`,
  ),
  ddl.addIndex('job', 'job_turn', ['leverandoer', 'prioritet', 'klar', 'nr']),
  ...(kind === 'mysql'
    ? [{ when: namedIndex('job', 'leverandoer'), run: 'alter table job drop index leverandoer' }]
    : []),

  ddl.addColumn('mpc_receipt', 'mottatt', `${ddl.integer('mottatt')} not null default 0`),
  'update mpc_receipt set mottatt = klar where mottatt = 0',
  ddl.addIndex('mpc_receipt', 'mpc_receipt_age', ['mottatt', 'nr']),
  ddl.addIndex('formidling', 'formidling_age', ['mottatt', 'id']),
];

const namedIndex = (table: string, name: string): string =>
  `select 1 from information_schema.statistics where table_schema = database() and table_name = '${table}' and index_name = '${name}'`;
