import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { SvarUtBestilling } from '../../../src/domain/svarut/bestilling.js';
import { decryptCms } from '../../../src/security/cms.js';
import { parseCertificate } from '../../../src/security/x509.js';
import { makeChain, testTime } from '../../support/pki.js';
import { svarutDocument, svarutOrder } from '../../support/svarutOrder.js';
import { startSvarUtDouble, type SvarUtDouble } from '../../support/svarutUpstream.js';
import { closedPort } from '../stub.js';
import { clients, contentOf, sizeOf } from './upstreams.js';

const document = (ref: 'r' | 's', filnavn: string) =>
  svarutDocument({ filnavn, innhold: { ref, size: sizeOf(ref), sha256: '00' } });

const order = (change: Partial<SvarUtBestilling> = {}): SvarUtBestilling =>
  svarutOrder({ dokumenter: [document('r', 'vedtak æøå.pdf'), document('s', 'kart.pdf')], ...change });

/** Everything that an order can say. */
const full = (): SvarUtBestilling => ({
  ...order(),
  dokumenter: [
    { ...document('r', 'vedtak.pdf'), dokumentType: 'U', giroarkSider: [1, 2], skalSigneres: true },
    { ...document('s', 'kart.png'), mimetype: 'image/png', ekskluderesFraPrint: true },
  ],
  lenker: [{ urlLenke: 'https://example.no/?a=1&b=2', urlTekst: 'Les <mer>', ledetekst: 'Se' }],
  forsendelseType: 'nav.digisos',
  konteringskode: 'k-1',
  kunDigitalLevering: true,
  signaturtype: 'AUTENTISERT_SIGNATUR',
  signeringUtloper: new Date('2027-01-01T12:00:00Z'),
  svarPaForsendelse: randomUUID(),
  svarPaForsendelseLink: true,
  svarSendesTil: {
    digital: { orgnr: '310000019' },
    post: {
      navn: 'Prøve kommune',
      adresse1: 'Gata 1',
      adresse2: null,
      adresse3: null,
      postnr: '0155',
      poststed: 'Oslo',
      land: null,
    },
  },
  metadataFraAvleverendeSystem: {
    sakssekvensnummer: 1,
    saksaar: 2026,
    journalaar: 2026,
    journalsekvensnummer: 2,
    journalpostnummer: 3,
    journalposttype: 'U',
    journalstatus: 'F',
    journaldato: testTime,
    dokumentetsDato: testTime,
    tittel: 'Sak',
    saksbehandler: 'Kari',
    ekstraMetadata: [{ key: 'a', value: 'b' }],
  },
  metadataForImport: {
    sakssekvensnummer: 1,
    saksaar: 2026,
    journalposttype: 'I',
    journalstatus: null,
    dokumentetsDato: null,
    tittel: null,
  },
});

