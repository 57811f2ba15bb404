import { expect } from 'chai';
import { post } from '../../support/messages.js';
import { base, verdict } from './judge.js';
import { reasonOf, reasons, wrappings } from './matrix.js';
import type { Target } from './target.js';
import { expectRefusal, startTarget } from './target.js';

describe('the wrapping matrix', () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.stop());

  it('SECURITY 31-37: the front door refuses every variant and stores nothing', async () => {
    const rows = target.rows();
    const seen = new Set<string>();
    const counts = new Map<string, number>();
    for (const { name, text } of wrappings(target.parties())) {
      seen.add(text);
      const answer = await post(target, text);
      const code = reasonOf(answer.text);
      expect(code, name).not.to.equal('INTERNAL');
      expectRefusal(answer, code);
      expect(target.rows(), name).to.deep.equal(rows);
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    console.log(`      ${seen.size} wrapped documents: ${[...counts].map(([code, n]) => `${n} ${code}`).join(', ')}`);
    expect(seen.size).to.be.at.least(192);
    expect((await post(target, target.good().text)).status).to.equal(200);
  });

  it('SECURITY 31-37: so does the verifier alone', async () => {
    for (const { name, text } of wrappings(base)) expect(reasons, name).to.include(await verdict(text));
  });
});
