import { expect } from 'chai';
import { C14N } from '../../src/security/algorithms.js';
import { C14N11, formOf } from '../../src/security/dsig.js';
import { childElements } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { failureOf } from '../support/pki.js';

const method = (uri: string) => parse(`<m Algorithm="${uri}"/>`);
const inner = (attributes: string) =>
  childElements(parse(`<a xmlns:u="urn:u" ${attributes}><b xml:id="own" xml:space="default"/></a>`))[0]!;

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