for (const kind of ['soap', 'rest'] as const) {
  describe(`client/svarut, a SvarUt upstream by ${kind}`, function () {
    this.timeout(20_000);
    let double: SvarUtDouble;
    let id: string;
    beforeEach(async () => {
      double = await startSvarUtDouble();
      id = randomUUID();
    });
    afterEach(async () => {
      expect(double.violations).to.deep.equal([]);
      await double.stop();
    });
    const client = (wanted = {}) => clients[kind](double.url, wanted);

    it('CONTRACT 1, 5: hands a letter over with its documents as they are, in order', async () => {
      const svar = await client().send(order(), id);
      const [letter, ...more] = double.letters;
      expect(more).to.deep.equal([]);
      expect(svar).to.deep.equal({ type: 'ja', verdi: letter?.id });
      if (kind === 'soap') expect(letter?.id).to.equal(id);
      expect(letter?.files.map(({ name }) => name)).to.deep.equal(['vedtak æøå.pdf', 'kart.pdf']);
      expect(letter?.files.map(({ octets }, i) => octets.equals(contentOf(i === 0 ? 'r' : 's')))).to.deep.equal([
        true,
        true,
      ]);
      expect(letter?.order).to.contain('Vedtak om barnehageplass').and.to.contain('15819010029');
    });

    it('CONTRACT 2, 5: says everything that an order can say, as the contract has it', async () => {
      expect((await client().send(full(), id)).type).to.equal('ja');
      for (const said of ['nav.digisos', 'k-1', 'AUTENTISERT_SIGNATUR', '310000019', '2027-01-01T12:00:00.000Z'])
        expect(double.letters[0]?.order).to.contain(said);
    });

    it('sends a letter once, however often: an answer that was lost is found again', async () => {
      const one = client();
      double.behaviour.loseAnswer = true;
      expect(await one.send(order(), id)).to.deep.include({ type: 'nei', art: 'naas_ikke' });
      delete double.behaviour.loseAnswer;
      expect(await one.send(order(), id)).to.deep.equal({ type: 'ja', verdi: double.letters[0]?.id });
      expect(await client().send(order(), id)).to.deep.equal({ type: 'ja', verdi: double.letters[0]?.id });
      expect(double.letters).to.have.length(1);
    });

    for (const text of [
      'Forsendelse med samme mottaker, tittel, avsender og filer er forsøkt sendt tidligere',
      'Duplikat',
      'Ugyldig innhold: tittel mangler',
      'Feil under lesing av vedtak.pdf',
      'Kan ikke lagre tomt dokument: vedtak.pdf',
    ]) {
      it(`CONTRACT 1, rule 4: "${text.slice(0, 30)}" about a letter that it does not have ends it`, async () => {
        double.behaviour.refuse = text;
        expect(await client().send(order(), id)).to.deep.equal({ type: 'nei', art: 'innhold', grunn: text });
      });
    }

    it('any other words, or status, are a failure that passes', async () => {
      double.behaviour.status = 503;
      expect(await client().send(order(), id)).to.include({ type: 'nei', art: 'svarer_feil' });
      expect(await client().statuser([id])).to.include({ type: 'nei', art: 'svarer_feil' });
    });

    for (const status of [400, 413, 415, 422]) {
      it(`HTTP ${status} ends a letter`, async () => {
        double.behaviour.status = status;
        expect(await client().send(order(), id)).to.include({ type: 'nei', art: 'innhold' });
      });
    }

    for (const status of [401, 403]) {
      it(`HTTP ${status} is about our account`, async () => {
        double.behaviour.status = status;
        expect(await client().send(order(), id)).to.include({ type: 'nei', art: 'adgang' });
      });
    }

    it('a wrong password is about our account', async () => {
      expect(await client({ passord: 'feil' }).send(order(), id)).to.include({ type: 'nei', art: 'adgang' });
      expect(await client({ passord: 'feil' }).statuser([id])).to.include({ type: 'nei', art: 'adgang' });
      expect(double.letters).to.have.length(0);
    });

    it('down, or slower than we wait: not reached, and only the log has the address', async () => {
      double.behaviour.slow = 1_000;
      const slow = await client({ timeout: 200 }).statuser([id]);
      expect(slow).to.include({ type: 'nei', art: 'naas_ikke' });
      double.behaviour.down = true;
      const down = await client().send(order(), id);
      expect(down).to.include({ type: 'nei', art: 'naas_ikke' });
      const nobody = await clients[kind](`http://127.0.0.1:${await closedPort()}`).statuser([id]);
      expect(nobody).to.include({ type: 'nei', art: 'naas_ikke', grunn: 'ECONNREFUSED' });
      expect(nobody.type === 'nei' && nobody.detalj).to.contain('127.0.0.1');
    });

    it('CONTRACT 2, 5: asks for many at once; what it does not know is left out', async () => {
      const one = client();
      const ids: string[] = [];
      for (const reference of [randomUUID(), randomUUID(), randomUUID()]) {
        const svar = await one.send(order(), reference);
        if (svar.type === 'ja') ids.push(svar.verdi);
      }
      const [first = '', second = '', third = ''] = ids;
      const began = Date.now();
      double.tell(first, 'LEST');
      double.behaviour.missing = new Set([second]);
      const svar = await one.statuser([first, second, third, randomUUID()]);
      expect(svar.type === 'ja' && svar.verdi.map((s) => [s.id, s.status])).to.deep.equal([
        [first, 'LEST'],
        [third, 'AKSEPTERT'],
      ]);
      const endret = svar.type === 'ja' ? (svar.verdi[0]?.endret?.getTime() ?? 0) : 0;
      expect(endret).to.be.within(began, Date.now());
      expect(double.batches).to.have.length(1);
    });

    it('a status that no contract has hides no other', async () => {
      const svar = await client().send(order(), id);
      const there = svar.type === 'ja' ? svar.verdi : '';
      double.tell(there, 'NYTT' as 'LEST');
      const statuser = await client().statuser([there]);
      expect(statuser).to.deep.equal({ type: 'ja', verdi: [] });
    });

    it('no letters: an empty answer', async () => {
      expect(await client().statuser([])).to.deep.equal({ type: 'ja', verdi: [] });
    });

    it('tells the last that the history says', async () => {
      const svar = await client().send(order(), id);
      const there = svar.type === 'ja' ? svar.verdi : '';
      double.tell(there, 'IKKE_LEVERT', 'Mottaker er ikke registrert');
      expect(await client().sisteHendelse(there)).to.deep.equal({ type: 'ja', verdi: 'Mottaker er ikke registrert' });
    });

    it('CONTRACT 2: a letter of level 4 goes encrypted to the upstream, or not at all', async () => {
      const chain = makeChain();
      const mottaker = parseCertificate(chain.leaf);
      const level4 = order({ krevNiva4Innlogging: true });
      expect(await client().send(level4, id)).to.include({ type: 'nei', art: 'innhold' });
      expect(double.letters).to.have.length(0);
      expect((await client({ mottaker }).send(level4, id)).type).to.equal('ja');
      const [letter] = double.letters;
      expect(letter?.order).to.match(kind === 'soap' ? /<kryptert>true</ : /"kryptert":true/);
      const clear: Buffer[] = [];
      for await (const piece of decryptCms(letter?.files[1]?.octets ?? Buffer.alloc(0), chain.privateKey, mottaker))
        clear.push(piece);
      expect(Buffer.concat(clear).equals(contentOf('s'))).to.equal(true);
    });
  });
}

