import { BlockList, isIP } from 'node:net';

/* Networks as RFC 4632 and RFC 4291 write them: an address, or one with the number of bits that its network has in common. */

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

const bitsOf = { ipv4: 32, ipv6: 128 } as const;

function read(text: string): Network | undefined {
  const [, address = '', prefix] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const bits = prefix === undefined ? bitsOf[family] : Number(prefix);
  return bits <= bitsOf[family] ? { address, bits, family } : undefined;
}

/** Whether a text is a network. */
export const isNetwork = (text: string): boolean => read(text) !== undefined;

/** Whether an address lies in one of the networks; an IPv4 address that came by IPv6 is the IPv4 address. */
export function withinNetworks(address: string, networks: readonly string[]): boolean {
  const list = new BlockList();
  for (const network of networks.map(read)) if (network) list.addSubnet(network.address, network.bits, network.family);
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
