import { useEffect } from 'preact/hooks';
import { money } from './format.js';
import type { PageOf } from './frame.js';
import { Badge, Id, Moment, Note, Shown, Table, useLoaded } from './parts.js';
import type { EventOf } from './session.js';

interface Posting {
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
  readonly unitOfAccount: string;
}
interface TimelineEvent extends EventOf {
  readonly position: string;
  readonly postings: readonly Posting[];
}
interface Commit {
  readonly subject: 'sale' | 'mint';
  readonly version: number;
  readonly hash: string;
  readonly previous: string;
  readonly events: readonly TimelineEvent[];
}
interface Timeline {
  readonly sale: string;
  readonly order: string;
  readonly incomplete: boolean;
  readonly commits: readonly Commit[];
}
interface Ticket {
  readonly ticket: string;
  readonly unit: string;
  readonly label?: string;
  readonly status: string;
  readonly asset?: string;
  readonly signature?: string;
}
interface Order {
  readonly status: string;
  readonly buyer: string;
  readonly total: { readonly amount: string; readonly currency: string };
  readonly tickets: readonly Ticket[];
}

/** Chains that a public explorer shows, by their genesis hash. */
const CLUSTERS: Readonly<Record<string, string>> = {
  '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d': '',
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: '?cluster=devnet',
  '4uhcVJyU9pJkvQyS88uRDiswHScCQMBL9cNMkYWk2rrf': '?cluster=testnet',
};
const REREAD_MS = 700;

type Data = Readonly<Record<string, unknown>>;
const text = (data: Data, name: string): string => String(data[name] ?? '');

/** What an event means, where its name does not say it. */
const MEANING: Readonly<Record<string, (data: Data) => string>> = {
  OrderPlaced: ({ tickets }) => `${(tickets as readonly unknown[]).length} held for the buyer`,
  OrderConfirmed: () => 'The units are sold',
  OrderExpired: () => 'Not paid in time: the units are free again',
  OrderCancelled: () => 'Cancelled',
  PaymentReceived: (data) => `Payment ${text(data, 'payment')}: ${money(text(data, 'amount'), text(data, 'currency'))} received`,
  MintsRequested: ({ tickets }) => `The minter is asked for ${(tickets as readonly unknown[]).length}`,
  MintPlanned: () => 'The address of the asset is decided, before anything is sent',
  MintSubmitted: (data) => `Attempt ${text(data, 'attempt')} is signed and recorded, then sent`,
  MintAttemptDied: (data) => `Attempt ${text(data, 'attempt')} can never land: ${text(data, 'reason')}`,
  MintCompleted: (data) => `Verdict: finalized, read back at slot ${text(data, 'slot')}`,
  MintFailed: (data) => `Failed for good: ${text(data, 'reason')}`,
  MintFailureNoted: () => 'The sale knows of the failure: the mint can be requested again',
  MintRevoked: (data) => `The asset is burned, at slot ${text(data, 'slot')}`,
};

