import { useState } from 'preact/hooks';
import { count, money } from './format.js';
import type { PageOf } from './frame.js';
import { Note, Shown, Table, useLoaded } from './parts.js';

interface Balance {
  readonly sale: string;
  readonly unitOfAccount: string;
  readonly account: string;
  readonly amount: string;
}
interface Balances {
  readonly balances: readonly Balance[];
  readonly next?: string;
  readonly halted?: true;
}

const REFRESH_MS = 3_000;
const LIMIT = 1_000;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Balances now, or as they were at a time. */
export function LedgerPage({ api, live }: PageOf) {
  const [sale, setSale] = useState('');
  const [time, setTime] = useState('');
  const [account, setAccount] = useState('');
  const at = time === '' ? undefined : new Date(time);
  const search = new URLSearchParams({
    limit: `${LIMIT}`,
    ...(NAME.test(sale) && { sale }),
    ...(at !== undefined && !Number.isNaN(at.getTime()) && { atTime: at.toISOString() }),
  });
  const balances = useLoaded(
    () => api.get<Balances>(`/v1/ledger/balances?${search}`),
    [api, live, `${search}`],
    at === undefined ? REFRESH_MS : undefined,
  );
  return (
    <>
      <h1>Ledger</h1>
      <div class="controls">
        <label>
          Sale <input value={sale} size={16} placeholder="all" onInput={({ currentTarget }) => setSale(currentTarget.value)} />
        </label>
        <label>
          Account <input value={account} size={12} placeholder="all" onInput={({ currentTarget }) => setAccount(currentTarget.value)} />
        </label>
        <label>
          At <input type="datetime-local" step="1" value={time} onInput={({ currentTarget }) => setTime(currentTarget.value)} />
        </label>
        {time !== '' && (
          <button type="button" onClick={() => setTime('')}>
            Now
          </button>
        )}
        <span class="quiet">{time === '' ? 'as of now' : 'summed from the entries up to then'}</span>
      </div>
      <Shown of={balances}>
        {({ balances: all, next, halted }) => {
          const listed = all.filter((line) => line.account.includes(account.trim()));
          return (
            <>
              {halted === true && (
                <Note kind="bad">This tenant is halted: later events are missing here until an operator repairs it.</Note>
              )}
              {listed.length === 0 ? (
                <Note kind="plain">There are no balances.</Note>
              ) : (
                <Table caption="Balances" heads={['Account', '-Balance', 'Unit', 'Sale']}>
                  {listed.map(({ sale: of, unitOfAccount, account: name, amount }) => (
                    <tr key={`${of} ${unitOfAccount} ${name}`}>
                      <th scope="row">{name}</th>
                      <td class="number">{isCurrency(unitOfAccount) ? money(amount, unitOfAccount) : count(BigInt(amount))}</td>
                      <td>{isCurrency(unitOfAccount) ? 'money' : unitOfAccount.split(':')[0]}</td>
                      <td>
                        <a href={`#/sales/${of}`}>{of}</a>
                      </td>
                    </tr>
                  ))}
                </Table>
              )}
              {next !== undefined && <Note kind="plain">The first {count(LIMIT)} are shown: name a sale.</Note>}
            </>
          );
        }}
      </Shown>
    </>
  );
}

const isCurrency = (unit: string): boolean => /^[A-Z]{3}$/.test(unit);
