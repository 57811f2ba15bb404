import type { Flavour } from '../backend.js';

/** Answers to signed requests of mailbox providers. The unique pair is there as an index on `expires`. */
export const mailboxAnswer = ({ ddl }: Flavour): string[] => [
  `create table if not exists mailbox_answer (
  ${ddl.blob('noekkel', 32)} not null,
  ${ddl.text('svar', 64)} not null,
  ${ddl.integer('expires')} not null,
  primary key (noekkel),
  unique (expires, noekkel)) ${ddl.keyed}`,
];
