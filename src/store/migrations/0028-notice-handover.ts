import type { Flavour, Step } from '../backend.js';

/** Which notices of a round are being handed over, or were when their turn was lost: the fence of that turn. */
export const noticeHandover = ({ ddl }: Flavour): Step[] => [
  ddl.addColumn('varsel', 'epost_overleveres', ddl.integer('epost_overleveres')),
  ddl.addColumn('varsel', 'sms_overleveres', ddl.integer('sms_overleveres')),
];
