import { bytes, count } from './format.js';
import type { PageOf } from './frame.js';
import { Age, Badge, Note, Shown, Table, useLoaded, useNow } from './parts.js';

interface App {
  readonly app: string;
  readonly report?: { readonly status: string; readonly checks: Readonly<Record<string, string>> };
}
interface Health {
  readonly apps: readonly App[];
  readonly streams: readonly {
    readonly stream: string;
    readonly messages: number;
    readonly bytes: number;
    readonly lastSequence: number;
    readonly lastAt?: string;
    readonly replicas: number;
  }[];
  readonly consumers: readonly {
    readonly stream: string;
    readonly consumer: string;
    readonly pending: number;
    readonly unacknowledged: number;
    readonly redelivered: number;
    readonly lastAt?: string;
  }[];
}

const REFRESH_MS = 3_000;
/** What each consumer does, by its name. */
const DOES: Readonly<Record<string, string>> = {
  ledger: 'posts events to the ledger',
  'mint-requests': 'asks the minter for mints',
  'mint-news': 'tells sales what became of mints',
  sweeps: 'ends holds that were not paid',
};
/** What each stream holds, by its name. */
const HOLDS: Readonly<Record<string, string>> = {
  COMMANDS: 'commands until they are decided',
  EVENTS: 'the log',
  MINTS: 'mints that the minter works on',
  TIMERS: 'when holds end',
  DEAD: 'dead letters',
  KV_tenants: 'tenants',
  KV_snapshots: 'snapshots of sales',
  KV_lookups: 'lists of sales and payments',
};

export function HealthPage({ api }: Pick<PageOf, 'api'>) {
  const health = useLoaded(() => api.operator<Health>('GET', '/health'), [api], REFRESH_MS);
  const now = useNow(1_000);
  return (
    <>
      <h1>Health</h1>
      <Shown of={health}>
        {({ apps, streams, consumers }) => (
          <>
            <div class="columns narrow">
              {apps.map((app) => (
                <AppCard key={app.app} app={app} />
              ))}
            </div>
            {apps.length === 0 && <Note kind="plain">CONSOLE_HEALTH_URLS names no app.</Note>}
            <h2>Consumers</h2>
            <Table caption="Consumers" heads={['Consumer', '-Waiting', '-In work', '-Redelivered', '-Last', 'Task']}>
              {consumers.map(({ stream, consumer, pending, unacknowledged, redelivered, lastAt }) => (
                <tr key={`${stream} ${consumer}`}>
                  <th scope="row">{consumer}</th>
                  <td class="number">{pending > 0 ? <strong>{count(pending)}</strong> : 0}</td>
                  <td class="number">{count(unacknowledged)}</td>
                  <td class="number">{count(redelivered)}</td>
                  <td class="number">{lastAt === undefined ? 'never' : <Age at={lastAt} now={now} />}</td>
                  <td>{DOES[consumer] ?? `decides commands of ${stream}`}</td>
                </tr>
              ))}
            </Table>
            <h2>Streams</h2>
            <Table caption="Streams" heads={['Stream', '-Messages', '-Size', '-Last', '-Copies', 'Holds']}>
              {streams.map(({ stream, messages, bytes: size, lastAt, replicas }) => (
                <tr key={stream}>
                  <th scope="row">{stream}</th>
                  <td class="number">{count(messages)}</td>
                  <td class="number">{bytes(size)}</td>
                  <td class="number">{lastAt === undefined ? '' : <Age at={lastAt} now={now} />}</td>
                  <td class="number">{replicas}</td>
                  <td>{HOLDS[stream] ?? ''}</td>
                </tr>
              ))}
            </Table>
          </>
        )}
      </Shown>
    </>
  );
}

function AppCard({ app: { app, report } }: { readonly app: App }) {
  const isHalted = Object.values(report?.checks ?? {}).some((says) => says.includes('halted'));
  return (
    <section class="card" aria-label={app}>
      <h2>
        {app} <Badge>{report?.status ?? 'no response'}</Badge>
      </h2>
      {report === undefined ? (
        <p>It does not respond. What it does waits, and goes on when it is started again.</p>
      ) : (
        <dl class="checks">
          {Object.entries(report.checks).map(([name, says]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class={says === 'ok' ? 'quiet' : ''}>{says}</dd>
            </div>
          ))}
        </dl>
      )}
      {isHalted && <Note kind="bad">A tenant is halted: its ledger stops at one event. The runbook says how to repair it.</Note>}
    </section>
  );
}
