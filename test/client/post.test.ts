import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { faultReason, postEnvelope, postStream } from '../../src/client/post.js';
import { Failure } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { faultEnvelope } from '../../src/soap/fault.js';
import { SOAP11, SOAP12 } from '../../src/soap/names.js';
import { closedPort, startStub } from './stub.js';
import type { Reply, Stub } from './stub.js';

const MiB = 1024 * 1024;
const limit = 32 * MiB;

const soap12 = (fault: string): string =>
  `<e:Envelope xmlns:e="${SOAP12}"><e:Header/><e:Body><e:Fault>${fault}</e:Fault></e:Body></e:Envelope>`;
const soap11 = (fault: string): string =>
  `<s:Envelope xmlns:s="${SOAP11}"><s:Body><s:Fault>${fault}</s:Fault></s:Body></s:Envelope>`;
const text12 = (text: string): string => `<e:Reason><e:Text xml:lang="en">${text}</e:Text></e:Reason>`;

const send =
  (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) =>
    void response.writeHead(status, headers).end(body);

/** Writes zeros for as long as anybody reads. @returns how many were written */
async function pour(response: ServerResponse): Promise<number> {
  let sent = 0;
  const zeros = function* () {
    for (; sent < 10 * limit; sent += MiB) yield Buffer.alloc(MiB);
  };
  await pipeline(Readable.from(zeros()), response).catch(() => {});
  return sent;
}

