import { expect } from 'chai';
import { doubtAbout } from '../../src/sending/holder.js';
import { parseCertificate } from '../../src/security/x509.js';
import { makeChain, testTime, trustOf } from '../support/pki.js';

describe('sending/holder', () => {
  it('FEATURES 49: a certificate of our own that others would refuse is told at start, and why', () => {
    const chain = makeChain();
    const trust = trustOf(chain);
    const mine = { certificate: parseCertificate(chain.leaf) };
    expect(doubtAbout(mine, trust, testTime)).to.equal(undefined);
    expect(doubtAbout(mine, trust, new Date('2126-01-01'))).to.be.a('string').that.is.not.empty;
    expect(doubtAbout({ certificate: parseCertificate(chain.root) }, trust, testTime)).to.be.a('string');
  });
});
