import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { limits } from '../../../src/limits.js';
import { behave, startAltinn, ukjent, type TestAltinn } from '../../support/altinn.js';
import { closedPort } from '../stub.js';
import { altinnbrev, clients, contentOf, given } from './clients.js';

for (const kind of ['rest', 'soap'] as const) {
  describe(`client/altinn by ${kind}`, function () {
    this.timeout(20_000);
    let double: TestAltinn;
    before(async () => {
      double = await startAltinn();
    });
    after(() => double.stop());
    afterEach(() => {
      expect(double.brudd).to.deep.equal([]);
      behave(double);
    });
    const client = (wanted = {}) => clients[kind](double, wanted);
    const last = () => {
      const found = double.meldinger.at(-1);
      if (found === undefined) throw new Error('Altinn has no letter');
      return found;
    };

    it('CONTRACT 9, 10: hands a letter over with its documents as they are, in order', async () => {
      const id = randomUUID();
      expect(await client().send(altinnbrev(), id)).to.deep.equal({
        type: 'ja',
        verdi: { id: last().id, varslet: kind === 'soap' ? null : true },
      });
      const { vedlegg, ...melding } = last();
      expect(melding).to.deep.include({
        referanse: id,
        mottaker: '310000035',
        tittel: 'Vedtak om skjenkebevilling & mer',
      });
      expect(vedlegg.map(({ navn }) => navn)).to.deep.equal(['vedtak æøå.pdf', 'kart.pdf']);
      expect(vedlegg.map(({ octets }, i) => octets.equals(contentOf(i === 0 ? 'r' : 's')))).to.deep.equal([true, true]);
    });

    it('R-17, R-51: orders one notice, and a second after seven days where it is told to; R-23: none at all', async () => {
      await given(client());
      expect(last().varsel).to.deep.include({ gjentas: true, sendt: true });
      expect(last().varsel?.sms).to.contain('EKSEMPEL KOMMUNE');
      await given(client(), { varsel: { epost: 'Du har post', sms: 'Post', gjentas: false } });
      expect(last().varsel).to.deep.include({ epost: 'Du har post', sms: 'Post', gjentas: false });
      await given(client(), { varsel: null });
      expect(last().varsel).to.equal(null);
    });

    it('R-50: a confidential letter goes by a resource of its own, and says so', async () => {
      await given(client(), { taushetsbelagt: true, tekster: altinnbrev({ taushetsbelagt: true }).tekster });
      expect(last().ressurs).to.equal(kind === 'rest' ? 'posthorn-taushetsbelagt' : '5504/1');
      expect(last().tekst).to.contain('taushetsbelagt');
    });

    it('R-53: reaches a person by its number', async () => {
      await given(client(), { mottaker: '15819010029' });
      expect(last().mottaker).to.equal('15819010029');
    });

    it('refuses a recipient that is not there, and what it says is wrong with a letter', async () => {
      expect(await client().send(altinnbrev({ mottaker: ukjent }), randomUUID())).to.include({
        type: 'nei',
        art: 'innhold',
      });
      double.behaviour.refuse = 1003;
      expect(await client().send(altinnbrev(), randomUUID())).to.include({ type: 'nei', art: 'innhold' });
    });

    it('a status of 503 passes; 401 is about our account', async () => {
      double.behaviour.status = 503;
      expect(await client().send(altinnbrev(), randomUUID())).to.include({ type: 'nei', art: 'svarer_feil' });
      double.behaviour.status = 401;
      expect(await client().send(altinnbrev(), randomUUID())).to.include({ type: 'nei', art: 'adgang' });
    });

    it('down: not reached, and only the log has the address', async () => {
      double.behaviour.down = true;
      expect(await client().send(altinnbrev(), randomUUID())).to.include({ type: 'nei', art: 'naas_ikke' });
      const nobody = `http://127.0.0.1:${await closedPort()}`;
      const svar = await clients[kind]({ url: nobody, maskinporten: nobody }).send(altinnbrev(), randomUUID());
      expect(svar).to.include({ type: 'nei', art: 'naas_ikke', grunn: 'ECONNREFUSED' });
      expect(svar.type === 'nei' && svar.detalj).to.contain('127.0.0.1');
    });
  });
}

