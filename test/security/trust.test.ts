import { expect } from 'chai';
import { parseCrl, type Crl } from '../../src/security/crl.js';
import { createTrust, type TrustOptions } from '../../src/security/trust.js';
import { extensionTypes, fingerprint } from '../../src/security/x509.js';
import { limits } from '../../src/limits.js';
import { authoritySubject } from '../../src/sandbox/pki/identities.js';
import { encodeName, issueCertificate, type CertificateSpec, type Issuer } from '../../src/sandbox/pki/issue.js';
import { der } from '../../src/security/der.js';
import {
  badChains,
  failureOf,
  leafSubject,
  madeUpPublicKey,
  makeChain,
  serials,
  testKey,
  testTime,
  trustOf,
  type ChainChanges,
} from '../support/pki.js';

const refused = 'INVALID_SECURITY_TOKEN';
const good = makeChain();
const directoryAlias = {
  oid: extensionTypes.subjectAltName,
  critical: false,
  value: der.sequence(der.explicit(4, encodeName(leafSubject))),
};

describe('trust: a good chain', () => {
  it('is believed, with the number that it proves', () => {
    const certificate = trustOf(good).check(good.leaf, testTime);
    expect(certificate.organisasjonsnummer).to.equal('310000019');
    expect(certificate.fingeravtrykk).to.equal(fingerprint(good.leaf));
  });

  const alsoGood: Readonly<Record<string, ChainChanges>> = {
    'signed with SHA-384': { leaf: { hash: 'sha384' } },
    'signed with SHA-512': { leaf: { hash: 'sha512' } },
    'signed with RSASSA-PSS': { leaf: { pss: true }, issuing: { pss: true } },
    'whose root signed itself with SHA-1': { root: { hash: 'sha1' } },
    'with extended usage for TLS clients and mail': {
      leaf: { extKeyUsage: ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4'] },
    },
    'within its name constraints': {
      issuing: { nameConstraints: { permitted: [[{ type: 'C', value: 'NO' }]] } },
      root: { nameConstraints: { excluded: [[{ type: 'C', value: 'SE' }]] } },
    },
    'with an unknown extension that is not critical': {
      leaf: { extensions: [{ oid: '1.2.3.4', critical: false, value: der.null() }] },
    },
    'whose list names another': { issuingCrl: { revoked: [{ serial: 77n, at: testTime }] } },
    'without a number': { leaf: { subject: [{ type: 'CN', value: '310000019' }] } },
  };
  for (const [what, changes] of Object.entries(alsoGood)) {
    it(`${what} is believed`, () => {
      const chain = makeChain(changes);
      expect(trustOf(chain).check(chain.leaf, testTime).der.equals(chain.leaf)).to.equal(true);
    });
  }

  it('SECURITY 82: the key usage is judged by the purpose', () => {
    const signer = makeChain({ leaf: { keyUsage: ['digitalSignature'] } });
    const recipient = makeChain({ leaf: { keyUsage: ['keyEncipherment'] } });
    expect(trustOf(signer).check(signer.leaf, testTime, 'sign').serial).to.equal(serials.leaf.toString());
    expect(trustOf(recipient).check(recipient.leaf, testTime, 'encrypt').serial).to.equal(serials.leaf.toString());
    expect(failureOf(() => trustOf(signer).check(signer.leaf, testTime, 'encrypt')).code).to.equal(refused);
    expect(failureOf(() => trustOf(recipient).check(recipient.leaf, testTime, 'sign')).code).to.equal(refused);
  });
});

describe('trust: a chain with one fault', () => {
  for (const { security, wrong, detail, changes } of badChains) {
    it(`SECURITY ${security}: ${wrong} is refused`, () => {
      const chain = makeChain(changes());
      const failure = failureOf(() => trustOf(chain).check(chain.leaf, testTime));
      expect(failure.code).to.equal(refused);
      expect(failure.detail).to.match(detail);
    });
  }

  it('no changed octet of a certificate is believed, or breaks anything', () => {
    const rich = makeChain({
      leaf: {
        pss: true,
        extKeyUsage: ['1.3.6.1.5.5.7.3.4'],
        crlUrls: ['http://127.0.0.1/'],
        extensions: [directoryAlias],
      },
      issuing: { nameConstraints: { permitted: [[{ type: 'C', value: 'NO' }]] } },
    });
    const trust = trustOf(rich);
    trust.check(rich.leaf, testTime);
    for (let at = 0; at < rich.leaf.length; at++)
      for (const bit of [0x01, 0x80]) {
        const changed = Buffer.from(rich.leaf);
        changed[at]! ^= bit;
        expect(failureOf(() => trust.check(changed, testTime)).code).to.equal(refused);
      }
  });

  it('SECURITY 85: RSASSA-PSS with a salt length that the verifier would read as "any" is refused', () => {
    const { leaf } = makeChain({ leaf: { pss: true } });
    const salt = Buffer.from('a203020120', 'hex');
    const changed = Buffer.from(leaf.toString('hex').replaceAll(salt.toString('hex'), 'a2030201fe'), 'hex');
    expect(changed.equals(leaf)).to.equal(false);
    expect(failureOf(() => trustOf(good).check(changed, testTime)).detail).to.match(/salt length/);
  });

  it('an invalid time is refused', () => {
    expect(failureOf(() => trustOf(good).check(good.leaf, new Date(NaN))).code).to.equal(refused);
    const trust = trustOf(good, { revocation: 'off' });
    expect(failureOf(() => trust.check(good.leaf, new Date(NaN))).code).to.equal(refused);
  });
});

describe('trust: validity and revocation of a certificate that is known', () => {
  it('SECURITY 79: judges the first and the last second of every certificate each time', () => {
    const [notBefore, notAfter] = [new Date('2026-03-01T00:00:00Z'), new Date('2026-03-03T00:00:00Z')];
    for (const link of ['leaf', 'issuing', 'root'] as const) {
      const chain = makeChain({ [link]: { notBefore, notAfter } });
      const trust = trustOf(chain);
      const at = (time: Date, offset: number) => () => trust.check(chain.leaf, new Date(time.getTime() + offset));
      expect(at(notBefore, 0)().serial).to.equal(serials.leaf.toString());
      expect(at(notAfter, 0)().serial).to.equal(serials.leaf.toString());
      expect(failureOf(at(notBefore, -1)).code).to.equal(refused);
      expect(failureOf(at(notAfter, 1)).code).to.equal(refused);
      expect(at(testTime, 0)().serial).to.equal(serials.leaf.toString());
    }
  });

  it('SECURITY 81: a new list revokes at once', () => {
    let crls: readonly Crl[] = [good.issuingCrl, good.rootCrl].map(parseCrl);
    const trust = trustOf(good, { crls: () => crls });
    trust.check(good.leaf, testTime);
    const thisUpdate = new Date(testTime.getTime() - 1000);
    const revoked = [{ serial: serials.leaf, at: thisUpdate }];
    crls = [...crls, parseCrl(makeChain({ issuingCrl: { thisUpdate, revoked } }).issuingCrl)];
    expect(failureOf(() => trust.check(good.leaf, testTime)).detail).to.match(/revoked/);
  });

  it('SECURITY 81: an older list does not take a revocation back', () => {
    const revoked = [{ serial: serials.leaf, at: testTime }];
    const newer = makeChain({ issuingCrl: { thisUpdate: new Date('2026-01-01T00:00:00Z'), revoked } }).issuingCrl;
    const crls = [newer, good.issuingCrl, good.rootCrl].map(parseCrl);
    expect(failureOf(() => trustOf(good, { crls: () => crls }).check(good.leaf, testTime)).detail).to.match(/revoked/);
  });

  it('SECURITY 81: without a list nobody is believed, unless revocation is off', () => {
    expect(failureOf(() => trustOf(good, { crls: () => [] }).check(good.leaf, testTime)).detail).to.match(/no genuine/);
    const off = trustOf(good, { crls: () => [], revocation: 'off' });
    expect(off.check(good.leaf, testTime).serial).to.equal(serials.leaf.toString());
  });

  it('SECURITY 81: the list must be current to the second', () => {
    const chain = makeChain({ issuingCrl: { nextUpdate: testTime } });
    const trust = trustOf(chain);
    expect(trust.check(chain.leaf, new Date(testTime.getTime() - 1)).serial).to.equal(serials.leaf.toString());
    expect(failureOf(() => trust.check(chain.leaf, testTime)).detail).to.match(/has expired/);
  });
});

describe('trust: rollover', () => {
  const newRoot = testKey('new root');
  const newIssuing = testKey('new issuing');
  const byNewRoot: Issuer = { name: authoritySubject('Root'), privateKey: newRoot.privateKey };
  const byNewIssuing: Issuer = { name: authoritySubject('Issuing'), privateKey: newIssuing.privateKey };
  const next = makeChain({
    root: { publicKey: newRoot.publicKey, issuer: byNewRoot },
    issuing: { publicKey: newIssuing.publicKey, issuer: byNewRoot },
    leaf: { issuer: byNewIssuing },
    rootCrl: { issuer: byNewRoot },
    issuingCrl: { issuer: byNewIssuing },
  });
  const both = {
    anchors: [good.root, next.root],
    intermediates: [good.issuing, next.issuing],
    crls: () => lists,
  };
  const lists = [good.issuingCrl, good.rootCrl, next.issuingCrl, next.rootCrl].map(parseCrl);

  it('SECURITY 87: old and new authority of the same name are both believed while both are configured', () => {
    const trust = trustOf(good, both);
    expect(trust.check(good.leaf, testTime).der.equals(good.leaf)).to.equal(true);
    expect(trust.check(next.leaf, testTime).der.equals(next.leaf)).to.equal(true);
  });

  it('SECURITY 87: the old one is refused when it is no longer configured', () => {
    const trust = trustOf(next);
    expect(trust.check(next.leaf, testTime).der.equals(next.leaf)).to.equal(true);
    expect(failureOf(() => trust.check(good.leaf, testTime)).code).to.equal(refused);
  });

  it('SECURITY 87: a path that has expired does not hide another that stands', () => {
    const expired = makeChain({ issuing: { notAfter: new Date('2021-01-01T00:00:00Z') } });
    const trust = trustOf(good, { intermediates: [expired.issuing, good.issuing] });
    expect(trust.check(good.leaf, testTime).der.equals(good.leaf)).to.equal(true);
  });
});

describe('trust: configuration', () => {
  const options: TrustOptions = { anchors: [good.root], crls: () => [], revocation: 'off' };

  it('an issuing authority can be the anchor', () => {
    const trust = createTrust({ ...options, anchors: [good.issuing] });
    expect(trust.check(good.leaf, testTime).serial).to.equal(serials.leaf.toString());
  });

  it('a certificate is not believed for being an intermediate or an anchor itself', () => {
    for (const anchors of [[good.leaf], [good.issuing, good.leaf]])
      expect(failureOf(() => createTrust({ ...options, anchors }).check(good.issuing, testTime)).code).to.equal(
        refused,
      );
    const self = makeChain({ leaf: { issuer: { name: makeSubject(), privateKey: good.privateKey } } }).leaf;
    expect(failureOf(() => createTrust({ ...options, anchors: [self] }).check(self, testTime)).code).to.equal(refused);
  });

  it('without the intermediate there is no path', () => {
    expect(failureOf(() => createTrust(options).check(good.leaf, testTime)).detail).to.match(/no path/);
  });

  it('refuses to start without an anchor, or with one that cannot be read', () => {
    expect(() => createTrust({ ...options, anchors: [] })).to.throw(/no trust anchor/);
    expect(() => createTrust({ ...options, anchors: [Buffer.from('x')] })).to.throw(/anchor 1 cannot be read/);
  });
});

const makeSubject = () => [{ type: 'CN', value: 'Alone' }] as const;

describe('trust: limits', () => {
  const believes = (chain: { leaf: Buffer }, options: TrustOptions): boolean => {
    try {
      return createTrust(options).check(chain.leaf, testTime).serial.length > 0;
    } catch {
      return false;
    }
  };
  const around = (limit: number): readonly number[] => [limit - 1, limit, limit + 1];
  const options: TrustOptions = {
    anchors: [good.root],
    intermediates: [good.issuing],
    crls: () => [],
    revocation: 'off',
  };

  it('SECURITY 64: RSA modulus at the limits', () => {
    const believed = (bits: number): boolean =>
      believes(makeChain({ leaf: { publicKey: madeUpPublicKey(bits) } }), options);
    expect(around(limits.rsaBitsMin).map(believed)).to.deep.equal([false, true, true]);
    expect(around(limits.rsaBitsMax).map(believed)).to.deep.equal([true, true, false]);
  });

  it('SECURITY 60: octets of a certificate at the limit', () => {
    const padded = (octets: number): Buffer =>
      makeChain({ leaf: { extensions: [{ oid: '1.2.3.4', critical: false, value: Buffer.alloc(octets) }] } }).leaf;
    const overhead = padded(limits.certificateBytes - 1000).length - (limits.certificateBytes - 1000);
    const leaves = around(limits.certificateBytes).map((size) => padded(size - overhead));
    expect(leaves.map(({ length }) => length)).to.deep.equal(around(limits.certificateBytes));
    expect(leaves.map((leaf) => believes({ leaf }, options))).to.deep.equal([true, true, false]);
  });

  it('certificates of a path at the limit', () => {
    const pathOf = (length: number): TrustOptions & { leaf: Buffer } => {
      const authority = (i: number): Issuer => ({
        name: [{ type: 'CN', value: `CA ${i}` }],
        privateKey: testKey('issuing').privateKey,
      });
      const { publicKey } = testKey('issuing');
      const spec = (i: number): CertificateSpec => ({
        subject: authority(i).name,
        publicKey,
        serial: BigInt(i + 1),
        issuer: authority(Math.max(i - 1, 0)),
        notBefore: new Date('2020-01-01T00:00:00Z'),
        notAfter: new Date('2045-01-01T00:00:00Z'),
        basicConstraints: { ca: true },
        keyUsage: ['keyCertSign'],
      });
      const [anchor, ...intermediates] = Array.from({ length: length - 1 }, (_, i) => issueCertificate(spec(i)));
      const { leaf } = makeChain({ leaf: { issuer: authority(length - 2) } });
      return { ...options, anchors: [anchor!], intermediates, leaf };
    };
    const believed = around(limits.certificatePath)
      .map(pathOf)
      .map((path) => believes(path, path));
    expect(believed).to.deep.equal([true, true, false]);
  });

  it('remembers no more certificates than the limit, and believes them all the same', () => {
    const trust = trustOf(good, { limits: { ...limits, certificateCache: 2 } });
    const chains = [5n, 6n, 7n].map((serial) => makeChain({ leaf: { serial } }));
    for (const { leaf } of [...chains, ...chains]) expect(trust.check(leaf, testTime).der.equals(leaf)).to.equal(true);
    const [first] = chains;
    expect(trust.check(first!.leaf, testTime)).not.to.equal(undefined);
  });
});
