import { useState } from 'preact/hooks';
import { count } from './format.js';
import type { PageOf } from './frame.js';
import { Id, Moment, Note, Shown, Table, useLoaded } from './parts.js';
import { AddEndpoint, type Endpoint, EndpointActions, EndpointSecret } from './webhook-endpoint.js';

interface Attempt {
  readonly type: string;
  readonly at: string;
  readonly status?: number;
  readonly error?: string;
}
interface Deliveries {
  readonly tested?: Attempt;
  readonly sales: readonly {
    readonly sale: string;
    readonly delivered: number;
    readonly failures: number;
    readonly nextAttemptAt?: string;
    readonly last?: Attempt;
  }[];
  readonly dead: readonly { readonly event: string; readonly sale: string; readonly attempts: number; readonly last: Attempt }[];
  readonly next?: string;
}

const REFRESH_MS = 3_000;
export const ENDPOINTS = '/v1/webhook-endpoints';

export function WebhooksPage({ api, live }: PageOf) {
  const endpoints = useLoaded(() => api.get<{ endpoints: readonly Endpoint[] }>(ENDPOINTS), [api, live]);
  const [issued, setIssued] = useState<Endpoint>();
  const [error, setError] = useState<string>();
  const [done, setDone] = useState<string>();
  const act = async (path: string, body: object, said: (answer: Endpoint & { events?: readonly string[] }) => string): Promise<boolean> => {
    setError(undefined);
    setDone(undefined);
    try {
      const answer = await api.post<Endpoint & { events?: readonly string[] }>(`${ENDPOINTS}${path}`, body);
      if (answer.secret !== undefined) setIssued(answer);
      setDone(said(answer));
      endpoints.reload();
      return true;
    } catch (thrown) {
      setError((thrown as Error).message);
      endpoints.reload();
      return false;
    }
  };
  return (
    <>
      <h1>Webhooks</h1>
      <p class="quiet">Endpoints that the events of this tenant are sent to, signed, and in their order within each sale.</p>
      {api.isOperator && <Note kind="plain">An operator sees them. To change them, sign in with an API key of the tenant.</Note>}
      {issued !== undefined && <EndpointSecret endpoint={issued} onClose={() => setIssued(undefined)} />}
      {error !== undefined && <Note kind="bad">{error}</Note>}
      {done !== undefined && <Note kind="good">{done}</Note>}
      <Shown of={endpoints}>
        {({ endpoints: listed }) => (
          <>
            {listed.length === 0 && <Note kind="plain">There is no endpoint.</Note>}
            {listed.map((endpoint) => (
              <section key={endpoint.endpoint} class="card" aria-label={endpoint.endpoint}>
                <h2>{endpoint.endpoint}</h2>
                <p class="reason">{endpoint.url}</p>
                <p class="quiet">
                  {endpoint.types?.join(', ') ?? 'All events'} · changed <Moment at={endpoint.changedAt} />
                </p>
                {!api.isOperator && <EndpointActions endpoint={endpoint.endpoint} act={act} />}
                <State api={api} endpoint={endpoint.endpoint} act={act} />
              </section>
            ))}
          </>
        )}
      </Shown>
      {!api.isOperator && <AddEndpoint act={act} />}
    </>
  );
}

/** @returns whether it was done; the page says so, or why not */
export type Act = (path: string, body: object, said: (answer: Endpoint & { events?: readonly string[] }) => string) => Promise<boolean>;

const outcome = ({ status, error }: Attempt): string => (status === undefined ? (error ?? 'no answer') : `${status}`);

function State({ api, endpoint, act }: { readonly api: PageOf['api']; readonly endpoint: string; readonly act: Act }) {
  const deliveries = useLoaded(() => api.get<Deliveries>(`${ENDPOINTS}/${endpoint}/deliveries?limit=100`), [api, endpoint], REFRESH_MS);
  const redeliver = (event?: string): Promise<boolean> =>
    act(`/${endpoint}/redeliver`, event === undefined ? {} : { event }, ({ events = [] }) => `Sent again: ${count(events.length)}.`);
  return (
    <Shown of={deliveries}>
      {({ tested, sales, dead, next }) => (
        <>
          {tested !== undefined && (
            <p>
              Last test <Moment at={tested.at} />: {outcome(tested)}
            </p>
          )}
          {sales.length === 0 ? (
            <p class="quiet">Nothing was delivered yet.</p>
          ) : (
            <Table caption={`Deliveries to ${endpoint}`} heads={['Sale', '-Delivered', '-Failures', 'Last', 'Next attempt']}>
              {sales.map(({ sale, delivered, failures, nextAttemptAt, last }) => (
                <tr key={sale}>
                  <th scope="row">
                    <a href={`#/sales/${sale}`}>{sale}</a>
                  </th>
                  <td class="number">{count(delivered)}</td>
                  <td class="number">{failures > 0 ? <strong>{count(failures)}</strong> : 0}</td>
                  <td>{last === undefined ? '' : `${last.type.split('.')[1]}: ${outcome(last)}`}</td>
                  <td>{nextAttemptAt === undefined ? '' : <Moment at={nextAttemptAt} />}</td>
                </tr>
              ))}
            </Table>
          )}
          {next !== undefined && <p class="quiet">The first {sales.length} sales are shown.</p>}
          {dead.length > 0 && (
            <>
              <Note kind="bad">{count(dead.length)} events were set aside: the endpoint did not accept them within three days.</Note>
              {!api.isOperator && (
                <button type="button" class="main" onClick={() => void redeliver()}>
                  Redeliver all
                </button>
              )}
              <Table caption={`Events set aside for ${endpoint}`} heads={['Event', 'Sale', '-Attempts', 'Last', 'Action']}>
                {dead.map(({ event, sale, attempts, last }) => (
                  <tr key={event}>
                    <th scope="row">
                      <Id of={event} />
                    </th>
                    <td>{sale}</td>
                    <td class="number">{count(attempts)}</td>
                    <td>
                      {last.type.split('.')[1]}: {outcome(last)}
                    </td>
                    <td>
                      {!api.isOperator && (
                        <button type="button" aria-label={`Redeliver ${event}`} onClick={() => void redeliver(event)}>
                          Redeliver
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            </>
          )}
        </>
      )}
    </Shown>
  );
}
