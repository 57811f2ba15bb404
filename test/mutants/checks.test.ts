import { expect } from 'chai';
import type { Laboratory } from '../security/attacks/mutants.js';
import { startLaboratory } from '../security/attacks/mutants.js';
import { mutations } from '../security/attacks/mutations.js';

describe('SECURITY S8: with one check of the verifier switched off, a test fails', function () {
  this.timeout(300_000);
  let laboratory: Laboratory;
  before(async () => {
    laboratory = await startLaboratory(mutations);
  });
  after(() => laboratory.close());

  it('and with none switched off, none does', async () => {
    for (const outcome of await laboratory.unchanged) {
      expect(outcome).to.have.all.keys('passed');
      expect(outcome).to.have.property('passed').that.is.above(500);
    }
    const named = await laboratory.named;
    expect(named).to.have.all.keys('passed');
    expect(named).to.have.property('passed').that.is.above(300);
  });

  mutations.forEach(({ file, name }, i) => {
    it(`${file}: ${name}`, async () => {
      const outcome = await laboratory.changed[i]!;
      expect(outcome, 'the changed source cannot be run').not.to.have.property('broken');
      expect(outcome, 'no test needs this check').to.have.property('failed');
      expect(outcome)
        .to.have.nested.property('failed.stack')
        .that.matches(/^AssertionError/);
    });
  });

  it('and afterwards, with none switched off, none does', async () => {
    expect(await laboratory.unchangedAfterwards).to.deep.equal(await laboratory.unchanged);
    console.log(`      ${mutations.length} checks were switched off, one at a time`);
  });
});