describe('client/altinn, Altinn 3 alone', function () {
  this.timeout(20_000);
  let double: TestAltinn;
  let now: number;
  before(async () => {
    double = await startAltinn(() => new Date(now));
  });
  after(() => double.stop());
  beforeEach(() => {
    now = Date.now();
    double.endTokens();
  });
  afterEach(() => {
    expect(double.brudd).to.deep.equal([]);
    behave(double);
  });
  const client = (wanted = {}) => clients.rest(double, { now: () => new Date(now), ...wanted });
  const uploads = () => double.spurt.filter((line) => line.endsWith('/upload')).length;

  it('409: an answer that was lost is found by the sender’s reference, and one letter is there', async () => {
    const [id, before] = [randomUUID(), double.meldinger.length];
    double.behaviour.loseAnswer = true;
    expect(await client().send(altinnbrev(), id)).to.include({ type: 'nei', art: 'naas_ikke' });
    behave(double);
    expect(await client().send(altinnbrev(), id)).to.deep.equal({
      type: 'ja',
      verdi: { id: double.meldinger.at(-1)?.id, varslet: true },
    });
    expect(double.meldinger).to.have.length(before + 1);
  });

  it('R-49: no address for notices is told, by the first answer and by the one after 409', async () => {
    const id = randomUUID();
    const brev = altinnbrev({ mottaker: '310000043' });
    const varslet = async () => {
      const svar = await client().send(brev, id);
      return svar.type === 'ja' && svar.verdi.varslet;
    };
    expect([await varslet(), await varslet()]).to.deep.equal([false, false]);
  });

  it('documents are uploaded once, however many attempts their letter takes', async () => {
    const [one, id, before] = [client(), randomUUID(), uploads()];
    double.behaviour.refuse = 4002;
    expect(await one.send(altinnbrev(), id)).to.include({ type: 'nei', art: 'svarer_feil' });
    behave(double);
    expect((await one.send(altinnbrev(), id)).type).to.equal('ja');
    expect(uploads()).to.equal(before + 2);
  });

  it('documents that have gone are uploaded again', async () => {
    const [one, id] = [client(), randomUUID()];
    double.behaviour.refuse = 1007;
    expect(await one.send(altinnbrev(), id)).to.include({ type: 'nei', art: 'svarer_feil' });
    const before = uploads();
    behave(double);
    expect((await one.send(altinnbrev(), id)).type).to.equal('ja');
    expect(uploads()).to.equal(before + 2);
  });

  it('waits until documents are looked through; one with malware ends the letter, whose documents are removed', async () => {
    double.behaviour.slowScan = 3;
    await given(client());
    double.behaviour.malware = true;
    const before = double.vedlegg.size;
    expect(await client().send(altinnbrev(), randomUUID())).to.include({ type: 'nei', art: 'innhold' });
    behave(double);
    double.behaviour.refuse = 1003;
    const there = double.vedlegg.size;
    expect(await client().send(altinnbrev(), randomUUID())).to.include({ type: 'nei', art: 'innhold' });
    expect([there - before, double.vedlegg.size - there]).to.deep.equal([1, 0]);
  });

  it('R-12, R-13: who has opted out is refused a decision, and gets what is for information', async () => {
    const reserved = { mottaker: '15819010053' };
    expect(await client().send(altinnbrev(reserved), randomUUID())).to.include({ type: 'nei', art: 'innhold' });
    await given(client(), { ...reserved, trossReservasjon: true });
  });

  for (const [retryAfter, vent] of [
    ['7', 7_000],
    [undefined, undefined],
  ] as const) {
    it(`429 with Retry-After ${retryAfter ?? 'left out'}: passes, and asks for ${vent ?? 'no'} ms`, async () => {
      Object.assign(double.behaviour, { status: 429, retryAfter });
      const svar = await client().send(altinnbrev(), randomUUID());
      expect(svar).to.include({ type: 'nei', art: 'svarer_feil' });
      expect(svar.type === 'nei' && svar.vent).to.equal(vent);
    });
  }

  it('429 with a date asks for the time until then', async () => {
    now = Math.floor(now / 1000) * 1000;
    const one = client();
    await one.statuser([randomUUID()]);
    Object.assign(double.behaviour, { status: 429, retryAfter: new Date(now + 90_000).toUTCString() });
    const { nei } = await one.statuser([randomUUID()]);
    expect(nei?.vent).to.equal(90_000);
  });

  it('R-18: read counts whatever was done to the letter afterwards; 404 and 410 are gone', async () => {
    const one = client();
    const [read, purged, lost, ended, fresh] = [
      await given(one),
      await given(one),
      await given(one),
      await given(one),
      await given(one),
    ];
    const melding = (id: string) => double.meldinger.find((m) => m.id === id);
    Object.assign(melding(purged) ?? {}, { lest: new Date(now) });
    double.tell(read, 'Confirmed');
    double.tell(purged, 'PurgedByRecipient');
    double.behaviour.gone = new Map([
      [lost, 404],
      [ended, 410],
    ]);
    const { svar, nei } = await one.statuser([read, purged, lost, ended, fresh]);
    expect(svar.map(({ status }) => status)).to.deep.equal(['Confirmed', 'Read', 'Gone', 'Gone', 'Published']);
    expect(nei).to.equal(null);
  });

  it('one letter that cannot be told of, and a status that no contract has, keep no other waiting', async () => {
    const one = client();
    const ids = [await given(one), await given(one), await given(one)];
    double.behaviour.failing = new Set([ids[0] ?? '']);
    double.tell(ids[1] ?? '', 'Renamed');
    const runde = await one.statuser(ids);
    expect(runde.svar.map(({ id }) => id)).to.deep.equal([ids[2]]);
    expect(runde).to.deep.include({ utsatt: [ids[0], ids[1]], ubesvart: [], nei: null });
  });

  for (const status of [429, 500]) {
    it(`${status} to all: four are asked about, and the rest is left`, async () => {
      const one = client();
      await one.statuser([randomUUID()]);
      Object.assign(double.behaviour, { status, ...(status === 429 && { retryAfter: '60' }) });
      const [ids, before] = [Array.from({ length: 100 }, () => randomUUID()), double.spurt.length];
      const runde = await one.statuser(ids);
      expect([double.spurt.length - before, runde.svar.length, runde.nei?.art]).to.deep.equal([4, 0, 'svarer_feil']);
      expect(runde.ubesvart).to.have.length(status === 429 ? 100 : 96);
    });
  }

  it('one token serves until shortly before its end, and is fetched anew when it is refused', async () => {
    const one = client();
    const exchanges = () => double.spurt.filter((line) => line.includes('exchange')).length;
    const before = exchanges();
    await Promise.all([one.statuser([]), given(one), given(one)]);
    now += 1_700_000;
    await given(one);
    expect(exchanges()).to.equal(before + 1);
    now += 100_000;
    await given(one);
    expect(exchanges()).to.equal(before + 2);
    double.endTokens();
    expect((await one.send(altinnbrev(), randomUUID())).type).to.equal('ja');
    expect(exchanges()).to.equal(before + 4);
  });

  it('no token is about our account, with the words of who refused it', async () => {
    const svar = await client({ scope: 'other' }).send(altinnbrev(), randomUUID());
    expect(svar).to.include({ type: 'nei', art: 'adgang' });
    expect(svar.type === 'nei' && svar.grunn)
      .to.contain('Maskinporten')
      .and.to.contain('invalid_scope');
  });
});

