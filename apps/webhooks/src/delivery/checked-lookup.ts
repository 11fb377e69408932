import { type LookupAddress, type LookupOptions, promises } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isPublicAddress, type Targets } from '#shared/platform/webhooks/target.js';

/** One query to a name server, and how often it is repeated: a name without an answer costs 4 s. */
const QUERY = { timeout: 2_000, tries: 2 };

/** All addresses of a host. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** The host has no address that webhooks may be sent to. */
export class AddressRefused extends Error {}

/**
 * Asks the name servers without a thread of the process, of which there are few: the slow name of one endpoint delays no other. Hosts of the
 * machine's own file are not found.
 */
export function publicNames(): Resolve {
  const resolver = new promises.Resolver(QUERY);
  const of = async (asked: Promise<string[]>, family: 4 | 6): Promise<LookupAddress[]> =>
    (await asked).map((address) => ({ address, family }));
  return async (host) => {
    const found = await Promise.allSettled([of(resolver.resolve4(host), 4), of(resolver.resolve6(host), 6)]);
    const addresses = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (addresses.length > 0) return addresses;
    throw found[0]?.status === 'rejected' ? found[0].reason : new Error(`${host} has no address`);
  };
}

/** As every program of this machine finds hosts. */
export const anyNames: Resolve = (host) => systemLookup(host, { all: true });

/**
 * Resolves hosts for connections and hands out allowed addresses only. The connection goes to an address that was checked, whatever the name
 * says when it is asked again.
 */
export function checkedLookup(targets: Targets, resolve: Resolve = targets === 'any' ? anyNames : publicNames()): LookupFunction {
  return (host, options: LookupOptions, done) => {
    resolve(host).then(
      (found) => {
        const wanted = options.family === 4 || options.family === 6 ? found.filter(({ family }) => family === options.family) : found;
        const allowed = targets === 'any' ? wanted : wanted.filter(({ address }) => isPublicAddress(address));
        const [first] = allowed;
        if (first === undefined) done(new AddressRefused(`${host} has no public address`), '');
        else if (options.all === true) done(null, [...allowed]);
        else done(null, first.address, first.family);
      },
      (thrown: NodeJS.ErrnoException) => done(thrown, ''),
    );
  };
}
