import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { Failure } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { C14N, EXC_C14N } from '../../src/security/algorithms.js';
import { C14N11, certificatesIn, checkDigest, formOf } from '../../src/security/dsig.js';
import { DS } from '../../src/soap/names.js';
import { childElements } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { failureOf } from '../support/pki.js';

const method = (uri: string) => parse(`<m Algorithm="${uri}"/>`);
const inner = (attributes: string) =>
  childElements(parse(`<a xmlns:u="urn:u" ${attributes}><b xml:id="own" xml:space="default"/></a>`))[0]!;

describe('security/dsig', () => {
  const listed = (prefixes: number) => {
    const list = `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="${'a '.repeat(prefixes)}"/>`;
    return parse(`<m Algorithm="${EXC_C14N}">${list}</m>`);
  };
  const keyInfo = (certificates: number) => {
    const each = '<X509Certificate>AAAA</X509Certificate>'.repeat(certificates);
    return parse(`<KeyInfo xmlns="${DS}"><X509Data>${each}</X509Data></KeyInfo>`);
  };
  for (const [what, most, read] of [
    ['prefixes in a PrefixList', limits.c14nPrefixes, (n: number) => formOf(listed(n), [EXC_C14N])],
    ['certificates in X509Data', limits.certificatePath, (n: number) => certificatesIn(keyInfo(n))],
  ] as const) {
    it(`SECURITY 47: takes ${most} ${what}, and no more`, () => {
      for (const n of [most - 1, most]) expect(() => read(n)).not.to.throw();
      expect(failureOf(() => read(most + 1)).code).to.equal('INVALID_SECURITY');
    });
  }

  it('SECURITY 44: a digest of another length is another digest', () => {
    const digest = createHash('sha256').update('x').digest();
    expect(() => checkDigest('x', digest, 'x')).not.to.throw();
    for (const other of [digest.subarray(0, 31), Buffer.concat([digest, Buffer.alloc(1)]), Buffer.alloc(0)]) {
      expect(() => checkDigest('x', other, 'x'))
        .to.throw(Failure)
        .with.property('code', 'FAILED_CHECK');
    }
  });
});

describe('C14N 1.1 in document packages', () => {
  it('is C14N 1.0 where no xml:id and no xml:base stand above', () => {
    const [one, ten] = [formOf(method(C14N11), [C14N11]), formOf(method(C14N), [C14N])];
    const apex = inner('xml:lang="nb"');
    expect(one(apex)).to.equal(ten(apex));
    expect(one(apex)).to.equal('<b xmlns:u="urn:u" xml:id="own" xml:lang="nb" xml:space="default"></b>');
  });

  for (const attributes of ['xml:id="above"', 'xml:base="http://example.no/"']) {
    it(`is refused below ${attributes}, where the two differ`, () => {
      expect(failureOf(() => formOf(method(C14N11), [C14N11])(inner(attributes))).code).to.equal(
        'UNSUPPORTED_ALGORITHM',
      );
    });
  }

  it('is unknown elsewhere', () => {
    expect(failureOf(() => formOf(method(C14N11), [C14N])).code).to.equal('UNSUPPORTED_ALGORITHM');
  });
});
