import { clientKey, TrustedProxies } from './client-address.js';

describe('a client is counted', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('%s as %s', (address, key) => {
    expect(clientKey(address)).toBe(key);
  });

  it('as one within a /64 of IPv6, and as two in two of them', () => {
    expect(clientKey('2001:db8:1:2::1')).toBe(clientKey('2001:db8:1:2:ffff:ffff:ffff:ffff'));
    expect(clientKey('2001:db8:1:2::1')).not.toBe(clientKey('2001:db8:1:3::1'));
  });
});

describe('a proxy is trusted', () => {
  const proxies = TrustedProxies.of(' 10.0.0.0/8, 192.0.2.7 ,2001:db8::/32,');

  it.each(['10.1.2.3', '192.0.2.7', '2001:db8::1', '::ffff:10.1.2.3'])('at %s, which is listed', (address) => {
    expect(proxies.has(address)).toBe(true);
  });

  it.each(['11.0.0.1', '192.0.2.8', '2001:db9::1', 'unknown', '', '10.0.0.0/8'])('not at %s, which is not', (address) => {
    expect(proxies.has(address)).toBe(false);
  });

  it('nowhere, without a list', () => {
    expect(['127.0.0.1', '::1', '10.0.0.1'].map((address) => TrustedProxies.of('').has(address))).toEqual([false, false, false]);
  });

  it('not by an invalid entry, and the error names each of them', () => {
    expect(() => TrustedProxies.of('10.0.0.0/33,proxy.example,::/129,10.0.0.1/8/8,10.0.0.1/')).toThrow(
      expect.objectContaining({
        context: {
          problems: ['10.0.0.0/33', 'proxy.example', '::/129', '10.0.0.1/8/8', '10.0.0.1/'].map(
            (entry) => `TRUSTED_PROXIES: "${entry}" is no address and no CIDR block`,
          ),
        },
      }),
    );
  });
});
