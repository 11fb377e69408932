import { BlockList, isIP } from 'node:net';

/** `public`: addresses of the internet, by https. `any`: every address, also by http, on a developer's machine. */
export type Targets = 'public' | 'any';

export const MAX_URL_LENGTH = 500;

/** IPv4 addresses outside the internet (IANA's special registries, multicast, reserved), and the metadata service of Azure. */
const NOT_PUBLIC_V4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Of global unicast, the only IPv6 that is public: protocols, tunnels that hold an IPv4 address, documentation. */
const NOT_PUBLIC_V6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');
const special = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_V4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of NOT_PUBLIC_V6) special.addSubnet(network, prefix, 'ipv6');

/** Whether an address, as written by a resolver or a socket, belongs to the internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && global6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** The address that a URL contains instead of a host; `undefined`: it has a host name. URLs have one spelling of each address. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
}

/** The problem of a webhook URL before its host is resolved; the address is checked at connection. */
export function targetProblem(text: string, targets: Targets): string | undefined {
  if (text.length > MAX_URL_LENGTH) return `must have at most ${MAX_URL_LENGTH} characters`;
  if (!/^[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return 'must be an absolute URL in ASCII';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must have no user and no password';
  if (url.hash !== '') return 'must have no fragment';
  if (targets === 'any') return ['http:', 'https:'].includes(url.protocol) ? undefined : 'must begin with https:// or http://';
  if (url.protocol !== 'https:') return 'must begin with https://';
  const address = literalAddress(url);
  if (address === undefined) return /(?:^|\.)localhost\.?$/.test(url.hostname) ? 'must not be this machine' : undefined;
  return isPublicAddress(address) ? undefined : 'must not be a private or reserved address';
}
