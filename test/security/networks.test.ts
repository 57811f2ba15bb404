import { expect } from 'chai';
import { isNetwork, withinNetworks } from '../../src/security/networks.js';

describe('networks', () => {
  const rows: readonly (readonly [address: string, networks: readonly string[], within: boolean])[] = [
    ['10.1.2.3', ['10.1.0.0/16'], true],
    ['10.2.0.0', ['10.1.0.0/16'], false],
    ['10.2.0.0', ['10.1.0.0/16', '10.2.0.0'], true],
    ['::ffff:10.1.2.3', ['10.1.0.0/16'], true],
    ['2001:db8::1', ['2001:db8::/32'], true],
    ['2001:db9::1', ['2001:db8::/32'], false],
    ['10.1.2.3', ['0.0.0.0/0'], true],
    ['10.1.2.3', [], false],
    ['', ['0.0.0.0/0'], false],
  ];
  for (const [address, networks, within] of rows)
    it(`'${address}' ${within ? 'lies' : 'does not lie'} in [${networks.join(', ')}]`, () =>
      expect(withinNetworks(address, networks)).to.equal(within));

  it('knows a network from what is none', () => {
    for (const text of ['10.0.0.0/32', '10.0.0.1', '::/0', '::1/128']) expect(isNetwork(text), text).to.equal(true);
    for (const text of ['10.0.0.0/33', '10.0.0', '::/129', '10.0.0.0/', 'example.no', '', '10.0.0.1,10.0.0.2'])
      expect(isNetwork(text), text).to.equal(false);
  });
});
