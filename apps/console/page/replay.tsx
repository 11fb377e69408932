import { useState } from 'preact/hooks';
import { count } from './format.js';
import type { PageOf } from './frame.js';
import { Badge, Moment, Note, Shown, Table, useLoaded } from './parts.js';

interface Report {
  readonly result: string;
  readonly sequence: number;
  readonly events: number;
  readonly entries: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly halted: readonly { readonly tenant: string; readonly sequence: number; readonly reason: string }[];
  readonly difference?: {
    readonly table: string;
    readonly row: Readonly<Record<string, unknown>>;
    readonly field: string;
    readonly live: string;
    readonly replayed: string;
    readonly sequence?: number;
  };
}
interface Replay {
  readonly startedAt: string;
  readonly tenant?: string;
  readonly progress: string;
  readonly endedAt?: string;
  readonly report?: Report;
  readonly error?: string;
}

const REFRESH_MS = 1_000;

export function ReplayPage({ api }: Pick<PageOf, 'api'>) {
  const [tenant, setTenant] = useState('');
  const [error, setError] = useState<string>();
  const tenants = useLoaded(() => api.operator<{ tenants: readonly { tenant: string }[] }>('GET', '/tenants'), [api]);
  const replay = useLoaded(() => api.operator<{ replay?: Replay }>('GET', '/replay'), [api], REFRESH_MS);
  const isRunning = replay.value?.replay !== undefined && replay.value.replay.endedAt === undefined;
  const start = (): void => {
    setError(undefined);
    api.operator('POST', '/replay', tenant === '' ? {} : { tenant }).then(replay.reload, (thrown: Error) => setError(thrown.message));
  };
  return (
    <>
      <h1>Replay</h1>
      <p class="quiet">
        Rebuilds the ledger from the first event in a shadow and compares it with the live one, row by row. The live ledger is not changed.
      </p>
      <div class="controls">
        <label>
          Tenant{' '}
          <select value={tenant} onChange={({ currentTarget }) => setTenant(currentTarget.value)}>
            <option value="">all</option>
            {tenants.value?.tenants.map((one) => (
              <option key={one.tenant}>{one.tenant}</option>
            ))}
          </select>
        </label>
        <button type="button" class="main" disabled={isRunning} onClick={start}>
          {isRunning ? 'Running…' : 'Start a replay'}
        </button>
      </div>
      {error !== undefined && <Note kind="bad">{error}</Note>}
      <Shown of={replay}>
        {({ replay: last }) => (last === undefined ? <Note kind="plain">No replay was started here yet.</Note> : <Last replay={last} />)}
      </Shown>
    </>
  );
}

function Last({ replay: { startedAt, tenant, endedAt, progress, report, error } }: { readonly replay: Replay }) {
  const percent = endedAt !== undefined ? 100 : Number(/(\d+) %/.exec(progress)?.[1] ?? 0);
  return (
    <section class="card" aria-labelledby="last">
      <h2 id="last">
        {tenant === undefined ? 'All tenants' : `Tenant ${tenant}`}, started <Moment at={startedAt} />
        {report !== undefined && (
          <>
            {' '}
            <Badge>{report.result}</Badge>
          </>
        )}
      </h2>
      <progress max={100} value={percent} aria-label="Progress of the replay" />
      <p class="quiet">{endedAt === undefined ? progress.replace(/^replay \S+ /, '') || 'starting' : `${percent} %`}</p>
      {error !== undefined && <Note kind="bad">{error}</Note>}
      {report !== undefined && (
        <>
          <p>
            {count(report.events)} events and {count(report.entries)} entries up to commit {count(report.sequence)}, in {report.seconds} s (
            {count(report.eventsPerSecond)} events a second).
          </p>
          {report.halted.map((one) => (
            <Note key={one.tenant} kind="bad">
              {one.tenant} is halted at commit {count(one.sequence)}: {one.reason}
            </Note>
          ))}
          {report.difference !== undefined && <Difference difference={report.difference} />}
        </>
      )}
    </section>
  );
}

function Difference({
  difference: { table, row, field, live, replayed, sequence },
}: {
  readonly difference: NonNullable<Report['difference']>;
}) {
  return (
    <>
      <h3>The first difference{sequence === undefined ? '' : `, at commit ${count(sequence)}`}</h3>
      <Table caption="The first difference" heads={['Table', 'Row', 'Field', 'Live', 'Replayed']}>
        <tr>
          <th scope="row">{table}</th>
          <td class="wrap">
            {Object.entries(row)
              .map(([name, value]) => `${name}=${String(value)}`)
              .join(' ')}
          </td>
          <td>{field}</td>
          <td class="wrap">{live}</td>
          <td class="wrap">{replayed}</td>
        </tr>
      </Table>
    </>
  );
}
