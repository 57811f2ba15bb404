import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { varselveier, type Varseltelling } from '../../../src/channels/varsel/index.js';
import { e164 } from '../../../src/channels/varsel/nummer.js';
import { smsvei, type Smsport } from '../../../src/channels/varsel/sms.js';
import { lesSmsmal, lesSmssvar, type Smsformat, type Smsmal, type Smssvar } from '../../../src/domain/smsmal.js';
import type { Varsel } from '../../../src/domain/varselPorts.js';
import { Failure } from '../../../src/errors.js';
import { addSms, SMS_PATH, smsoppsett, type SmsDouble } from '../../../src/sandbox/varsel/sms.js';
import { varselkonto } from '../../../src/sandbox/varsel/varsler.js';
import { closedPort, startStub, type Reply, type Stub } from '../../client/stub.js';
import { testTime } from '../../support/pki.js';
import { alt, sms, utfallAv } from '../../support/varsler.js';

const svar = (...texts: readonly string[]): readonly Smssvar[] => texts.flatMap((text) => lesSmssvar(text) ?? []);
const mal = (format: Smsformat, text: string): Smsmal => lesSmsmal(format, text)!;
const sent = { type: 'sendt' };

/** A gateway as it is configured, but for what a test changes. */
const port = (url: string, changes: Partial<Smsport> = {}): Smsport => ({
  url,
  mal: mal('json', '{"to":"{number}","text":"{text}","from":"{sender}","id":"{id}"}'),
  avsender: 'Posthorn',
  konto: varselkonto,
  noekkelhode: 'Idempotency-Key',
  kjennerIgjen: true,
  tatt: svar('200', '202'),
  avvist: svar('400', '422'),
  now: () => testTime,
  ...changes,
});

