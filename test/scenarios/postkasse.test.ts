import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { callLookup } from '../../src/client/oppslagstjenesten.js';
import { callMailboxes } from '../../src/client/postkasse.js';
import { PATH as FORSENDELSE } from '../../src/contract/forsendelse/names.js';
import { decodePersons } from '../../src/contract/oppslagstjenesten/decode.js';
import { encodeHentEndringer } from '../../src/contract/oppslagstjenesten/encode.js';
import { PATH } from '../../src/contract/postkasse/names.js';
import type { Person } from '../../src/domain/person.js';
import { Failure } from '../../src/errors.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { limits } from '../../src/limits.js';
import type { IdentityName } from '../../src/sandbox/pki/identities.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { attribute } from '../../src/xml/model.js';
import { serviceAs } from '../support/caller.js';
import { brev, postadresse, resident, sendBrev } from '../support/forsendelser.js';
import { startGateway, testCertsDir, type TestGateway } from '../support/gateway.js';
import { askAs, kanVelge, mailboxesAs, oppdater, opprett, slett, textOfRequest } from '../support/mailboxes.js';
import { goodRequest, post } from '../support/messages.js';
import { startProviders, untilStatus, type TestProviders } from '../support/sending.js';
import { eachStore } from '../support/stores.js';

const digipost = identities.digipost.organisasjonsnummer;
const eboks = identities.eboks.organisasjonsnummer;

