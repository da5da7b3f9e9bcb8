import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** Of eight: whoever has one IPv6 address has a /64 of them. */
const NETWORK_GROUPS = 4;

/**
 * What attempts are counted under: an IPv4 address as it is, an IPv6 address by its /64, and an IPv4 address that was
 * written as IPv6 as what it is.
 */
export function networkOf(address: string): string {
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return plain;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  // The URL parser writes every spelling in one form (RFC 5952), dotted quads as hexadecimal.
  const host = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = host.split('::', 2);
  const left = head.split(':').filter((group) => group !== '');
  const right = tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: GROUPS - left.length - right.length }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