describe('channels/varsel: SMS, to the double', () => {
  let double: SmsDouble;
  let url: string;
  const server = createServer();
  before(async () => {
    const app = express();
    double = addSms(app, () => new Date());
    server.on('request', app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${SMS_PATH}`;
  });
  afterEach(() => {
    for (const name of Object.keys(double.behaviour)) delete double.behaviour[name as keyof typeof double.behaviour];
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const send = (varsel: Partial<Varsel> = {}, changes: Partial<Smsport> = {}) =>
    utfallAv(smsvei(port(url, changes)), { ...sms, ...varsel });
  const failure = async (...args: Parameters<typeof send>): Promise<Failure> => (await send(...args)) as Failure;

  it('R-16, R-24: hands number and text over as the gateway wants them, whatever letters and signs they have', async () => {
    expect(await send()).to.deep.equal(sent);
    const [{ til, tekst, avsender, noekkel }] = double.mottatt.slice(-1) as typeof double.mottatt & [never];
    expect([til, tekst, avsender, noekkel]).to.deep.equal(['+4799990000', sms.tekst, 'Posthorn', sms.id]);
    expect(double.brudd).to.deep.equal([]);
  });

  it('R-22: is one SMS however often it is tried', async () => {
    const before = double.mottatt.length;
    double.behaviour.loseAnswer = true;
    expect((await failure({ id: 'again' })).code).to.equal('UPSTREAM_UNREACHABLE');
    delete double.behaviour.loseAnswer;
    expect([await send({ id: 'again' }), await send({ id: 'another' })]).to.deep.equal([sent, sent]);
    expect(double.mottatt.slice(before).map((m) => m.noekkel)).to.deep.equal(['again', 'another']);
  });

  it('R-22: tells a number that is refused from a gateway that is down, busy or refuses us', async () => {
    expect(await send({ adresse: '+4740000422' })).to.deep.equal({
      type: 'avvist',
      grunn: {
        nb: 'SMS-tjenesten avviser nummeret (HTTP 422)',
        en: 'the SMS gateway refuses the number (HTTP 422)',
      },
    });
    for (const status of ['401', '403', '404', '409', '500', '503'])
      expect((await failure({ adresse: `+4740000${status}` })).detail, status).to.contain(`HTTP ${status}`);
    expect((await failure({}, { konto: undefined })).detail).to.contain('HTTP 401');
    Object.assign(double.behaviour, { status: 429, retryAfter: '120' });
    const busy = await failure();
    expect([busy.code, busy.values['vent']]).to.deep.equal(['UPSTREAM_FAULT', '120000']);
    double.behaviour.down = true;
    expect((await failure()).code).to.equal('UPSTREAM_UNREACHABLE');
  });

  it('the double refuses what no notice is, and says why', async () => {
    const before = double.mottatt.length;
    const asked = async (change: object, headers: object = { 'Idempotency-Key': 'k' }): Promise<number> => {
      const { bruker, passord } = varselkonto;
      const body = JSON.stringify({ to: '+4799990000', text: 'Brev', from: 'x', id: 'k', ...change });
      const authorization = `Basic ${Buffer.from(`${bruker}:${passord}`).toString('base64')}`;
      const init = { method: 'POST', headers: { 'Content-Type': 'application/json', authorization, ...headers }, body };
      return (await fetch(url, init)).status;
    };
    for (const [change, status] of [
      [{ to: '99990000' }, 400],
      [{ text: '' }, 400],
      [{ text: 'æ'.repeat(161) }, 400],
      [{ extra: 1 }, 400],
      [{ text: 'Til 158190 10029' }, 422],
    ] as const)
      expect(await asked(change), JSON.stringify(change)).to.equal(status);
    expect(await asked({}, {})).to.equal(400);
    expect(double.brudd.length).to.equal(6);
    expect(double.mottatt.length).to.equal(before);
    expect(await asked({ text: 'æ'.repeat(160) })).to.equal(202);
  });

  it('is spoken to by the template of development', () =>
    expect(lesSmsmal('json', smsoppsett.POSTHORN_SMS_BODY)).to.deep.equal(port(url).mal));
});

describe('channels/varsel: SMS, to any gateway', () => {
  let reply: Reply;
  let stub: Stub;
  before(async () => {
    stub = await startStub((response, request) => reply(response, request));
  });
  after(() => stub.stop());
  const answers = (status: number, body = '', headers: Readonly<Record<string, string>> = {}): void => {
    reply = (response) => void response.writeHead(status, headers).end(body);
  };
  const send = (changes: Partial<Smsport> = {}, varsel: Partial<Varsel> = {}, signal?: AbortSignal) =>
    utfallAv(smsvei(port(stub.url, changes)), { ...sms, ...varsel }, signal);

  it('puts values into JSON of any shape and into forms, and never more than values', async () => {
    answers(200);
    const nested = '{"messages":[{"to":["{number}"],"body":"Fra {sender}: {text}"}],"n":1,"ok":true}';
    await send({ mal: mal('json', nested) }, { tekst: '","x":"{id}' });
    expect(JSON.parse(stub.received.at(-1)!.body)).to.deep.equal({
      messages: [{ to: ['+4799990000'], body: 'Fra Posthorn: ","x":"{id}' }],
      n: 1,
      ok: true,
    });
    await send({ mal: mal('form', 'msisdn={number}&msg={text}&type=sms'), token: 't0ken', konto: undefined });
    const { body, headers } = stub.received.at(-1)!;
    expect([...new URLSearchParams(body)]).to.deep.equal([
      ['msisdn', '+4799990000'],
      ['msg', sms.tekst],
      ['type', 'sms'],
    ]);
    expect(headers).to.include({
      'content-type': 'application/x-www-form-urlencoded',
      authorization: 'Bearer t0ken',
      'idempotency-key': sms.id,
    });
  });

  const said = { tatt: svar('200:messages.0.status=sent', '409'), avvist: svar('200:messages.0.status=bad', '410') };
  for (const [status, body, expected] of [
    [200, '{"messages":[{"status":"sent"}]}', 'sendt'],
    [409, '', 'sendt'],
    [200, '{"messages":[{"status":"bad"}]}', 'avvist'],
    [410, '', 'avvist'],
    [200, '{"messages":[{"status":"queued"}]}', 'later'],
    [200, '{"messages":[]}', 'later'],
    [200, 'OK', 'later'],
    [201, '{"messages":[{"status":"sent"}]}', 'later'],
    [400, '', 'later'],
  ] as const) {
    it(`R-22: HTTP ${status} ${body} is ${expected}, as it is configured`, async () => {
      answers(status, body);
      const utfall = await send(said);
      expect(utfall instanceof Failure ? 'later' : utfall.type).to.equal(expected);
    });
  }

  it('SECURITY 110: asks the configured host and no other, wherever that one points', async () => {
    const elsewhere = await startStub((response) => void response.end('{}'));
    for (const status of [301, 302, 307, 308]) {
      answers(status, '', { Location: elsewhere.url });
      expect((await send()) instanceof Failure, String(status)).to.equal(true);
    }
    expect(elsewhere.received).to.deep.equal([]);
    await elsewhere.stop();
  });

  it('R-17: tells what the gateway may have taken from what it has not', async () => {
    const doubt = async (changes: Partial<Smsport> = {}): Promise<string | undefined> =>
      ((await send(changes)) as Failure).values['uvisst'];
    reply = (response) => void response.destroy();
    expect(await doubt(), 'an answer that is lost').to.equal('true');
    for (const [status, headers, expected] of [
      [504, {}, 'true'],
      [502, {}, undefined],
      [503, {}, undefined],
      [302, { Location: '/elsewhere' }, undefined],
    ] as const) {
      answers(status, '', headers);
      expect(await doubt(), String(status)).to.equal(expected);
    }
    expect(await doubt({ url: `http://127.0.0.1:${await closedPort()}/` }), 'a closed port').to.equal(undefined);
    expect(await doubt({ url: stub.url.replace('http:', 'https:') }), 'no TLS').to.equal(undefined);
  });

  it('is given up when it is told to', async () => {
    const stop = new AbortController();
    reply = () => stop.abort();
    expect(await send({}, {}, stop.signal))
      .to.be.instanceOf(Failure)
      .with.property('code', 'UPSTREAM_UNREACHABLE');
  });

  it('SECURITY 117: neither the number, nor the text, nor a secret stands in what is told of a failure', async () => {
    const told: string[] = [];
    for (const status of [200, 400, 500]) {
      reply = (response, { body, headers }) => void response.writeHead(status).end(body + JSON.stringify(headers));
      told.push(alt(await send({ tatt: [] })), alt(await send({ tatt: [], token: 'token-x' })));
    }
    told.push(alt(await utfallAv(smsvei(port(`http://127.0.0.1:${await closedPort()}/`)), sms)));
    expect(told).to.have.length(7);
    expect(told.join('\n')).not.to.match(/9999|brev|et brev|token-x|posthorn-dev/);
  });
});

describe('channels/varsel: the number', () => {
  for (const [given, expected] of [
    ['+4799990000', '+4799990000'],
    ['004799990000', '+4799990000'],
    ['99990000', '+4799990000'],
    ['+47 999 90 000', '+4799990000'],
    ['+47-99.99(00)00', '+4799990000'],
    ['22222222', '+4722222222'],
    ['+4699990000', undefined],
    ['4799990000', undefined],
    ['+479999000', undefined],
    ['+47999900001', undefined],
    ['+4710000000', undefined],
    ['+47+4799990000', undefined],
    ['９９９９００００', undefined],
    ['99990000,98989898', undefined],
    ['', undefined],
  ] as const)
    it(`${JSON.stringify(given)} is ${expected ?? 'none'}`, () => expect(e164(given)).to.equal(expected));
});

describe('channels/varsel: the ways together', () => {
  it('R-22: counts each attempt, hands over by channel, and knows no other', async () => {
    const told: (readonly [string, Varseltelling])[] = [];
    const seen: Varsel[] = [];
    const outcomes = [sent, { type: 'avvist', grunn: 'no' }, new Failure('UPSTREAM_FAULT', 'later')] as const;
    let closed = 0;
    const ways = varselveier(
      [
        {
          kanal: 'SMS',
          kjennerIgjen: true,
          send: async (varsel) => {
            const outcome = outcomes[seen.push(varsel) - 1]!;
            if (outcome instanceof Failure) throw outcome;
            return outcome as { type: 'sendt' };
          },
          close: () => closed++,
        },
      ],
      (kanal, outcome) => told.push([kanal, outcome]),
    )!;
    expect([...ways.kanaler]).to.deep.equal(['SMS']);
    for (const { length } = outcomes; seen.length < length;) await utfallAv(ways, sms);
    expect(await utfallAv(ways, { ...sms, adresse: '+4612345678' })).to.have.property('type', 'avvist');
    expect(told.map(([, outcome]) => outcome)).to.deep.equal(['sent', 'refused', 'deferred', 'refused']);
    expect(seen).to.deep.equal([sms, sms, sms]);
    const missing = await utfallAv(ways, { ...sms, kanal: 'EPOST', adresse: 'a@example.com', emne: 'Brev' });
    expect(missing).to.have.property('code', 'CHANNEL_NOT_AVAILABLE');
    ways.close();
    expect(closed).to.equal(1);
    expect(varselveier([], () => undefined)).to.equal(undefined);
  });
});
