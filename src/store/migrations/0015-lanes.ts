import type { Flavour, Step } from '../backend.js';

/**
 * Jobs know whose they are, and go by it: `koe` is priority, provider and sender in one. A process that does not know of it yet leaves
 * its default, which is a lane too. The index that the new one takes the place of goes.
 */
export const lanes = ({ kind, ddl }: Flavour): Step[] => [
  ddl.addColumn('job', 'eier', `${ddl.text('eier', 64)} not null default ''`),
  ddl.addColumn('job', 'koe', `${ddl.text('koe', 160)} not null default 'NORMAL::'`),
  `update job set eier = coalesce(
  (select konto from svarut where svarut.shipment_id = job.shipment_id),
  (select avsender from shipment where shipment.id = job.shipment_id),
  (select formidling.eier from formidling where formidling.id = job.shipment_id), '')`,
  "update job set koe = concat(prioritet, ':', leverandoer, ':', eier)",
  ddl.addIndex('job', 'job_lane', ['koe', 'klar', 'nr']),
  kind === 'sqlite'
    ? 'drop index if exists job_turn'
    : {
        when: "select 1 from information_schema.statistics where table_schema = database() and table_name = 'job' and index_name = 'job_turn'",
        run: 'alter table job drop index job_turn',
      },
];
