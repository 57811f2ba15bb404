import { expect } from 'chai';
import { canonicalise } from '../../src/xml/c14n.js';
import { element, serialise } from '../../src/xml/write.js';
import { template } from '../../src/xml/template.js';

const ns = { prefix: 'x', uri: 'urn:x' };
const tree = (id: string, text: string) =>
  element(ns, 'A', { Id: `A-${id}` }, [element(ns, 'B', { for: id }, [text]), 'tail']);

describe('xml/template', () => {
  const values = { id: '4711', text: 'a&amp;b'.repeat(3) };

  for (const [name, write] of Object.entries({ serialise, canonicalise })) {
    it(`fills holes so that the text is what ${name} writes of the filled tree`, () => {
      const compiled = template<'id' | 'text'>((hole) => tree(hole('id'), hole('text')), write);
      expect(compiled(values)).to.equal(write(tree('4711', 'a&b'.repeat(3))));
      expect(compiled({ id: '1', text: '' })).to.equal(write(tree('1', '')));
    });
  }

  it('puts canonical mark-up in as it stands', () => {
    const compiled = template<'text'>((hole) => tree('1', hole('text')));
    expect(compiled({ text: '<x:C></x:C>' })).to.contain('<x:B for="1"><x:C></x:C></x:B>');
  });

  it('needs no holes', () => {
    expect(template(() => tree('1', 'x'))({})).to.equal(serialise(tree('1', 'x')));
  });
});
