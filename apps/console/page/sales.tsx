import { useEffect, useState } from 'preact/hooks';
import { count } from './format.js';
import type { PageOf } from './frame.js';
import { Badge, Note, Shown, Table, useLoaded } from './parts.js';
import { REVENUE_MS, readRevenues, revenueText } from './revenue.js';
import { Bar, currencyOf, REREAD_UNITS_MS, type Sale, useThrottled } from './sale.js';

interface Listed {
  readonly sale: string;
  readonly name: string;
  readonly closed?: boolean;
}

/** Sales on one page of the list, with their counts read one by one. */
const LISTED = 50;

export function SalesPage({ api, live }: PageOf) {
  const [cursor, setCursor] = useState<string>();
  const sales = useLoaded(async () => {
    const page = await api.get<{ sales: readonly Listed[]; next?: string }>(
      `/v1/sales?limit=${LISTED}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    const whole = await Promise.all(page.sales.map(({ sale }) => api.get<Sale>(`/v1/sales/${sale}`)));
    return { ...page, sales: whole.reverse() };
  }, [api, live, cursor]);
  const names = (sales.value?.sales ?? []).map(({ sale }) => sale);
  const revenues = useLoaded(() => readRevenues((path) => api.get(path), names), [api, live, names.join(' ')], REVENUE_MS);
  const reread = useThrottled(async () => sales.reload(), 2 * REREAD_UNITS_MS);
  useEffect(() => live.on(reread), [live]);
  return (
    <>
      <h1>Sales</h1>
      {revenues.error !== undefined && <Note kind="bad">Revenue: {revenues.error}</Note>}
      <Shown of={sales}>
        {({ sales: listed, next }) =>
          listed.length === 0 ? (
            <Note kind="plain">This tenant has no sale yet. Open one with sale.open; it appears here.</Note>
          ) : (
            <>
              <Table caption="Sales" heads={['Sale', '-Sold', '-Held', '-Free', '-Revenue', 'Share', 'Name', 'State']}>
                {listed.map((sale) => (
                  <Row
                    key={sale.sale}
                    sale={sale}
                    revenue={revenues.value && revenueText(revenues.value.get(sale.sale) ?? [], currencyOf(sale))}
                  />
                ))}
              </Table>
              {next !== undefined && (
                <button type="button" onClick={() => setCursor(next)}>
                  Later sales
                </button>
              )}
            </>
          )
        }
      </Shown>
    </>
  );
}

function Row({ sale, revenue = '…' }: { readonly sale: Sale; readonly revenue: string | undefined }) {
  const { name, closed, paused, units } = sale;
  return (
    <tr>
      <th scope="row">
        <a href={`#/sales/${sale.sale}`}>{sale.sale}</a>
      </th>
      <td class="number">{count(units.sold)}</td>
      <td class="number">{count(units.held)}</td>
      <td class="number">{count(units.available)}</td>
      <td class="number">{revenue}</td>
      <td>
        <Bar units={units} />
      </td>
      <td>{name}</td>
      <td>
        <Badge>{closed ? 'closed' : paused ? 'paused' : units.available + units.held === 0 ? 'sold out' : 'selling'}</Badge>
      </td>
    </tr>
  );
}
