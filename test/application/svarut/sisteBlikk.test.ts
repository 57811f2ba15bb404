import { expect } from 'chai';
import { vetAtUlest } from '../../../src/application/svarut/sisteBlikk.js';
import { limits } from '../../../src/limits.js';
import { testTime } from '../../support/pki.js';

describe('R-47: whether it is known that nobody has read a letter', () => {
  for (const [what, age, known] of [
    ['is followed nowhere', undefined, true],
    ['was asked about within the limit', limits.freshStatus - 1, true],
    ['was asked about at the limit', limits.freshStatus, true],
    ['was asked about too long ago', limits.freshStatus + 1, false],
  ] as const) {
    it(`${known ? 'yes' : 'no, and it is asked about at once'}: a letter that ${what}`, async () => {
      const urgent: (readonly [string, Date])[] = [];
      const service = {
        sistSpurt: async () => (age === undefined ? undefined : new Date(testTime.getTime() - age)),
        haster: async (id: string, now: Date) => void urgent.push([id, now]),
      };
      const ask = vetAtUlest({ fulgte: [service], clock: { now: () => testTime } });
      expect(await ask({ meldingsId: 'a' })).to.equal(known);
      expect(urgent).to.deep.equal(known ? [] : [['a', testTime]]);
    });
  }
});
