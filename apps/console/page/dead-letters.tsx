import { useState } from 'preact/hooks';
import { pretty } from './format.js';
import type { PageOf } from './frame.js';
import { Age, Badge, Id, Note, Shown, useLoaded, useNow } from './parts.js';

interface Entry {
  readonly number: number;
  readonly deadLetteredAt: string;
  readonly stream: string;
  readonly tenant: string;
  readonly subject: string;
  readonly deliveries: number;
  readonly reason: string;
  readonly original: string;
  readonly closed?: { readonly how: string; readonly note: string; readonly at: string };
}
interface Outcome {
  readonly outcome: string;
  readonly note: string;
}

const REFRESH_MS = 5_000;

export function DeadLettersPage({ api }: Pick<PageOf, 'api'>) {
  const [isWithClosed, setWithClosed] = useState(false);
  const [told, setTold] = useState<Outcome & { readonly number: number }>();
  const entries = useLoaded(
    () => api.operator<{ entries: readonly Entry[] }>('GET', `/dead-letters${isWithClosed ? '?closed=true' : ''}`),
    [api, isWithClosed],
    REFRESH_MS,
  );
  const ended = (number: number, outcome: Outcome): void => {
    setTold({ number, ...outcome });
    entries.reload();
  };
  return (
    <>
      <h1>Dead letters</h1>
      <p class="quiet">
        Messages that could not be processed. Remove the cause first. Then a redrive sends the original again, and nothing is done twice.
      </p>
      <div class="controls">
        <label>
          <input type="checkbox" checked={isWithClosed} onChange={({ currentTarget }) => setWithClosed(currentTarget.checked)} /> also those
          that were redriven or dropped
        </label>
      </div>
      {told !== undefined && (
        <Note kind={told.outcome === 'refused' ? 'bad' : 'good'}>
          Entry {told.number}: {told.outcome}. {told.note}
        </Note>
      )}
      <Shown of={entries}>
        {({ entries: listed }) =>
          listed.length === 0 ? (
            <Note kind="good">There are no dead letters.</Note>
          ) : (
            <ul class="plain">
              {[...listed].reverse().map((entry) => (
                <EntryCard key={entry.number} api={api} entry={entry} onEnd={(outcome) => ended(entry.number, outcome)} />
              ))}
            </ul>
          )
        }
      </Shown>
    </>
  );
}

function EntryCard({
  api,
  entry,
  onEnd,
}: {
  readonly api: PageOf['api'];
  readonly entry: Entry;
  readonly onEnd: (outcome: Outcome) => void;
}) {
  const now = useNow(1_000);
  const [reason, setReason] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const act = (path: string, body?: unknown): void => {
    setBusy(true);
    api
      .operator<Outcome>('POST', `/dead-letters/${entry.number}/${path}`, body)
      .then(onEnd, (thrown: Error) => onEnd({ outcome: 'refused', note: thrown.message }))
      .finally(() => setBusy(false));
  };
  return (
    <li class="card">
      <h2>
        Entry {entry.number} <Badge>{entry.closed?.how ?? 'open'}</Badge>
      </h2>
      <p class="reason">{entry.reason}</p>
      <p class="quiet">
        {entry.stream}, tenant {entry.tenant}, {entry.deliveries} deliveries, <Age at={entry.deadLetteredAt} now={now} /> ago
      </p>
      <p>
        <Id of={entry.subject} kept={16} />
      </p>
      {entry.closed !== undefined && <p class="quiet">{entry.closed.note}</p>}
      <details>
        <summary>Original</summary>
        <pre>{pretty(entry.original)}</pre>
      </details>
      {entry.closed === undefined && (
        <form
          class="controls"
          onSubmit={(event) => {
            event.preventDefault();
            act('drop', { reason });
          }}
        >
          <button type="button" class="main" disabled={isBusy} onClick={() => act('redrive')} aria-label={`Redrive entry ${entry.number}`}>
            {isBusy ? 'Waiting for the decision…' : 'Redrive'}
          </button>
          {reason === undefined ? (
            <button type="button" onClick={() => setReason('')} aria-label={`Drop entry ${entry.number}`}>
              Drop…
            </button>
          ) : (
            <>
              <label>
                Why is it not sent again?{' '}
                <input required maxLength={500} value={reason} onInput={({ currentTarget }) => setReason(currentTarget.value)} />
              </label>
              <button type="submit" class="danger" disabled={isBusy}>
                Drop
              </button>
              <button type="button" onClick={() => setReason(undefined)}>
                Keep
              </button>
            </>
          )}
        </form>
      )}
    </li>
  );
}
