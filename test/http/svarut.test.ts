import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { errors, Failure } from '../../src/errors.js';
import type { ErrorCode } from '../../src/errors.js';
import { contentType, SOAP12, WSA } from '../../src/soap/names.js';
import type { SoapVersion } from '../../src/soap/names.js';
import type { Verdi } from '../contract/svarut/letters.js';
import { brev, dokument, konvolutt, pdf, versjon } from '../contract/svarut/letters.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import type { MemoryPayloads } from '../support/memoryPayloads.js';
import { include, message } from '../support/partsMessage.js';
import { basic, startSvarUt } from '../support/svarutServer.js';
import type { SvarUtServer } from '../support/svarutServer.js';
import { statuses, wire } from './edge.js';

const v9 = versjon(9);
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const id = 'abc8849c-e281-4809-8555-7cd54952b946';
const letter = konvolutt(v9, 'sendForsendelse', { forsendelse: brev(v9) });

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

describe('http/svarut', () => {
  let server: SvarUtServer;
  let payloads: MemoryPayloads;
  beforeEach(async () => {
    payloads = memoryPayloads();
    server = await startSvarUt(payloads);
  });
  afterEach(() => server.edge.close(100));

  async function post(
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
    n: 4 | 6 | 8 | 9 = 9,
  ): Promise<Reply> {
    const response = await fetch(server.urlOf(n), {
      method: 'POST',
      body: new Uint8Array(Buffer.from(body)),
      headers: { 'Content-Type': 'application/soap+xml', Authorization: basic(), ...headers },
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }
  const call = (operasjon: string, verdi: Verdi, n: 4 | 6 | 8 | 9 = 9, soap: SoapVersion = '1.1', headers = {}) =>
    post(konvolutt(versjon(n), operasjon, verdi, soap), headers, n);
  const returned = ({ text }: Reply): string[] =>
    [...text.matchAll(/<return>(.*?)<\/return>/g)].map(([, t]) => t ?? '');
  const faultOf = ({ text }: Reply): string => /<faultstring>(.*?)<\/faultstring>/.exec(text)?.[1] ?? text;
  const nothingKept = () => expect([payloads.stored.size, server.tjeneste.mottatt.length]).to.deep.equal([0, 0]);

  for (const n of [4, 6, 8, 9] as const) {
    for (const soap of ['1.1', '1.2'] as const) {
      it(`takes a letter of version ${n} by SOAP ${soap}, whatever Content-Type calls it, and says what became of it`, async () => {
        const sent = await call('sendForsendelse', { forsendelse: brev(versjon(n)) }, n, soap);
        expect(sent.status, sent.text).to.equal(200);
        expect(sent.headers.get('content-type')).to.equal(contentType[soap]);
        const [forsendelsesid = ''] = returned(sent);
        expect(forsendelsesid).to.match(uuid);
        expect(sent.text).to.match(/Response xmlns:ns2="[^"]*"><return>[^<]*<\/return><\/ns2:sendForsendelseResponse>/);
        expect([...payloads.stored.values()]).to.deep.equal([pdf]);
        const [accepted] = server.tjeneste.mottatt;
        expect(accepted?.konto).to.equal('kommune');
        expect(payloads.stored.get(accepted?.bestilling.dokumenter[0]?.innhold.ref ?? '')).to.deep.equal(pdf);
        const status = await call('retrieveForsendelseStatus', { forsendelsesid }, n, soap);
        expect(returned(status)).to.deep.equal(['AKSEPTERT']);
        const historikk = await call('retrieveForsendelseHistorikk', { forsendelsesid }, n, soap);
        expect(returned(historikk)[0]).to.match(/^<hendelsesLogg><hendelse>.*<tidspunkt>18\.10\.2017 13:43:31</);
        const lest = await call('setForsendelseLestAvEksterntSystem', { forsendelsesid }, n, soap);
        expect([lest.status, returned(lest)]).to.deep.equal([200, []]);
        expect(returned(await call('retrieveForsendelseStatus', { forsendelsesid }, n))).to.deep.equal(['LEST']);
      });
    }
  }

  it('has the operations that came later', async () => {
    const [reserved = ''] = returned(await call('startNyForsendelse', {}));
    expect(reserved).to.match(uuid);
    const forsendelse = brev(v9, { eksternref: 'r' });
    const sent = await call('sendForsendelseMedId', { forsendelse, forsendelsesid: reserved });
    expect(returned(sent)).to.deep.equal([reserved]);
    const second = returned(await call('sendForsendelse', { forsendelse }))[0] ?? '';
    const statuser = returned(await call('retrieveForsendelseStatuser', { forsendelseider: [reserved, second] }));
    const [one, two] = [reserved, second].map(
      (i) =>
        `<forsendelseStatus>AKSEPTERT</forsendelseStatus><forsendelsesid>${i}</forsendelsesid><sisteStatusEndring>2017-10-18T23:21:18.398+02:00</sisteStatusEndring>`,
    );
    expect(statuser).to.deep.equal([one, two]);
    expect(returned(await call('retrieveForsendelseIdByEksternRef', { eksternRef: 'r' }))).to.deep.equal([
      reserved,
      second,
    ]);
    expect(returned(await call('retreiveForsendelseTyper', {}))).to.deep.equal([
      'Byggesøknad',
      'ks.signertforsendelse',
    ]);
    expect(returned(await call('retrieveMottakerSystemForOrgnr', { organisasjonsnr: '310000027' }))).to.have.length(2);
    const signert = returned(await call('retrieveSigneringshistorikk', { forsendelseid: second }));
    expect(signert[0]).to.contain(`<forsendelseid>${second}</forsendelseid><logg><tidspunkt>18.10.2017 23:21:18<`);
    const flere = await call('retrieveSigneringshistorikkForFlereForsendelser', {
      forsendelseider: [reserved, second],
    });
    expect(returned(flere)).to.have.length(2);
  });

  it('answers an operation of version 10 by the name that it was called by', async () => {
    const { text, status } = await call('retrieveForsendelsesTyper', {});
    expect([status, text.includes('<ns2:retrieveForsendelsesTyperResponse ')]).to.deep.equal([200, true]);
  });

  it('stores an encrypted document as it came', async () => {
    const octets = Buffer.from('3080060b2a864886f70d010910011700', 'hex');
    const dokumenter = dokument({ data: octets.toString('base64'), mimetype: 'application/pdf' });
    await call('sendForsendelse', { forsendelse: brev(v9, { kryptert: true, dokumenter }) });
    expect([...payloads.stored.values()]).to.deep.equal([octets]);
  });

  describe('the password', () => {
    it('SECURITY 77: is asked for before the body is read, of a client that waits to be asked', async () => {
      const response = await fetch(server.urlOf(9), { method: 'POST', body: letter });
      expect(response.status).to.equal(401);
      expect(response.headers.get('www-authenticate')).to.equal('Basic realm="Posthorn SvarUt", charset="UTF-8"');
      expect(await response.text()).to.equal(`${errors.UNAUTHORIZED.nb}\n`);
      nothingKept();
      expect((await post(letter)).status).to.equal(200);
    });

    const expecting = (authorization: string[]): string =>
      [
        `POST ${v9.path} HTTP/1.1`,
        'Host: a',
        `Content-Length: ${Buffer.byteLength(letter)}`,
        'Content-Type: application/soap+xml',
        'Expect: 100-continue',
        'Connection: close',
        ...authorization,
        '',
        '',
      ].join('\r\n');

    it('SECURITY 101: a letter has the time of an upload to come, and no more; what came too late is not kept', async () => {
      const times = { httpHeadersTimeout: 200, httpRequestTimeout: 300, httpUploadTimeout: 1_500 };
      const slow = await startSvarUt(payloads, {}, times);
      const head = expecting([`Authorization: ${basic()}`]).replace('Expect: 100-continue\r\n', '');
      const late = wire(slow.port, head + letter.slice(0, 100));
      setTimeout(() => late.socket.write(letter.slice(100)), 700);
      expect(statuses(await late.closed)).to.deep.equal([200]);
      const kept = payloads.stored.size;
      expect(statuses(await wire(slow.port, head + letter.slice(0, -1)).closed)).to.deep.equal([408]);
      for (const end = Date.now() + 2_000; payloads.stored.size > kept && Date.now() < end;) await sleep(10);
      expect(payloads.stored.size).to.equal(kept);
      await slow.edge.close(0);
    });

    it('SECURITY 104: an account that sends too much at once is told to wait, and no other is', async () => {
      const inside = Array.from({ length: limits.accountAtOnce - 1 }, () =>
        wire(server.port, expecting([`Authorization: ${basic()}`])),
      );
      await Promise.all(inside.map((one) => one.until('100 Continue')));
      expect((await post(letter)).status).to.equal(200);
      const last = wire(server.port, expecting([`Authorization: ${basic()}`]));
      await last.until('100 Continue');
      const kept = payloads.stored.size;
      const { status, headers } = await post(letter);
      expect([status, headers.get('retry-after')]).to.deep.equal([429, '5']);
      expect(payloads.stored.size).to.equal(kept);
      expect((await post(letter, { Authorization: basic('hemmelig', 'annen') })).status).to.equal(200);
      last.socket.write(letter);
      expect(statuses(await last.closed)).to.deep.equal([100, 200]);
      expect((await post(letter)).status).to.equal(200);
      for (const one of inside) one.socket.destroy();
    });

    it('SECURITY 103: Expect: 100-continue is answered by 401 without a password, and by 100 with one', async () => {
      const refused = await wire(server.port, expecting([])).closed;
      expect(statuses(refused)).to.deep.equal([401]);
      const taken = wire(server.port, expecting([`Authorization: ${basic()}`]));
      await taken.until('100 Continue');
      taken.socket.write(letter);
      expect(statuses(await taken.closed)).to.deep.equal([100, 200]);
    });

    for (const [what, authorization] of Object.entries({
      'a wrong password': basic('gjettet'),
      'an unknown user': basic('hemmelig', 'ukjent'),
      'an account of another service': basic('hemmelig', 'arkiv'),
    })) {
      it(`SECURITY 114: refuses ${what} with 401`, async () => {
        const { status, headers } = await post(letter, { Authorization: authorization });
        expect([status, headers.has('www-authenticate')]).to.deep.equal([401, true]);
        nothingKept();
      });
    }

    it('SECURITY 114: limits guesses', async () => {
      const guess = async () => (await post(letter, { Authorization: basic('gjettet') })).status;
      for (let n = 0; n < limits.passwordGuesses; n++) expect(await guess()).to.equal(401);
      expect(await guess()).to.equal(429);
    });

    it('SECURITY 77: is not taken over plain HTTP where that is forbidden', async () => {
      await server.edge.close(100);
      server = await startSvarUt(payloads, { plainPasswords: false });
      expect((await post(letter)).status).to.equal(401);
    });

    it('SECURITY 108: a letter of another account is as unknown as one that is not there', async () => {
      const [other = ''] = returned(
        await call('sendForsendelse', { forsendelse: brev(v9) }, 9, '1.1', {
          Authorization: basic('hemmelig', 'annen'),
        }),
      );
      const asked = async (forsendelsesid: string) =>
        faultOf(await call('retrieveForsendelseStatus', { forsendelsesid })).replace(forsendelsesid, 'ID');
      expect(await asked(other))
        .to.equal(await asked(id))
        .and.to.equal('Fant ingen forsendelse med id ID for denne kontoen');
    });
  });

  describe('a fault', () => {
    const codes: readonly ErrorCode[] = ['SVARUT_DUPLICATE', 'SVARUT_UNREADABLE', 'SVARUT_ID_USED', 'UNAVAILABLE'];
    for (const code of codes) {
      it(`of ${code} is in Norwegian, on one line, without attributes: SOAP 1.1`, async () => {
        server.tjeneste.feil = new Failure(code, 'test', { filnavn: 'a\n<b>.pdf', id });
        const { status, text, headers } = await post(letter);
        const words = errors[code].nb.replace('{filnavn}', 'a &lt;b&gt;.pdf').replace('{id}', id);
        const name = errors[code].fault === 'Receiver' ? 'Server' : 'Client';
        expect([status, headers.get('content-type')]).to.deep.equal([500, contentType['1.1']]);
        expect(text).to.contain(`<soap:Fault><faultcode>soap:${name}</faultcode><faultstring>${words}</faultstring>`);
        expect(text).not.to.contain(errors[code].en.slice(0, 20)).and.not.to.contain('\n');
      });

      it(`of ${code} is in Norwegian: SOAP 1.2`, async () => {
        server.tjeneste.feil = new Failure(code, 'test', { filnavn: 'b.pdf', id });
        const { status, text } = await post(konvolutt(v9, 'sendForsendelse', { forsendelse: brev(v9) }, '1.2'));
        const words = errors[code].nb.replace('{filnavn}', 'b.pdf').replace('{id}', id);
        expect(status).to.equal(500);
        expect(text).to.contain(`<env:Value>env:${errors[code].fault}</env:Value>`).and.to.contain(SOAP12);
        expect(text).to.contain(`<env:Text xml:lang="nb">${words}</env:Text>`);
      });
    }

    it('that no repetition will mend has words that clients know', () => {
      const known = {
        SVARUT_CONTENT: 'Ugyldig innhold',
        SVARUT_EMPTY: 'Kan ikke lagre tomt dokument',
        SVARUT_UNREADABLE: 'Feil under lesing av',
        SVARUT_DUPLICATE: 'Forsendelse med samme mottaker, tittel, avsender og filer er forsøkt sendt tidligere',
        SVARUT_ID_USED: 'Duplikat',
      };
      for (const [code, words] of Object.entries(known)) expect(errors[code as ErrorCode].nb).to.contain(words);
      for (const [code, row] of Object.entries(errors)) {
        if (row.retryable)
          expect(
            Object.values(known).some((words) => row.nb.includes(words)),
            code,
          ).to.equal(false);
      }
    });

    it('has the correlation id of the log, where the reason stands', async () => {
      const { text, headers } = await post(letter.replace('</soap:Body>', '<x/></soap:Body>'));
      const correlation = headers.get('x-correlation-id') ?? 'none';
      expect(text).to.contain(`>${correlation}<`);
      expect(server.logged()).to.contain(correlation).and.to.contain('Body has exactly one child element');
      expect(faultOf({ text, headers, status: 500 })).to.equal(errors.MALFORMED_XML.nb);
    });
  });

  it('a request that is refused at its end leaves no content behind', async () => {
    for (const changes of [
      { kryptert: 'ja' },
      { dokumenter: [dokument(), dokument({ data: '' })] },
      { tittel: ['a', 'b'] },
    ]) {
      const reply = await call('sendForsendelse', { forsendelse: brev(v9, changes) });
      expect(reply.status).to.equal(500);
      nothingKept();
    }
    expect(
      faultOf(await call('sendForsendelse', { forsendelse: brev(v9, { dokumenter: dokument({ data: '' }) }) })),
    ).to.equal('Kan ikke lagre tomt dokument: brev.pdf');
    const cut = await post(letter.slice(0, -10));
    expect(faultOf(cut)).to.equal(errors.MALFORMED_XML.nb);
    const elsewhere = await call('startNyForsendelse', { forsendelse: brev(v9) });
    expect([elsewhere.status, payloads.stored.size]).to.deep.equal([200, 0]);
  });

  it('a document that is no content is refused in Norwegian, and nothing is left behind', async () => {
    const reply = await call('sendForsendelse', { forsendelse: brev(v9, { dokumenter: dokument({ data: '*' }) }) });
    expect(faultOf(reply)).to.equal(
      'Ugyldig innhold: dokumenter/data er verken base64 eller en del av meldingen (MTOM)',
    );
    nothingKept();
  });

  describe('WS-Addressing', () => {
    const withHeader = (blocks: string): string =>
      letter.replace('<soap:Body>', `<soap:Header>${blocks}</soap:Header><soap:Body>`);
    const block = (name: string, content: string): string =>
      `<a:${name} xmlns:a="${WSA}" soap:mustUnderstand="1">${content}</a:${name}>`;

    it('SECURITY 25: is passed over, whatever it says: the answer comes back on the connection', async () => {
      const elsewhere = '<a:Address>http://127.0.0.1:9/</a:Address>';
      const blocks = ['ReplyTo', 'FaultTo', 'From'].map((name) => block(name, elsewhere));
      const rest = ['Action', 'Action', 'To', 'MessageID', 'RelatesTo'].map((name) => block(name, 'urn:x:Annet'));
      expect((await post(withHeader([...blocks, ...rest].join('')), { SOAPAction: '"urn:x:Annet"' })).status).to.equal(
        200,
      );
    });

    it('SECURITY 23: other blocks that must be understood are refused', async () => {
      const reply = await post(withHeader('<x:B xmlns:x="urn:x" soap:mustUnderstand="1"/>'));
      expect(faultOf(reply)).to.equal(errors.MUST_UNDERSTAND.nb);
      nothingKept();
    });
  });

  describe('XML that is an attack', () => {
    const attacks: Readonly<Record<string, string>> = {
      'SECURITY 1: a document type': `<!DOCTYPE x>${letter}`,
      'SECURITY 2: entities': letter.replace('Vedtak', '&a;'),
      'SECURITY 6: deep nesting': letter.replace('Vedtak', `${'<a>'.repeat(200)}${'</a>'.repeat(200)}`),
      'SECURITY 105: a text without end': letter.replace('Vedtak', 'a'.repeat(limits.xmlTextCharacters + 1)),
      'another SOAP': letter.replaceAll('http://schemas.xmlsoap.org/soap/envelope/', 'urn:soap'),
    };
    for (const [what, envelope] of Object.entries(attacks)) {
      it(`${what} is refused, and nothing is kept`, async () => {
        expect(envelope).not.to.equal(letter);
        const { status, text } = await post(envelope);
        expect([status, text.includes('Fault>')], text).to.deep.equal([500, true]);
        nothingKept();
      });
    }

    it('SECURITY 91: a compressed request is refused', async () => {
      expect((await post(letter, { 'Content-Encoding': 'gzip' })).status).to.equal(415);
      expect(
        (await post('x', { 'Content-Encoding': 'gzip', 'Content-Type': 'multipart/related; boundary=b' })).status,
      ).to.equal(415);
      nothingKept();
    });

    it('refuses what is no SOAP by its Content-Type', async () => {
      expect((await post(letter, { 'Content-Type': 'application/json' })).status).to.equal(415);
    });
  });

  describe('sizes', () => {
    const max = 100_000;
    beforeEach(async () => {
      await server.edge.close(100);
      server = await startSvarUt(payloads, { maxContents: max });
    });
    const of = (octets: number, lines = false): string => {
      const text = Buffer.alloc(octets, 'x').toString('base64');
      const data = lines ? text.replace(/.{76}/g, '$&\r\n') : text;
      return konvolutt(v9, 'sendForsendelse', { forsendelse: brev(v9, { dokumenter: dokument({ data }) }) });
    };

    it('SECURITY 102: takes the octets of all documents up to the limit, by lines too, and no octet more', async () => {
      for (const envelope of [of(max - 1), of(max), of(max, true)]) expect((await post(envelope)).status).to.equal(200);
      const reply = await post(of(max + 1));
      expect(faultOf(reply)).to.equal('Ugyldig innhold: dokumentene er til sammen større enn 0 MB');
      expect(payloads.stored.size).to.equal(3);
    });

    it('SECURITY 102: refuses a message that can hold no such letter, by its header and while it comes', async () => {
      const most = Math.ceil(max * 1.4) + limits.svarutEnvelopeBytes;
      const fill = (octets: number): string => `${letter}${' '.repeat(octets - Buffer.byteLength(letter))}`;
      const chunked = async (text: string): Promise<number> => {
        const stream = new Blob([text]).stream();
        const headers = { 'Content-Type': 'text/xml', Authorization: basic() };
        return (await fetch(server.urlOf(9), { method: 'POST', body: stream, headers, duplex: 'half' } as RequestInit))
          .status;
      };
      for (const octets of [most - 1, most]) expect((await post(fill(octets))).status).to.equal(200);
      expect((await post(fill(most + 1))).status).to.equal(413);
      expect(await chunked(fill(most))).to.equal(200);
      expect(await chunked(fill(most + 1))).to.equal(413);
    });
  });

  describe('MTOM', () => {
    const included = konvolutt(v9, 'sendForsendelse', { forsendelse: brev(v9) });
    const envelope = (text: string, href = 'cid:doc'): string => text.replace(/<data>[^<]*/, `<data>${include(href)}`);
    const parts = [{ contentId: 'doc', content: pdf }];
    const postParts = ({ contentType: type, body }: { contentType: string; body: Buffer }, n: 4 | 9 = 9) =>
      post(body, { 'Content-Type': type }, n);

    for (const soap of ['1.1', '1.2'] as const) {
      it(`takes a document in a part of its own: SOAP ${soap}`, async () => {
        const text = envelope(konvolutt(v9, 'sendForsendelse', { forsendelse: brev(v9) }, soap));
        const reply = await postParts(message(text, soap, parts));
        expect(reply.status, reply.text).to.equal(200);
        expect(reply.headers.get('content-type')).to.equal(contentType[soap]);
        expect([...payloads.stored.values()]).to.deep.equal([pdf]);
      });
    }

    interface Multipart {
      readonly boundary: string;
      readonly ids: readonly [root: string, document: string];
      readonly rootType: string;
      readonly text: string;
    }
    const lines = ({ boundary, ids: [root, document], rootType, text }: Multipart): string =>
      [
        `--${boundary}`,
        `Content-ID: <${root}>`,
        'Content-Transfer-Encoding: 8bit',
        `Content-Type: ${rootType}`,
        '',
        text,
        `--${boundary}`,
        `Content-ID: <${document}>`,
        'Content-Transfer-Encoding: binary',
        'Content-Type: application/octet-stream',
        '',
        String(pdf),
        `--${boundary}--`,
      ].join('\r\n');

    it('takes what the client of version 4 writes: SOAP 1.1 under the type of SOAP 1.2, and an action', async () => {
      const v4 = versjon(4);
      const body = lines({
        boundary: 'my_unique_boundary',
        ids: ['part0', 'part1'],
        rootType: 'application/xop+xml;charset=utf-8;type="application/soap+xml"',
        text: envelope(konvolutt(v4, 'sendForsendelse', { forsendelse: brev(v4) }), 'cid:part1'),
      });
      const type =
        'multipart/related; type="application/xop+xml";start="<part0>";boundary="my_unique_boundary";start-info="application/soap+xml"; action="urn:x/Annet"';
      const reply = await post(body, { 'Content-Type': type, SOAPAction: 'urn:x/Annet' }, 4);
      expect(reply.status, reply.text).to.equal(200);
      expect([...payloads.stored.values()]).to.deep.equal([pdf]);
    });

    it('takes what WCF writes: addresses for Content-IDs, escaped where they are named', async () => {
      const boundary = 'uuid:0ca0e16e-feb1-426c-97d8-c4508ada5e82+id=1';
      const body = lines({
        boundary,
        ids: ['http://tempuri.org/0', 'http://tempuri.org/1/634'],
        rootType: 'application/xop+xml;charset=utf-8;type="application/soap+xml"',
        text: envelope(
          konvolutt(v9, 'sendForsendelse', { forsendelse: brev(v9) }, '1.2'),
          'cid:http%3A%2F%2Ftempuri.org%2F1%2F634',
        ),
      });
      const type = `multipart/related; type="application/xop+xml";start="<http://tempuri.org/0>";boundary="${boundary}";start-info="application/soap+xml"`;
      const reply = await post(body, { 'Content-Type': type, 'MIME-Version': '1.0' });
      expect(reply.status, reply.text).to.equal(200);
      expect([...payloads.stored.values()]).to.deep.equal([pdf]);
    });

    const broken: Readonly<Record<string, ReturnType<typeof message>>> = {
      'SECURITY 88: a part that is cut': {
        ...message(envelope(included), '1.1', parts),
        body: message(envelope(included), '1.1', parts).body.subarray(0, -40),
      },
      'SECURITY 89: a part that nothing names': message(included, '1.1', parts),
      'SECURITY 89: a part that does not come': message(envelope(included), '1.1', []),
      'SECURITY 89: a part that is named twice': message(
        envelope(
          konvolutt(v9, 'sendForsendelse', { forsendelse: brev(v9, { dokumenter: [dokument(), dokument()] }) }),
        ).replace(/<data>[A-Za-z0-9+/=]+/, `<data>${include('cid:doc')}`),
        '1.1',
        parts,
      ),
      'SECURITY 90: an Include of another place': message(envelope(included, 'http://127.0.0.1:9/'), '1.1', parts),
      'SECURITY 93: a part without octets': message(envelope(included), '1.1', [
        { contentId: 'doc', content: Buffer.alloc(0) },
      ]),
    };
    for (const [what, sent] of Object.entries(broken)) {
      it(`${what} is refused, and nothing is left behind`, async () => {
        const reply = await postParts(sent);
        expect([reply.status, reply.text.includes('<faultstring>')], reply.text).to.deep.equal([500, true]);
        nothingKept();
      });
    }
  });

  it('SECURITY 92: a file name is data, and goes nowhere but to the use case', async () => {
    for (const filnavn of ['../../x', 'C:\\x', '/etc/x', 'a\r\nb', '\u202efdp.exe']) {
      await call('sendForsendelse', { forsendelse: brev(v9, { dokumenter: dokument({ filnavn }) }) });
      const accepted = server.tjeneste.mottatt.at(-1)?.bestilling.dokumenter[0];
      expect(accepted?.filnavn).to.equal(filnavn.replace('\r\n', '\n'));
      expect(accepted?.innhold.ref).to.match(/^payload-\d+$/);
    }
  });

  it('has an address for each version, and none else', async () => {
    for (const path of ['ForsendelsesServiceV7', 'ForsendelsesServiceV9/', 'forsendelsesservicev9']) {
      const response = await fetch(`${server.url}/tjenester/forsendelseservice/${path}`, {
        method: 'POST',
        body: letter,
      });
      expect(response.status).to.equal(404);
    }
  });
});
