import { expect } from 'chai';
import type { SenderData } from '../../src/domain/sender.js';
import type { Store } from '../../src/store/index.js';
import { eachStore } from '../support/stores.js';
import { organisasjon } from './support/rows.js';

const fra = new Date('2026-01-01T00:00:00Z');
const til = new Date('2027-01-01T00:00:00Z');

describe('the sender tables', () => {
  eachStore((database) => {
    let store: Store;
    before(async () => {
      store = await database.open();
    });

    it('are empty at first', async () => {
      const none: readonly never[] = [];
      expect(await store.reads.senders()).to.deep.equal({
        organisasjoner: none,
        sertifikater: none,
        delegeringer: none,
        rettigheter: none,
        legitimasjoner: none,
        dokumenttyper: none,
      });
      expect(await store.reads.suppliers()).to.deep.equal([]);
    });

    const data: SenderData = {
      organisasjoner: [
        { ...organisasjon('310000019', 'Ås kommune'), fra, til: null, tillatUsignertPaaVegneAv: true },
        {
          ...organisasjon('310000035', 'Leverandør AS'),
          fra,
          til,
          avsenderpolicy: { utenPostkasse: 'PORTAL', egenVarsling: true, papirUtenVarsel: true },
        },
      ],
      sertifikater: [
        {
          organisasjonsnummer: '310000019',
          fingeravtrykk: 'a'.repeat(64),
          pem: '-----BEGIN…\n'.repeat(1500),
          fra,
          til,
        },
        { organisasjonsnummer: '310000035', fingeravtrykk: 'b'.repeat(64), pem: 'pem', fra, til: null },
      ],
      delegeringer: [{ leverandoer: '310000035', oppdragsgiver: '310000019', fra, til }],
      rettigheter: [
        { organisasjon: '310000019', tjeneste: 'ENDRINGSTJENESTEN', fra, til },
        { organisasjon: '310000019', tjeneste: 'OPPSLAGSTJENESTEN', fra, til: null },
      ],
      legitimasjoner: [
        { tjeneste: 'FORSENDELSE', brukernavn: 'dev', organisasjonsnummer: '310000019', passordhash: 'scrypt$1' },
        { tjeneste: 'SVARUT', brukernavn: 'dev', organisasjonsnummer: '310000019', passordhash: 'scrypt$2' },
      ],
      dokumenttyper: [
        { organisasjonsnummer: '310000019', dokumenttype: 'kart', vei: 'PAPIR', vedtak: false },
        { organisasjonsnummer: '310000019', dokumenttype: 'skattemelding', vei: 'DIGITAL', vedtak: true },
      ],
    };
    const put = (rows: SenderData) =>
      store.unitOfWork(async (tx) => {
        for (const row of rows.organisasjoner) await tx.putOrganisation(row);
        for (const row of rows.sertifikater) await tx.putCertificate(row);
        for (const row of rows.delegeringer) await tx.putDelegation(row);
        for (const row of rows.rettigheter) await tx.putServiceRight(row);
        for (const row of rows.legitimasjoner) await tx.putCredential(row);
        for (const row of rows.dokumenttyper) await tx.putDocumentType(row);
      });

    it('give every row back as it was put in', async () => {
      await put(data);
      expect(await store.reads.senders()).to.deep.equal(data);
    });

    it('replace a row that has the same key, and only that', async () => {
      const changed: SenderData = {
        organisasjoner: [{ ...organisasjon('310000019', 'Ny kommune'), fra: til, til }],
        sertifikater: [
          { organisasjonsnummer: '310000035', fingeravtrykk: 'a'.repeat(64), pem: 'ny', fra: til, til: null },
        ],
        delegeringer: [{ leverandoer: '310000035', oppdragsgiver: '310000019', fra, til: null }],
        rettigheter: [{ organisasjon: '310000019', tjeneste: 'ENDRINGSTJENESTEN', fra, til: null }],
        legitimasjoner: [
          { tjeneste: 'SVARUT', brukernavn: 'dev', organisasjonsnummer: '310000035', passordhash: 'scrypt$3' },
        ],
        dokumenttyper: [{ organisasjonsnummer: '310000019', dokumenttype: 'kart', vei: 'ALTINN', vedtak: true }],
      };
      await put(data);
      await put(changed);
      expect(await store.reads.senders()).to.deep.equal({
        organisasjoner: [changed.organisasjoner[0], data.organisasjoner[1]],
        sertifikater: [changed.sertifikater[0], data.sertifikater[1]],
        delegeringer: changed.delegeringer,
        rettigheter: [changed.rettigheter[0], data.rettigheter[1]],
        legitimasjoner: [data.legitimasjoner[0], changed.legitimasjoner[0]],
        dokumenttyper: [changed.dokumenttyper[0], data.dokumenttyper[1]],
      });
      const kart = { organisasjonsnummer: '310000019', dokumenttype: 'kart' };
      const remove = () => store.unitOfWork((tx) => tx.removeDocumentType(kart));
      expect([await remove(), await remove()]).to.deep.equal([true, false]);
      expect((await store.reads.senders()).dokumenttyper).to.deep.equal([data.dokumenttyper[1]]);
    });

    it('refuse a certificate of an organisation that is not registered', async () => {
      const orphan = { organisasjonsnummer: '999999999', fingeravtrykk: 'c'.repeat(64), pem: 'pem', fra, til };
      const error: unknown = await store.unitOfWork((tx) => tx.putCertificate(orphan)).catch((e: unknown) => e);
      expect(error).to.have.property('code', 'INTERNAL');
    });

    it('hold suppliers by organisation and role, with their certificate octet for octet', async () => {
      const sertifikat = Buffer.from(Array.from({ length: 1500 }, (_, i) => i % 256));
      const eboks = { organisasjonsnummer: '996460320', navn: 'e-Boks', rolle: 'POSTKASSE', sertifikat } as const;
      const print = { ...eboks, navn: 'e-Boks trykk', rolle: 'UTSKRIFT' } as const;
      await store.unitOfWork((tx) => tx.putSupplier(eboks));
      await store.unitOfWork((tx) => tx.putSupplier({ ...print, sertifikat: Buffer.from('old') }));
      await store.unitOfWork((tx) => tx.putSupplier(print));
      expect(await store.reads.suppliers()).to.deep.equal([eboks, print]);
    });
  });
});
