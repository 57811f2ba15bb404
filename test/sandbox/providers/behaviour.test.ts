import { expect } from 'chai';
import { misbehaviours, misbehavioursOf } from '../../../src/sandbox/providers/behaviour.js';
import { digital, fysisk } from '../../contract/sdp/support.js';

const titled = (tekst: string) => ({
  ...digital,
  digital: { ...digital.digital, ikkeSensitivTittel: { lang: 'nb', tekst } },
});

describe('sandbox/providers/behaviour', () => {
  it('is what the words of the title say, whatever their case, and nothing else', () => {
    for (const words of misbehaviours) {
      expect([...misbehavioursOf(titled(`Vedtak, ${words.toUpperCase()}!`))], words).to.deep.equal([words]);
    }
    expect(misbehavioursOf(titled('Vedtak om mailbox')).size).to.equal(0);
    expect([...misbehavioursOf(titled('wrong ref, bad signature'))]).to.deep.equal(['bad signature', 'wrong ref']);
  });

  it('is what the names of files say where there is no title', () => {
    expect([...misbehavioursOf(fysisk, 'Returned Mail.pdf')]).to.deep.equal(['returned mail']);
    expect(misbehavioursOf(fysisk).size).to.equal(0);
  });
});
