import { bytes, count } from './format.js';
import type { PageOf } from './frame.js';
import { Age, Badge, Note, Shown, Table, useLoaded, useNow } from './parts.js';
import { HOLDS, taskOf } from './streams.js';

export interface AppReport {
  readonly app: string;
  readonly report?: { readonly status: string; readonly checks: Readonly<Record<string, string>> };
}
interface Health {
  readonly apps: readonly AppReport[];
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
                  <td>{taskOf(consumer)}</td>
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
                  <td>{HOLDS[stream]}</td>
                </tr>
              ))}
            </Table>
          </>
        )}
      </Shown>
    </>
  );
}

function AppCard({ app: { app, report } }: { readonly app: AppReport }) {
  const isHalted = Object.values(report?.checks ?? {}).some((says) => says.includes('halted'));
  return (
    <section class="card" aria-label={app}>
      <h2>
        {app} <Badge>{report?.status ?? 'no response'}</Badge>
      </h2>
      {report === undefined ? (
        <p>It does not respond. Its work waits, and continues when it is started again.</p>
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
