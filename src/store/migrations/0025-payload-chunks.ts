import type { Flavour } from '../backend.js';

/** Payloads as rows, in pieces of less than 1 MB; the unique set that begins with the number finds the first piece of each. */
export const payloadChunks = ({ ddl }: Flavour): string[] => [
  `create table if not exists payload_chunk (
  ${ddl.text('ref', 64)} not null,
  ${ddl.integer('nr')} not null,
  ${ddl.integer('skrevet')} not null,
  ${ddl.integer('siste')} not null,
  ${ddl.blob('octets', 1_048_576)} not null,
  primary key (ref, nr),
  unique (nr, ref)) ${ddl.appended}`,
];
