import { useState } from 'preact/hooks';
import type { PageOf } from './frame.js';
import { Badge, Moment, Note, Shown, Table, useLoaded } from './parts.js';

interface Tenant {
  readonly tenant: string;
  readonly status: 'active' | 'disabled';
  readonly apiKeys: number;
  readonly webhookSecrets: number;
  readonly nats: string;
  readonly grants: readonly string[];
  readonly createdAt: string;
}
interface Issued {
  readonly tenant: string;
  readonly apiKey?: string;
  readonly webhookSecret?: string;
  readonly natsSeed?: string;
  readonly account?: string;
}

const OVERLAP_HOURS = 24;

export function TenantsPage({ api }: Pick<PageOf, 'api'>) {
  const tenants = useLoaded(() => api.operator<{ tenants: readonly Tenant[] }>('GET', '/tenants'), [api]);
  const [issued, setIssued] = useState<Issued>();
  const [error, setError] = useState<string>();
  const act = (path: string, body?: unknown): Promise<void> => {
    setError(undefined);
    return api.operator<Issued>('POST', path, body).then(
      (answer) => {
        if (body !== undefined) setIssued(answer);
        tenants.reload();
      },
      (thrown: Error) => setError(thrown.message),
    );
  };
  return (
    <>
      <h1>Tenants</h1>
      {issued !== undefined && <Secrets issued={issued} onClose={() => setIssued(undefined)} />}
      {error !== undefined && <Note kind="bad">{error}</Note>}
      <Shown of={tenants}>
        {({ tenants: listed }) => (
          <Table caption="Tenants" heads={['Tenant', 'State', 'Actions', '-API keys', '-Webhook secrets', 'NATS', 'Grants', 'Created']}>
            {listed.map((tenant) => (
              <tr key={tenant.tenant}>
                <th scope="row">{tenant.tenant}</th>
                <td>
                  <Badge>{tenant.status}</Badge>
                </td>
                <td>
                  <Actions tenant={tenant} act={act} />
                </td>
                <td class="number">{tenant.apiKeys}</td>
                <td class="number">{tenant.webhookSecrets}</td>
                <td>{tenant.nats}</td>
                <td>{tenant.grants.join(' ')}</td>
                <td>
                  <Moment at={tenant.createdAt} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Shown>
      <Create act={act} />
    </>
  );
}

type Act = (path: string, body?: unknown) => Promise<void>;

function Actions({ tenant: { tenant, status }, act }: { readonly tenant: Tenant; readonly act: Act }) {
  const [asks, setAsks] = useState<'rotate' | 'disable'>();
  const confirm = (): void => {
    setAsks(undefined);
    if (asks === 'disable') void act(`/tenants/${tenant}/disable`);
    else void act(`/tenants/${tenant}/rotate`, { apiKey: true, webhookSecret: true, natsKey: false, overlapHours: OVERLAP_HOURS });
  };
  if (asks !== undefined)
    return (
      <span class="controls tight">
        {asks === 'disable' ? 'Reject all its requests?' : `New API key and webhook secret; the old ones end in ${OVERLAP_HOURS} hours.`}
        <button type="button" class={asks === 'disable' ? 'danger' : 'main'} onClick={confirm}>
          {asks === 'disable' ? 'Disable' : 'Rotate'} {tenant}
        </button>
        <button type="button" onClick={() => setAsks(undefined)}>
          No
        </button>
      </span>
    );
  return (
    <span class="controls tight">
      <button type="button" aria-label={`Rotate the secrets of ${tenant}`} onClick={() => setAsks('rotate')}>
        Rotate…
      </button>
      {status === 'active' ? (
        <button type="button" aria-label={`Disable ${tenant}`} onClick={() => setAsks('disable')}>
          Disable…
        </button>
      ) : (
        <button type="button" aria-label={`Enable ${tenant}`} onClick={() => void act(`/tenants/${tenant}/enable`)}>
          Enable
        </button>
      )}
    </span>
  );
}

function Create({ act }: { readonly act: Act }) {
  const [tenant, setTenant] = useState('');
  const [freeMints, setFreeMints] = useState(false);
  const create = (event: Event): void => {
    event.preventDefault();
    void act('/tenants', { tenant, freeMints }).then(() => setTenant(''));
  };
  return (
    <section class="card" aria-labelledby="create">
      <h2 id="create">Create a tenant</h2>
      <form class="controls" onSubmit={create}>
        <label>
          Name{' '}
          <input required pattern="[A-Za-z0-9_\-]{1,64}" value={tenant} onInput={({ currentTarget }) => setTenant(currentTarget.value)} />
        </label>
        <label>
          <input type="checkbox" checked={freeMints} onChange={({ currentTarget }) => setFreeMints(currentTarget.checked)} /> may mint
          tickets of unpaid orders
        </label>
        <button type="submit" class="main">
          Create
        </button>
      </form>
    </section>
  );
}

/** The only time that these secrets are shown. */
function Secrets({ issued: { tenant, account, ...secrets }, onClose }: { readonly issued: Issued; readonly onClose: () => void }) {
  const names = { apiKey: 'API key', webhookSecret: 'Webhook secret', natsSeed: 'NATS seed' } as const;
  return (
    <section class="card" aria-labelledby="secrets">
      <h2 id="secrets">Secrets of {tenant}, shown this once</h2>
      <dl class="secrets">
        {(Object.keys(names) as (keyof typeof names)[]).flatMap((name) =>
          secrets[name] === undefined
            ? []
            : [
                <div key={name}>
                  <dt>{names[name]}</dt>
                  <dd>
                    <code>{secrets[name]}</code>
                  </dd>
                </div>,
              ],
        )}
      </dl>
      {account !== undefined && <pre>{account}</pre>}
      <button type="button" class="main" onClick={onClose}>
        I have stored them
      </button>
    </section>
  );
}