export function TimelinePage({ api, live, order }: PageOf & { readonly order: string }) {
  const timeline = useLoaded(() => api.get<Timeline>(`/timeline/${order}`), [api, live, order]);
  const sale = timeline.value?.sale;
  const shown = useLoaded(
    async () => (sale === undefined ? undefined : api.get<Order>(`/v1/sales/${sale}/orders/${order}`)),
    [sale, order],
  );
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tickets = shown.value?.tickets.map(({ ticket }) => ticket) ?? [];
    const stop = live.on(({ data }) => {
      const said = JSON.stringify(data);
      if (timer !== undefined || ![order, ...tickets].some((name) => said.includes(name))) return;
      timer = setTimeout(() => {
        timer = undefined;
        timeline.reload();
        shown.reload();
      }, REREAD_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [live, order, shown.value]);
  return (
    <>
      <p class="crumbs">
        <a href="#/orders">Orders</a> / <Id of={order} kept={10} />
      </p>
      {shown.value !== undefined && <Heading order={shown.value} sale={sale ?? ''} />}
      <Shown of={timeline}>
        {({ commits, incomplete }) => (
          <>
            <h2>Timeline</h2>
            {incomplete && (
              <Note kind="plain">
                The sale has many commits behind this order. All that moved its tickets or money are here; refused requests and mint
                attempts long after the order may be missing.
              </Note>
            )}
            <ol class="timeline">
              {commits.map((commit) => (
                <CommitCard key={`${commit.subject}${commit.version}`} commit={commit} />
              ))}
            </ol>
          </>
        )}
      </Shown>
    </>
  );
}

function Heading({ order: { status, buyer, total, tickets }, sale }: { readonly order: Order; readonly sale: string }) {
  return (
    <>
      <h1>
        {buyer}, {money(total.amount, total.currency)} <Badge>{status}</Badge>
      </h1>
      <p>
        In sale <a href={`#/sales/${sale}`}>{sale}</a>
      </p>
      <Table caption="Tickets" heads={['Seat', 'State', 'Ticket', 'Asset', 'Signature']}>
        {tickets.map(({ ticket, unit, label, status: state, asset, signature }) => (
          <tr key={ticket}>
            <th scope="row">{label ?? unit}</th>
            <td>
              <Badge>{state}</Badge>
            </td>
            <td>
              <Id of={ticket} />
            </td>
            <td>{asset === undefined ? '' : <Id of={asset} />}</td>
            <td>{signature === undefined ? '' : <Id of={signature} />}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function CommitCard({ commit: { subject, version, hash, previous, events } }: { readonly commit: Commit }) {
  return (
    <li class="card">
      <p class="commit">
        <Badge>{subject}</Badge> version {version} <span class="quiet">hash</span> <Id of={hash} kept={4} />
        <span class="quiet">after</span> {previous === '' ? 'nothing' : <Id of={previous} kept={4} />}
      </p>
      {events.map((event) => (
        <EventLine key={event.id} event={event} />
      ))}
    </li>
  );
}

function EventLine({ event }: { readonly event: TimelineEvent }) {
  const name = event.type.split('.')[1] ?? event.type;
  return (
    <div class="event">
      <h3>
        <Moment at={event.time} /> {name === 'CommandDecided' ? <Decision data={event.data} /> : name}
      </h3>
      {MEANING[name] !== undefined && <p>{MEANING[name](event.data)}</p>}
      {name === 'MintPlanned' && <Planned data={event.data} />}
      {event.postings.length > 0 && <Postings postings={event.postings} />}
      <Raw event={event} />
    </div>
  );
}

function Decision({ data }: { readonly data: Data }) {
  return (
    <>
      Command {text(data, 'operation')}: <Badge>{text(data, 'outcome')}</Badge> {text(data, 'status')}{' '}
      <span class="quiet">
        key <Id of={text(data, 'key')} kept={8} />
      </span>
    </>
  );
}

function Planned({ data }: { readonly data: Data }) {
  const asset = text(data, 'asset');
  const cluster = CLUSTERS[text(data, 'genesisHash')];
  const uri = text(data, 'uri');
  return (
    <p>
      Asset{' '}
      {cluster === undefined ? (
        <Id of={asset} kept={8} />
      ) : (
        <a href={`https://explorer.solana.com/address/${asset}${cluster}`} target="_blank" rel="noreferrer">
          {asset}
        </a>
      )}
      {uri.startsWith('http') && (
        <>
          {' '}
          ·{' '}
          <a href={uri} target="_blank" rel="noreferrer">
            its metadata document
          </a>
        </>
      )}
    </p>
  );
}

/** `2 tickets`, `1 mint`, `50.00 EUR` */
function amountOf(amount: string, unit: string): string {
  if (/^[A-Z]{3}$/.test(unit)) return money(amount, unit);
  const [of = ''] = unit.split(':');
  return `${amount} ${amount === '1' ? of.replace(/s$/, '') : of}`;
}

function Postings({ postings }: { readonly postings: readonly Posting[] }) {
  return (
    <ul class="postings" aria-label="Ledger postings">
      {postings.map(({ credit, debit, amount, unitOfAccount }, index) => (
        <li key={index}>
          <strong>{amountOf(amount, unitOfAccount)}</strong> debit {debit}, credit {credit}
        </li>
      ))}
    </ul>
  );
}

function Raw({ event: { postings: _, position, ...event } }: { readonly event: TimelineEvent }) {
  const answer = event.data.body;
  const request = event.data.request;
  return (
    <>
      {typeof answer === 'string' && (
        <details>
          <summary>Request and answer</summary>
          <pre>{JSON.stringify(request, null, 2)}</pre>
          <pre>{pretty(answer)}</pre>
        </details>
      )}
      <details>
        <summary>CloudEvent</summary>
        <p class="quiet">
          <code>GET /v1/events?after={position}</code> streams what follows it.
        </p>
        <pre>{JSON.stringify(event, null, 2)}</pre>
      </details>
    </>
  );
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json; // shown as it is
  }
}
