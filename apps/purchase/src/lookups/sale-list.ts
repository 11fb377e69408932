import type { DomainEvent, Recorded } from '#shared/domain/recorded.js';
import type { NamedValues } from '#shared/event-store/named-values.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { rfc3339 } from '#shared/kernel/moment.js';

/** One sale as listed. */
export interface ListedSale {
  readonly sale: SaleId;
  readonly name: string;
  readonly opensAt?: string;
  readonly closesAt?: string;
  readonly closed?: true;
  readonly paused?: true;
}

/** The value of a member, and the sale's version that set it last. `null`: it was removed. */
type Members = Readonly<Record<string, readonly [version: number, value: string | true | null]>>;

/** Texts in commits that change the list: other commits are not parsed. */
export const LISTS = ['SaleOpened.v', 'SaleChanged.v', 'SaleClosed.v'];

const stateOf = (tenant: string, sale: string): string => `sale-state.${tenant}.${sale}`;
const placeOf = (tenant: string, sale: string): string => `sale.${tenant}.${sale}`;

/** Names that are written once; they keep the order of writing. */
export interface NamesInOrder {
  /** The first name after a position that begins with `prefix`; `undefined` if there is none. */
  next(prefix: string, after: number): Promise<{ readonly name: string; readonly place: number } | undefined>;
}

/**
 * The sales of each tenant, in a bucket that is derived from EVENTS. A sale's position is written once, so that pages stay stable; its
 * other values are rewritten with every change. Methods throw `Fault('log-unreachable')` when the bucket does not answer.
 */
export class SaleList {
  constructor(
    private readonly values: NamedValues,
    private readonly names: NamesInOrder,
  ) {}

  /** Records a commit's events. Commits may arrive in any order and more than once. */
  async add(tenant: TenantId, sale: SaleId, version: number, events: readonly Recorded<DomainEvent>[]): Promise<void> {
    const said = Object.assign({}, ...events.map((event) => membersIn(event, version))) as Members;
    if (Object.keys(said).length === 0) return;
    const name = stateOf(tenant, sale);
    for (;;) {
      const found = await this.values.get(name);
      const before = found === undefined ? {} : parse<Members>(found.bytes);
      if (await this.values.put(name, bytesOf(newest(before, said)), found?.revision ?? 0)) break;
    }
    if (events.some(({ type }) => type === 'SaleOpened')) await this.values.put(placeOf(tenant, sale), bytesOf({}), 0);
  }

  /** The sales after a position, and the position of the last one if there are more. */
  async page(tenant: string, after: number, limit: number): Promise<{ readonly sales: readonly ListedSale[]; readonly last?: number }> {
    const prefix = placeOf(tenant, '');
    const places: { readonly name: string; readonly place: number }[] = [];
    for (let place = after; places.length <= limit; ) {
      const found = await this.names.next(prefix, place);
      if (found === undefined) break;
      places.push(found);
      place = found.place;
    }
    const sales = await Promise.all(places.slice(0, limit).map(({ name }) => this.sale(tenant, name.slice(prefix.length) as SaleId)));
    const last = places.length > limit ? places[limit - 1]?.place : undefined;
    return { sales, ...(last !== undefined && { last }) };
  }

  private async sale(tenant: string, sale: SaleId): Promise<ListedSale> {
    const found = await this.values.get(stateOf(tenant, sale));
    const members = found === undefined ? {} : parse<Members>(found.bytes);
    const known = Object.entries(members).flatMap(([name, [, value]]) => (value === null ? [] : [[name, value]]));
    return { sale, name: '', ...Object.fromEntries(known) };
  }
}

function membersIn(event: DomainEvent, version: number): Members {
  const values = valuesIn(event);
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, [version, value]]])));
}

/** `undefined`: the event does not contain it. */
function valuesIn(event: DomainEvent): { readonly [Member in Exclude<keyof ListedSale, 'sale'>]?: string | true | null | undefined } {
  switch (event.type) {
    case 'SaleOpened': {
      const { name, opensAt, closesAt } = event.data;
      return { name, opensAt: timeOf(opensAt ?? null), closesAt: timeOf(closesAt ?? null) };
    }
    case 'SaleChanged': {
      const { name, opensAt, closesAt, paused, reopened } = event.data;
      return {
        name,
        opensAt: timeOf(opensAt),
        closesAt: timeOf(closesAt),
        closed: reopened && null,
        paused: paused === false ? null : paused,
      };
    }
    case 'SaleClosed':
      return { closed: true };
    default:
      return {};
  }
}

const timeOf = <Absent extends null | undefined>(at: number | Absent): string | Absent => (typeof at === 'number' ? rfc3339(at) : at);

/** Of two values of a member, the one with the later version. */
function newest(before: Members, said: Members): Members {
  const changed = Object.entries(said).filter(([name, [version]]) => version >= (before[name]?.[0] ?? 0));
  return { ...before, ...Object.fromEntries(changed) };
}

const bytesOf = (entry: object): Uint8Array => Buffer.from(JSON.stringify(entry));
const parse = <T>(bytes: Uint8Array): T => JSON.parse(Buffer.from(bytes).toString('utf8')) as T;
