import { isIP } from 'node:net';

/** Private address space at its widest: 10.0.0.0/8 and fc00::/7. */
const NARROWEST_PREFIX_REFUSED = { 4: 7, 6: 6 };

/**
 * Whether the text is an address or a CIDR block, IPv4 or IPv6.
 * IPv4 in IPv6's clothes (`::ffff:0:0/96`) is not: it would name every IPv4 address without looking so.
 */
export function isNetwork(text: string): boolean {
  const { address, family, prefix } = split(text);
  if (family === 0 || address.includes('%')) return false;
  if (family === 6 && isReserved(address)) return text.startsWith('::/') && prefix === 0;
  return prefix !== undefined && prefix <= (family === 4 ? 32 : 128);
}

/**
 * Whether the block is too wide to be a list of proxies: everything, half of everything, and whatever is wider than
 * the private networks.
 * @param text what `isNetwork` accepts
 */
export function isTooWide(text: string): boolean {
  const { family, prefix } = split(text);
  return family !== 0 && (prefix ?? 0) <= NARROWEST_PREFIX_REFUSED[family];
}

function split(text: string): { address: string; family: 0 | 4 | 6; prefix: number | undefined } {
  const [address = '', length, ...rest] = text.split('/');
  const family = rest.length > 0 ? 0 : (isIP(address) as 0 | 4 | 6);
  if (length === undefined) return { address, family, prefix: family === 4 ? 32 : 128 };
  return { address, family, prefix: /^\d{1,3}$/.test(length) ? Number(length) : undefined };
}

/** The block 0000::/8, where only loopback is an address of a machine. */
function isReserved(address: string): boolean {
  const canonical = new URL(`http://[${address}]`).hostname;
  return canonical.startsWith('[::') && canonical !== '[::1]';
}
