import { useState } from 'preact/hooks';
import type { Act } from './webhooks.js';

/** An endpoint of webhooks; `secret` only where it was just made. */
export interface Endpoint {
  readonly endpoint: string;
  readonly url: string;
  readonly types?: readonly string[];
  readonly changedAt: string;
  readonly secret?: string;
}

export function EndpointActions({ endpoint, act }: { readonly endpoint: string; readonly act: Act }) {
  const [asks, setAsks] = useState<'rotate' | 'remove'>();
  const confirm = (): void => {
    setAsks(undefined);
    void act(`/${endpoint}/${asks}`, {}, () => (asks === 'remove' ? `${endpoint} is removed.` : `${endpoint} has another secret.`));
  };
  if (asks !== undefined)
    return (
      <div class="controls">
        {asks === 'remove' ? 'Remove it, with everything that waits for it?' : 'Make another secret? For a day both sign.'}
        <button type="button" class={asks === 'remove' ? 'danger' : 'main'} onClick={confirm}>
          {asks === 'remove' ? 'Remove' : 'Rotate'} {endpoint}
        </button>
        <button type="button" onClick={() => setAsks(undefined)}>
          No
        </button>
      </div>
    );
  return (
    <div class="controls">
      <button
        type="button"
        aria-label={`Send a test to ${endpoint}`}
        onClick={() => void act(`/${endpoint}/test`, {}, () => 'A test event is on its way; how it ended is shown below.')}
      >
        Send a test
      </button>
      <button type="button" aria-label={`Rotate the secret of ${endpoint}`} onClick={() => setAsks('rotate')}>
        Rotate…
      </button>
      <button type="button" aria-label={`Remove ${endpoint}`} onClick={() => setAsks('remove')}>
        Remove…
      </button>
    </div>
  );
}

export function AddEndpoint({ act }: { readonly act: Act }) {
  const [endpoint, setEndpoint] = useState('');
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState('');
  const add = (event: Event): void => {
    event.preventDefault();
    const named = types.split(/[\s,]+/).filter((type) => type !== '');
    void act('', { endpoint, url, ...(named.length > 0 && { types: named }) }, () => `${endpoint} is added.`).then((isAdded) => {
      if (isAdded) for (const clear of [setEndpoint, setUrl, setTypes]) clear('');
    });
  };
  return (
    <section class="card" aria-labelledby="add">
      <h2 id="add">Add an endpoint</h2>
      <form class="controls" onSubmit={add}>
        <label>
          Name{' '}
          <input
            required
            size={12}
            pattern="[A-Za-z0-9_\-]{1,32}"
            value={endpoint}
            onInput={({ currentTarget }) => setEndpoint(currentTarget.value)}
          />
        </label>
        <label>
          URL{' '}
          <input
            required
            type="url"
            size={30}
            placeholder="https://…"
            value={url}
            onInput={({ currentTarget }) => setUrl(currentTarget.value)}
          />
        </label>
        <label>
          Events{' '}
          <input
            size={30}
            placeholder="all, or names with commas"
            value={types}
            onInput={({ currentTarget }) => setTypes(currentTarget.value)}
          />
        </label>
        <button type="submit" class="main">
          Add
        </button>
      </form>
    </section>
  );
}

/** The only time that the secret is shown. */
export function EndpointSecret({ endpoint: { endpoint, secret }, onClose }: { readonly endpoint: Endpoint; readonly onClose: () => void }) {
  return (
    <section class="card" aria-labelledby="secret">
      <h2 id="secret">Secret of {endpoint}, shown this once</h2>
      <p>
        <code>{secret}</code>
      </p>
      <button type="button" class="main" onClick={onClose}>
        I have stored it
      </button>
    </section>
  );
}
