import type { Flavour, Step } from '../backend.js';

/** Which notices of a round are being handed over, or were when their turn was lost: the fence of that turn. And since when the register has been silent; and when what another reports had happened. */
export const noticeHandover = ({ ddl }: Flavour): Step[] => [
  ddl.addColumn('varsel', 'epost_overleveres', ddl.integer('epost_overleveres')),
  ddl.addColumn('varsel', 'sms_overleveres', ddl.integer('sms_overleveres')),
  ddl.addColumn('varsel', 'uten_svar', ddl.integer('uten_svar')),
  ddl.addColumn('shipment_event', 'skjedd', ddl.integer('skjedd')),
];
