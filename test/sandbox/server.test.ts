import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { callLookup, lookUpPersons } from '../../src/client/oppslagstjenesten.js';
import { faultReason } from '../../src/client/post.js';
import {
  encodeHentEndringer,
  encodeHentPersoner,
  encodeHentPrintSertifikat,
} from '../../src/contract/oppslagstjenesten/encode.js';
import { decodePersons } from '../../src/contract/oppslagstjenesten/decode.js';
import { PATH } from '../../src/contract/oppslagstjenesten/names.js';
import { informasjonsbehov } from '../../src/domain/person.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { identityNames } from '../../src/sandbox/pki/identities.js';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { parseCrl } from '../../src/security/crl.js';
import { SOAP11, SOAP12 } from '../../src/soap/names.js';
import { attribute, childElements, textOf } from '../../src/xml/model.js';
import { dotnetEnvelope, dotnetOpen, dotnetPost, hentPersonerBody } from '../interop/dotnetlike.js';
import type { Callable } from '../support/caller.js';
import { postRaw, serviceAs, signedAs } from '../support/caller.js';
import { testCertsDir } from '../support/gateway.js';
import { faults, validator } from '../support/xsd.js';

const cast = testpersons(new Date());
const ids = cast.map((t) => t.personidentifikator);
const uuid = /<ph:CorrelationId[^>]*>([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})<\/ph:CorrelationId>/;

/** Doubles whose broker is nowhere: what they report is lost. */
const offline = { trayDir: 'never-used', brokerUrl: () => Promise.resolve(undefined), lost: () => undefined };

