import { expect } from 'chai';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createCallerReader, type Caller, type CallerConfig } from '../../src/http/caller.js';

const plain: CallerConfig = { host: '127.0.0.1', publicUrl: undefined, trustedProxies: [], tlsProxy: false };
const proxied: CallerConfig = { ...plain, trustedProxies: ['10.0.0.5', '192.168.0.0/16', 'fd00::/8'] };

interface From {
  headers?: IncomingHttpHeaders;
  peer?: string;
  encrypted?: boolean;
}

function caller(config: CallerConfig, { headers = {}, peer = '203.0.113.9', encrypted = false }: From): Caller {
  const socket = { remoteAddress: peer, localPort: 8080, encrypted };
  return createCallerReader(config)({ headers, socket } as unknown as IncomingMessage);
}

describe('the caller: public address', () => {
  it('is the configured one, whatever the request says', () => {
    const config = { ...proxied, publicUrl: 'https://post.example.no/base' };
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
    expect(caller(config, { headers, peer: '10.0.0.5' }).publicUrl).to.equal('https://post.example.no/base');
  });

  for (const host of ['localhost', 'localhost:8080', 'post.example.no', '127.0.0.1:1', '[::1]:8080', 'a-b.c']) {
    it(`follows the Host ${host}`, () => {
      expect(caller(plain, { headers: { host } }).publicUrl).to.equal(`http://${host}`);
      expect(caller(plain, { headers: { host }, encrypted: true }).publicUrl).to.equal(`https://${host}`);
    });
  }

  const hosts = ['', 'a b', 'a/b', 'user@a', 'a"b', '<a>', 'a:b', 'a:123456', 'a\\b', 'a?b', '-a', 'a..b', '[x]', 'æ'];
  for (const host of [undefined, ...hosts, 'a'.repeat(64), 'a.'.repeat(200)]) {
    it(`replaces the Host ${JSON.stringify(host)?.slice(0, 30)} by the configured one`, () => {
      const headers = host === undefined ? {} : { host };
      expect(caller(plain, { headers }).publicUrl).to.equal('http://127.0.0.1:8080');
      expect(caller({ ...plain, host: '::1' }, { headers }).publicUrl).to.equal('http://[::1]:8080');
    });
  }
});

describe('the caller: X-Forwarded-*', () => {
  const headers = {
    host: 'inside',
    'x-forwarded-host': 'post.example.no',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '198.51.100.7',
  };

  it('does not count from anybody', () => {
    const expected = { publicUrl: 'http://inside', secure: false, remote: '203.0.113.9' };
    expect(caller(plain, { headers })).to.deep.equal(expected);
    expect(caller(proxied, { headers })).to.deep.equal(expected);
    expect(caller(proxied, { headers, peer: '10.0.0.6' }).secure).to.equal(false);
  });

  for (const peer of ['10.0.0.5', '192.168.255.1', '::ffff:10.0.0.5', 'fd12::1']) {
    it(`counts from the trusted proxy ${peer}`, () => {
      expect(caller(proxied, { headers, peer })).to.deep.equal({
        publicUrl: 'https://post.example.no',
        secure: true,
        remote: '198.51.100.7',
      });
    });
  }

  it('of several values the last counts, which our proxy wrote', () => {
    const several = {
      host: 'inside',
      'x-forwarded-host': 'evil.example, post.example.no',
      'x-forwarded-proto': 'https, http',
      'x-forwarded-for': '1.2.3.4, 198.51.100.7, 192.168.0.1',
    };
    expect(caller(proxied, { headers: several, peer: '10.0.0.5' })).to.deep.equal({
      publicUrl: 'http://post.example.no',
      secure: false,
      remote: '198.51.100.7',
    });
  });

  it('falls back where a value is no host or no address', () => {
    const broken = { host: 'inside', 'x-forwarded-host': 'a b', 'x-forwarded-for': 'unknown' };
    expect(caller(proxied, { headers: broken, peer: '10.0.0.5' })).to.include({
      publicUrl: 'http://inside',
      remote: '10.0.0.5',
    });
  });

  it('a declared TLS proxy is believed without X-Forwarded-Proto, and only from its address', () => {
    const config = { ...proxied, tlsProxy: true };
    const host = { host: 'post.example.no' };
    expect(caller(config, { headers: host, peer: '10.0.0.5' }).secure).to.equal(true);
    expect(caller(config, { headers: host }).secure).to.equal(false);
    expect(caller(config, { headers: { ...host, 'x-forwarded-proto': 'http' }, peer: '10.0.0.5' }).secure).to.equal(
      false,
    );
  });
});