describe('client/post', () => {
  let stub: Stub | undefined;
  const stubUrl = async (reply: Reply): Promise<string> => {
    stub = await startStub(reply);
    return stub.url;
  };
  afterEach(async () => {
    await stub?.stop();
    stub = undefined;
  });

  async function failureOf(call: Promise<unknown>): Promise<Failure> {
    const outcome = await call.then(
      () => 'an answer',
      (error: unknown) => error,
    );
    if (outcome instanceof Failure) return outcome;
    throw outcome instanceof Error ? outcome : new Error('no failure');
  }
  const failureFor = async (reply: Reply): Promise<Failure> => failureOf(postEnvelope(await stubUrl(reply), '<a/>'));

  it('FEATURES 47: every call names us, with the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const url = await stubUrl(send(200, '<a/>'));
    await postEnvelope(url, '<a/>');
    const upload = { contentType: 'text/xml', contentLength: undefined, body: Readable.from([Buffer.from('<a/>')]) };
    await postStream(url, upload);
    const agents = stub?.received.map(({ headers }) => headers['user-agent']);
    expect(agents).to.deep.equal([`Posthorn/${version}`, `Posthorn/${version}`]);
  });

  it('posts SOAP 1.2 and gives the octets of the answer', async () => {
    const octets = Buffer.from('<å/>', 'latin1');
    expect(await postEnvelope(await stubUrl(send(200, octets)), '<æ/>')).to.deep.equal(octets);
    const [request] = stub?.received ?? [];
    expect(request).to.deep.include({ method: 'POST', body: '<æ/>' });
    expect(request?.headers).to.include({
      'content-type': 'application/soap+xml; charset=utf-8',
      accept: 'application/soap+xml',
    });
  });

  it('reads an answer that is compressed, and one that is empty', async () => {
    const compressed = send(200, gzipSync('<a/>'), { 'Content-Encoding': 'gzip' });
    expect((await postEnvelope(await stubUrl(compressed), '')).toString()).to.equal('<a/>');
    await stub?.stop();
    expect(await postEnvelope(await stubUrl(send(200, '')), '')).to.have.length(0);
  });

  it('does not follow a redirect, to whichever place and with whichever status', async () => {
    const elsewhere = await startStub(send(200, '<a/>'));
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        const { code, detail } = await failureFor(send(status, '', { Location: elsewhere.url }));
        expect([code, detail]).to.deep.equal(['UPSTREAM_UNREACHABLE', `${stub?.url}: unexpected redirect`]);
        await stub?.stop();
      }
      expect(elsewhere.received).to.have.length(0);
    } finally {
      await elsewhere.stop();
    }
  });

  describe('faults', () => {
    const cases: readonly (readonly [name: string, envelope: string, reason: string])[] = [
      ['SOAP 1.2', soap12(`<e:Code><e:Value>e:Sender</e:Value></e:Code>${text12('No access')}`), 'No access'],
      [
        'SOAP 1.1',
        soap11('<faultcode>s:Client</faultcode><faultstring> No\n access </faultstring><detail>x</detail>'),
        'No access',
      ],
      ['several languages: the first', soap12(text12('One') + text12('Two')), 'One'],
      ['text broken by a comment, whole', soap12(text12('No<!-- --> access')), 'No access'],
      ['none that says why', soap12('<e:Code/>'), 'no reason given'],
    ];
    for (const [name, envelope, reason] of cases) {
      for (const status of [500, 400, 200]) {
        it(`${name}, with HTTP ${status}`, async () => {
          const failure = await failureFor(send(status, envelope));
          expect([failure.code, failure.detail]).to.deep.equal(['UPSTREAM_FAULT', reason]);
          expect(failure.values).to.deep.equal({ text: reason });
        });
      }
    }

    it('reads our own, in both versions', () => {
      const failure = new Failure('NO_ACCESS', '', { owner: '310000019', service: 'ENDRINGSTJENESTEN' });
      const text = 'Invalid service usage: Service owner 310000019 does not have access to ENDRINGSTJENESTEN';
      for (const version of ['1.1', '1.2'] as const) {
        const octets = Buffer.from(faultEnvelope(failure, version, ['1.2'], 'id'));
        expect(faultReason(octets), version).to.equal(text);
      }
    });

    const noFaults: readonly (readonly [name: string, octets: string])[] = [
      ['an answer', soap12('').replaceAll('e:Fault', 'e:Answer')],
      ['a Fault beside Body', soap12('').replaceAll('e:Body', 'e:Tail')],
      ['no envelope', '<html/>'],
      ['no XML', 'Internal Server Error'],
      ['nothing', ''],
      ['a document type', `<!DOCTYPE a>${soap12(text12('x'))}`],
    ];
    for (const [name, octets] of noFaults) {
      it(`are not seen in ${name}`, () => expect(faultReason(Buffer.from(octets))).to.equal(undefined));
    }
  });

  it('tells the status and the beginning of anything else that is not 2xx', async () => {
    const { code, detail } = await failureFor(send(503, `Sorry,\r\n try later${'.'.repeat(1000)}`));
    expect(code).to.equal('UPSTREAM_FAULT');
    expect(detail).to.match(/^HTTP 503: Sorry, try later\.{50,200}$/);
  });

  it('SECURITY 30: passes no control character on from a fault or an answer, and no more than 500 characters', async () => {
    const evil = `\u009b2J\u0085${'\u2028'}a\nb\tc`;
    for (const reply of [
      send(500, soap12(text12(evil))),
      send(502, `\u001b[2J\u0007${evil}\u0000`),
      send(500, soap12(text12('x'.repeat(100_000)))),
    ]) {
      const { detail, values } = await failureFor(reply);
      expect(detail).to.match(/^[\x20-\x7e]{1,500}$/);
      expect(values).to.deep.equal({ text: detail });
      await stub?.stop();
    }
  });

  describe('a huge answer', function () {
    this.timeout(60_000);

    it('is read up to the limit, and not one octet more', async () => {
      for (const [size, fits] of [
        [limit - 1, true],
        [limit, true],
        [limit + 1, false],
      ] as const) {
        const outcome = await postEnvelope(await stubUrl(send(200, Buffer.alloc(size, 0x20))), '').catch(
          (error: unknown) => error,
        );
        if (fits) expect((outcome as Buffer).length).to.equal(size);
        else expect(outcome).to.include({ code: 'UPSTREAM_FAULT', detail: 'the answer is too large' });
        await stub?.stop();
      }
    });

    it('without an end is cut', async () => {
      let sent: Promise<number> = Promise.resolve(0);
      const { detail } = await failureFor((response) => {
        response.writeHead(200);
        sent = pour(response);
      });
      expect(detail).to.equal('the answer is too large');
      expect(await sent).to.be.lessThan(2 * limit);
    });

    it('that came small, for it was compressed, is cut too', async () => {
      const bomb = gzipSync(Buffer.alloc(4 * limit));
      expect(bomb.length).to.be.lessThan(MiB);
      const { detail } = await failureFor(send(200, bomb, { 'Content-Encoding': 'gzip' }));
      expect(detail).to.equal('the answer is too large');
    });
  });

  describe('an unreachable service', () => {
    const cases: readonly (readonly [name: string, url: () => Promise<string>, reason: RegExp])[] = [
      ['nobody listens', async () => `http://127.0.0.1:${await closedPort()}/x`, /\/x: connect ECONNREFUSED 127/],
      [
        'nobody listens at any address of a name',
        async () => `http://localhost:${await closedPort()}/x`,
        /ECONNREFUSED/,
      ],
      ['no URL', () => Promise.resolve('kontaktinfo'), /^kontaktinfo: .*(URL|url)/],
      ['another scheme', () => Promise.resolve('ftp://127.0.0.1/'), /^ftp:.*: unknown scheme/],
      [
        'cut off in mid-answer',
        () =>
          stubUrl((response) => {
            response.writeHead(200, { 'Content-Length': '1000' });
            response.write('<a', () => response.destroy());
          }),
        /: (other side closed|terminated|aborted)/,
      ],
      ['no HTTP at all', () => stubUrl((response) => void response.socket?.end('220 smtp\r\n')), /: .*(HTTP|Parse)/],
    ];
    for (const [name, url, reason] of cases) {
      it(name, async () => {
        const { code, detail } = await failureOf(postEnvelope(await url(), '<a/>'));
        expect(code).to.equal('UPSTREAM_UNREACHABLE');
        expect(detail).to.match(reason);
      });
    }

    it('one that never answers is given up after the timeout', async () => {
      const url = await stubUrl(() => {});
      const { code, detail } = await failureOf(postEnvelope(url, '<a/>', 50));
      expect(code).to.equal('UPSTREAM_UNREACHABLE');
      expect(detail).to.match(/timeout/);
    });

    it('one that never ends its answer is given up too', async () => {
      const url = await stubUrl((response) => void response.writeHead(200).write('<a>'));
      const { code } = await failureOf(postEnvelope(url, '<a/>', 50));
      expect(code).to.equal('UPSTREAM_UNREACHABLE');
    });
  });

  describe('octets as they are made', () => {
    const upload = (contentLength: number | undefined, ...chunks: string[]) => ({
      contentType: 'multipart/related; boundary=b',
      contentLength,
      body: (async function* () {
        for (const chunk of chunks) yield Buffer.from(chunk);
      })(),
    });

    it('come whole, whether they fit into limits.postedAtOnceBytes or not', async () => {
      for (const more of [-1, 0, 1]) {
        const url = await stubUrl(send(200, ''));
        const size = limits.postedAtOnceBytes + more;
        await postStream(url, upload(size, 'a'.repeat(size - 2), 'bc'));
        const body = stub?.received[0]?.body ?? '';
        expect([body.length, body.slice(-3)]).to.deep.equal([size, 'abc']);
        await stub?.stop();
      }
    });

    it('are given up after the timeout in the middle of an answer too', async () => {
      const url = await stubUrl((response) => void response.writeHead(200).write('<a>'));
      expect(await failureOf(postStream(url, upload(2, 'ab'), 200))).to.have.property('code', 'UPSTREAM_UNREACHABLE');
    });

    it('go with the length that is said, or in chunks, and any status is an answer', async () => {
      for (const length of [4, undefined]) {
        const url = await stubUrl(send(503, 'busy', { 'Content-Type': 'text/plain' }));
        const answer = await postStream(url, upload(length, 'ab', 'cd'));
        expect(answer).to.deep.equal({ status: 503, contentType: 'text/plain', octets: Buffer.from('busy') });
        const [request] = stub?.received ?? [];
        expect(request).to.deep.include({ method: 'POST', body: 'abcd' });
        expect(request?.headers['content-type']).to.equal('multipart/related; boundary=b');
        expect(request?.headers['content-length']).to.equal(length === undefined ? undefined : '4');
        await stub?.stop();
      }
    });

    it('follow no redirect', async () => {
      const url = await stubUrl(send(307, '', { Location: 'http://127.0.0.1:1/' }));
      expect((await postStream(url, upload(2, 'ab'))).status).to.equal(307);
    });

    it(`take an answer of ${limit} octets and no more`, async () => {
      const answer = (n: number) => async () => postStream(await stubUrl(send(200, Buffer.alloc(n))), upload(2, 'ab'));
      expect((await answer(limit)()).octets).to.have.length(limit);
      await stub?.stop();
      expect((await failureOf(answer(limit + 1)())).code).to.equal('UPSTREAM_FAULT');
    });

    it('are UPSTREAM_UNREACHABLE when nobody answers, or not in time', async () => {
      const nobody = postStream(`http://127.0.0.1:${await closedPort()}/`, upload(2, 'ab'));
      expect((await failureOf(nobody)).code).to.equal('UPSTREAM_UNREACHABLE');
      const silent = postStream(await stubUrl(() => {}), upload(2, 'ab'), 200);
      expect((await failureOf(silent)).code).to.equal('UPSTREAM_UNREACHABLE');
      await stub?.stop();
      const cut = postStream(await stubUrl((response) => void response.destroy()), upload(2, 'ab'));
      expect((await failureOf(cut)).code).to.equal('UPSTREAM_UNREACHABLE');
    });
  });
});
