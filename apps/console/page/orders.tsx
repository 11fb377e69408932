import { useEffect, useState } from 'preact/hooks';
import { money } from './format.js';
import type { PageOf } from './frame.js';
import { Badge, Moment, Note, Shown, Table, useLoaded } from './parts.js';

interface Order {
  readonly order: string;
  readonly sale: string;
  readonly buyer: string;
  readonly status: string;
  readonly total: { readonly amount: string; readonly currency: string };
  readonly tickets: readonly string[];
  readonly placedAt: string;
}

const STATUSES = ['held', 'confirmed', 'expired', 'cancelled', 'refund-owed', 'refunded'] as const;
const PAGE = 50;
const ORDER = /^ord_[a-z2-7]{26}$/;
const TICKET = /^tkt_[a-z2-7]{26}$/;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Finds an order by its id, by one of its tickets, or by its buyer. */
export function OrdersPage({ api, live }: PageOf) {
  const [query, setQuery] = useState({ sale: '', buyer: '', status: '' });
  const [cursor, setCursor] = useState<string>();
  const [id, setId] = useState('');
  const [error, setError] = useState<string>();
  useEffect(() => setCursor(undefined), [query]);
  const filters = Object.entries(query).filter(([name, value]) => value !== '' && (name === 'status' || NAME.test(value)));
  const search = new URLSearchParams([...filters, ['limit', `${PAGE}`], ...(cursor === undefined ? [] : [['cursor', cursor]])]);
  const orders = useLoaded(
    () => api.get<{ orders: readonly Order[]; next?: string }>(`/v1/ledger/orders?${search}`),
    [api, live, `${search}`],
  );
  const open = async (event: Event): Promise<void> => {
    event.preventDefault();
    const text = id.trim();
    setError(undefined);
    try {
      const order = ORDER.test(text) ? text : TICKET.test(text) ? await orderOf(api, text) : undefined;
      if (order === undefined) setError('An order is ord_ and 26 letters, a ticket is tkt_ and 26 letters, of this tenant.');
      else location.hash = `#/orders/${order}`;
    } catch (thrown) {
      setError((thrown as Error).message);
    }
  };
  const filter =
    (name: keyof typeof query) =>
    ({ currentTarget }: { readonly currentTarget: HTMLInputElement | HTMLSelectElement }): void =>
      setQuery({ ...query, [name]: currentTarget.value });
  return (
    <>
      <h1>Orders</h1>
      <form class="controls" onSubmit={open}>
        <label>
          Order or ticket{' '}
          <input
            value={id}
            size={32}
            spellcheck={false}
            placeholder="ord_… or tkt_…"
            onInput={({ currentTarget }) => setId(currentTarget.value)}
          />
        </label>
        <button type="submit">Open its timeline</button>
      </form>
      {error !== undefined && <Note kind="bad">{error}</Note>}
      <div class="controls">
        <label>
          Sale <input value={query.sale} size={16} onInput={filter('sale')} />
        </label>
        <label>
          Buyer <input value={query.buyer} size={16} onInput={filter('buyer')} />
        </label>
        <label>
          Status{' '}
          <select value={query.status} onChange={filter('status')}>
            <option value="">all</option>
            {STATUSES.map((status) => (
              <option key={status}>{status}</option>
            ))}
          </select>
        </label>
      </div>
      <Shown of={orders}>
        {({ orders: listed, next }) =>
          listed.length === 0 ? (
            <Note kind="plain">No order matches.</Note>
          ) : (
            <>
              <Table caption="Orders" heads={['Order', 'Status', 'Buyer', '-Total', '-Tickets', 'Sale', 'Placed']}>
                {listed.map(({ order, sale, buyer, status, total, tickets, placedAt }) => (
                  <tr key={order}>
                    <th scope="row">
                      <a href={`#/orders/${order}`}>{`${order.slice(0, 12)}…`}</a>
                    </th>
                    <td>
                      <Badge>{status}</Badge>
                    </td>
                    <td>{buyer}</td>
                    <td class="number">{money(total.amount, total.currency)}</td>
                    <td class="number">{tickets.length}</td>
                    <td>
                      <a href={`#/sales/${sale}`}>{sale}</a>
                    </td>
                    <td>
                      <Moment at={placedAt} />
                    </td>
                  </tr>
                ))}
              </Table>
              <div class="controls">
                {cursor !== undefined && (
                  <button type="button" onClick={() => setCursor(undefined)}>
                    First page
                  </button>
                )}
                {next !== undefined && (
                  <button type="button" onClick={() => setCursor(next)}>
                    Next page
                  </button>
                )}
              </div>
            </>
          )
        }
      </Shown>
    </>
  );
}

async function orderOf(api: PageOf['api'], ticket: string): Promise<string | undefined> {
  const { entries } = await api.get<{ entries: readonly { order?: string }[] }>(`/v1/ledger?ticket=${ticket}&limit=1`);
  return entries[0]?.order;
}
