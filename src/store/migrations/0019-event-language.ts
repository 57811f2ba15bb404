import type { Flavour, Step } from '../backend.js';

/** Histories in two languages; what is there already has one text for both. */
export const eventLanguage = ({ ddl }: Flavour): Step[] =>
  ['shipment_event', 'receipt'].map((table) => ddl.addColumn(table, 'tekst_en', ddl.text('tekst_en', 2000)));
