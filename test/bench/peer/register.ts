import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import Libsql from 'libsql';
import type { Informasjonsbehov, Kontaktpunkt, Person } from '../../../src/domain/person.js';
import { personSvar, type PersonSvar } from '../../../src/domain/varsling.js';
import type { Verified } from './verify.js';

/** The register as the plain service uses it: the same database, synchronous statements, one commit for each request. */
export interface Register {
  /** @throws Error when the certificate's organisation may not look up */
  checkAccess(caller: Verified): void;
  /** Writes the replay and audit rows. @throws Error when the request has been used before */
  record(caller: Verified, ids: readonly string[]): void;
  /** What is answered about each person, in the order asked for. */
  lookUp(ids: readonly string[], behov: readonly string[]): PersonSvar[];
  /** Base64 of the certificate of each mailbox supplier, by organisation number. */
  readonly certificates: ReadonlyMap<string, string>;
}

type Row = Record<string, string | number | null>;

const date = (value: unknown): Date | null => (typeof value === 'number' ? new Date(value) : null);
const text = (value: unknown): string => String(value);

const contact = (verdi: unknown, oppdatert: unknown, verifisert: unknown): Kontaktpunkt | null =>
  verdi === null ? null : { verdi: text(verdi), sistOppdatert: date(oppdatert), sistVerifisert: date(verifisert) };

const personOf = (row: Row): Person => ({
  personidentifikator: text(row['personidentifikator']),
  status: row['status'] === 'AKTIV' ? 'AKTIV' : 'SLETTET',
  reservasjon: row['reservasjon'] === 1,
  mobiltelefonnummer: contact(row['mobiltelefonnummer'], row['mobil_sist_oppdatert'], row['mobil_sist_verifisert']),
  epostadresse: contact(row['epostadresse'], row['epost_sist_oppdatert'], row['epost_sist_verifisert']),
  postkasse:
    row['postkasseadresse'] === null
      ? null
      : {
          postkasseadresse: text(row['postkasseadresse']),
          postkasseleverandoerAdresse: text(row['postkasseleverandoer_adresse']),
        },
  spraak: null,
});

export function openRegister(path: string): Register {
  const db = new Libsql(path);
  for (const pragma of ['journal_mode = wal', 'synchronous = full']) db.pragma(pragma);
  const certificates = new Map(
    (db.prepare('select organisasjonsnummer, sertifikat from supplier').all() as Row[]).map((row) => [
      text(row['organisasjonsnummer']),
      Buffer.from(row['sertifikat'] as unknown as Uint8Array).toString('base64'),
    ]),
  );
  const auditKey = randomBytes(32);
  const mayLookUp = db.prepare(
    `select 1 from certificate c join service_right r on r.organisasjon = c.organisasjonsnummer
     where c.fingeravtrykk = ? and r.tjeneste = 'OPPSLAGSTJENESTEN'`,
  );
  const remember = db.prepare('insert or ignore into replay (digest, expires) values (?, ?)');
  const audit = db.prepare(
    `insert into audit (at, correlation_id, organisasjon, paa_vegne_av, operasjon, personer)
     select ?, ?, organisasjonsnummer, organisasjonsnummer, 'HentPersoner', ? from certificate where fingeravtrykk = ?`,
  );
  const write = db.transaction((caller: Verified, personer: Buffer) => {
    const digest = createHash('sha256').update(caller.signatureValue).digest();
    if (remember.run(digest, Date.now() + 360_000).changes === 0) throw new Error('this request has been used before');
    audit.run(Date.now(), randomUUID(), personer, caller.fingerprint);
  });
  return {
    certificates,
    checkAccess: ({ fingerprint }) => {
      if (mayLookUp.get(fingerprint) === undefined) throw new Error('no access');
    },
    record: (caller, ids) => {
      write(caller, Buffer.concat(ids.map((id) => createHmac('sha256', auditKey).update(id).digest().subarray(0, 16))));
    },
    lookUp: (ids, behov) => {
      const marks = ids.map(() => '?').join(', ');
      const rows = db.prepare(`select * from person where personidentifikator in (${marks})`).all(...ids) as Row[];
      const found = new Map(rows.map((row) => [text(row['personidentifikator']), personOf(row)]));
      const asked = new Set(behov as readonly Informasjonsbehov[]);
      return ids.map((id) => personSvar(id, found.get(id), asked, new Date()));
    },
  };
}
