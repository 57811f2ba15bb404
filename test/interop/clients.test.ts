import { expect } from 'chai';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { startGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { startProxy } from './proxy.js';
import type { Change } from './proxy.js';
import { call, needs, withOtherCreated } from './support.js';
import type { CallOptions, ClientName, Operation, PersonSeen, Report } from './support.js';

const people = testpersons(new Date());
const idOf = (navn: string): string => people.find((p) => p.navn === navn)?.personidentifikator ?? `no ${navn}`;

const kontroller = ['decrypt', 'signature', 'certificate', 'confirmation'];
const nothing: Omit<PersonSeen, 'personidentifikator'> = {
  reservasjon: null,
  status: null,
  varslingsstatus: null,
  mobiltelefonnummer: null,
  epostadresse: null,
  postkasseadresse: null,
  postkasseleverandoerAdresse: null,
  x509Sertifikat: null,
};

describe('foreign clients of Oppslagstjenesten', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  /** Calls through a proxy that changes the answers. */
  async function through(client: ClientName, change: Change, calls: number): Promise<Report[]> {
    const proxy = await startProxy(gateway.url, change);
    try {
      const reports: Report[] = [];
      for (let i = 0; i < calls; i++) {
        reports.push(await call(client, { ...gateway, url: proxy.url }, 'HentPrintSertifikat'));
      }
      return reports;
    } finally {
      await proxy.stop();
    }
  }

  for (const client of ['zeep', 'php', 'gsoap', 'wss4j'] as const satisfies readonly ClientName[]) {
    describe(client, () => {
      before(needs(client));

      const ask = (operation: Operation, options?: CallOptions): Promise<Report> =>
        call(client, gateway, operation, options);

      it('HentPersoner: verifies and decrypts the answer, and reads the persons in the order asked, repeated ones too', async () => {
        const ids = ['fresh', 'unknown', 'deleted', 'fresh'].map(idOf);
        const report = await ask('HentPersoner', { behov: ['Person', 'Kontaktinfo', 'VarslingsStatus'], ids });
        expect(report.kontroller).to.deep.equal(kontroller);
        const [fresh, unknown, deleted, again] = report.svar?.personer ?? [];
        expect(report.svar?.personer?.map((p) => p.personidentifikator)).to.deep.equal(ids);
        expect(fresh).to.deep.equal({
          ...nothing,
          personidentifikator: idOf('fresh'),
          reservasjon: 'NEI',
          status: 'AKTIV',
          varslingsstatus: 'KAN_VARSLES',
          mobiltelefonnummer: people.find((p) => p.navn === 'fresh')?.person?.mobiltelefonnummer?.verdi,
          epostadresse: 'fresh@example.com',
        });
        expect(unknown).to.include({
          status: 'IKKE_REGISTRERT',
          varslingsstatus: 'KAN_IKKE_VARSLES',
          epostadresse: null,
        });
        expect(deleted).to.include({ status: 'SLETTET', varslingsstatus: 'KAN_IKKE_VARSLES', epostadresse: null });
        expect(again).to.deep.equal(fresh);
      });

      it('HentPersoner for another: the signed Oppslagstjenesten header is accepted, and mailbox and certificate are read', async () => {
        const behov = ['SikkerDigitalPost', 'Sertifikat'];
        const options = { behov, ids: [idOf('digipost')], as: 'supplier', paaVegneAv: '310000019' };
        const { svar, kontroller: passed } = await ask('HentPersoner', options);
        expect(passed).to.deep.equal(kontroller);
        const [person] = svar?.personer ?? [];
        expect(person).to.include({
          postkasseleverandoerAdresse: '984661185',
          epostadresse: null,
          varslingsstatus: null,
        });
        expect(person?.postkasseadresse).to.match(/#/);
        expect(person?.x509Sertifikat).to.match(/^MII/);
      });

      it('HentPersoner: 1000 persons in one answer', async () => {
        const ids = Array.from({ length: 1000 }, (_, i) => people[i % people.length]?.personidentifikator ?? '');
        const { svar } = await ask('HentPersoner', { behov: ['Kontaktinfo'], ids });
        expect(svar?.personer?.map((p) => p.personidentifikator)).to.deep.equal(ids);
      });

      it('HentEndringer: the change numbers and the persons changed', async () => {
        const { svar } = await ask('HentEndringer', { behov: ['Kontaktinfo', 'VarslingsStatus'], fra: 1 });
        const { personer = [], fraEndringsNummer, tilEndringsNummer = NaN, senesteEndringsNummer = NaN } = svar ?? {};
        expect(fraEndringsNummer).to.equal(1);
        expect(tilEndringsNummer).to.be.within(1, senesteEndringsNummer);
        expect(personer.length).to.be.within(1, 1000);
        for (const person of personer) expect(person).to.include({ varslingsstatus: null });
        const last = await ask('HentEndringer', { behov: ['Person'], fra: senesteEndringsNummer });
        expect(last.svar).to.include({ tilEndringsNummer: senesteEndringsNummer, senesteEndringsNummer });
        expect(last.svar?.personer).to.have.lengthOf(1);
        const none = await ask('HentEndringer', { behov: ['Person'], fra: senesteEndringsNummer + 1 });
        expect(none.svar).to.deep.include({ fraEndringsNummer: senesteEndringsNummer + 1, personer: [] });
      });

      it('HentPrintSertifikat: the supplier and its certificate', async () => {
        const { svar } = await ask('HentPrintSertifikat');
        expect(svar?.postkasseleverandoerAdresse).to.equal('310000051');
        expect(svar?.x509Sertifikat).to.match(/^MII/);
      });

      it('no right: reads the recorded fault', async () => {
        const { feil } = await ask('HentPersoner', { behov: ['Person'], ids: [idOf('fresh')], as: 'sender2' });
        expect(feil?.kode).to.match(/:Sender$/);
        expect(feil?.tekst).to.equal(
          'Invalid service usage: Service owner 310000027 does not have access to OPPSLAGSTJENESTEN',
        );
      });

      it('no right to changes: the fault names that service', async () => {
        const { feil } = await ask('HentEndringer', { behov: ['Person'], fra: 1, as: 'supplier' });
        expect(feil?.tekst).to.equal(
          'Invalid service usage: Service owner 310000035 does not have access to ENDRINGSTJENESTEN',
        );
      });

      it('an answer that was altered on its way is refused by the client', async () => {
        const [report] = await through(client, withOtherCreated, 1);
        expect(report)
          .to.have.property('avvist')
          .that.matches(/signature|digest/i);
      });

      it('SECURITY 53: a good answer to another request is refused by the client', async () => {
        let first = '';
        const [good, replayed] = await through(client, (answer) => (first = first === '' ? answer : first), 2);
        expect(good).to.have.property('svar');
        expect(replayed)
          .to.have.property('avvist')
          .that.matches(/confirm/i);
      });
    });
  }
});
