import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Config } from '../config.js';

/** What the edge knows about the other end of a request. */
export interface Caller {
  /** The address under which the caller reached us: scheme, host, and port; no slash at the end. */
  readonly publicUrl: string;
  /** The request came by TLS, to us or to a trusted proxy. */
  readonly secure: boolean;
  /** Network address of the caller; behind trusted proxies the first address that is not one of them. */
  readonly remote: string;
}

export type CallerConfig = Pick<Config, 'host' | 'publicUrl' | 'trustedProxies' | 'tlsProxy'>;

const hostPattern =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62})){0,20}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** `::ffff:10.0.0.1` is 10.0.0.1 on a socket that takes both families. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

function trusts(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  if (networks.length === 0) return () => false;
  return (address) => isIP(address) > 0 && list.check(address, familyOf(address));
}

const listed = (header: string | string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const hostOf = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

/**
 * Reads a request's caller. X-Forwarded-* count only from a trusted proxy, and of several values the last, which that proxy wrote.
 * A Host that is not one is replaced by the configured host and the port that was called.
 */
export function createCallerReader(config: CallerConfig): (request: IncomingMessage) => Caller {
  const isTrusted = trusts(config.trustedProxies);
  const host = (value: string | undefined): string | undefined =>
    value !== undefined && hostPattern.test(value) ? value : undefined;

  return (request) => {
    const { headers, socket } = request;
    const peer = plainAddress(socket.remoteAddress ?? '');
    const proxied = isTrusted(peer);
    const overTls = (socket as Partial<TLSSocket>).encrypted === true;
    const forwarded = (name: string): string[] => (proxied ? listed(headers[name]) : []);
    const proto = forwarded('x-forwarded-proto').at(-1)?.toLowerCase();
    const secure = overTls || (proxied && (proto === undefined ? config.tlsProxy : proto === 'https'));
    const name =
      host(forwarded('x-forwarded-host').at(-1)) ?? host(headers.host) ?? `${hostOf(config.host)}:${socket.localPort}`;
    const hops = forwarded('x-forwarded-for').map(plainAddress);
    const first = hops.findLast((hop) => !isTrusted(hop));
    return {
      publicUrl: config.publicUrl ?? `${secure ? 'https' : 'http'}://${name}`,
      secure,
      remote: first !== undefined && isIP(first) > 0 ? first : peer,
    };
  };
}
