import { describe, expect, it } from '@jest/globals';
import { isNetwork, isTooWide } from './trusted-network.js';

describe('a trusted network', () => {
  it.each(['127.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '::1', 'fd00::/8', '2001:db8::1/128', '::/0'])('%s is one', (text) =>
    expect(isNetwork(text)).toBe(true),
  );

  it.each([
    ...[
      '',
      'all',
      'true',
      '1',
      '*',
      'loopback',
      'proxy.example',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/-1',
      '10.0.0/8',
    ],
    ...['10.0.0.0/8/8', '10.0.0.0/255.0.0.0', ' 10.0.0.1', '::/129', 'fe80::1%eth0', '010.0.0.1'],
  ])('%j is none', (text) => expect(isNetwork(text)).toBe(false));

  it.each(['::ffff:0:0/96', '::ffff:10.0.0.0/104', '0:0:0:0:0:FFFF:0:0/96', '::/8', '::/96', '0000::/16'])(
    '%s is none: it names IPv4 addresses without looking so',
    (text) => expect(isNetwork(text)).toBe(false),
  );

  it.each([
    '0.0.0.0/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '1.2.3.4/0',
    '64.0.0.0/2',
    '10.0.0.0/7',
    '::/0',
    '8000::/1',
    'fc00::/6',
  ])('%s is too wide for proxies', (text) => expect(isTooWide(text)).toBe(true));

  it.each(['10.0.0.0/8', '192.168.0.0/16', '127.0.0.1', 'fc00::/7', '::1'])('%s is not too wide', (text) =>
    expect(isTooWide(text)).toBe(false),
  );
});