describe('Postkassetjenester v1', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let folder: string;
    let gateway: TestGateway;
    let providers: TestProviders;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'posthorn-mailboxes-'));
      const pki = await ensureDevelopmentPki(testCertsDir);
      providers = await startProviders(pki, folder, async () => gateway.base + BROKER_PATH);
      gateway = await startGateway({
        POSTHORN_DATABASE_URL: database.url(),
        POSTHORN_SDP_PROVIDERS: providers.addresses,
      });
    });
    after(async () => {
      await gateway.stop();
      await providers.stopProviders();
      await rm(folder, { recursive: true, force: true });
    });

    /** Somebody new in the register, with a mailbox at Digipost unless said otherwise. */
    async function someone(changes: Partial<Person> = {}): Promise<string> {
      const person = resident(changes);
      await gateway.store.unitOfWork((tx) => tx.upsertPersons([person]));
      return person.personidentifikator;
    }
    const ask = (by: IdentityName, foresporsel: Parameters<typeof askAs>[2]) => askAs(gateway, by, foresporsel);
    const mailboxOf = async (id: string): Promise<Person['postkasse'] | undefined> =>
      (await gateway.store.reads.persons([id])).get(id)?.postkasse;
    const seneste = async (): Promise<number> => (await gateway.store.reads.changesFrom(0, 1)).seneste;

    /** What HentEndringer tells a sender of the changes after `fra`. */
    async function feed(fra: number) {
      const service = serviceAs(gateway, 'sender');
      const answer = await callLookup(service, encodeHentEndringer(['SikkerDigitalPost'], fra + 1));
      return { seneste: Number(attribute(answer, 'senesteEndringsNummer')), personer: decodePersons(answer) };
    }

    /** Sends a letter to a person and waits until it is delivered. @returns who delivered it */
    async function lettered(id: string): Promise<string | null | undefined> {
      const letter = brev('digipost', { mottaker: { id, postadresse } });
      const { status, text } = await sendBrev(gateway.base + FORSENDELSE, letter);
      expect(status, text).to.equal(200);
      const url = gateway.base + FORSENDELSE;
      return (await untilStatus(url, letter.eksternRef, (stand) => stand.tilstand === 'LEVERT')).leverandoer;
    }

    it('R-26, R-28: whoever switches provider gets the next letter there, and the change feed tells of it', async () => {
      const id = await someone();
      expect(await lettered(id)).to.equal(digipost);
      const before = await seneste();
      expect(await ask('eboks', kanVelge({ personidentifikator: id }))).to.equal('OK');
      expect(await seneste()).to.equal(before);
      expect(await ask('eboks', opprett({ personidentifikator: id, postkasseadresse: '0000485887' }))).to.equal('OK');
      const after = await feed(before);
      expect(after.seneste).to.equal(before + 1);
      expect(
        after.personer.map((p) => [p.personidentifikator, p.postkasseadresse, p.postkasseleverandoerAdresse]),
      ).to.deep.equal([[id, '0000485887', eboks]]);
      expect(await lettered(id)).to.equal(eboks);
      // The former provider has nothing to say about it any more.
      expect(await ask('digipost', slett({ personidentifikator: id }))).to.equal('INGEN_POSTBOKS_FUNNET');
      expect(await seneste()).to.equal(before + 1);
    });

    it('R-07: an address that is changed takes one change number; a letter goes to it', async () => {
      const id = await someone();
      const before = await seneste();
      const change = oppdater({ personidentifikator: id, postkasseadresse: 'kari.nordmann#NY' });
      expect(await ask('digipost', change)).to.equal('OK');
      expect((await mailboxOf(id))?.postkasseadresse).to.equal('kari.nordmann#NY');
      expect((await feed(before)).seneste).to.equal(before + 1);
      expect(await lettered(id)).to.equal(digipost);
    });

    it('R-14: when the mailbox is deleted the next letter is decided anew, and goes on paper', async () => {
      const id = await someone();
      expect(await ask('digipost', slett({ personidentifikator: id }))).to.equal('OK');
      expect(await mailboxOf(id)).to.equal(null);
      expect(await lettered(id)).to.equal(identities.utskrift.organisasjonsnummer);
      expect(await ask('digipost', kanVelge({ personidentifikator: id }))).to.equal('OK');
    });

    it('writes each call into the audit trail, with the person hashed', async () => {
      const id = await someone();
      await ask('eboks', opprett({ personidentifikator: id }));
      await ask('eboks', opprett({ personidentifikator: id }));
      const [second, first] = await gateway.store.reads.events(2);
      for (const event of [first, second]) {
        expect(event).to.include({
          organisasjon: eboks,
          paaVegneAv: eboks,
          operasjon: 'OpprettOgVelgSikkerDigitalPostkasse',
        });
        expect(event?.personer.length).to.equal(16);
      }
      expect(first?.personer.equals(second?.personer ?? Buffer.alloc(0))).to.equal(true);
      expect(gateway.logLines.join('').includes(id)).to.equal(false);
    });

    describe('tells who may not', () => {
      const rows: readonly (readonly [what: string, expected: string, ...Parameters<typeof refusal>])[] = [
        [
          'R-26: at level 3',
          'LEVEL_TOO_LOW',
          'eboks',
          (id) => opprett({ personidentifikator: id, sikkerhetsnivaa: 3 }),
        ],
        ['R-26: by MinID', 'LEVEL_TOO_LOW', 'eboks', (id) => kanVelge({ personidentifikator: id, eid: 'MinID' })],
        ['R-12: reserved', 'RESERVERT', 'eboks', (id) => opprett({ personidentifikator: id }), { reservasjon: true }],
        [
          'R-05: deleted',
          'BRUKER_IKKE_FUNNET',
          'eboks',
          (id) => opprett({ personidentifikator: id }),
          { status: 'SLETTET' },
        ],
        ['a mailbox that is there', 'POSTKASSE_EKSISTERER_ALLEREDE', 'digipost', (id) => mine(opprett, id)],
        ['who has chosen already', 'ALLEREDE_AKTIV', 'digipost', (id) => kanVelge({ personidentifikator: id })],
        [
          "R-29: another's mailbox",
          'INGEN_POSTBOKS_FUNNET',
          'eboks',
          (id) => oppdater({ personidentifikator: id }, 'eboks'),
        ],
        ['in the name of another', 'UGYLDIG_ORGNR', 'eboks', (id) => oppdater({ personidentifikator: id }, 'digipost')],
        ['no number of a person', 'UGYLDIG_PERSONNUMMER', 'digipost', () => slett({ personidentifikator: '1' })],
        ['an unknown person', 'BRUKER_IKKE_FUNNET', 'digipost', () => slett({ personidentifikator: '00000000000' })],
        [
          'another certificate',
          'UGYLDIG_SERTIFIKAT',
          'digipost',
          (id) => oppdater({ personidentifikator: id, sertifikat: Buffer.from('DER') }),
        ],
      ];
      const mine = (of: typeof opprett, id: string) => of({ personidentifikator: id }, 'digipost');
      async function refusal(
        by: IdentityName,
        foresporsel: (id: string) => Parameters<typeof askAs>[2],
        changes: Partial<Person> = {},
      ): Promise<string> {
        const id = await someone(changes);
        const [before, mailbox] = [await seneste(), await mailboxOf(id)];
        const answer = await ask(by, foresporsel(id));
        expect([await seneste(), await mailboxOf(id)]).to.deep.equal([before, mailbox]);
        return answer;
      }
      for (const [what, expected, ...call] of rows) {
        it(`${what}: ${expected}, and the register stays as it is`, async () => {
          expect(await refusal(...call)).to.equal(expected);
        });
      }
    });

    it('takes the certificate that the provider is registered with', async () => {
      const id = await someone();
      const { certificate } = gateway.pki.identities.digipost;
      expect(await ask('digipost', oppdater({ personidentifikator: id, sertifikat: certificate }))).to.equal('OK');
    });

    it('SECURITY 74: a change that comes again is answered as the first time, even when it could not be made now', async () => {
      const id = await someone();
      const { eboks: key } = gateway.pki.identities;
      const { text } = goodRequest({ key, operation: textOfRequest(opprett({ personidentifikator: id })) });
      const at = { url: gateway.base + PATH };
      const before = await seneste();
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(at, text)));
      expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 200));
      for (const { text: answer } of answers) expect(answer).to.contain('<p:status>OK</p:status>');
      expect(await seneste()).to.equal(before + 1);
      expect(await ask('digipost', opprett({ personidentifikator: id }, 'digipost'))).to.equal('OK');
      expect((await post(at, text)).text).to.contain('<p:status>OK</p:status>');
      expect((await mailboxOf(id))?.postkasseleverandoerAdresse).to.equal(digipost);
      const refused = goodRequest({ key, operation: textOfRequest(oppdater({ personidentifikator: id }, 'eboks')) });
      expect((await post(at, refused.text)).text).to.contain('INGEN_POSTBOKS_FUNNET');
      expect(await ask('eboks', opprett({ personidentifikator: id }))).to.equal('OK');
      expect((await post(at, refused.text)).text).to.contain('INGEN_POSTBOKS_FUNNET');
    });

    it('R-28: of two providers at once one comes last, and the person has one mailbox', async () => {
      const id = await someone({ postkasse: null });
      const before = await seneste();
      const answers = await Promise.all([
        ask('eboks', opprett({ personidentifikator: id })),
        ask('digipost', opprett({ personidentifikator: id }, 'digipost')),
      ]);
      expect(answers).to.deep.equal(['OK', 'OK']);
      expect(await seneste()).to.equal(before + 2);
      expect([digipost, eboks]).to.include((await mailboxOf(id))?.postkasseleverandoerAdresse);
    });

    it('answers a request of the largest size, and no larger one', async () => {
      const id = await someone();
      const sized = (octets: number): string => {
        const { text } = goodRequest({
          key: gateway.pki.identities.digipost,
          operation: textOfRequest(kanVelge({ personidentifikator: id })),
        });
        return text.replace('<env:Header>', `<env:Header>${' '.repeat(octets - Buffer.byteLength(text))}`);
      };
      const statuses = [];
      for (const more of [-1, 0, 1]) {
        const { status } = await post({ url: gateway.base + PATH }, sized(limits.mailboxRequestBytes + more));
        statuses.push(status);
      }
      expect(statuses).to.deep.equal([200, 200, 413]);
    });

    it('believes no answer of another signer', async () => {
      const service = { ...mailboxesAs(gateway, 'eboks'), expected: '310000019' };
      const error: unknown = await callMailboxes(service, kanVelge()).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(Failure).with.property('code', 'FAILED_AUTHENTICATION');
    });
  });
});