describe('sandbox/server', () => {
  let sandbox: Sandbox;
  let service: Callable;
  before(async function () {
    this.timeout(60_000);
    const pki = await ensureDevelopmentPki(testCertsDir);
    sandbox = await startSandbox(pki, 0, offline);
    service = { url: sandbox.url + PATH, pki };
  });
  after(() => sandbox.close());

  describe('the look-up service', () => {
    it('answers every signer of the development authority', async () => {
      for (const name of identityNames) {
        const persons = await lookUpPersons(serviceAs(service, name), ['Person'], ids.slice(0, 1));
        expect(persons, name).to.have.length(1);
      }
    });

    it('answers whoever is acted for, also when that is not signed', async () => {
      expect(await lookUpPersons(serviceAs(service, 'sender2'), [], ids, '999999999')).to.have.length(12);
      const body = hentPersonerBody(['Person'], ids);
      const request = dotnetEnvelope({ certs: testCertsDir, body, paaVegneAv: '310000019' });
      const { status, text } = await dotnetPost(service.url, request);
      expect(status).to.equal(200);
      expect(dotnetOpen(text, request, testCertsDir)).to.contain(`>${ids[0]}<`);
    });

    it('R-03: judges freshness by the calendar', async () => {
      const now = new Date();
      const calendar = { now: () => new Date(now.getTime() + 600 * 86_400_000) };
      const later = await startSandbox(service.pki, 0, { ...offline, calendar });
      const at = serviceAs({ ...service, url: later.url + PATH }, 'sender');
      const [fresh] = await lookUpPersons(at, ['VarslingsStatus'], ids.slice(0, 1));
      expect(fresh?.varslingsstatus).to.equal('KAN_IKKE_VARSLES');
      await later.close();
    });

    it('tells about the twelve test persons what the rules say', async () => {
      const answers = await lookUpPersons(serviceAs(service, 'sender'), informasjonsbehov, ids);
      const told = answers.map((p, i) => [cast[i]?.navn, p.status, p.varslingsstatus, p.x509Sertifikat !== undefined]);
      const no = 'KAN_IKKE_VARSLES';
      expect(told).to.deep.equal([
        ['fresh', 'AKTIV', 'KAN_VARSLES', false],
        ['stale-mail', 'AKTIV', 'KAN_VARSLES', false],
        ['stale-mobile', 'AKTIV', 'KAN_VARSLES', false],
        ['both-stale', 'AKTIV', no, false],
        ['reserved', 'AKTIV', no, false],
        ['no-contact', 'AKTIV', no, false],
        ['deleted', 'SLETTET', no, false],
        ['unknown', 'IKKE_REGISTRERT', no, false],
        ['digipost', 'AKTIV', 'KAN_VARSLES', true],
        ['e-boks', 'AKTIV', 'KAN_VARSLES', true],
        ['d-number', 'AKTIV', 'KAN_VARSLES', true],
        ['2032-number', 'AKTIV', 'KAN_VARSLES', true],
      ]);
    });

    it('gives the certificates of the suppliers', async () => {
      const { digipost, eboks, utskrift } = service.pki.identities;
      const one = async (navn: string) =>
        (
          await lookUpPersons(
            serviceAs(service, 'sender'),
            ['Sertifikat'],
            [cast.find((t) => t.navn === navn)?.personidentifikator ?? ''],
          )
        )[0]?.x509Sertifikat;
      expect(await one('digipost')).to.equal(digipost.certificate.toString('base64'));
      expect(await one('e-boks')).to.equal(eboks.certificate.toString('base64'));
      const print = await callLookup(serviceAs(service, 'sender'), encodeHentPrintSertifikat());
      expect(childElements(print).map(textOf)).to.deep.equal([
        utskrift.organisasjonsnummer,
        utskrift.certificate.toString('base64'),
      ]);
    });

    it('R-07: has the test persons as its changes, from 1', async () => {
      const registered = cast.filter((t) => t.person !== undefined).map((t) => t.personidentifikator);
      for (const [fra, skipped] of [
        [-1, 0],
        [0, 0],
        [1, 0],
        [2, 1],
        [11, 10],
        [12, 11],
      ] as const) {
        const answer = await callLookup(serviceAs(service, 'sender'), encodeHentEndringer([], fra));
        expect(decodePersons(answer).map((p) => p.personidentifikator)).to.deep.equal(registered.slice(skipped));
        const numbers = ['fraEndringsNummer', 'tilEndringsNummer', 'senesteEndringsNummer'];
        expect(numbers.map((n) => attribute(answer, n))).to.deep.equal([String(fra), '11', '11']);
      }
    });

    it('answers the same signed request again', async () => {
      const { envelope, open } = await signedAs(service, 'sender', encodeHentPersoner([], ids));
      for (let i = 0; i < 2; i++) {
        const { status, octets } = await postRaw(service.url, envelope);
        expect(status).to.equal(200);
        expect(decodePersons(open(octets))).to.have.length(12);
      }
    });
  });

  describe('a fault', () => {
    const good = async (): Promise<string> => (await signedAs(service, 'sender', encodeHentPersoner([], ids))).envelope;
    const rows: readonly (readonly [name: string, make: (good: string) => string, reason: RegExp])[] = [
      ['for no XML', () => 'text', /^Malformed request/],
      ['for nothing', () => '', /^Malformed request/],
      ['for a message that was changed', (t) => t.replace(ids[0] ?? '', '00000000000'), /^A security error/],
      ['for SOAP 1.1', (t) => t.replaceAll(SOAP12, SOAP11), /^The SOAP version is not supported here/],
      [
        'for a message without Security',
        () => `<e:Envelope xmlns:e="${SOAP12}"><e:Body/></e:Envelope>`,
        /^A security error/,
      ],
      [
        'for a message that is too large',
        () => `<e:Envelope xmlns:e="${SOAP12}">${' '.repeat(2_000_000)}`,
        /^The request is too large/,
      ],
    ];
    for (const [name, make, reason] of rows) {
      it(`${name} has HTTP 500, a reason, a correlation id of its own and nothing else`, async () => {
        const validate = validator(faults);
        try {
          const seen = new Set<string>();
          for (let i = 0; i < 2; i++) {
            const { status, text, headers, octets } = await postRaw(service.url, make(await good()));
            expect(status).to.equal(500);
            expect(headers.get('content-type')).to.match(/^(application\/soap\+xml|text\/xml); charset=utf-8$/);
            expect(faultReason(octets)).to.match(reason);
            expect(validate(text)).to.deep.equal([]);
            expect(text).not.to.match(/node_modules|\.[jt]s\b|\n\s+at |Error/);
            seen.add(uuid.exec(text)?.[1] ?? 'none');
          }
          expect(seen.size).to.equal(2);
          expect(seen.has('none')).to.equal(false);
        } finally {
          validate.dispose();
        }
      });
    }

    it('is read by a caller that is still sending', async () => {
      const socket = connect({ port: Number(new URL(sandbox.url).port), host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n<not-soap>`);
      const [data] = (await once(socket, 'data')) as [Buffer];
      expect(data.toString()).to.match(/^HTTP\/1\.1 500 [^]*Malformed request/);
      socket.destroy();
    });

    it('does not keep the next good request from its answer', async () => {
      await postRaw(service.url, 'text');
      expect(await lookUpPersons(serviceAs(service, 'sender'), [], ids)).to.have.length(12);
    });
  });

  describe('everything else', () => {
    it('serves the revocation lists of the authority', async () => {
      for (const [index, name] of ['issuing.crl', 'root.crl'].entries()) {
        const response = await fetch(`${sandbox.url}/crl/${name}`);
        const octets = Buffer.from(await response.arrayBuffer());
        expect([response.status, response.headers.get('content-type')]).to.deep.equal([200, 'application/pkix-crl']);
        expect(octets.equals(service.pki.crls[index] as Buffer)).to.equal(true);
        expect(() => parseCrl(octets)).not.to.throw();
      }
    });

    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/crl/'],
      ['GET', '/crl/other.crl'],
      ['GET', '/crl/..%2fsender.p12'],
      ['GET', '/crl/sender.p12'],
      ['GET', '/crl/__proto__'],
      ['GET', '/crl/%'],
      ['GET', '/%00'],
      ['GET', '/<script>alert(1)</script>'],
      ['GET', PATH],
      ['PUT', PATH],
      ['DELETE', '/crl/issuing.crl'],
      ['POST', '/kontaktinfo-external/ws-v4'],
    ] as const) {
      it(`${method} ${path} is nothing, and says nothing about us`, async () => {
        const response = await fetch(sandbox.url + path, { method });
        const text = await response.text();
        expect(response.status).to.be.oneOf([400, 404]);
        expect(response.headers.get('content-type')).to.match(/^text\/plain/);
        expect(response.headers.get('x-powered-by')).to.equal(null);
        expect(text).to.match(/^[A-Za-z ]{1,40}\n$/);
      });
    }
  });

  describe('close', () => {
    it('finishes what is in flight, ends idle connections and lets go of the port', async function () {
      this.timeout(10_000);
      const own = await startSandbox(service.pki, 0, offline);
      const port = Number(new URL(own.url).port);
      const agent = new Agent({ keepAlive: true });
      const get = (): Promise<number> =>
        new Promise((resolve, reject) => {
          const request = httpRequest({ port, host: '127.0.0.1', path: '/crl/root.crl', agent }, (response) => {
            response.resume().once('end', () => resolve(response.statusCode ?? 0));
          });
          request.on('error', reject).end();
        });
      expect(await get()).to.equal(200);
      const { envelope } = await signedAs(service, 'sender', encodeHentPersoner([], ids));
      const slow = httpRequest({
        port,
        host: '127.0.0.1',
        path: PATH,
        method: 'POST',
        agent: new Agent({ keepAlive: true }),
      });
      slow.write(envelope.slice(0, 100));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const closed = own.close();
      slow.end(envelope.slice(100));
      const [response] = (await once(slow, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
      expect(response.statusCode).to.equal(200);
      response.resume();
      await closed;
      const again = await startSandbox(service.pki, port, offline);
      await again.close();
      agent.destroy();
    });

    it('does not wait for a caller that never ends its request', async () => {
      const own = await startSandbox(service.pki, 0, offline);
      const socket = connect({ port: Number(new URL(own.url).port), host: '127.0.0.1' });
      socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n`);
      await once(socket, 'connect');
      const cut = once(socket, 'close');
      socket.on('error', () => {});
      await own.close();
      await cut;
    });

    it('says why it cannot start on a port that is taken', async () => {
      const port = Number(new URL(sandbox.url).port);
      const outcome = await startSandbox(service.pki, port, offline).catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(Error).with.property('code', 'EADDRINUSE');
    });
  });
});
