import { expect } from 'chai';
import { lookupCommand } from '../../src/cli/lookup.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { closedPort, startStub } from '../client/stub.js';
import type { Change } from '../interop/proxy.js';
import { startProxy } from '../interop/proxy.js';
import type { TestGateway } from '../support/gateway.js';
import { startGateway } from '../support/gateway.js';
import { swap } from '../support/messages.js';
import type { CommandRun } from '../support/runCommand.js';
import { runCommand } from '../support/runCommand.js';
import { certs, lookupDeps } from './wiring.js';

const cast = testpersons(new Date());
const id = (navn: string): string => cast.find((t) => t.navn === navn)?.personidentifikator ?? `no ${navn}`;

describe('cli/lookup: what is refused', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  const runOn = (runningUrl: string | undefined, ...args: readonly string[]): Promise<CommandRun> =>
    runCommand((program) => lookupCommand(program, lookupDeps(runningUrl)), 'lookup', ...args);
  const run = (...args: readonly string[]): Promise<CommandRun> => runOn(gateway.url, ...args);

  /** The sentence of a command that could not be done. */
  async function sentence(outcome: Promise<CommandRun>): Promise<string> {
    const { code, out, err } = await outcome;
    expect([code, out], err).to.deep.equal([1, '']);
    return err;
  }

  describe('a fault', () => {
    it('is told in the words of the service', async () => {
      expect(await sentence(run(id('fresh'), '--key', certs('sender2.p12')))).to.equal(
        'The service that was called answered with a fault: Invalid service usage: Service owner 310000027 does not have access to OPPSLAGSTJENESTEN\n',
      );
      expect(await sentence(run('123'))).to.match(/answered with a fault: Invalid request: personidentifikator has 11/);
      expect(await sentence(run(...Array<string>(1001).fill(id('fresh'))))).to.match(/1 to 1000 personidentifikator/);
    });

    it('SECURITY 30: whose words are meant for the terminal is shown, not sent there', async () => {
      const stub = await startStub((response) => void response.writeHead(500).end('\u001b[2J\u009b2J\u202eevil'));
      try {
        const err = await sentence(run(id('fresh'), '--url', stub.url));
        expect(err).to.contain('HTTP 500:').and.to.contain('evil');
        expect(err).not.to.match(/(?!\n)\p{Cc}|\u202e/u);
      } finally {
        await stub.stop();
      }
    });
  });

  describe('an answer that was changed on its way', () => {
    async function through(change: Change, ...options: readonly string[]): Promise<CommandRun> {
      const proxy = await startProxy(gateway.url, change);
      try {
        return await run(id('fresh'), '--url', proxy.url, ...options);
      } finally {
        await proxy.stop();
      }
    }

    it('is refused, and nothing of it is shown', async () => {
      expect((await through((answer) => answer)).code).to.equal(0);
      const flip = (c: string): string => (c === 'A' ? 'B' : 'A');
      const changes: Readonly<Record<string, Change>> = {
        'cipher text': (t) =>
          t.replace(/(<env:Body.*<xenc:CipherValue>.{400})(.)/, (_, a: string, c: string) => a + flip(c)),
        confirmation: (t) =>
          t.replace(/(SignatureConfirmation [^>]*Value=")(.)/, (_, a: string, c: string) => a + flip(c)),
        signature: (t) => t.replace(/(<ds:SignatureValue>)(.)/, (_, a: string, c: string) => a + flip(c)),
        key: (t) => t.replace(/(<xenc:CipherValue>)(.)/, (_, a: string, c: string) => a + flip(c)),
      };
      for (const [what, change] of Object.entries(changes)) {
        expect(await sentence(through(change)), what).to.match(
          /^The answer of http:\S+ is refused, and nothing of it is shown: .+ \(FAILED_CHECK\)\. Somebody may have changed it on its way/,
        );
      }
    });

    it('or was given to another request is refused', async () => {
      let first: string | undefined;
      const proxy = await startProxy(gateway.url, (answer) => (first ??= answer));
      try {
        expect((await run(id('fresh'), '--url', proxy.url)).code).to.equal(0);
        expect(await sentence(run(id('fresh'), '--url', proxy.url))).to.match(/\(FAILED_CHECK\)/);
      } finally {
        await proxy.stop();
      }
    });

    it('or got something more into Security is refused', async () => {
      const err = await sentence(through((t) => swap(t, '</wsse:Security>', '<x/></wsse:Security>')));
      expect(err).to.match(/unknown child of Security \(INVALID_SECURITY\)/);
    });

    it('or is none at all is refused, with a hint at the address', async () => {
      for (const other of ['<html>Welcome</html>', 'OK', '']) {
        expect(await sentence(through(() => other))).to.match(
          /\(MALFORMED_XML\)\. Check with --url that this is a 16-02 service/,
        );
      }
    });
  });

  describe('who answers', () => {
    it('must be the organisation that is expected', async () => {
      expect(await sentence(run(id('fresh'), '--expect', '310000051'))).to.match(
        /the answer is signed by 991825827, not 310000051 \(FAILED_AUTHENTICATION\)\. If another may answer here, name it with --expect\./,
      );
    });

    it('--expect any: may be whom the authorities vouch for', async () => {
      expect((await run(id('fresh'), '--expect', 'any')).code).to.equal(0);
    });

    it('--trust: must be one the named authorities vouch for', async () => {
      expect((await run(id('fresh'), '--trust', certs('root.pem'), '--expect', 'any')).code).to.equal(1);
      expect(await sentence(run(id('fresh'), '--trust', certs('sender.cert.pem')))).to.match(
        /\(INVALID_SECURITY_TOKEN\)\. If you believe whoever issued its certificate, name them with --trust\./,
      );
    });
  });

  describe('what cannot be done', () => {
    it('no gateway runs: what to do; a wrong call, exit code 2', async () => {
      const { code, out, err } = await runOn(undefined, id('fresh'));
      expect([code, out, err]).to.deep.equal([
        2,
        '',
        'No gateway runs on this data directory. Start one with npm start, or name a service with --url.\n',
      ]);
    });

    it('nobody asked about: exit code 2', async () => {
      const { code, err } = await run();
      expect(code).to.equal(2);
      expect(err).to.contain("missing required argument 'id'");
    });

    it('nobody listens: where, and why', async () => {
      const url = `http://127.0.0.1:${await closedPort()}/ws-v5`;
      expect(await sentence(run(id('fresh'), '--url', url))).to.equal(
        `The service that was called cannot be reached: ${url}: connect ECONNREFUSED ${new URL(url).host}. Check its address, and try again\n`,
      );
      expect(await sentence(run(id('fresh'), '--url', 'not a url'))).to.match(/cannot be reached: not a url: /);
    });

    it('something else listens: what it said', async () => {
      expect(await sentence(run(id('fresh'), '--url', `${gateway.base}/nowhere`))).to.match(
        /answered with a fault: HTTP 40\d: /,
      );
    });

    it('a key store that is not there, a trust file that is not there', async () => {
      const missing = certs('missing');
      const next = 'Name another file, or run npm start once.\n';
      expect(await sentence(run(id('fresh'), '--key', missing))).to.equal(
        `The key store ${missing} cannot be read (ENOENT). ${next}`,
      );
      expect(await sentence(run(id('fresh'), '--trust', missing))).to.equal(
        `The trust file ${missing} cannot be read (ENOENT). ${next}`,
      );
    });

    it('a wrong password, a file that is no key store', async () => {
      expect(await sentence(run(id('fresh'), '--password', 'wrong'))).to.equal(
        'The key store cannot be opened: the password is wrong; set the one that it was exported with\n',
      );
      expect(await sentence(run(id('fresh'), '--key', certs('ca.pem')))).to.match(
        /^The key store is damaged, or is no/,
      );
    });

    it('an identifier that no request can hold', async () => {
      expect(await sentence(run('1234567890\u0007'))).to.match(/^The request could not be written: .+\.\n$/);
    });
  });
});