describe('client/svarut, tokens of Maskinporten', () => {
  let double: SvarUtDouble;
  beforeEach(async () => {
    double = await startSvarUtDouble();
  });
  afterEach(() => double.stop());

  it('one token serves until shortly before its end', async () => {
    let now = Date.now();
    const client = clients.rest(double.url, { now: () => new Date(now) });
    await Promise.all([client.statuser([]), client.statuser([])]);
    now += 88_999;
    await client.statuser([]);
    expect(double.tokens).to.have.length(1);
    now += 2;
    await client.statuser([]);
    expect(double.tokens).to.have.length(2);
  });

  it('a token that is refused before its end is fetched anew once', async () => {
    const client = clients.rest(double.url);
    await client.statuser([]);
    double.endTokens();
    expect((await client.statuser([])).type).to.equal('ja');
    expect(double.tokens).to.have.length(2);
    double.behaviour.status = 401;
    expect(await client.statuser([])).to.include({ type: 'nei', art: 'adgang' });
  });

  it('no token is about our account, with the words of who refused it', async () => {
    double.behaviour.noToken = 'invalid_scope';
    const svar = await clients.rest(double.url).statuser([]);
    expect(svar).to.include({ type: 'nei', art: 'adgang' });
    expect(svar.type === 'nei' && svar.grunn)
      .to.contain('Maskinporten')
      .and.to.contain('invalid_scope');
  });
});
