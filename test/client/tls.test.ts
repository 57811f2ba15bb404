import { randomUUID } from 'node:crypto';
import { createServer, globalAgent, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { postStream } from '../../src/client/post.js';
import { Failure } from '../../src/errors.js';
import { der } from '../../src/security/der.js';
import { makeChain, testKey, type ChainChanges } from '../support/pki.js';
import { altinnbrev, clients } from './altinn/clients.js';

const SUBJECT_ALT_NAME = '2.5.29.17';
/** DNS name, context tag 2 of GeneralName. */
const nameOf = (host: string) => ({
  oid: SUBJECT_ALT_NAME,
  critical: false,
  value: der.sequence(der.element(0x82, Buffer.from(host, 'latin1'))),
});
const leafKey = testKey('tls server');
const leaf = { extensions: [nameOf('localhost')] };
const pem = (certificate: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;

/** What a server with a certificate for localhost says, good but for what a test changes. */
function serverOptions(changes: ChainChanges = {}, options: ServerOptions = {}): ServerOptions {
  const chain = makeChain({ leafKey, leaf, ...changes });
  const key = leafKey.privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { key, cert: pem(chain.leaf) + pem(chain.issuing), ...options };
}

const past = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2020-02-01T00:00:00Z') };
const byItself = { name: [{ type: 'CN', value: 'localhost' }], privateKey: leafKey.privateKey } as const;
const byNobody = { name: [{ type: 'CN', value: 'Nobody' }], privateKey: testKey('stranger').privateKey } as const;

const servers: Readonly<Record<string, readonly [reason: RegExp, options: ServerOptions]>> = {
  'an expired certificate': [/^CERT_HAS_EXPIRED$/, serverOptions({ leaf: { ...leaf, ...past } })],
  'a certificate of another host': [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    serverOptions({ leaf: { extensions: [nameOf('other.example.com')] } }),
  ],
  'a self-signed certificate': [
    /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    serverOptions({ leaf: { ...leaf, subject: byItself.name, issuer: byItself } }),
  ],
  'a certificate of an authority that nobody knows': [
    /^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/,
    serverOptions({ leaf: { ...leaf, issuer: byNobody } }),
  ],
  'TLS 1.1': [
    /^(?:ERR_SSL_\w+|EPROTO|ECONNRESET)$/,
    serverOptions({}, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  ],
};

describe('client: TLS of the services that are called', () => {
  const { ca } = globalAgent.options;
  before(() => {
    globalAgent.options.ca = pem(makeChain().root);
  });
  after(() => {
    globalAgent.options.ca = ca;
  });

  const upload = (url: string): Promise<unknown> => {
    const octets = Buffer.from('a letter');
    const body = (async function* () {
      yield octets;
    })();
    return postStream(url, { contentType: 'text/plain', contentLength: octets.length, body });
  };

  /** Posts to a server. @returns what came of it, and what the server has read */
  async function postTo(options: ServerOptions, post = upload) {
    let heard = '';
    const server = createServer(options, (request, response) => {
      request.on('data', (piece: Buffer) => (heard += piece.toString()));
      request.on('end', () => response.end('<ok/>'));
    }).on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
      const outcome: unknown = await post(url).catch((error: unknown) => error);
      return { outcome, heard };
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it('posts to a server whose certificate is good', async () => {
    const { outcome, heard } = await postTo(serverOptions());
    expect(outcome).to.include({ status: 200 });
    expect(heard).to.equal('a letter');
  });

  for (const [what, [reason, options]] of Object.entries(servers)) {
    it(`SECURITY 111: a server with ${what} is told nothing, and the reason is said`, async () => {
      const { outcome, heard } = await postTo(options);
      expect(outcome).to.be.instanceOf(Failure);
      expect((outcome as Failure).code).to.equal('UPSTREAM_UNREACHABLE');
      expect((outcome as Failure).values['reason']).to.match(reason);
      expect(heard).to.equal('');
    });

    // Tokens are asked for by another way to the network, which knows no authority of this test.
    const kinds = what.includes('nobody knows') ? (['rest', 'soap'] as const) : (['soap'] as const);
    for (const kind of kinds) {
      it(`SECURITY 111: Altinn by ${kind} with ${what} is told nothing, and the letter waits`, async () => {
        const { outcome, heard } = await postTo(options, (url) =>
          clients[kind]({ url, maskinporten: url }).send(altinnbrev(), randomUUID()),
        );
        expect(outcome).to.include({ type: 'nei', art: 'naas_ikke' });
        expect(heard).to.equal('');
      });
    }
  }
});
