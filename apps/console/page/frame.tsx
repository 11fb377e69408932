import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { DeadLettersPage } from './dead-letters.js';
import { HealthPage } from './health.js';
import { LedgerPage } from './ledger.js';
import type { Live } from './live.js';
import { MintsPage } from './mints.js';
import { OrdersPage } from './orders.js';
import { Note, useLoaded } from './parts.js';
import { ReplayPage } from './replay.js';
import { SalePage } from './sale.js';
import { SalesPage } from './sales.js';
import type { Api, Session } from './session.js';
import { TenantsPage } from './tenants.js';
import { TimelinePage } from './timeline.js';
import { WebhooksPage } from './webhooks.js';

export interface PageOf {
  readonly api: Api;
  readonly live: Live;
}

interface Section {
  readonly name: string;
  readonly title: string;
  readonly needs: 'tenant' | 'operator';
  readonly page: (of: PageOf & { readonly rest: string }) => ComponentChildren;
}

const SECTIONS: readonly Section[] = [
  {
    name: 'sales',
    title: 'Sales',
    needs: 'tenant',
    page: ({ rest, ...of }) => (rest === '' ? <SalesPage {...of} /> : <SalePage key={rest} {...of} sale={rest} />),
  },
  {
    name: 'orders',
    title: 'Orders',
    needs: 'tenant',
    page: ({ rest, ...of }) => (rest === '' ? <OrdersPage {...of} /> : <TimelinePage key={rest} {...of} order={rest} />),
  },
  { name: 'mints', title: 'Mints', needs: 'tenant', page: (of) => <MintsPage {...of} /> },
  { name: 'ledger', title: 'Ledger', needs: 'tenant', page: (of) => <LedgerPage {...of} /> },
  { name: 'webhooks', title: 'Webhooks', needs: 'tenant', page: (of) => <WebhooksPage {...of} /> },
  { name: 'health', title: 'Health', needs: 'operator', page: (of) => <HealthPage {...of} /> },
  { name: 'dead-letters', title: 'Dead letters', needs: 'operator', page: (of) => <DeadLettersPage {...of} /> },
  { name: 'replay', title: 'Replay', needs: 'operator', page: (of) => <ReplayPage {...of} /> },
  { name: 'tenants', title: 'Tenants', needs: 'operator', page: (of) => <TenantsPage {...of} /> },
];

const addressNow = (): readonly [string, string] => {
  const [name = '', ...rest] = location.hash.replace(/^#\//, '').split('/');
  return [name, decodeURIComponent(rest.join('/'))];
};

function useAddress(): readonly [string, string] {
  const [address, set] = useState(addressNow);
  useEffect(() => {
    const read = (): void => set(addressNow());
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return address;
}

export function Frame({
  session,
  api,
  live,
  onSignOut,
}: {
  readonly session: Session;
  readonly api: Api;
  readonly live: Live | undefined;
  readonly onSignOut: () => void;
}) {
  const [name, rest] = useAddress();
  const sections = SECTIONS.filter(({ needs }) => needs === 'tenant' || api.isOperator);
  const section = sections.find((one) => one.name === name) ?? sections[0];
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${section?.title ?? ''} · admit-one console`;
    main.current?.focus();
  }, [section, rest]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header>
        <a class="brand" href="#/sales">
          <img src="/icon.svg" alt="" width="24" height="24" /> admit-one
        </a>
        {api.isOperator && <TenantChoice api={api} session={session} />}
        {live !== undefined && <Connection live={live} />}
        <button type="button" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      <nav aria-label="Pages">
        {sections.map((one) => (
          <a key={one.name} href={`#/${one.name}`} aria-current={one === section ? 'page' : undefined}>
            {one.title}
          </a>
        ))}
      </nav>
      <main ref={main} id="main" tabIndex={-1}>
        {section?.needs === 'tenant' && live === undefined ? (
          <Note kind="plain">Choose a tenant above to see its {section.title.toLowerCase()}.</Note>
        ) : (
          section?.page({ api, live: live as Live, rest })
        )}
      </main>
    </>
  );
}

function TenantChoice({ api, session }: { readonly api: Api; readonly session: Session }) {
  const tenants = useLoaded(() => api.operator<{ tenants: readonly { tenant: string; status: string }[] }>('GET', '/tenants'), [api]);
  const [error, setError] = useState<string>();
  const choose = (tenant: string): void => {
    setError(undefined);
    api.lookAt(tenant).catch((thrown: Error) => setError(thrown.message));
  };
  return (
    <label class="tenant">
      <span class="hidden">Tenant</span>
      <select value={session.tenant ?? ''} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="" disabled>
          Choose a tenant
        </option>
        {tenants.value?.tenants.map(({ tenant, status }) => (
          <option key={tenant} value={tenant} disabled={status !== 'active'}>
            {tenant}
            {status === 'active' ? '' : ` (${status})`}
          </option>
        ))}
      </select>
      {(error ?? tenants.error) !== undefined && <Note kind="bad">{error ?? tenants.error}</Note>}
    </label>
  );
}

function Connection({ live }: { readonly live: Live }) {
  const [isConnected, set] = useState(live.isConnected);
  useEffect(() => {
    set(live.isConnected);
    return live.onState(set);
  }, [live]);
  return (
    <span class={`live ${isConnected ? 'on' : 'off'}`} role="status">
      {isConnected ? 'live' : 'connecting'}
    </span>
  );
}
