import type { Flavour, Step } from '../backend.js';

/** What operators look letters up and count them by, rules that accounts may set, and networks that they may call from. */
export const svarutAccounts = ({ ddl }: Flavour): Step[] => [
  ddl.addColumn('svarut', 'mottaker', ddl.blob('mottaker', 32)),
  ddl.addColumn('svarut', 'konteringskode', ddl.text('konteringskode', 20)),
  ddl.addIndex('svarut', 'svarut_mottaker', ['mottaker', 'mottatt', 'shipment_id']),
  ddl.addIndex('svarut', 'svarut_age', ['mottatt', 'shipment_id']),

  ddl.addColumn('svarut_konto', 'lesetimer_apost', ddl.integer('lesetimer_apost')),
  ddl.addColumn('svarut_konto', 'varsel_epost', ddl.text('varsel_epost', 500)),
  ddl.addColumn('svarut_konto', 'varsel_sms', ddl.text('varsel_sms', 160)),

  ddl.addColumn('credential', 'nett', ddl.text('nett', 2000)),
];
