import type { Flavour, Step } from '../backend.js';

/** Jobs know how many turns in a row nobody has ended. */
export const lostTurns = ({ ddl }: Flavour): Step[] => [
  ddl.addColumn('job', 'tapte', `${ddl.integer('tapte')} not null default 0`),
];
