import { decodeCommit } from '#shared/event-store/commit.js';
import { MemoryValues } from '#shared/event-store/memory-values.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { LISTS, type ListedSale, SaleList } from '../../apps/purchase/src/lookups/sale-list.js';
import { saleView } from '../../apps/purchase/src/reads/views.js';
import type { HistoryLog } from './log.js';
import type { Selling } from './selling.js';

/** Members that both a sale and its list entry have. */
const MEMBERS = ['sale', 'name', 'opensAt', 'closesAt', 'closed', 'paused'] as const satisfies readonly (keyof ListedSale)[];
const MOST_OF_A_TENANT = 200;

type Lists = ReadonlyMap<TenantId, ReadonlyMap<SaleId, ListedSale>>;

/**
 * The list of each tenant's sales, after every commit that the lookups parse. Commits are applied in reverse order: their order must not
 * matter.
 */
export async function listedBy(log: HistoryLog): Promise<Lists> {
  const values = new MemoryValues();
  const list = new SaleList(values, values);
  const tenants = new Set<TenantId>();
  for (const { subject, sequence, body } of [...log.messages].reverse()) {
    const bytes = Buffer.from(body);
    if (!LISTS.some((word) => bytes.includes(word))) continue;
    const [, tenant, , sale] = subject.split('.') as [string, TenantId, string, SaleId];
    const { version, events } = decodeCommit(subject, sequence, body);
    await list.add(tenant, sale, version, events);
    tenants.add(tenant);
  }
  const pages = [...tenants].map(async (tenant) => [tenant, (await list.page(tenant, 0, MOST_OF_A_TENANT)).sales] as const);
  return new Map((await Promise.all(pages)).map(([tenant, sales]) => [tenant, new Map(sales.map((one) => [one.sale, one]))]));
}

/** Differences between the list and the sale, as sentences. */
export function unlisted({ tenant, sale, fold: aggregate }: Selling, lists: Lists): readonly string[] {
  const { open } = aggregate.sale;
  const listed = lists.get(tenant)?.get(sale);
  if (open === undefined) return listed === undefined ? [] : [`${aggregate.subject}: listed, and not open`];
  const view = saleView(aggregate.sale, aggregate.head.version) as Record<string, unknown>;
  const wanted = MEMBERS.flatMap((member) => (view[member] === undefined ? [] : [[member, view[member]]]));
  const [is, must] = [JSON.stringify(listed), JSON.stringify(Object.fromEntries(wanted))];
  return MEMBERS.every((member) => listed?.[member] === view[member]) ? [] : [`${aggregate.subject}: listed as ${is} instead of ${must}`];
}
