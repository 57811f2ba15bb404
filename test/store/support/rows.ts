import { randomBytes } from 'node:crypto';
import type { AuditEvent, ReplayKey } from '../../../src/domain/ports.js';
import type { Person } from '../../../src/domain/person.js';
import type { Organisasjon } from '../../../src/domain/sender.js';

const at = new Date('2026-03-01T12:00:00.123Z');

/** A person with every field filled, changed as the test wants. */
export const person = (personidentifikator: string, changes: Partial<Person> = {}): Person => ({
  personidentifikator,
  status: 'AKTIV',
  reservasjon: false,
  mobiltelefonnummer: { verdi: '+4799999999', sistOppdatert: at, sistVerifisert: null },
  epostadresse: { verdi: 'ola.å@example.com', sistOppdatert: null, sistVerifisert: at },
  postkasse: { postkasseadresse: 'ola.nordmann#1234', postkasseleverandoerAdresse: '984661185' },
  spraak: 'nn',
  ...changes,
});

export const epost = (verdi: string): Partial<Person> => ({
  epostadresse: { verdi, sistOppdatert: at, sistVerifisert: at },
});

/** Synthetic-looking identifiers, `count` of them from `first` on. */
export const ids = (count: number, first = 0): string[] =>
  Array.from({ length: count }, (_, i) => String(10_000_000_000 + (first + i) * 7919));

export const replayKey = (key: Buffer = randomBytes(32), expires = at): ReplayKey => ({ key, expires });

export const event = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
  at,
  correlationId: 'c-1',
  organisasjon: '310000019',
  paaVegneAv: '310000019',
  operasjon: 'HentPersoner',
  personer: Buffer.alloc(32, 7),
  ...changes,
});

export const organisasjon = (organisasjonsnummer: string, navn = 'Etaten'): Organisasjon => ({
  organisasjonsnummer,
  navn,
  tillatUsignertPaaVegneAv: false,
  fra: at,
  til: null,
});
