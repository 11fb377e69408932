import type { NamedValues } from '../../event-store/named-values.js';
import { base32, hashFields } from '../../kernel/hash.js';
import type { OrderId, PaymentId, SaleId, TenantId } from '../../kernel/ids.js';

/** The order of a payment. */
export interface PaidFor {
  readonly sale: SaleId;
  readonly order: OrderId;
}

/** An event of a payment that was unknown when the event arrived. */
export interface UnmatchedEvent {
  readonly event: string;
  readonly type: string;
  readonly payment: string;
  /** Its creation at the provider: milliseconds since 1970, UTC. */
  readonly createdAt: number;
  /** Present once a later delivery of it was accepted. */
  readonly taken?: true;
}

type Entry = PaidFor | { readonly foreign: true };
const FOREIGN: Entry = { foreign: true };

const LETTERS = 26; // 130 bits: collisions are practically impossible
/** The prefix of names of unmatched events; the tenant follows. */
export const UNMATCHED = 'unmatched.';
const nameOf = (kind: 'payment' | 'unmatched', tenant: string, id: string): string =>
  `${kind}.${tenant}.${base32(hashFields(id), LETTERS)}`;

/**
 * Finds the order of a payment for reports that do not name it, such as refunds and disputes. Derived from EVENTS, in a bucket: it works while
 * Postgres is down. Every method throws `Fault('log-unreachable')` when the bucket does not answer.
 */
export class PaymentIndex {
  constructor(private readonly values: NamedValues) {}

  /** `foreign`: the payment belongs to no order here. `undefined`: unknown (yet). */
  async find(tenant: string, payment: string): Promise<PaidFor | 'foreign' | undefined> {
    const entry = await this.read<Entry>(nameOf('payment', tenant, payment));
    return entry !== undefined && 'foreign' in entry ? 'foreign' : entry;
  }

  /** A payment belongs to the order of its first receipt: a later one changes nothing, unless the payment was foreign. */
  async add(tenant: TenantId, payment: PaymentId, of: PaidFor): Promise<void> {
    const name = nameOf('payment', tenant, payment);
    for (;;) {
      const found = await this.values.get(name);
      if (found !== undefined && !('foreign' in parse<Entry>(found.bytes))) return;
      if (await this.values.put(name, bytesOf(of), found?.revision ?? 0)) return;
    }
  }

  async addForeign(tenant: string, payment: string): Promise<void> {
    await this.values.put(nameOf('payment', tenant, payment), bytesOf(FOREIGN), 0); // a known payment stays unchanged
  }

  async addUnmatched(tenant: string, event: UnmatchedEvent): Promise<void> {
    await this.values.put(nameOf('unmatched', tenant, event.event), bytesOf(event), 0);
  }

  /** Records that the event was accepted: it is no longer listed. */
  async endUnmatched(tenant: string, event: string): Promise<void> {
    const name = nameOf('unmatched', tenant, event);
    const found = await this.read<UnmatchedEvent>(name);
    if (found !== undefined && found.taken === undefined) await this.values.put(name, bytesOf({ ...found, taken: true }));
  }

  private async read<T>(name: string): Promise<T | undefined> {
    const found = await this.values.get(name);
    return found && parse<T>(found.bytes);
  }
}

const bytesOf = (entry: object): Uint8Array => Buffer.from(JSON.stringify(entry));
const parse = <T>(bytes: Uint8Array): T => JSON.parse(Buffer.from(bytes).toString('utf8')) as T;
