import { BlockList, isIP } from 'node:net';
import { Fault } from '../../kernel/fault.js';

/** One customer of a network provider has at least a /64 of IPv6 and can use any address in it. */
const IPV6_PREFIX_GROUPS = 4;
const IPV6_GROUPS = 8;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The key by which clients are counted: an IPv4 address, or the /64 of an IPv6 address. Other text is its own key. */
export function clientKey(address: string): string {
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== IPV6_GROUPS - 2) return address;
  return `${groupsOf(address).slice(0, IPV6_PREFIX_GROUPS).join(':')}::/64`;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  const [withoutZone = ''] = address.toLowerCase().split('%', 1);
  const [front = '', back] = withoutZone.split('::', 2);
  const listed = (part: string): string[] => (part === '' ? [] : part.split(':').map((group) => group.replace(/^0+(?=.)/, '')));
  const [before, after] = [listed(front), listed(back ?? '')];
  const zeros = back === undefined ? 0 : IPV6_GROUPS - before.length - after.length;
  return [...before, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...after];
}

/** Proxies whose `X-Forwarded-For` header is trusted; the header of any other peer is ignored. */
export class TrustedProxies {
  private readonly list = new BlockList();
  private readonly isEmpty: boolean;

  /** @param entries addresses and CIDR blocks @throws Fault `configuration` that names every invalid entry */
  constructor(entries: readonly string[]) {
    const problems = entries
      .filter((entry) => !this.add(entry))
      .map((entry) => `TRUSTED_PROXIES: "${entry}" is no address and no CIDR block`);
    if (problems.length > 0) throw new Fault('configuration', { problems });
    this.isEmpty = entries.length === 0;
  }

  /** Parses the comma-separated list in TRUSTED_PROXIES. */
  static of(variable: string): TrustedProxies {
    return new TrustedProxies(
      variable
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    );
  }

  has(address: string): boolean {
    if (this.isEmpty) return false;
    const family = isIP(address);
    return family !== 0 && this.list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }

  private add(entry: string): boolean {
    const [address = '', prefix, more] = entry.split('/');
    const family = isIP(address);
    if (family === 0 || more !== undefined) return false;
    const [type, width] = family === 4 ? (['ipv4', 32] as const) : (['ipv6', 128] as const);
    if (prefix === undefined) this.list.addAddress(address, type);
    else if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= width) this.list.addSubnet(address, Number(prefix), type);
    else return false;
    return true;
  }
}
