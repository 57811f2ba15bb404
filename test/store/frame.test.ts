import { expect } from 'chai';
import { headIn, headOf, HEAD_SIZE, LARGEST, placeOf, refOf } from '../../src/store/frame.js';

describe('the frame of a payload', () => {
  const name = '0123456789abcdef0123456789abcdef';
  const head = () => headOf(name, 1000, 1_700_000_000_000);

  it('says its size, its time and its name', () => {
    expect(headIn(head())).to.deep.equal({ size: 1000, written: new Date(1_700_000_000_000), name });
    expect(headIn(headOf(name, LARGEST, 0))).to.have.property('size', LARGEST);
  });

  it('is taken for none where an octet of its magic, its unused ones or the top of its size is another', () => {
    for (const at of [0, 1, 2, 3, 4, 14, 15]) {
      const changed = head();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(headIn(changed), `octet ${at}`).to.equal(undefined);
    }
    expect(headIn(headOf(name, LARGEST + 1, 0))).to.equal(undefined);
    expect(headIn(head().subarray(0, HEAD_SIZE - 1))).to.equal(undefined);
  });

  it('is found by a reference that has no digits, for the log keeps eleven of them back', () => {
    const place = { segment: 'a'.repeat(16), at: 64 * 0x12345, size: 0x012345, name: name.slice(0, 14) };
    expect(refOf({ ...place, name })).to.match(/^s[a-p]{41}$/);
    expect(placeOf(refOf({ ...place, name }))).to.deep.equal(place);
    expect(placeOf('0'.repeat(32))).to.equal(undefined);
  });
});
