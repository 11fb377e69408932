import { useEffect } from 'preact/hooks';
import { plannedAs } from './assets.js';
import { OnChain } from './explorer.js';
import { money, pretty } from './format.js';
import type { PageOf } from './frame.js';
import { nameOf } from './live.js';
import { LATE_MS, MintDelay } from './mint-delay.js';
import { type Order, OrderHeading } from './order-heading.js';
import { Badge, Id, Moment, Note, Shown, useLoaded, useNow } from './parts.js';
import type { EventOf } from './session.js';

interface Posting {
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
  readonly unitOfAccount: string;
  readonly ticket?: string;
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
const REREAD_MS = 700;
const NOW_MS = 5_000;

type Data = Readonly<Record<string, unknown>>;
/** The seats of an order, by ticket. */
type Seats = ReadonlyMap<string, string>;
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
  const now = useNow(NOW_MS);
  const events = timeline.value?.commits.flatMap((commit) => commit.events) ?? [];
  const planned = events.find((event) => nameOf(event) === 'MintPlanned')?.data;
  const waiting = shown.value?.tickets.filter(({ status }) => status === 'minting') ?? [];
  const last = events.at(-1);
  const waitsSince = waiting.length > 0 && last !== undefined ? Date.parse(last.time) : undefined;
  const seats = seatsOf(events);
  return (
    <>
      <p class="crumbs">
        <a href="#/orders">Orders</a> / <Id of={order} kept={10} />
      </p>
      {shown.value !== undefined && (
        <OrderHeading api={api} order={shown.value} sale={sale ?? ''} chain={text(planned ?? {}, 'genesisHash')} />
      )}
      {shown.value !== undefined && waitsSince !== undefined && now - waitsSince > LATE_MS && (
        <MintDelay api={api} what={`${waiting.map(({ label, unit }) => label ?? unit).join(', ')}: the mint waits`} />
      )}
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
                <CommitCard key={`${commit.subject}${commit.version}`} commit={commit} seats={seats} />
              ))}
            </ol>
          </>
        )}
      </Shown>
    </>
  );
}

const seatsOf = (events: readonly TimelineEvent[]): Seats =>
  new Map(
    events
      .filter((event) => nameOf(event) === 'OrderPlaced')
      .flatMap(({ data }) => data.tickets as readonly { ticket: string; unit: string; label?: string }[])
      .map(({ ticket, unit, label }) => [ticket, label ?? unit]),
  );

function CommitCard({ commit: { subject, version, hash, previous, events }, seats }: { readonly commit: Commit; readonly seats: Seats }) {
  return (
    <li class="card">
      <p class="commit">
        <Badge>{subject}</Badge> version {version} <span class="quiet">hash</span> <Id of={hash} kept={4} />{' '}
        <span class="quiet">after</span> {previous === '' ? 'nothing' : <Id of={previous} kept={4} />}
      </p>
      {events.map((event) => (
        <EventLine key={event.id} event={event} seats={seats} />
      ))}
    </li>
  );
}

function EventLine({ event, seats }: { readonly event: TimelineEvent; readonly seats: Seats }) {
  const name = nameOf(event);
  const seat = seats.get(text(event.data, 'ticket'));
  return (
    <div class="event">
      <h3>
        <Moment at={event.time} /> {name === 'CommandDecided' ? <Decision data={event.data} /> : name}
        {seat !== undefined && <span class="seat">{seat}</span>}
      </h3>
      {MEANING[name] !== undefined && <p>{MEANING[name](event.data)}</p>}
      {name === 'MintPlanned' && <Planned data={event.data} />}
      {event.postings.length > 0 && <Postings postings={event.postings} seats={seats} />}
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
  const uri = text(data, 'uri');
  return (
    <p>
      {plannedAs(data)} <OnChain of={text(data, 'asset')} kind="address" chain={text(data, 'genesisHash')} kept={8} />
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

function Postings({ postings, seats }: { readonly postings: readonly Posting[]; readonly seats: Seats }) {
  return (
    <ul class="postings" aria-label="Ledger postings">
      {postings.map(({ credit, debit, amount, unitOfAccount, ticket = '' }, index) => (
        <li key={index}>
          <strong>{amountOf(amount, unitOfAccount)}</strong> debit {debit}, credit {credit}
          {postings.length > 1 && seats.has(ticket) && <span class="quiet"> for {seats.get(ticket)}</span>}
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
