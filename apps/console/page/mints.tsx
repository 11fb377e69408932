import { useEffect, useState } from 'preact/hooks';
import { count } from './format.js';
import type { PageOf } from './frame.js';
import { LATE_MS, MintDelay } from './mint-delay.js';
import { Age, Badge, Id, Note, Shown, Table, Tile, useLoaded, useNow } from './parts.js';

interface Ticket {
  readonly ticket: string;
  readonly sale: string;
  readonly unit: string;
  readonly label?: string;
  readonly order: string;
  readonly status: string;
  readonly attempts: number;
  readonly asset?: string;
  readonly failure?: string;
  readonly changedAt: string;
}

const STATES = ['minting', 'mint-failed', 'minted', 'revoking', 'released', 'void'] as const;
/** Accounts of mints, as the ledger has them. */
const ACCOUNTS = [
  ['mint-asked', 'In progress'],
  ['minted', 'Minted'],
  ['mint-failed', 'Failed'],
  ['mint-cancelled', 'Cancelled'],
  ['mint-revoked', 'Revoked'],
] as const;
const REFRESH_MS = 3_000;
const PAGE = 100;

export function MintsPage({ api, live }: PageOf) {
  const [state, setState] = useState<string>('minting');
  const [cursor, setCursor] = useState<string>();
  useEffect(() => setCursor(undefined), [state]);
  const now = useNow(1_000);
  const tickets = useLoaded(
    () =>
      api.get<{ tickets: readonly Ticket[]; next?: string }>(
        `/v1/ledger/tickets?status=${state}&limit=${PAGE}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      ),
    [api, live, state, cursor],
    REFRESH_MS,
  );
  const sums = useLoaded(() => Promise.all(ACCOUNTS.map(([account]) => sumOf(api, account))), [api, live], REFRESH_MS);
  const oldest = tickets.value?.tickets.reduce((least, { changedAt }) => Math.min(least, Date.parse(changedAt)), now) ?? now;
  return (
    <>
      <h1>Mints</h1>
      <dl class="tiles">
        {ACCOUNTS.map(([account, label], index) => (
          <Tile key={account} label={label}>
            {sums.value === undefined ? '…' : count(sums.value[index] ?? 0n)}
          </Tile>
        ))}
      </dl>
      <fieldset class="controls">
        <legend class="hidden">State</legend>
        {STATES.map((one) => (
          <button key={one} type="button" aria-pressed={one === state} onClick={() => setState(one)}>
            {one}
          </button>
        ))}
      </fieldset>
      {state === 'minting' && now - oldest > LATE_MS && <MintDelay api={api} what="Mints wait" />}
      <Shown of={tickets}>
        {({ tickets: listed, next }) =>
          listed.length === 0 ? (
            <Note kind="plain">No ticket is {state} now.</Note>
          ) : (
            <>
              <Table
                caption={`Tickets that are ${state}`}
                heads={['Seat', 'State', '-For', '-Attempts', 'Ticket', 'Order', 'Asset', 'Failure']}
              >
                {listed.map(({ ticket, label, unit, status, changedAt, attempts, order, asset, failure }) => (
                  <tr key={ticket}>
                    <th scope="row">{label ?? unit}</th>
                    <td>
                      <Badge>{status}</Badge>
                    </td>
                    <td class="number">
                      <Age at={changedAt} now={now} />
                    </td>
                    <td class="number">{attempts}</td>
                    <td>
                      <Id of={ticket} kept={4} />
                    </td>
                    <td>
                      <a href={`#/orders/${order}`}>timeline</a>
                    </td>
                    <td>{asset === undefined ? '' : <Id of={asset} kept={4} />}</td>
                    <td class="wrap">{failure ?? ''}</td>
                  </tr>
                ))}
              </Table>
              {next !== undefined && (
                <button type="button" onClick={() => setCursor(next)}>
                  Next page
                </button>
              )}
            </>
          )
        }
      </Shown>
    </>
  );
}

/** Of all sales. */
async function sumOf(api: PageOf['api'], account: string): Promise<bigint> {
  let sum = 0n;
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: { balances: readonly { amount: string }[]; next?: string } = await api.get(
      `/v1/ledger/balances?account=${account}&limit=1000${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    sum = page.balances.reduce((all, { amount }) => all + BigInt(amount), sum);
    cursor = page.next;
  }
  return sum;
}
