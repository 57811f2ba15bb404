import { expect } from 'chai';
import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import type { IncomingMessage } from 'node:http';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/index.js';
import { testCertsDir } from '../support/gateway.js';
import { soapPath, startEdge, type TestEdge } from './edge.js';

describe('http edge with TLS of its own', () => {
  let running: TestEdge;
  before(async () => {
    const { identities } = await ensureDevelopmentPki(testCertsDir);
    const { key, certificate } = identities.posthorn.files;
    running = await startEdge({
      config: { tlsKey: key, tlsCert: certificate },
      times: { httpHeadersTimeout: 200 },
      handler: async (_request, response, { secure, publicUrl }) => {
        response.end(JSON.stringify({ secure, publicUrl }));
      },
    });
  });
  after(() => running.edge.close(0));

  it('serves https, and tells the handler so', async () => {
    const outgoing = request(running.url + soapPath, { method: 'POST', rejectUnauthorized: false, agent: false }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(JSON.parse(await text(response))).to.deep.equal({ secure: true, publicUrl: running.url });
    expect(running.url).to.match(/^https:/);
  });

  it('refuses TLS 1.1', async () => {
    const socket = connectTls({
      port: running.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.match(/SSL|ECONNRESET/);
  });

  it('says nothing to a caller who does not speak TLS', async () => {
    const socket = connect(running.port, '127.0.0.1').on('error', () => {});
    socket.write(`POST ${soapPath} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(await text(socket).catch(() => '')).to.not.include('HTTP');
  });

  it('SECURITY 101: closes a connection that never finishes its handshake', async () => {
    const socket = connect(running.port, '127.0.0.1').on('error', () => {});
    await once(socket.resume(), 'close');
  });
});
