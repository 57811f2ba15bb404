import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { pdf, testperson } from '../support/forsendelser.js';
import type { NpmAnswer, NpmCall, SvarUtHouse } from './svarutClients.js';
import { callByNpm, municipality, needsWsdlClient, sendByWsdl, startSvarUtHouse } from './svarutClients.js';
import { needs, withFolder } from './support.js';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const nobodys = '00000000-0000-4000-8000-000000000000';
const unknown = `Fant ingen forsendelse med id ${nobodys} for denne kontoen`;
const postal = { navn: 'Ola Nordmann', adresse1: 'Gata 1', adresse2: '', postnr: '0192', poststed: 'Oslo' };
const fnrOf = (navn: string): string => testperson(navn).personidentifikator;
/** Somebody with a mailbox, somebody whom only paper reaches, and organisations with and without a receiving system. */
const digital = { ...postal, fnr: fnrOf('digipost') };
const reserved = { ...postal, fnr: fnrOf('reserved') };
const receiving = { ...postal, orgnr: municipality };
const other = { ...postal, orgnr: '310000019' };
const arrivalMs = 60_000;

describe('foreign clients of SvarUt', () => {
  let house: SvarUtHouse;
  before(async () => {
    house = await startSvarUtHouse();
  });
  after(() => house.stop());

  /** Runs `work` with a file, and waits until as many recipients as `letters` says have it unchanged, and no more. */
  const withDocument = <T>(letters: number, work: (file: string) => Promise<T>): Promise<T> =>
    withFolder(async (folder) => {
      const content = await pdf(`Brev ${randomUUID()}`);
      const file = join(folder, 'brev.pdf');
      writeFileSync(file, content);
      const done = await work(file);
      for (const end = Date.now() + arrivalMs; ; await sleep(50)) {
        const came = (await house.documents()).filter((octets) => octets.equals(content)).length;
        if (came < letters && Date.now() < end) continue;
        expect(came).to.equal(letters);
        return done;
      }
    });

  for (const client of ['zeep', 'php'] as const) {
    describe(`${client}, by the WSDL alone`, () => {
      before(needsWsdlClient(client));

      it('sends a letter, reads what became of it, and shows the text of a fault', async () => {
        const report = await withDocument(1, (file) => sendByWsdl(client, house, file));
        expect(report.sendt?.forsendelsesId).to.match(uuid);
        expect(report.sendt?.status).to.equal('PRINTET');
        expect(report.etterpaa).to.equal('LEST');
        for (const time of report.historikk ?? ['none']) expect(time).to.match(/^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$/);
        expect(report.typer).to.include('Byggesøknad');
        expect(report.systemer).to.deep.equal(['Arkivet', 'Resten']);
        expect(report.ider).to.deep.equal([report.sendt?.forsendelsesId]);
        expect(report.feil).to.equal(unknown);
      });
    });
  }

  describe('gsoap, by stubs made from the WSDL', () => {
    before(needsWsdlClient('gsoap'));

    it('sends a document by MTOM, and shows the text of a fault', async () => {
      const report = await withDocument(1, (file) => sendByWsdl('gsoap', house, file));
      expect(report.sendt?.forsendelsesId).to.match(uuid);
      expect(report.sendt?.status).to.be.oneOf(['AKSEPTERT', 'SENDT_PRINT', 'PRINTET']);
      expect(report.feil).to.equal(unknown);
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
        mottaker: reserved,
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

    /** Waits until each letter has the status. */
    const become = async (wanted: readonly (readonly [id: string | undefined, status: string])[]): Promise<void> => {
      for (const end = Date.now() + arrivalMs; ; await sleep(200)) {
        const asked = wanted.map(([forsendelsesid]) => ({
          method: 'retrieveForsendelseStatus',
          query: { forsendelsesid },
        }));
        const found = (await call(...asked)).map(({ svar }) => svar);
        if (Date.now() > end) expect(found).to.deep.equal(wanted.map(([, status]) => status));
        if (found.every((status, n) => status === wanted[n]?.[1])) return;
      }
    };

    it('sends to a person and to an organisation digitally, and to several at once on paper', async () => {
      const [mailbox, system] = [await sent(1, { mottaker: digital }), await sent(1, { mottaker: receiving })];
      const paper = await sent(3, { mottaker: [reserved, other, postal] });
      expect(new Set(paper).size).to.equal(3);
      await become([
        [mailbox[0], 'LEVERT_SDP'],
        [system[0], 'LEST'],
        ...paper.map((id) => [id, 'PRINTET'] as const),
      ]);
    });

    it('orders a signature', async () => {
      const order = (file: string) =>
        letter(file, {
          signaturtype: 'AUTENTISERT_SIGNATUR',
          signeringUtloper: new Date(Date.now() + 172_800_000).toISOString(),
          svarSendesTil: other,
          mottaker: digital,
          dokumenter: [{ data: { file }, filnavn: 'brev.pdf', mimetype: 'application/pdf', skalSigneres: true }],
        });
      const [ordered] = await withDocument(1, (file) => call(order(file)));
      const [id] = idsOf(ordered);
      const [one, many] = await call(
        { method: 'retrieveSigneringshistorikk', query: { forsendelseid: id } },
        { method: 'retrieveSigneringshistorikkForFlereForsendelser', query: { forsendelseider: [id] } },
      );
      for (const answer of [one, many]) {
        expect(answer?.svar).to.have.property('forsendelseid', id);
        expect(JSON.stringify(answer?.svar)).to.contain('SigneringsoppdragRegistrert');
      }
    });

    it('asks for status, for many, for history, by reference, marks as read, and reserves an id', async () => {
      const eksternref = `npm ${randomUUID()}`;
      const [a = '', b = ''] = await sent(2, { eksternref, mottaker: [reserved, postal] });
      await become([
        [a, 'PRINTET'],
        [b, 'PRINTET'],
      ]);
      const [status, statuses, history, ids, read, after, given, types] = await call(
        { method: 'retrieveForsendelseStatus', query: { forsendelsesid: a } },
        { method: 'retrieveForsendelseStatuser', query: { forsendelseider: [a, b] } },
        { method: 'retrieveForsendelseHistorikk', query: { forsendelsesid: a } },
        { method: 'retrieveForsendelseIdByEksternRef', query: { eksternRef: eksternref } },
        { method: 'setForsendelseLestAvEksterntSystem', query: { forsendelsesid: a, lestAvFodselsnummer: reserved.fnr } },
        { method: 'retrieveForsendelseStatus', query: { forsendelsesid: a } },
        { method: 'startNyForsendelse', query: {} },
        { method: 'retrieveForsendelseTyper', query: {} },
      );
      expect(status?.svar).to.equal('PRINTET');
      // It joins the elements of an answer by their names.
      expect(statuses?.svar).to.deep.include({
        forsendelseStatus: ['PRINTET', 'PRINTET'],
        forsendelsesid: [a, b],
      });
      expect(history?.svar).to.have.property('hendelsesLogg').that.is.an('array');
      expect(ids?.svar).to.be.oneOf([`${a}${b}`, `${b}${a}`]);
      expect([read?.svar, after?.svar]).to.deep.equal([true, 'LEST']);
      expect(given?.svar).to.match(uuid);
      expect(types?.svar).to.contain('Byggesøknad');
    });

    it('shows the text of a fault, and nothing else', async () => {
      const [missing, refused] = await withDocument(0, (file) =>
        call(
          { method: 'retrieveForsendelseStatus', query: { forsendelsesid: nobodys } },
          letter(file, { konteringskode: 'K 1' }),
        ),
      );
      expect(missing?.feil).to.deep.equal({ message: unknown, status: 500 });
      expect(refused?.feil).to.include({ status: 500 });
      expect(refused?.feil?.message).to.match(/^Ugyldig innhold: konteringskode [^<>]+$/);
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
            mottaker: { ...postal, type: 'privatPerson', fodselsnr: digital.fnr },
            dokumenter: [{ data: { file }, filnavn: 'brev.pdf', mimetype: 'application/pdf' }],
          },
        }),
      );
      expect(idsOf(answer)).to.have.length(1);
    });
  });
});