describe('client/altinn, Altinn 2 alone', () => {
  let double: TestAltinn;
  before(async () => {
    double = await startAltinn();
  });
  after(() => double.stop());

  it('a wrong password is about our account: ErrorID 989', async () => {
    const svar = await clients.soap(double, { passord: 'feil' }).send(altinnbrev(), randomUUID());
    expect(svar).to.include({ type: 'nei', art: 'adgang' });
  });

  it('says no more of a letter than its receipt: it can be read', async () => {
    const { svar } = await clients.soap(double).statuser(['1', '2']);
    expect(svar.map(({ status }) => status)).to.deep.equal(['Created', 'Created']);
  });

  for (const [size, art] of [
    [limits.altinnSoapBytes - 1, 'naas_ikke'],
    [limits.altinnSoapBytes, 'naas_ikke'],
    [limits.altinnSoapBytes + 1, 'innhold'],
  ] as const) {
    it(`R-51: documents of ${size} octets are ${art === 'innhold' ? 'too large' : 'sent'}`, async () => {
      double.behaviour.down = true;
      const [first] = altinnbrev().dokumenter;
      if (first === undefined) throw new Error('no document');
      const large = { ...first, innhold: { ...first.innhold, size } };
      const svar = await clients.soap(double).send(altinnbrev({ dokumenter: [large] }), randomUUID());
      expect(svar).to.include({ type: 'nei', art });
    });
  }
});
