import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { Guesses } from '../../src/security/guesses.js';
import { failureOf } from '../support/pki.js';

describe('security/guesses', () => {
  it('counts nothing when one of the keys has none left', () => {
    const guesses = new Guesses();
    for (let n = 0; n < limits.passwordGuesses; n++) guesses.take(['a'], 0);
    expect(failureOf(() => guesses.take(['b', 'a'], 0)).code).to.equal('TOO_MANY_REQUESTS');
    for (let n = 0; n < limits.passwordGuesses; n++) guesses.take(['b'], 0);
    expect(failureOf(() => guesses.take(['b'], 0)).code).to.equal('TOO_MANY_REQUESTS');
  });

  it('takes a count back', () => {
    const guesses = new Guesses();
    for (let n = 0; n < 3 * limits.passwordGuesses; n++) guesses.take(['a'], 0)();
  });

  it('SECURITY 114: keeps a bounded number of keys', () => {
    const guesses = new Guesses(2);
    for (let n = 0; n < limits.passwordGuesses; n++) guesses.take(['a'], 0);
    guesses.take(['b'], 1);
    expect(failureOf(() => guesses.take(['a'], 2)).code).to.equal('TOO_MANY_REQUESTS');
    guesses.take(['c'], 3);
    guesses.take(['a'], 4);
  });
});
