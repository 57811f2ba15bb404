import { expect } from 'chai';
import { attacks, variants } from './tables.js';
import { octetsOf } from './attack.js';
import { base, verdict } from './judge.js';

describe('the verifier refuses', () => {
  for (const attack of attacks) {
    it(`SECURITY ${attack.security}: ${attack.wrong}`, async () => {
      expect(await verdict(octetsOf(attack, base))).to.equal(attack.code);
    });
  }
});

describe('the verifier takes', () => {
  for (const variant of variants) {
    it(variant.wrong, async () => {
      expect(await verdict(octetsOf(variant, base))).to.equal('trusted');
    });
  }
});
