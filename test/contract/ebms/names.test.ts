import { expect } from 'chai';
import { decodeMpc, decodeOrganisation, encodeMpc, encodeOrganisation } from '../../../src/contract/ebms/names.js';

describe('contract/ebms/names', () => {
  const channels = {
    'urn:normal': { prioritet: 'NORMAL', id: undefined },
    'urn:prioritert': { prioritet: 'PRIORITERT', id: undefined },
    'urn:normal:a': { prioritet: 'NORMAL', id: 'a' },
    'urn:prioritert:wf:try:b': { prioritet: 'PRIORITERT', id: 'wf:try:b' },
    'urn:normal::': { prioritet: 'NORMAL', id: ':' },
  } as const;
  for (const [text, mpc] of Object.entries(channels)) {
    it(`${text} is read and written`, () => {
      expect(decodeMpc(text)).to.deep.equal(mpc);
      expect(encodeMpc(mpc)).to.equal(text);
    });
  }

  it('other channels are none', () => {
    for (const text of [
      '',
      'normal',
      'urn:normal:',
      'urn:Normal',
      'urn:normalx',
      ' urn:normal',
      'urn:normal:a\n',
      'urn:x',
    ]) {
      expect(decodeMpc(text), text).to.equal(undefined);
    }
    expect(decodeMpc(`urn:normal:${'x'.repeat(255)}`)?.id).to.have.length(255);
    expect(decodeMpc(`urn:normal:${'x'.repeat(256)}`)).to.equal(undefined);
  });

  it('an organisation number is read with either prefix or none, and written with 9908', () => {
    for (const text of ['9908:984661185', '0192:984661185', '984661185'])
      expect(decodeOrganisation(text)).to.equal('984661185');
    for (const text of ['9907:984661185', '98466118', '9846611850', '9908:984661185 ', '9908:', ''])
      expect(decodeOrganisation(text), text).to.equal(undefined);
    expect(encodeOrganisation('984661185')).to.equal('9908:984661185');
  });
});
