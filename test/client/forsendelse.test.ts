import { expect } from 'chai';
import {
  confirmReceipts,
  explainLetter,
  fetchReceipts,
  letterStatus,
  sendLetter,
  withdrawLetter,
} from '../../src/client/forsendelse.js';
import type { ForsendelseService } from '../../src/client/forsendelse.js';
import {
  encodeBekreftet,
  encodeForklar,
  encodeKvitteringer,
  encodeSend,
  encodeStatus,
  encodeTrukket,
} from '../../src/contract/forsendelse/encode.js';
import { Failure } from '../../src/errors.js';
import { plainEnvelope } from '../../src/security/signAnswer.js';
import { faultEnvelope } from '../../src/soap/fault.js';
import { contentType } from '../../src/soap/names.js';
import type { SoapVersion } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { bestilling, brev, mottaker } from '../contract/forsendelse/letters.js';
import { at, beslutning, hendelse, kvittering, shipment } from '../store/support/shipments.js';
import { closedPort, startStub } from './stub.js';
import type { Stub } from './stub.js';

const svar = { beslutning: beslutning(), tekst: { nb: 'Sendes.', en: 'Sent.' }, virkningstidspunkt: null };
const one = shipment();
const sent = encodeSend({ ...svar, id: one.id, mottatt: at(0) });

describe('client/forsendelse', () => {
  let stub: Stub;
  let reply: { status: number; body: string };
  let service: ForsendelseService;
  const answer = (content: XmlElement, version: SoapVersion = '1.2'): void => {
    reply = { status: 200, body: plainEnvelope(content, version) };
  };

  before(async () => {
    stub = await startStub((response) => void response.writeHead(reply.status).end(reply.body));
  });
  after(() => stub.stop());
  beforeEach(() => {
    service = { url: stub.url, brukernavn: 'søker', passord: 'hemmelig:ord', version: '1.2' };
  });

  const refusal = async (call: Promise<unknown>): Promise<Pick<Failure, 'code' | 'detail'>> => {
    const error: unknown = await call.then(
      (value) => value,
      (reason: unknown) => reason,
    );
    if (!(error instanceof Failure)) throw new Error(`no refusal but ${JSON.stringify(error)}`);
    return { code: error.code, detail: error.detail };
  };

  for (const version of ['1.1', '1.2'] as const) {
    it(`sends a letter with the password in UTF-8, and reads the answer: SOAP ${version}`, async () => {
      answer(sent, version);
      const answered = await sendLetter({ ...service, version }, brev());
      expect(answered)
        .to.include({ forsendelsesId: one.id })
        .and.to.have.nested.property('beslutning.kanal', 'POSTKASSE');
      const request = stub.received.at(-1);
      expect(request?.headers['content-type']).to.equal(contentType[version]);
      const credentials = request?.headers.authorization?.replace('Basic ', '') ?? '';
      expect(Buffer.from(credentials, 'base64').toString()).to.equal('søker:hemmelig:ord');
      expect(request?.headers['soapaction']).to.equal(version === '1.1' ? '""' : undefined);
      expect(request?.body).to.contain('SendForsendelse').and.not.to.contain('<f:avsender>');
    });
  }

  it('asks for whom it is told to: every operation has avsender', async () => {
    const acting = { ...service, avsender: '310000027' };
    answer(sent);
    await sendLetter(acting, brev());
    answer(encodeForklar([{ ...svar, kostnad: null }]));
    expect(await explainLetter(acting, { mottakere: [mottaker], bestilling })).to.have.length(1);
    answer(encodeStatus([{ ...svar, shipment: one, hendelser: [hendelse()] }]));
    expect(await letterStatus(acting, { ider: [one.id] })).to.have.nested.property('0.tilstand', 'MOTTATT');
    answer(encodeKvitteringer([{ ...kvittering(), eksternRef: 'r' }]));
    expect(await fetchReceipts(acting, 'PRIORITERT', 7)).to.have.nested.property('0.hendelse.type', 'LEVERING');
    answer(encodeBekreftet({ bekreftet: ['a'], ukjent: [] }));
    expect(await confirmReceipts(acting, ['a'])).to.deep.equal({ bekreftet: ['a'], ukjent: [] });
    answer(encodeTrukket({ id: one.id, tilstand: 'TRUKKET' }));
    expect(await withdrawLetter(acting, one.id)).to.equal('TRUKKET');
    const bodies = stub.received.slice(-6).map(({ body }) => body);
    for (const body of bodies) expect(body).to.contain('<f:avsender>310000027</f:avsender>');
    expect(bodies[3]).to.contain('<f:prioritet>PRIORITERT</f:prioritet>').and.to.contain('<f:antall>7</f:antall>');
  });

  it('R-44: tells a fault in the words of the service', async () => {
    const failure = new Failure('POSTAL_ADDRESS_REQUIRED', 'never shown');
    reply = { status: 500, body: faultEnvelope(failure, '1.2', ['1.1', '1.2'], 'correlation') };
    const { code, detail } = await refusal(sendLetter(service, brev()));
    expect([code, detail.slice(0, 8)]).to.deep.equal(['UPSTREAM_FAULT', '[P-2000]']);
  });

  for (const [status, code] of [
    [401, 'UNAUTHORIZED'],
    [413, 'TOO_LARGE'],
    [429, 'TOO_MANY_REQUESTS'],
    [404, 'UPSTREAM_FAULT'],
  ] as const) {
    it(`knows HTTP ${status} as ${code}`, async () => {
      reply = { status, body: 'no' };
      expect((await refusal(sendLetter(service, brev()))).code).to.equal(code);
    });
  }

  it('refuses what is no answer: no XML, no envelope, another SOAP version, an empty Body', async () => {
    const bodies = [
      '<html>',
      '<html/>',
      plainEnvelope(sent, '1.1'),
      plainEnvelope(sent, '1.2').replace(/<f:.*<\/f:\w+>/, ''),
    ];
    for (const body of bodies) {
      reply = { status: 200, body };
      expect((await refusal(sendLetter(service, brev()))).code, body).to.equal('MALFORMED_XML');
    }
  });

  it('says that nobody answers, and shows no password', async () => {
    const url = `http://127.0.0.1:${await closedPort()}/forsendelse/v1`;
    const { code, detail } = await refusal(letterStatus({ ...service, url }, { ider: [one.id] }));
    expect(code).to.equal('UPSTREAM_UNREACHABLE');
    expect(detail).to.contain(url).and.not.to.contain('hemmelig');
  });

  it('does not follow a redirect, and waits no longer than it is told to', async () => {
    const elsewhere = await startStub((response) => void response.writeHead(307, { Location: stub.url }).end());
    answer(sent);
    expect((await refusal(sendLetter({ ...service, url: elsewhere.url }, brev()))).code).to.equal(
      'UPSTREAM_UNREACHABLE',
    );
    await elsewhere.stop();
    const silent = await startStub(() => new Promise(() => {}));
    const late = sendLetter({ ...service, url: silent.url, timeout: 50 }, brev());
    expect((await refusal(late)).code).to.equal('UPSTREAM_UNREACHABLE');
    await silent.stop();
  });
});
