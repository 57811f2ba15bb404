import { expect } from 'chai';
import { timedId } from '../../src/application/timedId.js';

const at = new Date('2026-03-01T12:00:00.123Z');

describe('application/timedId', () => {
  it('makes UUIDs of version 7, each another', () => {
    const made = Array.from({ length: 1000 }, () => timedId(at));
    for (const id of made) expect(id).to.match(/^019ca945-0a7b-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(made).size).to.equal(1000);
    // Where nothing says what an octet is, it is random.
    for (const place of [15, 16, 17, 20, ...Array.from({ length: 12 }, (_, i) => 24 + i)])
      expect(new Set(made.map((id) => id[place])).size, String(place)).to.equal(16);
  });

  it('orders them by the millisecond they were made in', () => {
    const made = [0, 1, 255, 256, 2 ** 32].map((ms) => timedId(new Date(at.getTime() + ms)));
    expect([...made].sort()).to.deep.equal(made);
  });
});
