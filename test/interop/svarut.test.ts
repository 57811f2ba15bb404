import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { NpmAnswer, NpmCall, SvarUtHouse } from './svarutClients.js';
import { callByNpm, needsWsdlClient, sendByWsdl, startSvarUtHouse } from './svarutClients.js';
import { needs, withFolder } from './support.js';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(40_001)]);
const postal = { navn: 'Ola Nordmann', adresse1: 'Gata 1', adresse2: '', postnr: '0192', poststed: 'Oslo' };
const person = { ...postal, fnr: '03823012011' };

describe('foreign clients of SvarUt', () => {
  let house: SvarUtHouse;
  before(async () => {
    house = await startSvarUtHouse();
  });
  after(() => house.stop());

  /** Runs `work` with a file, and expects that as many documents have come as `letters` says, unchanged. */
  const withDocument = <T>(letters: number, work: (file: string) => Promise<T>): Promise<T> =>
    withFolder(async (folder) => {
      const file = join(folder, 'brev.pdf');
      writeFileSync(file, content);
      const before = (await house.documents()).length;
      const done = await work(file);
      const came = (await house.documents()).slice(before);
      expect(came.map((octets) => octets.equals(content))).to.deep.equal(Array<boolean>(letters).fill(true));
      return done;
    });

  for (const client of ['zeep', 'php'] as const) {
    describe(`${client}, by the WSDL alone`, () => {
      before(needsWsdlClient(client));

      it('sends a letter, reads what became of it, and shows the text of a fault', async () => {
        const report = await withDocument(1, (file) => sendByWsdl(client, house, file));
        expect(report.sendt?.forsendelsesId).to.match(uuid);
        expect(report.sendt?.status).to.equal('AKSEPTERT');
        expect(report.etterpaa).to.equal('LEST');
        for (const time of report.historikk ?? ['none']) expect(time).to.match(/^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$/);
        expect(report.typer).to.include('Byggesøknad');
        expect(report.systemer).to.deep.equal(['Arkivet', 'Resten']);
        expect(report.ider).to.deep.equal([report.sendt?.forsendelsesId]);
        expect(report.feil).to.equal('Fant ingen forsendelse med id ukjent for denne kontoen');
      });
    });
  }

  describe('gsoap, by stubs made from the WSDL', () => {
    before(needsWsdlClient('gsoap'));

    it('sends a document by MTOM, and shows the text of a fault', async () => {
      const report = await withDocument(1, (file) => sendByWsdl('gsoap', house, file));
      expect(report.sendt?.forsendelsesId).to.match(uuid);
      expect(report.sendt?.status).to.equal('AKSEPTERT');
      expect(report.feil).to.equal('Fant ingen forsendelse med id ukjent for denne kontoen');
    });
  });

  describe('the published client from npm, unmodified', () => {
    before(needs('svarut'));

    const letter = (file: string, changes: Readonly<Record<string, unknown>> = {}): NpmCall => ({
      method: 'sendForsendelse',
      query: {
        tittel: 'Brev fra npm',
        avgivendeSystem: 'npm',
        krevNiva4Innlogging: false,
        kryptert: false,
        kunDigitalLevering: false,
        dokumenter: [{ data: { file }, filnavn: 'brev.pdf', mimetype: 'application/pdf' }],
        mottaker: person,
        ...changes,
      },
    });
    const call = (...calls: readonly NpmCall[]): Promise<readonly NpmAnswer[]> => callByNpm(house, calls);
    const idsOf = ({ svar }: NpmAnswer = {}): string[] => {
      expect(svar).to.be.an('array');
      for (const id of svar as string[]) expect(id).to.match(uuid);
      return svar as string[];
    };
    const sent = async (letters: number, changes: Readonly<Record<string, unknown>> = {}): Promise<string[]> =>
      idsOf((await withDocument(letters, (file) => call(letter(file, changes))))[0]);

    it('sends to a person, to an organisation, and to several at once', async () => {
      expect(await sent(1)).to.have.length(1);
      expect(await sent(1, { mottaker: { ...postal, orgnr: '310000019' } })).to.have.length(1);
      expect(new Set(await sent(3, { mottaker: [person, { ...postal, orgnr: '310000019' }, postal] })).size).to.equal(
        3,
      );
    });

    it('orders a signature', async () => {
      const order = (file: string) =>
        letter(file, {
          signaturtype: 'AUTENTISERT_SIGNATUR',
          signeringUtloper: new Date(Date.now() + 172_800_000).toISOString(),
          svarSendesTil: { ...postal, orgnr: '310000019' },
          dokumenter: [{ data: { file }, filnavn: 'brev.pdf', mimetype: 'application/pdf', skalSigneres: true }],
        });
      const [ordered] = await withDocument(1, (file) => call(order(file)));
      const [id] = idsOf(ordered);
      const [one, many] = await call(
        { method: 'retrieveSigneringshistorikk', query: { forsendelseid: id } },
        { method: 'retrieveSigneringshistorikkForFlereForsendelser', query: { forsendelseider: [id] } },
      );
      for (const answer of [one, many]) expect(answer?.svar).to.have.property('forsendelseid', id);
    });

    it('asks for status, for many, for history, by reference, marks as read, and reserves an id', async () => {
      const [a, b] = await sent(2, { eksternref: 'npm-ref', mottaker: [person, postal] });
      const [status, statuses, history, ids, read, after, reserved, types] = await call(
        { method: 'retrieveForsendelseStatus', query: { forsendelsesid: a } },
        { method: 'retrieveForsendelseStatuser', query: { forsendelseider: [a, b] } },
        { method: 'retrieveForsendelseHistorikk', query: { forsendelsesid: a } },
        { method: 'retrieveForsendelseIdByEksternRef', query: { eksternRef: 'npm-ref' } },
        { method: 'setForsendelseLestAvEksterntSystem', query: { forsendelsesid: a, lestAvFodselsnummer: person.fnr } },
        { method: 'retrieveForsendelseStatus', query: { forsendelsesid: a } },
        { method: 'startNyForsendelse', query: {} },
        { method: 'retrieveForsendelseTyper', query: {} },
      );
      expect(status?.svar).to.equal('AKSEPTERT');
      // It joins the elements of an answer by their names.
      expect(statuses?.svar).to.deep.include({
        forsendelseStatus: ['AKSEPTERT', 'AKSEPTERT'],
        forsendelsesid: [a, b],
      });
      expect(history?.svar).to.have.property('hendelsesLogg').that.is.an('array');
      expect(ids?.svar).to.equal(`${a}${b}`);
      expect([read?.svar, after?.svar]).to.deep.equal([true, 'LEST']);
      expect(reserved?.svar).to.match(uuid);
      expect(types?.svar).to.contain('Byggesøknad');
    });

    it('shows the text of a fault, and nothing else', async () => {
      const [unknown] = await call({ method: 'retrieveForsendelseStatus', query: { forsendelsesid: 'ukjent' } });
      expect(unknown?.feil).to.deep.equal({
        message: 'Fant ingen forsendelse med id ukjent for denne kontoen',
        status: 500,
      });
    });

    it('SECURITY 114: shows that a password is wrong', async () => {
      const wrong = { ...house, password: 'gjettet' };
      const [answer] = await callByNpm(wrong, [{ method: 'startNyForsendelse', query: {} }]);
      expect(answer?.feil).to.include({ status: 401 });
      expect(answer?.feil?.message).to.contain('Brukernavn eller passord er feil');
    });

    it('sends by version 4 and MTOM, its SOAP 1.1 under the type of SOAP 1.2', async () => {
      const [answer] = await withDocument(1, (file) =>
        call({
          query: {
            tittel: 'Brev fra npm, versjon 4',
            forsendelse: { avgivendeSystem: 'npm', konteringskode: 'K1', krevNiva4Innlogging: false, kryptert: false },
            printkonfigurasjon: { brevtype: 'BPOST', fargePrint: false, tosidig: true },
            mottaker: { ...postal, type: 'privatPerson', fodselsnr: person.fnr },
            dokumenter: [{ data: { file }, filnavn: 'brev.pdf', mimetype: 'application/pdf' }],
          },
        }),
      );
      expect(idsOf(answer)).to.have.length(1);
    });
  });
});
