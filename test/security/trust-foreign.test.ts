import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pem } from '../../src/security/x509.js';
import { foreign } from '../support/foreign.js';
import { badChains, makeChain, testTime, type Chain } from '../support/pki.js';

/** What OpenSSL's path check has no opinion on: hashes of lists, what a signer's key is for, and that Ø is a large ø. */
const oursAlone: ReadonlySet<string> = new Set([
  'list signed with SHA-1',
  'key for encryption only',
  'no key usage',
  'authority as signer',
  'extended usage for TLS clients only',
  'excluded name in other letters',
]);

describe('trust: OpenSSL judges the test chains alike', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'posthorn-trust-'));
  });
  after(() => rm(dir, { recursive: true }));

  async function argumentsFor(chain: Chain): Promise<string[]> {
    const file = async (name: string, content: string): Promise<string> => {
      await writeFile(join(dir, name), content);
      return join(dir, name);
    };
    const list = (crl: Buffer): string => pem(crl, 'X509 CRL');
    const seconds = String(testTime.getTime() / 1000);
    return [
      ...['verify', '-crl_check_all', '-x509_strict', '-attime', seconds],
      ...['-CAfile', await file('root.pem', pem(chain.root, 'CERTIFICATE'))],
      ...['-untrusted', await file('issuing.pem', pem(chain.issuing, 'CERTIFICATE'))],
      ...['-CRLfile', await file('crl.pem', list(chain.issuingCrl) + list(chain.rootCrl))],
      await file('leaf.pem', pem(chain.leaf, 'CERTIFICATE')),
    ];
  }

  it('believes the good chain', async function () {
    const { output, content } = foreign(this, 'openssl', await argumentsFor(makeChain()));
    expect(content, output).to.equal(true);
  });

  for (const { security, wrong, changes } of badChains) {
    if (![79, 80, 81, 82].includes(security) || oursAlone.has(wrong)) continue;
    it(`SECURITY ${security}: ${wrong} is refused`, async function () {
      const { output, content } = foreign(this, 'openssl', await argumentsFor(makeChain(changes())));
      expect(content, output).to.equal(false);
    });
  }
});
