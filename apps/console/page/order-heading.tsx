import { useState } from 'preact/hooks';
import { shownAsset } from './assets.js';
import { OnChain } from './explorer.js';
import { money } from './format.js';
import type { PageOf } from './frame.js';
import { Badge, Id, Note, Shown, Table, useLoaded } from './parts.js';

interface Ticket {
  readonly ticket: string;
  readonly unit: string;
  readonly label?: string;
  readonly status: string;
  readonly asset?: string;
  readonly leaf?: { readonly asset: string };
  readonly signature?: string;
}
export interface Order {
  readonly status: string;
  readonly buyer: string;
  readonly total: { readonly amount: string; readonly currency: string };
  readonly tickets: readonly Ticket[];
}

/** An order with its tickets, their assets and receipts. @param chain genesis hash of the chain that they are minted on */
export function OrderHeading({
  api,
  order: { status, buyer, total, tickets },
  sale,
  chain,
}: {
  readonly api: PageOf['api'];
  readonly order: Order;
  readonly sale: string;
  readonly chain: string;
}) {
  const [receipt, setReceipt] = useState<string>();
  return (
    <>
      <h1>
        {buyer}, {money(total.amount, total.currency)} <Badge>{status}</Badge>
      </h1>
      <p>
        In sale <a href={`#/sales/${sale}`}>{sale}</a>
      </p>
      <Table caption="Tickets" heads={['Seat', 'State', 'Asset', 'Transaction', 'Receipt', 'Ticket']}>
        {tickets.map(({ ticket, unit, label, status: state, signature, ...place }) => (
          <tr key={ticket}>
            <th scope="row">{label ?? unit}</th>
            <td>
              <Badge>{state}</Badge>
            </td>
            <td>
              <Asset of={shownAsset(place)} chain={chain} />
            </td>
            <td>{signature === undefined ? '' : <OnChain of={signature} kind="tx" chain={chain} />}</td>
            <td>
              {state === 'minted' && (
                <button
                  type="button"
                  aria-expanded={receipt === ticket}
                  aria-label={`Receipt of ${label ?? unit}`}
                  onClick={() => setReceipt(receipt === ticket ? undefined : ticket)}
                >
                  {receipt === ticket ? 'Hide' : 'Show'}
                </button>
              )}
            </td>
            <td>
              <Id of={ticket} />
            </td>
          </tr>
        ))}
      </Table>
      {receipt !== undefined && <Receipt key={receipt} api={api} sale={sale} ticket={receipt} />}
    </>
  );
}

const Asset = ({ of, chain }: { readonly of: string | undefined; readonly chain: string }) =>
  of === undefined ? null : <OnChain of={of} kind="address" chain={chain} />;

function Receipt({ api, sale, ticket }: { readonly api: PageOf['api']; readonly sale: string; readonly ticket: string }) {
  const receipt = useLoaded(() => api.get<unknown>(`/v1/tickets/${ticket}/receipt?sale=${encodeURIComponent(sale)}`), [api, ticket]);
  return (
    <section class="card" aria-labelledby="receipt">
      <h2 id="receipt">Receipt</h2>
      <Shown of={receipt}>
        {(shown) => (
          <>
            <Note kind="plain">
              Save it as <code>receipt.json</code>: <code>npx admit receipt verify receipt.json --rpc-url …</code> checks the asset with a
              Solana RPC node alone.
            </Note>
            <pre>{JSON.stringify(shown, null, 2)}</pre>
          </>
        )}
      </Shown>
    </section>
  );
}
